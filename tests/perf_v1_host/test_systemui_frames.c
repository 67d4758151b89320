/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SystemUI's frames, on a clock that is wound by hand: how they are paced, what perfd hears of them
 * and what the HUD then shows, read back from the pixels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "font.h"
#include "palette.h"
#include "systemui_world.h"

#define PERIOD UINT64_C(16666667)
#define WIDTH  640
#define HEIGHT 480

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open(&world, WIDTH, HEIGHT, 0);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* The panel's corner: the HUD is 12 pixels from the right, and 12 below the bar of 24. */
static const struct rect panel = {WIDTH - HUD_WIDTH - 12, 36, HUD_WIDTH, HUD_HEIGHT};

static void expect_text(int32_t x, int32_t y, uint32_t colour, const char *expected)
{
    char text[64];
    font_read(&world.ui.picture.canvas, panel.x + x, panel.y + y, colour, text,
              (int32_t)strlen(expected));
    assert_string_equal(text, expected);
}

static void expect_figure(int32_t place, const char *label, const char *value, uint32_t colour)
{
    const int32_t x = HUD_PADDING + place % HUD_COLUMNS * HUD_COLUMN_WIDTH;
    expect_text(x, HUD_LABEL_Y(place / HUD_COLUMNS), PALETTE_LIGHT_SOFT, label);
    expect_text(x, HUD_VALUE_Y(place / HUD_COLUMNS), colour, value);
}

static struct perfd_metrics metrics_now(void)
{
    struct perfd_metrics metrics;
    assert_int_equal(perfd_read_metrics(world.perfd, 0, 0, false, &metrics), 0);
    return metrics;
}

/* 48 frames, each shown with the next refresh: 47 intervals of one period, and nothing else. */
static void even_frames(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 49);
    assert_int_equal(world.platform.presents, 49);
    assert_int_equal(world.ui.refresh, 49);
    expect_text(HUD_HEAD_X, HUD_HEAD_Y, PALETTE_LIGHT, "perfd");
    expect_figure(0, "fps", "60.00 ", PALETTE_LIGHT);
    expect_figure(1, "avg ms", "16.67 ", PALETTE_LIGHT);
    expect_figure(2, "p95 ms", "16.67 ", PALETTE_LIGHT);
    expect_figure(3, "p99 ms", "16.67 ", PALETTE_LIGHT);
    expect_figure(4, "long", "0 ", PALETTE_LIGHT);
    expect_figure(5, "dropped", "0 ", PALETTE_LIGHT);
    expect_figure(6, "lost", "0 ", PALETTE_LIGHT);
    expect_figure(7, "perfd cost", "0.00%", PALETTE_LIGHT);
    assert_int_equal(memory_port_count(&world.port, "perf: start demo (budget=16.667ms)"), 1);
}

/*
 * Frame 59 takes one and a half periods and is shown with refresh 60. Of the 59 intervals behind
 * the figures of frame 60, 58 are one period and one is two: 59 / 60 of 60 fps; 1000.00002 ms / 59
 * = 16.95 ms; p95 is the 57th smallest, p99 the 59th.
 */
static void a_load_misses_a_refresh(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 58);
    assert_int_equal(world.ui.refresh, 58);
    world_frames(&world, 1);
    assert_int_equal(world.ui.refresh, 60);
    world_frames(&world, 2);
    assert_int_equal(world.ui.refresh, 62);
    expect_figure(0, "fps", "59.00 ", PALETTE_LIGHT);
    expect_figure(1, "avg ms", "16.95 ", PALETTE_LIGHT);
    expect_figure(2, "p95 ms", "16.67 ", PALETTE_LIGHT);
    expect_figure(3, "p99 ms", "33.33 ", PALETTE_LIGHT);
    expect_figure(4, "long", "1 ", PALETTE_LONG);
    expect_figure(5, "dropped", "1 ", PALETTE_DROPPED);

    /* 60 bars, on the right; the last but one is two periods of three high: 32 pixels of 48. */
    const struct canvas *canvas = &world.ui.picture.canvas;
    const int32_t base = panel.y + HUD_BARS_TOP + HUD_BAR_HEIGHT;
    const int32_t x = panel.x + HUD_PADDING + 118 * HUD_BAR_WIDTH;
    assert_int_equal(canvas->pixels[(base - 32) * WIDTH + x], PALETTE_DROPPED);
    assert_int_not_equal(canvas->pixels[(base - 33) * WIDTH + x], PALETTE_DROPPED);
    assert_int_equal(canvas->pixels[(base - 16) * WIDTH + x + 2], PALETTE_GOOD);
    assert_int_equal(canvas->pixels[(base - 16) * WIDTH + x - 2], PALETTE_GOOD);

    const struct perfd_metrics metrics = metrics_now();
    assert_int_equal(metrics.over_budget, 1);
    assert_int_equal(metrics.late, 1);
}

/* Frame 120 is thrown away: nothing is shown, and the frame after it counts one dropped. Frame 59
 * is the other one. */
static void a_frame_thrown_away(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 121);
    assert_int_equal(world.platform.presents, 120);
    const struct perfd_metrics metrics = metrics_now();
    assert_int_equal(metrics.frames, 120);
    assert_int_equal(metrics.dropped, 2);
    assert_int_equal(world.ui.link.refused, 0);
}

static void a_present_that_fails(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 2);
    world.platform.present_fails = true;
    world_frames(&world, 3);
    world.platform.present_fails = false;
    world_frames(&world, 1);
    /* Three refreshes without a picture, lost once each: the interval of four periods says the
     * same. */
    const struct perfd_metrics metrics = metrics_now();
    assert_int_equal(metrics.frames, 3);
    assert_int_equal(metrics.dropped, 3);
    assert_int_equal(metrics.longest_ns, 4 * PERIOD);
}

/* Ten seconds of frames leave every record where it is: 16,384 have room. */
static void ten_seconds_of_records_stay(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    while (world.ui.refresh < 600)
        world_frames(&world, 1);
    struct perfd_health health;
    perfd_read_health(world.perfd, world.platform.now_ns, &health);
    assert_int_equal(health.overwritten, 0);
    assert_true(health.written > 10000);
    assert_true(health.ledger_balanced);
    assert_true(metrics_now().latency_count > 0);
    assert_int_equal(systemui_finish(&world.ui), 0);
    assert_int_equal(memory_port_count_prefix(&world.port, "perf: stop demo "), 1);
    assert_int_equal(memory_port_count_prefix(&world.port, "perfd: reject"), 0);
}

static void draws_without_perfd(void **state)
{
    (void)state;
    world.listens = false;
    assert_int_equal(systemui_connect(&world.ui), PERF_CLIENT_UNREACHABLE);
    world_frames(&world, 30);
    assert_int_equal(world.platform.presents, 30);
    expect_text(HUD_HEAD_X, HUD_HEAD_Y, PALETTE_LIGHT, "perfd: not connected");
    expect_figure(0, "fps", "- ", PALETTE_LIGHT);
    expect_figure(4, "long", "- ", PALETTE_LIGHT);
    assert_int_equal(systemui_finish(&world.ui), PERF_CLIENT_UNREACHABLE);
}

/* The connection breaks and comes back: the same session goes on, though not while it was gone. */
static void a_broken_connection(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 10);
    world_cut(&world);
    world_frames(&world, 20);
    assert_int_equal(world.platform.presents, 30);
    assert_int_equal(world.platform.logs, 1);
    assert_string_equal(world.platform.last_log, "perfd: connection lost, drawing on");
    expect_text(HUD_HEAD_X, HUD_HEAD_Y, PALETTE_LIGHT, "perfd: not connected");

    world_listen(&world, false);
    world_frames(&world, 103); /* it tries with frame 120, looks at the figures with 132 */
    assert_string_equal(world.platform.last_log, "perfd: connected again");
    expect_text(HUD_HEAD_X, HUD_HEAD_Y, PALETTE_LIGHT, "perfd   ");
    assert_int_equal(memory_port_count_prefix(&world.port, "perf: start"), 1);
    assert_int_equal(world.ui.link.refused, 0);
    assert_int_equal(metrics_now().frames, 10 + 13); /* 120 is thrown away; 121 to 133 */
    assert_int_equal(systemui_finish(&world.ui), 0);
}

/* A perfd that was started anew knows nothing of the session: there is a new one, with bars of its
 * own. */
static void a_new_perfd(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 100);
    assert_int_equal(world.ui.hud.bars, 96);
    world_cut(&world);
    world_frames(&world, 5);
    world_listen(&world, true);
    world_frames(&world, 28);
    assert_int_equal(memory_port_count_prefix(&world.port, "perf: start demo"), 2);
    assert_int_equal(world.ui.hud.bars, 12);
    assert_true(world.ui.hud.connected);
}

static void the_session_is_stopped_by_somebody(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 10);
    struct perfd_metrics metrics;
    assert_int_equal(
        perfd_stop(world.perfd, 0, world.ui.link.session, world.platform.now_ns, &metrics), 0);
    world_frames(&world, 10);
    assert_int_equal(world.ui.link.refused, 10);
    assert_int_equal(world.ui.link.last_refusal, 1); /* notFound */
    assert_int_equal(world.platform.presents, 20);
    assert_int_equal(systemui_finish(&world.ui), 1);
}

static void a_session_that_is_refused(void **state)
{
    (void)state;
    /* Below a microsecond: `invalid`. */
    world.ui.link.budget_ns = 999;
    assert_int_equal(systemui_connect(&world.ui), 11);
    assert_false(world.connected);
}

static void keys(void **state)
{
    (void)state;
    assert_int_equal(systemui_connect(&world.ui), 0);
    world_frames(&world, 5);
    assert_int_equal(metrics_now().latency_count, 0);
    const int32_t row_before = world.ui.layout.first_row;
    systemui_key(&world.ui, SYSTEMUI_KEY_DOWN, world.platform.now_ns);
    world_frames(&world, 1);
    assert_int_equal(world.ui.layout.first_row, row_before + 1);
    assert_int_equal(metrics_now().latency_count, 1);
    systemui_key(&world.ui, SYSTEMUI_KEY_UP, world.platform.now_ns);
    systemui_key(&world.ui, SYSTEMUI_KEY_HUD, world.platform.now_ns);
    world_frames(&world, 1);
    assert_int_equal(world.ui.layout.first_row, row_before);
    char text[6];
    assert_int_equal(font_read(&world.ui.picture.canvas, panel.x + HUD_HEAD_X, panel.y + HUD_HEAD_Y,
                               PALETTE_LIGHT, text, 5) == 0 &&
                         strcmp(text, "perfd") == 0,
                     0);
    systemui_key(&world.ui, SYSTEMUI_KEY_HUD, world.platform.now_ns);
    systemui_key(&world.ui, SYSTEMUI_KEY_LOAD, world.platform.now_ns);
    const uint64_t refresh = world.ui.refresh;
    world_frames(&world, 1);
    assert_int_equal(world.ui.refresh, refresh + 2);
    expect_text(HUD_HEAD_X, HUD_HEAD_Y, PALETTE_LIGHT, "perfd");
    assert_int_equal(metrics_now().latency_count, 3);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        CASE(even_frames),
        CASE(a_load_misses_a_refresh),
        CASE(a_frame_thrown_away),
        CASE(a_present_that_fails),
        CASE(ten_seconds_of_records_stay),
        CASE(draws_without_perfd),
        CASE(a_broken_connection),
        CASE(a_new_perfd),
        CASE(the_session_is_stopped_by_somebody),
        CASE(a_session_that_is_refused),
        CASE(keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
