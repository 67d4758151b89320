/* SPDX-License-Identifier: Apache-2.0 */
#include "history_db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "perfctl.h"
#include "run_file.h"

#define APPLICATION_ID 1885751401 /* 0x70664869, "pfHi" */
#define VERSION        1
#define BUSY_MS        5000
#define STRICT_SINCE   3037000
#define DAMAGED        "damaged: no SQLite database, or not all of one"
#define QUOTED(x)      #x
#define TEXT_OF(x)     QUOTED(x)

/* One file a database, so that it can be copied: SQLite's default journal, no write-ahead log. */
static const char *const schema[] = {
    "CREATE TABLE run (id INTEGER PRIMARY KEY, added_at INTEGER NOT NULL, commit_sha TEXT NOT NULL,"
    " ref TEXT, committed_at INTEGER, profile TEXT NOT NULL, target TEXT NOT NULL,"
    " repetition INTEGER NOT NULL, session TEXT NOT NULL, source TEXT NOT NULL,"
    " digest TEXT NOT NULL, UNIQUE (commit_sha, profile, target, repetition))",
    "CREATE TABLE environment (run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run_id, key))",
    "CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
    "CREATE TABLE figure (run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " name_id INTEGER NOT NULL REFERENCES name(id), value REAL NOT NULL,"
    " PRIMARY KEY (name_id, run_id))",
};

/* --- What is said --- */

void history_print(FILE *to, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        /* C1, too: U+0080 to U+009F steer terminals as ESC and a letter do. */
        const bool c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        at += c1;
        (void)putc(c1 || *at < 0x20 || *at == 0x7f ? '?' : *at, to);
    }
}

static int say(const char *path, const char *why, int code)
{
    fprintf(stderr, "perfctl: ");
    history_print(stderr, path);
    fprintf(stderr, ": ");
    history_print(stderr, why);
    fprintf(stderr, "\n");
    return code;
}

int history_problem(struct history *history)
{
    const int error = sqlite3_system_errno(history->db);
    switch (sqlite3_errcode(history->db) & 0xff) {
    case SQLITE_BUSY:
        return say(history->path, "locked by another program for 5 s", EXIT_STATUS);
    case SQLITE_FULL:
        return say(history->path, strerror(ENOSPC), EXIT_STATUS);
    case SQLITE_CANTOPEN:
        return say(history->path, error != 0 ? strerror(error) : "cannot be opened", EXIT_STATUS);
    case SQLITE_IOERR:
        return say(history->path, strerror(error != 0 ? error : EIO), EXIT_STATUS);
    case SQLITE_READONLY:
        return say(history->path, "read-only", EXIT_STATUS);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return say(history->path, DAMAGED, EXIT_UNUSABLE);
    case SQLITE_NOMEM:
        (void)need(NULL);
        return EXIT_STATUS;
    default:
        return say(history->path, sqlite3_errmsg(history->db), EXIT_UNUSABLE);
    }
}

struct history_time history_time(int64_t seconds)
{
    struct history_time shown = {"?"};
    struct tm parts;
    const time_t at = (time_t)seconds;
    if (gmtime_r(&at, &parts) != NULL)
        (void)strftime(shown.text, sizeof shown.text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return shown;
}

/* --- Opening --- */

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int judge(const char *path, uint32_t application, uint32_t version)
{
    if (application != APPLICATION_ID)
        return say(path, "a database of another program, no history", EXIT_UNUSABLE);
    if (version > VERSION)
        return say(path, "a history of a newer version than this perfctl knows", EXIT_UNUSABLE);
    return EXIT_FINE;
}

/* SQLite would not say why it cannot. */
static int make_file(const char *path, bool *is_new)
{
    FILE *file = fopen(path, "ab");
    *is_new = file != NULL;
    if (file == NULL || fclose(file) != 0)
        return say(path, strerror(errno), EXIT_STATUS);
    return EXIT_FINE;
}

/* Looks at the file's header (sqlite.org/fileformat.html, 1.3) before SQLite does, which may write
 * to what it opens: a file that is none of ours stays as it is. */
static int look_at_header(const char *path, bool may_make, bool *is_new)
{
    static const char magic[16] = "SQLite format 3";
    unsigned char header[100];
    struct stat status;
    *is_new = false;
    if (stat(path, &status) != 0)
        return may_make && errno == ENOENT
                   ? make_file(path, is_new)
                   : say(path, strerror(errno), may_make ? EXIT_STATUS : EXIT_UNUSABLE);
    if (!S_ISREG(status.st_mode))
        return say(path, S_ISDIR(status.st_mode) ? strerror(EISDIR) : "not a regular file",
                   EXIT_UNUSABLE);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return say(path, strerror(errno), EXIT_STATUS);
    const size_t got = fread(header, 1, sizeof header, file);
    (void)fclose(file);
    *is_new = got == 0 && may_make; /* as a writer leaves it that was killed when it had made it */
    if (got == 0)
        return may_make ? EXIT_FINE : say(path, "empty: no history", EXIT_UNUSABLE);
    if (got < sizeof header || memcmp(header, magic, sizeof magic) != 0)
        return say(path, "not an SQLite database, so no history", EXIT_UNUSABLE);
    return judge(path, big_endian(header + 68), big_endian(header + 60));
}

sqlite3_stmt *history_prepare(struct history *history, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    (void)sqlite3_prepare_v2(history->db, sql, -1, &statement, NULL);
    return statement;
}

/* A number that a query gives; false: it fails. */
static bool number(struct history *history, const char *sql, uint32_t *value)
{
    sqlite3_stmt *statement = history_prepare(history, sql);
    const bool found = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *value = (uint32_t)sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement) == SQLITE_OK && found;
}

static bool run_sql(struct history *history, const char *sql)
{
    return sqlite3_exec(history->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool make_tables(struct history *history)
{
    const char *strict = sqlite3_libversion_number() >= STRICT_SINCE ? " STRICT" : "";
    for (size_t i = 0; i < sizeof schema / sizeof schema[0]; i++) {
        char *sql = need(sqlite3_mprintf("%s%s", schema[i], strict));
        const bool made = run_sql(history, sql);
        sqlite3_free(sql);
        if (!made)
            return false;
    }
    return run_sql(history, "PRAGMA application_id = " TEXT_OF(
                                APPLICATION_ID) "; "
                                                "PRAGMA user_version = " TEXT_OF(VERSION));
}

/* All of the tables at once, by whichever of two writers is first. */
static int make(struct history *history)
{
    uint32_t application = 0, tables = 0;
    bool fine = run_sql(history, "BEGIN IMMEDIATE") &&
                number(history, "PRAGMA application_id", &application) &&
                number(history, "SELECT count(*) FROM sqlite_master", &tables);
    if (fine && application == 0 && tables == 0)
        fine = make_tables(history);
    fine = fine && run_sql(history, "COMMIT");
    return fine ? EXIT_FINE : history_problem(history);
}

/* SQLite reads what is missing of the last page as zeros. Under a reader's lock, so that no writer
 * is in the middle of it, and one that died there has been undone. */
static bool is_cut_off(const struct history *history, uint32_t page_bytes)
{
    struct stat status;
    return stat(history->path, &status) == 0 && page_bytes > 0 &&
           (uint64_t)status.st_size % page_bytes != 0;
}

static int check(struct history *history)
{
    uint32_t application = 0, version = 0, page_bytes = 0;
    const bool fine = run_sql(history, "BEGIN") &&
                      number(history, "PRAGMA application_id", &application) &&
                      number(history, "PRAGMA user_version", &version) &&
                      number(history, "PRAGMA page_size", &page_bytes);
    if (!fine)
        return history_problem(history);
    const bool cut_off = is_cut_off(history, page_bytes);
    if (!run_sql(history, "COMMIT"))
        return history_problem(history);
    return cut_off ? say(history->path, DAMAGED, EXIT_UNUSABLE)
                   : judge(history->path, application, version);
}

/* A name like file:x or :memory: is a file's, too. */
static bool open_file(struct history *history, int flags)
{
    char *name = need(sqlite3_mprintf("%s%s", history->path[0] == '/' ? "" : "./", history->path));
    const int result = sqlite3_open_v2(name, &history->db, flags, NULL);
    sqlite3_free(name);
    return result == SQLITE_OK;
}

int history_open(struct history *history, const char *path, enum history_use use)
{
    /* A reader must be able to undo what a writer left that was killed. */
    const int flags = SQLITE_OPEN_READWRITE | (use == HISTORY_WRITE ? SQLITE_OPEN_CREATE : 0);
    bool is_new;
    *history = (struct history){.path = path};
    int code = look_at_header(path, use == HISTORY_WRITE, &is_new);
    if (code != EXIT_FINE)
        return code;
    if (!open_file(history, flags) || sqlite3_busy_timeout(history->db, BUSY_MS) != SQLITE_OK ||
        !run_sql(history, "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; "
                          "PRAGMA cell_size_check = ON"))
        code = history_problem(history);
    if (code == EXIT_FINE && is_new)
        code = make(history);
    if (code == EXIT_FINE)
        code = check(history);
    if (code != EXIT_FINE)
        history_close(history);
    return code;
}

void history_close(struct history *history)
{
    (void)sqlite3_close(history->db);
    history->db = NULL;
}
