/* SPDX-License-Identifier: Apache-2.0 */
#include "hud_terminal.h"

#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Before curses.h, of which term.h is a part: both have macros with everyday names. */
#include "perfctl.h"

#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

static struct {
    bool open, coloured;
    SCREEN *screen;
    struct termios saved;
    char leave[128]; /* what gives the terminal back, for a signal's handler */
    size_t leave_bytes;
    volatile sig_atomic_t signal_number, busy;
    bool gone;
} terminal;

static const int ending_signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

/* --- Whether it can be --- */

const char *hud_terminal_refusal(void)
{
    const char *name = getenv("TERM");
    int error = 0;
    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
        return "stdin and stdout are not a terminal; --once needs none";
    if (name == NULL || name[0] == '\0')
        return "TERM is not set; --once needs none";
    if (setupterm(NULL, STDOUT_FILENO, &error) != OK)
        return "TERM names a terminal that is not known; --once needs none";
    if (cursor_address == NULL)
        return "TERM names a terminal without a movable cursor; --once needs none";
    (void)del_curterm(cur_term); /* newterm() has one of its own */
    return NULL;
}

bool hud_terminal_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* --- Signals --- */

static void on_signal(int number)
{
    if (!terminal.busy) {
        terminal.signal_number = number;
        return;
    }
    (void)!write(STDOUT_FILENO, terminal.leave, terminal.leave_bytes);
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.saved);
    signal(number, SIG_DFL);
    raise(number);
}

/* Without SA_RESTART, so that the wait for a key ends. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ending_signals / sizeof ending_signals[0]; i++)
        sigaction(ending_signals[i], &action, NULL);
}

void hud_terminal_busy(bool busy)
{
    terminal.busy = busy;
    /* One that came just before would wait for the service, too. */
    if (busy && terminal.signal_number != 0)
        raise(terminal.signal_number);
}

int hud_terminal_ended(void)
{
    return terminal.signal_number != 0 ? terminal.signal_number : terminal.gone ? -1 : 0;
}

static void note_leaving(const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    if (terminal.leave_bytes + length > sizeof terminal.leave)
        return;
    memcpy(terminal.leave + terminal.leave_bytes, length > 0 ? text : "", length);
    terminal.leave_bytes += length;
}

/* --- Styles --- */

#define DEFAULT_COLOUR (-1)

static void choose_colours(void)
{
    static const short colours[HUD_STYLES] = {
        [HUD_PLAIN] = DEFAULT_COLOUR,  [HUD_TITLE] = DEFAULT_COLOUR, [HUD_DIM] = DEFAULT_COLOUR,
        [HUD_STRONG] = DEFAULT_COLOUR, [HUD_ALERT] = COLOR_RED,      [HUD_BUDGET] = DEFAULT_COLOUR,
        [HUD_BAR] = COLOR_GREEN,       [HUD_JANKY] = COLOR_RED,      [HUD_DROPPED] = COLOR_MAGENTA,
        [HUD_APP] = COLOR_RED,         [HUD_GPU] = COLOR_YELLOW,     [HUD_PIPELINE] = COLOR_CYAN,
        [HUD_UNKNOWN] = COLOR_BLUE,
    };
    const char *no_colour = getenv("NO_COLOR");
    terminal.coloured = has_colors() && (no_colour == NULL || no_colour[0] == '\0') &&
                        start_color() == OK && use_default_colors() == OK;
    /* Pair 0 is what the terminal has by itself. */
    for (short style = 1; terminal.coloured && style < HUD_STYLES; style++)
        init_pair(style, colours[style], DEFAULT_COLOUR);
}

static attr_t attributes_of(unsigned style)
{
    static const attr_t attributes[HUD_STYLES] = {
        [HUD_TITLE] = A_REVERSE, [HUD_DIM] = A_DIM,    [HUD_STRONG] = A_BOLD,
        [HUD_ALERT] = A_REVERSE, [HUD_JANKY] = A_BOLD, [HUD_UNKNOWN] = A_BOLD,
    };
    attr_t attribute = attributes[style & ~HUD_REVERSED];
    return (style & HUD_REVERSED) != 0 ? attribute | A_REVERSE : attribute;
}

/* --- The terminal --- */

bool hud_terminal_open(void)
{
    if (tcgetattr(STDIN_FILENO, &terminal.saved) != 0)
        return false;
    terminal.screen = newterm(NULL, stdout, stdin);
    if (terminal.screen == NULL)
        return false;
    terminal.open = true;
    note_leaving("\030"); /* ends a sequence that was being written */
    note_leaving(exit_attribute_mode);
    note_leaving(cursor_normal);
    note_leaving(keypad_local);
    note_leaving(exit_ca_mode);
    atexit(hud_terminal_close);
    catch_signals();
    cbreak();
    noecho();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    choose_colours();
    return true;
}

void hud_terminal_close(void)
{
    if (!terminal.open)
        return;
    terminal.open = false;
    endwin();
}

void hud_terminal_size(unsigned *width, unsigned *height)
{
    int high, wide;
    getmaxyx(stdscr, high, wide);
    *width = (unsigned)wide;
    *height = (unsigned)high;
}

void hud_terminal_refresh(void)
{
    clearok(curscr, TRUE);
}

void hud_terminal_show(const struct hud_screen *screen)
{
    erase();
    for (unsigned y = 0; y < screen->height; y++)
        for (unsigned x = 0; x < screen->width; x++) {
            const struct hud_cell *from = &screen->cell[y][x];
            const wchar_t text[] = {(wchar_t)from->glyph, L'\0'};
            short pair = terminal.coloured ? (short)(from->style & ~HUD_REVERSED) : 0;
            cchar_t cell;
            if (from->glyph == ' ' && from->style == HUD_PLAIN)
                continue;
            setcchar(&cell, text, attributes_of(from->style), pair, NULL);
            mvadd_wch((int)y, (int)x, &cell);
        }
    refresh();
}

static int translate(int key)
{
    switch (key) {
    case ERR:
        return HUD_KEY_NONE;
    case KEY_RESIZE:
        return HUD_KEY_RESIZE;
    case KEY_UP:
        return HUD_KEY_UP;
    case KEY_DOWN:
        return HUD_KEY_DOWN;
    default:
        return key < 256 ? key : HUD_KEY_OTHER;
    }
}

int hud_terminal_key(uint64_t until_ns)
{
    int key = getch();
    uint64_t now = now_ns();
    if (key != ERR || now >= until_ns || hud_terminal_ended() != 0)
        return translate(key);
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int wait_ms = (int)((until_ns - now + 999999) / 1000000);
    int ready = poll(&input, 1, wait_ms);
    key = getch();
    /* The other end has hung up: it would be ready for ever. */
    if (ready > 0 && key == ERR && (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        terminal.gone = true;
    return translate(key);
}
