/* SPDX-License-Identifier: Apache-2.0 */
/* The HUD's cells: where what stands at each size, and columns of the graph worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "hud_screen.h"

#define MS        UINT64_C(1000000)
#define ROW_BYTES (HUD_WIDTH_MAX + 1)
#define UP_TO_32  2u /* the scale at which 16 ms are half of the graph's height */

static struct hud_screen screen;
static struct hud_data data;
static struct hud_view view;

/* A row as text: what is no ASCII is '*'. */
static const char *row(unsigned y)
{
    static char text[ROW_BYTES];
    for (unsigned x = 0; x < screen.width; x++) {
        uint32_t glyph = screen.cell[y][x].glyph;
        text[x] = glyph < 0x80 ? (char)glyph : '*';
    }
    text[screen.width] = '\0';
    return text;
}

static bool has(unsigned y, const char *words)
{
    return strstr(row(y), words) != NULL;
}

/* The first row with these words, or the screen's height. */
static unsigned find(const char *words)
{
    unsigned y = 0;
    while (y < screen.height && !has(y, words))
        y++;
    return y;
}

static void draw(unsigned width, unsigned height, bool utf8)
{
    hud_clear(&screen, width, height, utf8);
    hud_draw(&screen, &data, &view);
}

static struct hud_frame *add_frame(uint64_t interval_ns)
{
    struct hud_frame *frame = &data.frames[data.frame_count++];
    *frame = (struct hud_frame){
        .frame_id = data.frame_count, .interval_ns = interval_ns, .budget_ns = 16 * MS};
    return frame;
}

static void cause_of(struct hud_frame *frame, enum perf_cause cause)
{
    frame->janky = frame->caused = true;
    frame->cause = cause;
}

static int setup(void **state)
{
    (void)state;
    data = (struct hud_data){
        .has_session = true,
        .metrics = {.session_id = 7,
                    .name = "scroll",
                    .running = true,
                    .has_intervals = true,
                    .budget_ns = 16 * MS,
                    .milli_fps = 59945,
                    .low1_milli_fps = 30004,
                    .p50_ns = 16666667,
                    .p95_ns = 16666499,
                    .p99_ns = 33 * MS,
                    .longest_ns = 51 * MS,
                    .frames = 1200,
                    .long_frames = 3,
                    .dropped = 4,
                    .late = 5,
                    .jank = {1, 2, 0, 4, 0}},
        .health = {.balanced = true},
    };
    view = (struct hud_view){.scale = UP_TO_32};
    return 0;
}

/* --- Where what stands --- */

static void figures_at_80x24(void **state)
{
    (void)state;
    draw(80, 24, true);
    assert_string_equal(row(0), " running  session 7  scroll                       "
                                "             budget 16.000 ms ");
    assert_string_equal(row(1), " fps      59.95  p50     16.667  p95     16.666  p99"
                                "     33.000  max     51.000 ");
    assert_string_equal(row(2), " 1% low   30.00  long         3  dropped      4  late"
                                "         5  frames    1200 ");
    assert_true(has(3, "32.0ms*"));
    assert_true(has(11, " jank   D dropped 1   A app 2   G gpu 0   P pipeline 4   U unknown 0"));
    assert_true(has(12, "*[jank] phases  counters  lanes  perfd *"));
    assert_true(has(13, " no janky frames"));
    assert_true(has(23, "q quit  ? help  p panel  s start  x stop  e export  space pause"));
    assert_int_equal(hud_panels_shown(80, 24, HUD_PANEL_LANES), 1 << HUD_PANEL_LANES);
}

static void four_panels_at_120x40(void **state)
{
    (void)state;
    view.panel = HUD_PANEL_LANES;
    draw(120, 40, true);
    unsigned upper = find("*[lanes]*");
    assert_true(upper < 40 && has(upper, " perfd *"));
    unsigned lower = find("* jank *");
    assert_true(lower > upper && lower < 40 && has(lower, " phases *"));
    assert_int_equal(lower - upper, 10); /* of the 21 rows below 14 of the graph */
    assert_true(has(39, "q quit"));
    /* From the fourth on: lanes, perfd, jank, phases. */
    assert_int_equal(hud_panels_shown(120, 40, HUD_PANEL_LANES), 0x1b);
}

static void all_that_matters_at_40x12(void **state)
{
    (void)state;
    draw(40, 12, false);
    assert_string_equal(row(0), " running #7 scroll        budget 16.000 ");
    assert_string_equal(row(1), " fps    59.95 1% low 30.00 frames   1200");
    assert_string_equal(row(2), " p50   16.667 p95   16.666 p99    33.000");
    assert_string_equal(row(3), " long       3 dropped    4 late        5");
    assert_true(has(4, "32.0ms|"));
    assert_true(has(7, "-[jank] phases"));
    assert_string_equal(row(11), "q quit  ? help  p panel  s start  x stop");
}

static void one_line_where_it_is_too_small(void **state)
{
    static const struct {
        unsigned width, height;
        const char *line;
    } sizes[] = {
        {39, 24, "too small: needs 40x12"},
        {80, 11, "too small: needs 40x12"},
        {22, 6, "too small: needs 40x12"},
        {20, 5, "too small: min 40x12"},
        {19, 5, "needs 40x12"},
        {5, 1, "40x12"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        draw(sizes[i].width, sizes[i].height, true);
        assert_memory_equal(row(0), sizes[i].line, strlen(sizes[i].line));
        for (unsigned y = 1; y < screen.height; y++)
            assert_int_equal(strspn(row(y), " "), screen.width);
        assert_int_equal(hud_panels_shown(sizes[i].width, sizes[i].height, 0), 0);
    }
}

static void the_state_is_told_in_words(void **state)
{
    (void)state;
    view.paused = true;
    draw(80, 24, true);
    assert_true(has(0, "paused"));
    data.gone = true;
    draw(80, 24, true);
    assert_true(has(0, " the service is gone; waiting "));
    assert_true(has(1, "59.95")); /* what was known last */
    data = (struct hud_data){.health = {.balanced = false}};
    view = (struct hud_view){.panel = HUD_PANEL_PERFD, .message = "session 3 stopped"};
    draw(80, 24, true);
    assert_true(has(0, "no session"));
    assert_true(has(1, " fps          -  p50          -"));
    assert_true(has(2, " 1% low       -  long         -"));
    assert_true(find("NOT balanced") < 24);
    assert_true(has(23, " session 3 stopped"));
    data.refused = "accessDenied";
    draw(80, 24, true);
    assert_true(has(0, "not readable: accessDenied"));
    view.help = true;
    draw(40, 12, true);
    assert_true(has(1, " s  start a session"));
    assert_true(has(9, "Dropped App Gpu Pipeline Unknown"));
}

/* --- The graph --- */

/* 4 rows of 8 eighths up to 32 ms: a millisecond is an eighth. x counts from the right, y from the
 * bottom. */
static struct hud_cell plot_cell(unsigned x, unsigned y)
{
    return screen.cell[3 - y][screen.width - 1 - x];
}

static void draw_graph(bool utf8)
{
    hud_clear(&screen, 30, 4, utf8);
    struct hud_area whole = hud_whole(&screen);
    hud_draw_graph(&whole, &data, UP_TO_32);
}

static void expect(unsigned x, unsigned y, uint32_t glyph, unsigned style)
{
    struct hud_cell cell = plot_cell(x, y);
    if (cell.glyph != glyph || cell.style != style)
        fail_msg("%u from the right, %u from below: U+%04x in style %u, expected U+%04x in %u", x,
                 y, (unsigned)cell.glyph, cell.style, (unsigned)glyph, style);
}

static void bars_stand_below_and_behind_the_budget(void **state)
{
    (void)state;
    add_frame(1);        /* 4 */
    add_frame(11 * MS);  /* 3 */
    add_frame(16 * MS);  /* 2: as long as it may be */
    add_frame(20 * MS);  /* 1 */
    add_frame(15499999); /* 0: rounds to 15 eighths */
    draw_graph(true);
    /* The budget's 16 eighths end in the second row. */
    for (unsigned x = 0; x < 23; x++)
        expect(x, 1, 0x2500, x == 1 ? HUD_BAR | HUD_REVERSED : HUD_BUDGET);
    expect(4, 0, 0x2581, HUD_BAR);
    expect(3, 0, 0x2588, HUD_BAR);
    expect(2, 0, 0x2588, HUD_BAR);
    expect(2, 2, ' ', HUD_PLAIN);
    expect(1, 0, 0x2588, HUD_BAR);
    expect(1, 2, 0x2584, HUD_BAR); /* 20 - 16 = 4 eighths */
    expect(0, 2, ' ', HUD_PLAIN);
    expect(5, 0, ' ', HUD_PLAIN);
    assert_string_equal(row(0), "32.0ms*                       ");
    assert_true(has(2, "16.0ms*"));
    assert_true(has(3, "     0*"));
}

static void eighths_show_where_no_line_is(void **state)
{
    static const unsigned eighths[] = {1, 3, 5, 7};
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        add_frame((16 + eighths[i]) * MS - MS / 2); /* rounds up */
    draw_graph(true);
    for (unsigned i = 0; i < 4; i++)
        expect(3 - i, 2, 0x2580 + eighths[i], HUD_BAR);
    draw_graph(false);
    for (unsigned i = 0; i < 4; i++)
        expect(3 - i, 2, (uint32_t)(unsigned char)".::#"[i], HUD_BAR);
    expect(0, 1, '-', HUD_BAR | HUD_REVERSED);
    expect(7, 1, '-', HUD_BUDGET);
}

static void causes_are_letters_and_colours(void **state)
{
    (void)state;
    cause_of(add_frame(18 * MS), PERF_CAUSE_PIPELINE); /* 5: a letter in the row above its 2 */
    cause_of(add_frame(40 * MS), PERF_CAUSE_APP);      /* 4: above the graph */
    cause_of(add_frame(0), PERF_CAUSE_DROPPED);        /* 3 */
    data.frames[2].thrown = true;
    cause_of(add_frame(8 * MS), PERF_CAUSE_GPU); /* 2: its letter would be on the line */
    add_frame(30 * MS)->janky = true;            /* 1: nobody says why */
    add_frame(0);                                /* 0: no interval */
    draw_graph(true);
    expect(5, 2, 0x2582, HUD_PIPELINE);
    expect(5, 3, 'P', HUD_PIPELINE);
    expect(4, 3, 'A', HUD_APP | HUD_REVERSED);
    expect(4, 2, 0x2588, HUD_APP);
    expect(4, 1, 0x2500, HUD_APP | HUD_REVERSED);
    expect(3, 0, 'D', HUD_DROPPED);
    expect(3, 1, 0x2500, HUD_BUDGET);
    expect(2, 0, 0x2588, HUD_GPU);
    expect(2, 1, 0x2500, HUD_BUDGET);
    expect(2, 2, 'G', HUD_GPU);
    expect(1, 3, '!', HUD_JANKY | HUD_REVERSED);
    expect(0, 0, 0xb7, HUD_DIM);
}

static void each_frame_has_its_own_budget(void **state)
{
    (void)state;
    add_frame(8 * MS)->budget_ns = 8 * MS;
    add_frame(8 * MS)->budget_ns = 33 * MS; /* above the graph */
    draw_graph(true);
    expect(1, 0, 0x2500, HUD_BUDGET);
    expect(1, 1, ' ', HUD_PLAIN);
    expect(0, 0, 0x2588, HUD_BAR);
    expect(2, 1, 0x2500, HUD_BUDGET);
}

static void the_scale_goes_from_near_to_far(void **state)
{
    (void)state;
    for (unsigned scale = 1; scale < HUD_SCALES; scale++)
        assert_true(hud_scale_ns(16 * MS, scale) > hud_scale_ns(16 * MS, scale - 1));
    assert_int_equal(hud_scale_ns(16 * MS, 0), 20 * MS);
    assert_int_equal(hud_scale_ns(16 * MS, HUD_SCALE_DEFAULT), 48 * MS);
    add_frame(UINT64_MAX);
    draw_graph(true);
    expect(0, 3, 0x25b2, HUD_BAR);
}

/* --- Panels --- */

static void add_counter(const char *name, enum perf_counter_state counter_state, uint32_t samples,
                        const char *reason)
{
    struct hud_counter *counter = &data.counters[data.counter_count++];
    *counter = (struct hud_counter){.state = counter_state, .samples = samples};
    strcpy(counter->name, name);
    strcpy(counter->reason, reason);
    data.groups[0].count = data.counter_count;
}

static void states_are_words_and_never_zero(void **state)
{
    static const struct {
        const char *name;
        enum perf_counter_state counter_state;
        const char *word;
    } states[] = {
        {"alpha", PERF_COUNTER_STATE_UNSUPPORTED, "n/a: as said"},
        {"beta", PERF_COUNTER_STATE_NOT_PERMITTED, "not permitted: as said"},
        {"gamma", PERF_COUNTER_STATE_DISABLED, "off: as said"},
        {"delta", PERF_COUNTER_STATE_WARMING, "warming: as said"},
        {"epsilon", PERF_COUNTER_STATE_FAILED, "failed: as said"},
        {"zeta", PERF_COUNTER_STATE_UNKNOWN, "in a state unknown here"},
    };
    (void)state;
    strcpy(data.groups[0].name, "cpu");
    data.group_count = 1;
    for (unsigned i = 0; i < 6; i++)
        add_counter(states[i].name, states[i].counter_state, 9, "as said");
    add_counter("counted", PERF_COUNTER_STATE_OK, 4, "");
    data.counters[6].last = -5;
    data.counters[6].sum = 10;
    view.panel = HUD_PANEL_COUNTERS;
    draw(80, 40, true);
    for (unsigned i = 0; i < 6; i++) {
        unsigned y = find(states[i].name);
        assert_true(has(y, states[i].word));
        assert_null(strchr(row(y), '0'));
    }
    assert_true(has(find("counted"), " -5          2.50 "));
    draw(40, 20, true);
    assert_true(has(find("alpha"), "n/a: as said"));
}

static void what_does_not_fit_is_counted_and_scrolled_to(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20; i++)
        data.janks[i] = (struct hud_jank){
            .seq = i + 1, .frame_id = 500 + i, .interval_ns = 33 * MS, .cause = PERF_CAUSE_APP};
    data.jank_count = 20;
    draw(80, 24, true); /* a head and nine of 20 */
    assert_true(has(12, " 11 more "));
    assert_true(has(14, "519    33.000  A app"));
    assert_int_equal(hud_scroll_max(80, 24, &data, HUD_PANEL_JANK), 11);
    view.scroll = 1000;
    draw(80, 24, true);
    assert_true(has(22, "500    33.000  A app"));
    assert_false(has(12, "more"));
}

/* --- Hostile texts, odd sizes --- */

static void nothing_steers_the_terminal(void)
{
    for (unsigned y = 0; y < screen.height; y++)
        for (unsigned x = 0; x < screen.width; x++) {
            uint32_t glyph = screen.cell[y][x].glyph;
            bool fine = (glyph >= 0x20 && glyph < 0x7f) || (glyph >= 0xa0 && glyph < 0x250) ||
                        glyph == 0x2026 || (glyph >= 0x2500 && glyph < 0x25c0);
            if (!fine || (!screen.utf8 && glyph >= 0x80))
                fail_msg("U+%04x at %u, %u", (unsigned)glyph, x, y);
        }
}

static void hostile_texts_stay_texts(void **state)
{
    /* ESC, C1 alone and in UTF-8, DEL, a right-to-left override, an overlong ESC, a wide letter, a
     * joining accent, the beginning of a letter at the end. */
    static const char hostile[] = "\033[2J\x9b"
                                  "2J\xc2\x9b"
                                  "A\x7f\r\n\t\xe2\x80\xae\xe0\x80\x9b\xe4\xb8\xad\xcc\x81\xe4\xb8";
    (void)state;
    strcpy(data.metrics.name, hostile);
    data.janks[0] = (struct hud_jank){.frame_id = 1, .why_count = 3};
    strcpy(data.janks[0].why[0].label, hostile);
    data.jank_count = 1;
    data.group_count = data.lane_count = 1;
    strcpy(data.groups[0].name, hostile);
    data.groups[0].pid = 4;
    strcpy(data.groups[0].process, "\033]0;x\a");
    add_counter("\033[31m", PERF_COUNTER_STATE_FAILED, 0, hostile);
    data.lanes[0].lane = 1;
    strcpy(data.lanes[0].name, "\033c\x9b");
    for (unsigned utf8 = 0; utf8 < 2; utf8++)
        for (view.panel = 0; view.panel < HUD_PANELS; view.panel++) {
            draw(120, 40, utf8 == 1);
            nothing_steers_the_terminal();
            draw(40, 12, utf8 == 1);
            nothing_steers_the_terminal();
        }
    draw(80, 24, true);
    assert_true(has(0, "?[2J?2J?A"));
    strcpy(data.metrics.name, "Gr\xc3\xb6\xc3\x9f"
                              "e");
    draw(80, 24, true);
    assert_int_equal(screen.cell[0][23].glyph, 0xf6);
    assert_true(has(0, "Gr**e"));
    draw(80, 24, false);
    assert_true(has(0, "Gr??e"));
}

static void every_size_has_room(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HUD_FRAMES; i++)
        cause_of(add_frame(i * MS / 4), (enum perf_cause)(i % HUD_CAUSES));
    data.lane_count = HUD_LANES;
    view.scroll = 3;
    for (unsigned width = 1; width <= 130; width++)
        for (unsigned height = 1; height <= 45; height++) {
            view.panel = (width + height) % HUD_PANELS;
            draw(width, height, height % 2 == 0);
            nothing_steers_the_terminal();
        }
    draw(10000, 10000, true);
    assert_int_equal(screen.width, HUD_WIDTH_MAX);
    assert_int_equal(screen.height, HUD_HEIGHT_MAX);
}

static void figures_keep_to_their_room(void **state)
{
    char text[HUD_FIGURE_BYTES];
    (void)state;
    assert_string_equal(hud_ms(text, 0, false), "-");
    assert_string_equal(hud_ms(text, 1499, true), "0.001");
    assert_string_equal(hud_ms(text, 1500, true), "0.002");
    assert_string_equal(hud_ms(text, UINT64_C(12345678901), true), "12.3s");
    assert_string_equal(hud_fps(text, 59995, true), "60.00");
    assert_string_equal(hud_count(text, 9999, 4), "9999");
    assert_string_equal(hud_count(text, 12345, 4), "12k");
    assert_string_equal(hud_count(text, UINT64_MAX, 4), "18E");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(figures_at_80x24, setup),
        cmocka_unit_test_setup(four_panels_at_120x40, setup),
        cmocka_unit_test_setup(all_that_matters_at_40x12, setup),
        cmocka_unit_test_setup(one_line_where_it_is_too_small, setup),
        cmocka_unit_test_setup(the_state_is_told_in_words, setup),
        cmocka_unit_test_setup(bars_stand_below_and_behind_the_budget, setup),
        cmocka_unit_test_setup(eighths_show_where_no_line_is, setup),
        cmocka_unit_test_setup(causes_are_letters_and_colours, setup),
        cmocka_unit_test_setup(each_frame_has_its_own_budget, setup),
        cmocka_unit_test_setup(the_scale_goes_from_near_to_far, setup),
        cmocka_unit_test_setup(states_are_words_and_never_zero, setup),
        cmocka_unit_test_setup(what_does_not_fit_is_counted_and_scrolled_to, setup),
        cmocka_unit_test_setup(hostile_texts_stay_texts, setup),
        cmocka_unit_test_setup(every_size_has_room, setup),
        cmocka_unit_test_setup(figures_keep_to_their_room, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
