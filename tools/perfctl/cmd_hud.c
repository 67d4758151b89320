/* SPDX-License-Identifier: Apache-2.0 */
/* hud: a session as it runs, in the terminal. */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hud_data.h"
#include "hud_screen.h"
#include "hud_terminal.h"
#include "perfctl.h"

#define SECOND_NS    UINT64_C(1000000000)
#define MESSAGE_NS   (8 * SECOND_NS)
#define RATE_DEFAULT 5
#define RATE_MAX     60

struct hud_arguments {
    struct common common;
    unsigned rate, width, height;
    enum hud_panel panel;
    bool once, sized;
};

enum { KEY_RATE = 'r', KEY_PANEL = 'p', KEY_ONCE = 256, KEY_SIZE };

static const struct argp_option hud_options[] = {
    {"rate", KEY_RATE, "N", 0, "Look N times a second, 1 to 60 (default: 5)", 0},
    {"panel", KEY_PANEL, "NAME", 0,
     "Show this one first: jank (default), phases, counters, lanes, perfd", 0},
    {"once", KEY_ONCE, NULL, 0, "Print one screen as plain text; needs no terminal", 0},
    {"size", KEY_SIZE, "WxH", 0, "Of that screen (default: 80x24)", 0},
    {0},
};

static void parse_size(struct hud_arguments *arguments, const char *text,
                       const struct argp_state *state)
{
    int end = 0;
    unsigned width, height;
    if (sscanf(text, "%3ux%3u%n", &width, &height, &end) != 2 || text[end] != '\0' || width == 0 ||
        height == 0 || width > HUD_WIDTH_MAX || height > HUD_HEIGHT_MAX)
        argp_error(state, "--size takes WxH, up to %ux%u, not '%s'", HUD_WIDTH_MAX, HUD_HEIGHT_MAX,
                   text);
    arguments->width = width;
    arguments->height = height;
    arguments->sized = true;
}

static enum hud_panel parse_panel(const char *text, const struct argp_state *state)
{
    for (enum hud_panel panel = 0; panel < HUD_PANELS; panel++)
        if (strcmp(text, hud_panel_name(panel)) == 0)
            return panel;
    argp_error(state, "--panel takes jank, phases, counters, lanes or perfd, not '%s'", text);
    return 0;
}

static error_t parse_hud(int key, char *text, struct argp_state *state)
{
    struct hud_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_RATE:
        arguments->rate = (unsigned)argument_number(state, "--rate", text, 1, RATE_MAX);
        return 0;
    case KEY_PANEL:
        arguments->panel = parse_panel(text, state);
        return 0;
    case KEY_ONCE:
        arguments->once = true;
        return 0;
    case KEY_SIZE:
        parse_size(arguments, text, state);
        return 0;
    case ARGP_KEY_END:
        if (arguments->sized && !arguments->once)
            argp_error(state, "--size goes with --once");
        if (arguments->common.json)
            argp_error(state, "a screen has no JSON: `perfctl metrics --json` has its figures");
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

/* --- The program's state --- */

static struct hud {
    struct perf_client client;
    struct hud_data data;
    struct hud_view view;
    struct hud_screen screen;
    const char *address;
    uint64_t message_until_ns;
} hud;

static void lose(void)
{
    perf_client_close(&hud.client);
    hud.data.gone = true;
}

static void look(unsigned width, unsigned height)
{
    if (hud.data.gone && hud_connect(&hud.data, &hud.client, hud.address) != 0)
        return;
    if (hud_fetch(&hud.data, &hud.client, hud_panels_shown(width, height, hud.view.panel)) != 0)
        lose();
}

static int print_once(const struct hud_arguments *arguments)
{
    look(arguments->width, arguments->height);
    if (hud.data.gone) {
        fprintf(stderr, "perfctl: the service hung up\n");
        return EXIT_UNREACHABLE;
    }
    hud_clear(&hud.screen, arguments->width, arguments->height, hud_terminal_is_utf8());
    hud_draw(&hud.screen, &hud.data, &hud.view);
    hud_write(&hud.screen, stdout);
    return finish_output(EXIT_FINE);
}

/* --- Keys --- */

typedef int action(const struct hud_data *data, struct perf_client *client, struct hud_view *view);

static void act(action *what)
{
    if (hud.data.gone)
        return;
    hud.view.message[0] = '\0';
    hud_terminal_busy(true);
    if (what(&hud.data, &hud.client, &hud.view) != 0)
        lose();
    hud_terminal_busy(false);
    hud.message_until_ns = now_ns() + MESSAGE_NS;
}

/* False: it is the user's wish to end. */
static bool take_key(int key)
{
    struct hud_view *view = &hud.view;
    switch (key) {
    case 'q':
        return false;
    case 's':
        act(hud_start);
        break;
    case 'x':
        act(hud_stop);
        break;
    case 'e':
        act(hud_export);
        break;
    case 'p':
    case '\t':
        view->panel = (view->panel + 1) % HUD_PANELS;
        view->scroll = 0;
        break;
    case HUD_KEY_DOWN:
        view->scroll++;
        break;
    case HUD_KEY_UP:
        view->scroll -= view->scroll > 0;
        break;
    case ' ':
        view->paused = !view->paused;
        break;
    case '+':
    case '=':
        view->scale -= view->scale > 0;
        break;
    case '-':
        view->scale += view->scale + 1 < HUD_SCALES;
        break;
    case '?':
    case 'h':
        view->help = !view->help;
        break;
    case HUD_KEY_RESIZE:
        hud_terminal_refresh();
        break;
    default:
        break;
    }
    return true;
}

/* --- The loop --- */

static void show(void)
{
    unsigned width, height;
    hud_terminal_size(&width, &height);
    unsigned scroll_max = hud_scroll_max(width, height, &hud.data, hud.view.panel);
    if (hud.view.scroll > scroll_max)
        hud.view.scroll = scroll_max;
    if (now_ns() >= hud.message_until_ns)
        hud.view.message[0] = '\0';
    hud_clear(&hud.screen, width, height, hud_terminal_is_utf8());
    hud_draw(&hud.screen, &hud.data, &hud.view);
    hud_terminal_show(&hud.screen);
}

static void look_now(void)
{
    unsigned width, height;
    hud_terminal_size(&width, &height);
    hud_terminal_busy(true);
    look(width, height);
    hud_terminal_busy(false);
}

static bool is_frozen(void)
{
    return hud.view.paused && !hud.data.gone;
}

/* Until q, or a signal: that is what it gives, else 0. A key that is taken is followed by a look,
 * so that what it did is seen. */
static int run(unsigned rate)
{
    uint64_t next_ns = 0;
    for (;;) {
        if (now_ns() >= next_ns) {
            if (!is_frozen())
                look_now();
            next_ns = now_ns() + (hud.data.gone ? SECOND_NS : SECOND_NS / rate);
        }
        show();
        int key = hud_terminal_key(next_ns);
        if (hud_terminal_ended() != 0)
            return hud_terminal_ended();
        if (key == HUD_KEY_NONE)
            continue;
        if (!take_key(key))
            return 0;
        if (!hud.data.gone)
            next_ns = 0;
    }
}

int cmd_hud(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = hud_options,
        .parser = parse_hud,
        .doc = "Shows the running session in the terminal, live: frame times with their budget, "
               "figures, janky frames, phases, counters, lanes. Its key ? lists the others.",
        .children = common_children,
    };
    struct hud_arguments arguments = {
        .common = *common, .rate = RATE_DEFAULT, .width = 80, .height = 24};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    (void)setlocale(LC_CTYPE, "");
    const char *refusal = arguments.once ? NULL : hud_terminal_refusal();
    if (refusal != NULL) {
        fprintf(stderr, "perfctl: hud: %s\n", refusal);
        return EXIT_UNUSABLE;
    }
    connect_service(&hud.client, &arguments.common);
    perf_client_close(&hud.client);
    hud.address = arguments.common.address;
    hud.data.gone = true;
    hud.view.panel = arguments.panel;
    hud.view.scale = HUD_SCALE_DEFAULT;
    if (arguments.once)
        return print_once(&arguments);
    if (!hud_terminal_open()) {
        fprintf(stderr, "perfctl: hud: the terminal cannot be taken\n");
        return EXIT_UNUSABLE;
    }
    int ended = run(arguments.rate);
    hud_terminal_close();
    perf_client_close(&hud.client);
    if (ended > 0) {
        signal(ended, SIG_DFL);
        raise(ended);
    }
    return EXIT_FINE;
}
