/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"

uint64_t argument_number(const struct argp_state *state, const char *name, const char *text,
                         uint64_t min, uint64_t max)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || errno != 0 || *end != '\0' || value < min || value > max)
        argp_error(state, "%s takes a whole number from %llu to %llu, not '%s'", name,
                   (unsigned long long)min, (unsigned long long)max, text);
    return value;
}

#define MS_MAX  10000u /* 10 s */
#define NS_A_MS 1000000u

uint64_t argument_ms(const struct argp_state *state, const char *name, const char *text)
{
    const char *at = text;
    uint64_t ns = 0;
    int digits = 0;
    for (; *at >= '0' && *at <= '9' && ns <= MS_MAX; at++, digits++)
        ns = ns * 10 + (uint64_t)(*at - '0');
    ns *= NS_A_MS;
    if (*at == '.') {
        uint64_t digit_ns = NS_A_MS / 10;
        for (at++; *at >= '0' && *at <= '9' && digit_ns > 0; at++, digits++, digit_ns /= 10)
            ns += (uint64_t)(*at - '0') * digit_ns;
    }
    if (*at != '\0' || digits == 0 || ns > (uint64_t)MS_MAX * NS_A_MS)
        argp_error(state, "%s takes milliseconds from 0 to %u with at most six decimals, not '%s'",
                   name, MS_MAX, text);
    return ns;
}

#define DURATION_MAX_S (30u * 86400u)

uint64_t argument_duration(const struct argp_state *state, const char *name, const char *text)
{
    char *unit;
    errno = 0;
    double value = text[0] >= '0' && text[0] <= '9' ? strtod(text, &unit) : -1;
    double seconds = -1;
    if (value >= 0 && errno == 0) {
        if (strcmp(unit, "") == 0 || strcmp(unit, "s") == 0)
            seconds = value;
        else if (strcmp(unit, "ms") == 0)
            seconds = value / 1000;
        else if (strcmp(unit, "m") == 0)
            seconds = value * 60;
        else if (strcmp(unit, "h") == 0)
            seconds = value * 3600;
    }
    if (!(seconds >= 0 && seconds <= DURATION_MAX_S))
        argp_error(state, "%s takes a duration like 500ms, 90, 1.5s, 10m or 2h, not '%s'", name,
                   text);
    return (uint64_t)(seconds * 1e9);
}

error_t parse_no_argument(int key, char *text, struct argp_state *state)
{
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    argp_error(state, "unexpected argument '%s'", text);
    return 0;
}

error_t parse_nothing(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->input;
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}
