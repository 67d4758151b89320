/* SPDX-License-Identifier: Apache-2.0 */
/* One run into the history, in one transaction. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "history_db.h"
#include "perfctl.h"
#include "run_file.h"

#define FNV_START  UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME  UINT64_C(0x100000001b3)
#define DIGEST_MAX 17

/* --- The digest --- */

static void hash(uint64_t *hash_of, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        *hash_of = (*hash_of ^ ((const uint8_t *)bytes)[i]) * FNV_PRIME;
}

/* FNV-1a over each name with the zero at its end, and its value's bits, the lowest first. It finds
 * a run that is there; figures themselves are compared where it matters. */
static void digest(const struct figures *figures, char text[static DIGEST_MAX])
{
    uint64_t sum = FNV_START;
    for (size_t i = 0; i < figures->count; i++) {
        const double value = figures->figure[i].value + 0.0; /* no -0 */
        uint64_t bits;
        uint8_t bytes[sizeof bits];
        memcpy(&bits, &value, sizeof bits);
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)(bits >> (8 * k));
        hash(&sum, figures->figure[i].name, strlen(figures->figure[i].name) + 1);
        hash(&sum, bytes, sizeof bytes);
    }
    (void)snprintf(text, DIGEST_MAX, "%016" PRIx64, sum);
}

/* --- Statements --- */

/* NULL: none. */
static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    (void)sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

/* Steps it to its end, for the next values. */
static bool done(sqlite3_stmt *statement)
{
    const bool fine = sqlite3_step(statement) == SQLITE_DONE;
    return sqlite3_reset(statement) == SQLITE_OK && fine;
}

/* Which run has this repetition; 0: none. */
static bool find_run(struct history *history, const struct history_run *run, int64_t *id)
{
    sqlite3_stmt *find =
        history_prepare(history, "SELECT id FROM run WHERE commit_sha = ?1 AND profile = ?2 AND "
                                 "target = ?3 AND repetition = ?4");
    bind_text(find, 1, run->commit);
    bind_text(find, 2, run->profile);
    bind_text(find, 3, run->target);
    (void)sqlite3_bind_int64(find, 4, run->repetition);
    const int result = find != NULL ? sqlite3_step(find) : SQLITE_ERROR;
    *id = result == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    (void)sqlite3_finalize(find);
    return result == SQLITE_ROW || result == SQLITE_DONE;
}

/* Is it there as any repetition? */
static bool find_digest(struct history *history, const struct history_run *run, const char *text,
                        bool *found)
{
    sqlite3_stmt *find = history_prepare(history, "SELECT 1 FROM run WHERE commit_sha = ?1 AND "
                                                  "profile = ?2 AND target = ?3 AND digest = ?4");
    bind_text(find, 1, run->commit);
    bind_text(find, 2, run->profile);
    bind_text(find, 3, run->target);
    bind_text(find, 4, text);
    const int result = find != NULL ? sqlite3_step(find) : SQLITE_ERROR;
    *found = result == SQLITE_ROW;
    (void)sqlite3_finalize(find);
    return result == SQLITE_ROW || result == SQLITE_DONE;
}

/* --- What differs --- */

static void note(struct history_difference *difference, const char *name, const double *before,
                 const double *now)
{
    if (difference->name != NULL) {
        difference->more++;
        return;
    }
    difference->name = need(strdup(name));
    difference->was = before != NULL;
    difference->is = now != NULL;
    difference->before = before != NULL ? *before : 0;
    difference->now = now != NULL ? *now : 0;
}

/* Of the run `id`, whose figures come in the order of the new ones. */
static bool compare(struct history *history, int64_t id, const struct figures *figures,
                    struct history_difference *difference)
{
    sqlite3_stmt *all = history_prepare(history, "SELECT text, value FROM figure JOIN name ON "
                                                 "name.id = name_id WHERE run_id = ?1 ORDER BY 1");
    size_t at = 0;
    int result = SQLITE_ERROR;
    (void)sqlite3_bind_int64(all, 1, id);
    while (all != NULL && (result = sqlite3_step(all)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(all, 0);
        if (name == NULL)
            break;
        const double before = sqlite3_column_double(all, 1);
        for (; at < figures->count && strcmp(figures->figure[at].name, name) < 0; at++)
            note(difference, figures->figure[at].name, NULL, &figures->figure[at].value);
        const bool both = at < figures->count && strcmp(figures->figure[at].name, name) == 0;
        const double now = both ? figures->figure[at++].value : 0;
        if (!both)
            note(difference, name, &before, NULL);
        else if (now < before || now > before)
            note(difference, name, &before, &now);
    }
    for (; at < figures->count; at++)
        note(difference, figures->figure[at].name, NULL, &figures->figure[at].value);
    (void)sqlite3_finalize(all);
    return result == SQLITE_DONE;
}

/* --- Putting it in --- */

static bool insert_run(struct history *history, const struct history_run *run, const char *text,
                       int64_t *id)
{
    sqlite3_stmt *insert = history_prepare(
        history, "INSERT INTO run (added_at, commit_sha, ref, committed_at, profile, target, "
                 "repetition, session, source, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
                 "?10)");
    (void)sqlite3_bind_int64(insert, 1, (int64_t)time(NULL));
    bind_text(insert, 2, run->commit);
    bind_text(insert, 3, run->ref);
    if (run->committed_at != NULL)
        (void)sqlite3_bind_int64(insert, 4, *run->committed_at);
    bind_text(insert, 5, run->profile);
    bind_text(insert, 6, run->target);
    (void)sqlite3_bind_int64(insert, 7, run->repetition);
    bind_text(insert, 8, run->session);
    bind_text(insert, 9, run->source);
    bind_text(insert, 10, text);
    const bool fine = insert != NULL && done(insert);
    (void)sqlite3_finalize(insert);
    *id = sqlite3_last_insert_rowid(history->db);
    return fine;
}

static bool insert_environment(struct history *history, const struct history_run *run, int64_t id)
{
    sqlite3_stmt *insert = history_prepare(
        history, "INSERT OR REPLACE INTO environment (run_id, key, value) VALUES (?1, ?2, ?3)");
    bool fine = insert != NULL;
    for (size_t i = 0; fine && i < run->settings; i++) {
        (void)sqlite3_bind_int64(insert, 1, id);
        bind_text(insert, 2, run->environment[i].key);
        bind_text(insert, 3, run->environment[i].value);
        fine = done(insert);
    }
    (void)sqlite3_finalize(insert);
    return fine;
}

static bool insert_figures(struct history *history, const struct figures *figures, int64_t id)
{
    sqlite3_stmt *name = history_prepare(history, "INSERT OR IGNORE INTO name (text) VALUES (?1)");
    sqlite3_stmt *insert =
        history_prepare(history, "INSERT INTO figure (run_id, name_id, value) SELECT ?1, id, ?2 "
                                 "FROM name WHERE text = ?3");
    bool fine = name != NULL && insert != NULL;
    for (size_t i = 0; fine && i < figures->count; i++) {
        bind_text(name, 1, figures->figure[i].name);
        (void)sqlite3_bind_int64(insert, 1, id);
        (void)sqlite3_bind_double(insert, 2, figures->figure[i].value + 0.0);
        bind_text(insert, 3, figures->figure[i].name);
        fine = done(name) && done(insert);
    }
    (void)sqlite3_finalize(name);
    (void)sqlite3_finalize(insert);
    return fine;
}

static bool execute(struct history *history, const char *sql)
{
    return sqlite3_exec(history->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Within the transaction. */
static bool add(struct history *history, const struct history_run *run,
                enum history_outcome *outcome, struct history_difference *difference)
{
    char text[DIGEST_MAX];
    int64_t id;
    bool there = false;
    digest(&run->figures, text);
    if (!find_run(history, run, &id))
        return false;
    if (id == 0) {
        *outcome = HISTORY_ADDED;
        return insert_run(history, run, text, &id) && insert_environment(history, run, id) &&
               insert_figures(history, &run->figures, id);
    }
    if (!compare(history, id, &run->figures, difference))
        return false;
    if (difference->name != NULL && !find_digest(history, run, text, &there))
        return false;
    *outcome = difference->name == NULL || there ? HISTORY_THERE : HISTORY_OTHER;
    return true;
}

int history_add(struct history *history, const struct history_run *run,
                enum history_outcome *outcome, struct history_difference *difference)
{
    *difference = (struct history_difference){0};
    /* Immediate: of two writers, one waits here, and not where it would have to begin anew. */
    if (execute(history, "BEGIN IMMEDIATE") && add(history, run, outcome, difference) &&
        execute(history, "COMMIT"))
        return EXIT_FINE;
    const int code = history_problem(history);
    (void)execute(history, "ROLLBACK"); /* it may have been undone already */
    return code;
}
