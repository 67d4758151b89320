/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison for a pull request: the verdict, what frames did, and what changed most. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "markdown.h"

#define FRAMES  "frame_metrics."
#define SESSION "frame_metrics.total."

static bool starts_with(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

/* Those that say how well frames were paced; more frames or a longer session are no verdict. */
static bool is_pace(const char *name)
{
    static const char *const pace[] = {"fps",        "p50_ms", "p95_ms",  "p99_ms", "p999_ms",
                                       "longest_ms", "long",   "dropped", "late"};
    for (size_t i = 0; starts_with(name, SESSION) && i < sizeof pace / sizeof pace[0]; i++)
        if (strcmp(name + strlen(SESSION), pace[i]) == 0)
            return true;
    return false;
}

static void write_headline(FILE *to, const struct comparison *what)
{
    const struct compared *first = NULL;
    size_t count[DIRECTION_WORSE + 1] = {0}, paced = 0;
    char percent[NUMBER_TEXT];
    for (size_t i = 0; i < what->count; i++) {
        const struct compared *compared = &what->compared[i];
        if (!is_pace(compared->pair->name))
            continue;
        count[compared->change.direction]++;
        if (paced++ == 0)
            first = compared;
    }
    const bool better = count[DIRECTION_BETTER] > 0, worse = count[DIRECTION_WORSE] > 0;
    fprintf(to, "## Frame pacing: %s",
            paced == 0        ? "no figures"
            : better && worse ? "mixed"
                              : direction_word(worse    ? DIRECTION_WORSE
                                               : better ? DIRECTION_BETTER
                                                        : DIRECTION_SAME));
    if (better || worse)
        fprintf(to, " (%s %s)", first->pair->name + strlen(SESSION),
                percent_text(percent, &first->change));
    fprintf(to, "\n\n%zu run%s against %zu of the baseline, profile ", what->sides->current.runs,
            what->sides->current.runs == 1 ? "" : "s", what->sides->baseline.runs);
    markdown_name(to, what->sides->profile);
    fprintf(to, ". Of %zu figures %zu are worse, %zu better, %zu changed, %zu the same",
            what->count, what->by_direction[DIRECTION_WORSE], what->by_direction[DIRECTION_BETTER],
            what->by_direction[DIRECTION_OTHER], what->by_direction[DIRECTION_SAME]);
    fprintf(to, "; %zu more are on one side only.\n", what->missing_count);
}

static void write_row(FILE *to, const struct compared *compared)
{
    const struct pair *pair = compared->pair;
    char was[NUMBER_TEXT], now[NUMBER_TEXT], change[NUMBER_TEXT], percent[NUMBER_TEXT];
    fprintf(to, "| ");
    markdown_name(to, pair->name);
    fprintf(to, " | %s | %s | %s | %s | %.3f | %.3f | %s |\n",
            number_text(was, pair->baseline->median), number_text(now, pair->current->median),
            number_text(change, compared->change.absolute),
            percent_text(percent, &compared->change), pair->baseline->cv, pair->current->cv,
            direction_word(compared->change.direction));
}

static void write_head(FILE *to, const char *title)
{
    fprintf(to,
            "\n### %s\n\n"
            "| figure | baseline | now | change | percent | CoV baseline | CoV now | |\n"
            "|---|---:|---:|---:|---:|---:|---:|---|\n",
            title);
}

/* Frame figures: the session's, then the window's. */
static void write_frames(FILE *to, const struct comparison *what)
{
    bool any = false;
    for (int session = 1; session >= 0; session--) {
        for (size_t i = 0; i < what->count; i++) {
            const char *name = what->compared[i].pair->name;
            if (!starts_with(name, FRAMES) || starts_with(name, SESSION) != (session == 1))
                continue;
            if (!any)
                write_head(to, "Frames");
            any = true;
            write_row(to, &what->compared[i]);
        }
    }
}

static void write_changes(FILE *to, const struct comparison *what)
{
    size_t shown = 0, changed = 0;
    for (size_t i = 0; i < what->count; i++) {
        const struct compared *compared = &what->compared[i];
        if (starts_with(compared->pair->name, FRAMES) ||
            compared->change.direction == DIRECTION_SAME)
            continue;
        if (changed++ == 0 && what->show > 0)
            write_head(to, "Largest changes");
        if (shown == what->show)
            continue;
        write_row(to, compared);
        shown++;
    }
    if (changed > shown)
        fprintf(to, "\n%zu smaller ones are not shown.\n", changed - shown);
}

static void write_missing(FILE *to, const struct comparison *what)
{
    if (what->missing_count == 0)
        return;
    fprintf(to, "\n### On one side only\n\n");
    for (size_t i = 0; i < what->missing_count && i < what->show; i++) {
        fprintf(to, "- ");
        markdown_name(to, what->missing[i]->name);
        fprintf(to, ": %s\n",
                what->missing[i]->current == NULL ? "missing now" : "not in the baseline");
    }
    if (what->missing_count > what->show)
        fprintf(to, "\n%zu more are not shown.\n", what->missing_count - what->show);
}

void compare_markdown(FILE *to, const void *comparison)
{
    write_headline(to, comparison);
    write_frames(to, comparison);
    write_changes(to, comparison);
    write_missing(to, comparison);
}
