/* SPDX-License-Identifier: Apache-2.0 */
#include <argp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "host.h"
#include "panels.h"
#include "scene.h"

#define NAME_MAX_BYTES 48
#define SECONDS_MAX    86400
#define BUDGET_MS_MAX  10000

enum {
    OPTION_CONNECT = 256,
    OPTION_SECONDS,
    OPTION_NAME,
    OPTION_PANEL,
    OPTION_PNG,
    OPTION_BUDGET,
    OPTION_SIZE
};

static const struct argp_option options[] = {
    {"connect", OPTION_CONNECT, "unix:PATH", 0,
     "perfd's socket (default: $PERF_SOCKET, or its usual place)", 0},
    {"seconds", OPTION_SECONDS, "N", 0, "End after N seconds (default 10; 0: when told to)", 0},
    {"name", OPTION_NAME, "NAME", 0, "The session's name (default: systemui)", 0},
    {"panel", OPTION_PANEL, "NAME", 0,
     "What the HUD shows: frames (default), jank, graphics, jit, hotspots, counters, health", 0},
    {"png", OPTION_PNG, "FILE", 0, "Write the last frame to FILE", 0},
    {"budget-ms", OPTION_BUDGET, "X", 0, "A frame's budget in milliseconds (default 16.666667)", 0},
    {"size", OPTION_SIZE, "WxH", 0, "The desktop's size in pixels (default 640x480)", 0},
    {0},
};

/* A whole number up to `most` from *text on; moves *text behind it. */
static bool read_number(const char **text, uint64_t most, uint64_t *number)
{
    const char *at = *text;
    uint64_t v = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        v = v * 10 + (uint64_t)(*at - '0');
        if (v > most)
            return false;
    }
    if (at == *text)
        return false;
    *text = at;
    *number = v;
    return true;
}

/* Milliseconds with up to six decimals, as nanoseconds; from 1 us to 10 s, as perfd has it. */
static bool read_budget(const char *text, uint64_t *ns)
{
    uint64_t whole = 0;
    if (!read_number(&text, BUDGET_MS_MAX, &whole))
        return false;
    uint64_t total = whole * 1000000;
    if (*text == '.') {
        text++;
        for (uint64_t digit = 100000; digit != 0 && *text >= '0' && *text <= '9'; digit /= 10)
            total += digit * (uint64_t)(*text++ - '0');
    }
    *ns = total;
    return *text == '\0' && total >= 1000 && total <= BUDGET_MS_MAX * 1000000ull;
}

static bool read_size(const char *text, int32_t *width, int32_t *height)
{
    uint64_t w = 0;
    uint64_t h = 0;
    if (!read_number(&text, CANVAS_SIDE_MAX, &w) || *text++ != 'x' ||
        !read_number(&text, CANVAS_SIDE_MAX, &h) || *text != '\0' || w == 0 || h == 0)
        return false;
    *width = (int32_t)w;
    *height = (int32_t)h;
    return true;
}

static bool name_is_good(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t length = strlen(name);
    return length > 0 && length <= NAME_MAX_BYTES && name[0] != '.' &&
           strspn(name, allowed) == length;
}

static bool read_panel(const char *text, enum hud_panel *panel)
{
    const char *name;
    for (int i = 0; (name = panels_name((enum hud_panel)i)) != NULL; i++)
        if (strcmp(name, text) == 0) {
            *panel = (enum hud_panel)i;
            return true;
        }
    return false;
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct host_options *to = state->input;
    const char *rest = text;
    uint64_t number = 0;
    switch (key) {
    case OPTION_CONNECT:
        if (strncmp(text, "unix:", 5) != 0 || text[5] == '\0')
            argp_error(state, "--connect %s: not of the form unix:PATH", text);
        to->address = text;
        return 0;
    case OPTION_SECONDS:
        if (!read_number(&rest, SECONDS_MAX, &number) || *rest != '\0')
            argp_error(state, "--seconds %s: not a whole number up to %d", text, SECONDS_MAX);
        to->seconds = (uint32_t)number;
        return 0;
    case OPTION_NAME:
        if (!name_is_good(text))
            argp_error(state, "--name %s: not 1 to %d of A-Z a-z 0-9 . _ -, the first not '.'",
                       text, NAME_MAX_BYTES);
        to->name = text;
        return 0;
    case OPTION_PANEL:
        if (!read_panel(text, &to->panel))
            argp_error(state, "--panel %s: there is no such panel", text);
        return 0;
    case OPTION_PNG:
        to->png = text;
        return 0;
    case OPTION_BUDGET:
        if (!read_budget(text, &to->budget_ns))
            argp_error(state, "--budget-ms %s: not milliseconds from 0.001 to %d", text,
                       BUDGET_MS_MAX);
        return 0;
    case OPTION_SIZE:
        if (!read_size(text, &to->width, &to->height))
            argp_error(state, "--size %s: not of the form WxH, each 1 to %d", text,
                       CANVAS_SIDE_MAX);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is '%s'?", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

struct host_options host_read_options(int argc, char **argv)
{
    static const struct argp parser = {
        .options = options,
        .parser = read_option,
        .doc =
            "Draws a desktop at 60 Hz and has perfd measure its frames; perfd's figures stand in "
            "the HUD.\vEnds with 0, 1 where perfd refused the session, 2 for unusable "
            "arguments, 3 where perfd cannot be reached.",
    };
    struct host_options result = {
        .name = "systemui",
        .seconds = 10,
        .width = SCENE_WIDTH,
        .height = SCENE_HEIGHT,
    };
    argp_err_exit_status = 2;
    argp_parse(&parser, argc, argv, 0, NULL, &result);
    return result;
}
