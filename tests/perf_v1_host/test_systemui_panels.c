/* SPDX-License-Identifier: Apache-2.0 */
/* The HUD's panels, read back from the pixels; and what SystemUI counts of its own drawing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "font.h"
#include "palette.h"
#include "panels.h"
#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/jank.h"
#include "systemui_world.h"

#define WIDTH  640
#define HEIGHT 480
#define FRAMES 75

static struct world world;
static const struct rect panel = {WIDTH - HUD_WIDTH - 12, 36, HUD_WIDTH, HUD_HEIGHT};

static int open_world(void **state)
{
    static uint64_t counters[PERFD_COUNTERS_BYTES / 8], hotspots[PERFD_HOTSPOTS_BYTES / 8];
    static uint64_t janks[PERFD_JANK_BYTES(2, 1200, 16, 512, 32) / 8 + 1];
    (void)state;
    world_open(&world, WIDTH, HEIGHT, 0);
    assert_int_equal(perfd_jank_start(world.perfd, janks, sizeof janks), 0);
    assert_int_equal(perfd_counters_start(world.perfd, counters, sizeof counters), 0);
    assert_int_equal(perfd_hotspots_start(world.perfd, hotspots, sizeof hotspots), 0);
    assert_int_equal(systemui_connect(&world.ui), 0);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static struct perfd_text text(const char *string)
{
    return (struct perfd_text){string, (uint32_t)strlen(string)};
}

/* Shows the panel, and waits for the frame that has it. */
static void show(enum hud_panel which)
{
    systemui_show(&world.ui, which);
    world_frames(&world, 2);
    char title[16];
    const char *expected = panels_name(which);
    const int32_t length = (int32_t)strlen(expected);
    font_read(&world.ui.picture.canvas,
              panel.x + panel.w - HUD_PADDING - length * FONT_CELL_WIDTH + 1, panel.y + HUD_HEAD_Y,
              PALETTE_LIGHT_SOFT, title, length);
    assert_string_equal(title, expected);
}

/* The row is on the screen, in these words and this colour. */
static void expect(int32_t row, const char *label, const char *value, uint32_t colour)
{
    char shown[40];
    const struct canvas *canvas = &world.ui.picture.canvas;
    const int32_t y = panel.y + HUD_ROW_Y(row), length = (int32_t)strlen(value);
    assert_true(row < world.ui.hud.rows);
    font_read(canvas, panel.x + HUD_PADDING, y, PALETTE_LIGHT_SOFT, shown, (int32_t)strlen(label));
    assert_string_equal(shown, label);
    font_read(canvas, panel.x + panel.w - HUD_PADDING - length * FONT_CELL_WIDTH + 1, y, colour,
              shown, length);
    assert_string_equal(shown, value);
}

/* --- What it draws ---------------------------------------------------------------------------- */

static int64_t total_of(const char *name)
{
    struct perfd_counter_info info;
    for (uint32_t i = 0; perfd_read_counter(world.perfd, 1, i, &info) == 0; i++)
        if (strcmp(info.name, name) == 0)
            return info.total;
    fail_msg("no counter %s", name);
    return 0;
}

static void graphics(void **state)
{
    uint64_t fills[FRAMES] = {0}, all[6] = {0}, window = 0;
    char value[32];
    (void)state;
    systemui_show(&world.ui, HUD_GRAPHICS);
    for (int i = 0; i < FRAMES; i++) {
        world_frames(&world, 1);
        const struct canvas *canvas = &world.ui.picture.canvas;
        fills[i] = canvas->work.fills;
        all[0] += canvas->work.fills;
        all[1] += canvas->work.blends;
        all[2] += canvas->glyphs;
        all[3] += canvas->work.bytes;
        all[4] += canvas->work.switches;
        all[5] += canvas->work.passes;
    }
    assert_int_equal(total_of("fills"), all[0]);
    assert_int_equal(total_of("blends"), all[1]);
    assert_int_equal(total_of("glyphs"), all[2]);
    assert_int_equal(total_of("draw_calls"), all[0] + all[1] + all[2]);
    assert_int_equal(total_of("drawn_bytes"), all[3]);
    assert_int_equal(total_of("pipeline_switches"), all[4]);
    assert_int_equal(total_of("render_passes"), all[5]);
    assert_int_equal(all[5], 5 * FRAMES);
    assert_int_equal(total_of("upload_bytes"), FRAMES * WIDTH * HEIGHT * 4);
    /* The wallpaper alone is all of the screen, and there is more. */
    assert_true(all[3] > FRAMES * (uint64_t)WIDTH * HEIGHT * 4);

    /* The figures were fetched after frame 72: of frames 13 to 72. */
    for (int i = 12; i < 72; i++)
        window += fills[i];
    snprintf(value, sizeof value, "%llu.00", (unsigned long long)(window / 60));
    expect(1, "fills", value, PALETTE_LIGHT);
    expect(4, "passes", "5.00", PALETTE_LIGHT);
    expect(8, "GPU", "n/a", PALETTE_LIGHT);
    expect(0, "draw calls", world.ui.hud.row[0].value, PALETTE_LIGHT);
}

/* --- What others count ------------------------------------------------------------------------ */

static void jit_and_counters(void **state)
{
    const struct perfd_counter jit[] = {{text("cache_hits"), text(""), PERFD_COUNT},
                                        {text("cache_misses"), text(""), PERFD_COUNT},
                                        {text("deopts"), text(""), PERFD_COUNT}};
    const struct perfd_counter cpu[] = {{text("cpu_ns"), text("ns"), PERFD_NS},
                                        {text("mips"), text(""), PERFD_GAUGE},
                                        {text("io_ns"), text("ns"), PERFD_NS}};
    const int64_t compiled[] = {75, 25, 4}, ran[] = {12000000, 480, 0};
    (void)state;
    world_frames(&world, 2);
    show(HUD_JIT);
    expect(0, "no program compiles", "", PALETTE_LIGHT);
    show(HUD_COUNTERS);
    expect(0, "no other counters", "", PALETTE_LIGHT);

    struct perfd *perfd = world.perfd;
    int client = perfd_client_open(perfd);
    int jit_group = perfd_counter_group(perfd, client, text("jit"), jit, 3);
    int cpu_group = perfd_counter_group(perfd, client, text("cpu"), cpu, 3);
    assert_int_equal(perfd_counter_set_state(perfd, client, (uint32_t)cpu_group, 2, 1,
                                             PERFD_COUNTER_NOT_PERMITTED, text("no")),
                     0);
    const uint64_t now_ns = world.port.now_ns;
    assert_int_equal(
        perfd_counter_sample(perfd, client, (uint32_t)jit_group, compiled, 3, 0, now_ns), 0);
    assert_int_equal(perfd_counter_sample(perfd, client, (uint32_t)cpu_group, ran, 3, 0, now_ns),
                     0);
    show(HUD_JIT);
    expect(0, "hit rate", "75.00 %", PALETTE_LIGHT);
    expect(1, "blocks", "-", PALETTE_LIGHT);
    expect(5, "deopts", "4.00", PALETTE_LIGHT);
    show(HUD_COUNTERS);
    expect(0, "cpu_ns", "12.00 ms", PALETTE_LIGHT);
    expect(1, "mips", "480.00", PALETTE_LIGHT);
    expect(2, "io_ns", "not permitted", PALETTE_LIGHT);
}

static void hotspots(void **state)
{
    const struct perfd_hotspot some[] = {{UINT64_C(0xffffffff80401000), 3, 300, 0},
                                         {0x10, 1, 100, 0}};
    (void)state;
    world_frames(&world, 2);
    show(HUD_HOTSPOTS);
    expect(0, "no program has hotspots", "", PALETTE_LIGHT);
    int client = perfd_client_open(world.perfd);
    assert_int_equal(perfd_hotspots_add(world.perfd, client, text("pc"), some, 2), 0);
    show(HUD_HOTSPOTS);
    expect(0, "0xffffffff80401000", "75.00 %", PALETTE_LIGHT);
    expect(1, "0x10", "25.00 %", PALETTE_LIGHT);
}

/* --- perfd's own ------------------------------------------------------------------------------ */

/* Frame 59 keeps the machine busy for one and a half periods. */
static void janks(void **state)
{
    (void)state;
    show(HUD_JANK);
    expect(0, "janky frames", "0", PALETTE_LIGHT);
    world_frames(&world, 70);
    show(HUD_JANK);
    expect(0, "janky frames", "1", PALETTE_LONG);
    expect(1, "app", "1", PALETTE_LONG);
    expect(2, "gpu", "0", PALETTE_LIGHT);
    expect(6, "last: frame", "59", PALETTE_LIGHT);
    /* Two periods between the frames, of 16,666,667 ns. */
    expect(7, "app", "16.67 ms over", PALETTE_LIGHT);
    expect(8, "heavy blur", world.ui.hud.row[8].value, PALETTE_LIGHT);
}

static void health(void **state)
{
    (void)state;
    world_frames(&world, 20);
    show(HUD_HEALTH);
    expect(0, "ledger", "balanced", PALETTE_LIGHT);
    expect(3, "dropped", "0", PALETTE_LIGHT);
    expect(4, "frames refused", "0", PALETTE_LIGHT);
    assert_int_equal(world.ui.hud.rows, HUD_ROWS);
}

/* The key goes through all of them, and begins again. */
static void the_key(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < HUD_PANELS; i++) {
            assert_int_equal(world.ui.hud.panel, i);
            world_frames(&world, 1);
            systemui_key(&world.ui, SYSTEMUI_KEY_PANEL, world.platform.now_ns);
        }
}

/* Rows of before would pass for now. */
static void without_a_service(void **state)
{
    (void)state;
    show(HUD_HEALTH);
    world_cut(&world);
    world_frames(&world, 2);
    assert_false(world.ui.hud.connected);
    char shown[8];
    font_read(&world.ui.picture.canvas, panel.x + HUD_PADDING, panel.y + HUD_ROW_Y(0),
              PALETTE_LIGHT_SOFT, shown, 6);
    assert_string_not_equal(shown, "ledger");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(graphics), CASE(jit_and_counters), CASE(hotspots),          CASE(janks),
        CASE(health),   CASE(the_key),          CASE(without_a_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
