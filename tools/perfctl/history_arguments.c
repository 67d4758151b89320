/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on the command line of `perfctl history`, checked before the file is looked at. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd_history.h"
#include "run_file.h"

#define COMMIT_MIN 7
#define COMMIT_MAX 64
#define HEX        "0123456789abcdefABCDEF"

void history_argument_commit(struct history_arguments *to, const struct argp_state *state,
                             const char *name, const char *text)
{
    const size_t length = strlen(text);
    if (length < COMMIT_MIN || length > COMMIT_MAX || strspn(text, HEX) != length)
        argp_error(state, "%s takes a commit: %d to %d hex digits", name, COMMIT_MIN, COMMIT_MAX);
    for (size_t i = 0; i <= length; i++)
        to->commit[i] = (char)tolower((unsigned char)text[i]);
}

const char *history_argument_text(const struct argp_state *state, const char *name,
                                  const char *text)
{
    json_t *as_json = json_string(text);
    bool fine = as_json != NULL && text[0] != '\0';
    json_decref(as_json);
    for (const char *at = text; *at != '\0'; at++)
        fine = fine && (unsigned char)*at >= 0x20 && *at != 0x7f;
    if (!fine)
        argp_error(state, "%s takes text without control characters", name);
    return text;
}

/* A digit for each n, else the very characters; numbers are told apart by those. */
static bool read_form(const char **at, const char *form, int *numbers)
{
    for (; *form != '\0'; form++, ++*at) {
        const bool digit = **at >= '0' && **at <= '9';
        if (*form == 'n' ? !digit : **at != *form)
            return false;
        if (*form == 'n')
            *numbers = *numbers * 10 + (**at - '0');
        else
            numbers++;
    }
    return true;
}

static bool read_iso(const char *text, int64_t *seconds)
{
    int parts[6] = {0}, zone[2] = {0};
    const char *at = text;
    if (!read_form(&at, "nnnn-nn-nnTnn:nn:nn", parts))
        return false;
    const char sign = *at++;
    if (sign == 'Z' ? *at != '\0'
                    : (sign != '+' && sign != '-') || !read_form(&at, "nn:nn", zone) || *at != '\0')
        return false;
    struct tm made = {.tm_year = parts[0] - 1900,
                      .tm_mon = parts[1] - 1,
                      .tm_mday = parts[2],
                      .tm_hour = parts[3],
                      .tm_min = parts[4],
                      .tm_sec = parts[5]};
    const struct tm said = made;
    const int offset = (zone[0] * 60 + zone[1]) * 60;
    *seconds = (int64_t)timegm(&made) - (sign == '-' ? -offset : offset);
    return made.tm_mon == said.tm_mon && made.tm_mday == said.tm_mday &&
           made.tm_hour == said.tm_hour && made.tm_min == said.tm_min && said.tm_sec < 60 &&
           zone[0] < 24 && zone[1] < 60;
}

#define SECONDS_MAX INT64_C(253402300799) /* the end of the year 9999 */

void history_argument_time(struct history_arguments *to, const struct argp_state *state,
                           const char *text)
{
    char *end;
    errno = 0;
    to->committed_at = strtoll(text, &end, 10);
    const bool digits = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    if ((!digits && !read_iso(text, &to->committed_at)) || to->committed_at < 0 ||
        to->committed_at > SECONDS_MAX)
        argp_error(state, "--at takes seconds since 1970 or a time like 2026-01-31T12:00:00Z");
    to->has_committed_at = true;
}

void history_argument_setting(struct history_arguments *to, const struct argp_state *state,
                              const char *text)
{
    const char *equals = strchr(text, '=');
    const size_t length = equals != NULL ? (size_t)(equals - text) : 0;
    if (length == 0 || length > 64 ||
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != length)
        argp_error(state, "--env takes KEY=VALUE, a KEY of letters, digits, '_', '.' and '-'");
    to->settings = need(realloc(to->settings, (to->setting_count + 1) * sizeof *to->settings));
    to->settings[to->setting_count++] = (struct history_setting){
        need(strndup(text, length)),
        need(strdup(history_argument_text(state, "--env", equals + 1))),
    };
}

/* Nothing that a browser would read as more than an address, and no conversion but the one. */
static bool is_url(const char *text)
{
    const bool http = strncmp(text, "http://", 7) == 0, https = strncmp(text, "https://", 8) == 0;
    const char *host = text + (https ? 8 : 7);
    const char *place = strstr(text, "%s");
    if ((!http && !https) || !isalnum((unsigned char)host[0]) || place == NULL ||
        place < host + strcspn(host, "/"))
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        const bool escape = *at == '%' && at != place &&
                            !(isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]));
        if (escape || !(isgraph((unsigned char)*at)) || strchr("\"'<>\\`{}|^", *at) != NULL)
            return false;
    }
    return true;
}

void history_argument_url(struct history_arguments *to, const struct argp_state *state,
                          const char *text)
{
    if (!is_url(text))
        argp_error(state, "--commit-url takes an http or https address with one %%s for the "
                          "commit, behind the host");
    to->commit_url = text;
}
