/* SPDX-License-Identifier: Apache-2.0 */
/* SystemUI's drawing: arithmetic by hand, nothing outside its pixels, the same picture every time.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blend.h"
#include "content.h"
#include "font.h"
#include "glass.h"
#include "number.h"
#include "palette.h"
#include "picture.h"
#include "shapes.h"
#include "systemui_world.h"
#include "text.h"

#define CANARY 0xdeadbeefu
#define MARGIN 9 /* canary pixels on every side */

/* A canvas in the middle of canaries. */
struct cage {
    int32_t width, height, stride;
    uint32_t *all;
    struct corner_table corners;
    struct canvas canvas;
};

static void cage_open(struct cage *cage, int32_t width, int32_t height)
{
    cage->width = width;
    cage->height = height;
    cage->stride = width + 2 * MARGIN;
    const size_t count = (size_t)cage->stride * (size_t)(height + 2 * MARGIN);
    cage->all = malloc(count * sizeof *cage->all);
    assert_non_null(cage->all);
    for (size_t i = 0; i < count; i++)
        cage->all[i] = CANARY;
    corner_table_init(&cage->corners);
    canvas_init(&cage->canvas, cage->all + MARGIN * cage->stride + MARGIN, width, height,
                cage->stride, &cage->corners);
    canvas_fill(&cage->canvas, (struct rect){0, 0, width, height}, 0x204060);
}

static bool is_inside(const struct rect *r, int32_t x, int32_t y)
{
    return x >= r->x && y >= r->y && x < r->x + r->w && y < r->y + r->h;
}

static void cage_check(const struct cage *cage)
{
    const struct rect inside = {MARGIN, MARGIN, cage->width, cage->height};
    for (int32_t y = 0; y < cage->height + 2 * MARGIN; y++)
        for (int32_t x = 0; x < cage->stride; x++)
            if (!is_inside(&inside, x, y))
                assert_int_equal(cage->all[y * cage->stride + x], CANARY);
}

static void blending(void **state)
{
    (void)state;
    /* (255 * 128 + 0 * 128 + 128) / 256 = 128.5 */
    assert_int_equal(blend_mix(0x000000, 0xffffff, 128), 0x808080);
    assert_int_equal(blend_mix(0xffffff, 0x000000, 128), 0x808080);
    /* A quarter: (160 * 64 + 16 * 192 + 128) / 256 = 52.5; (176, 32): 68.5; (192, 48): 84.5 */
    assert_int_equal(blend_mix(0x102030, 0xa0b0c0, 64), 0x344454);
    /* One of 256: (255 + 128) / 256 = 1.49 */
    assert_int_equal(blend_mix(0x000000, 0xff00ff, 1), 0x010001);
    assert_int_equal(blend_mix(0x123456, 0x654321, 0), 0x123456);
    assert_int_equal(blend_mix(0x123456, 0x654321, 256), 0x654321);
    assert_int_equal(blend_spread(0x123456), 0x0000003400120056ull);
    assert_int_equal(blend_pack(0x0000003400120056ull), 0x123456);
}

static void numbers(void **state)
{
    (void)state;
    for (uint32_t root = 0; root < 65536; root += root < 300 ? 1 : 251) {
        assert_int_equal(number_sqrt(root * root), root);
        assert_int_equal(number_sqrt(root * root + 2 * root), root);
    }
    assert_int_equal(number_sqrt(UINT32_MAX), 65535);
    for (uint32_t phase = 0; phase < 65536; phase += 17) {
        const double exact = sin((double)phase * 3.14159265358979 / 32768) * 4096;
        assert_true(fabs(number_sin(phase) - exact) <= 8);
    }
    assert_int_equal(number_ease(-5, 100), 0);
    assert_int_equal(number_ease(50, 100), 2048);
    /* A quarter: (3 - 2 / 4) / 16 = 0.15625 */
    assert_int_equal(number_ease(25, 100), 640);
    assert_int_equal(number_ease(101, 100), 4096);
}

static void figures_as_text(void **state)
{
    (void)state;
    static const struct {
        uint64_t number, unit;
        int32_t decimals;
        const char *expected;
    } cases[] = {
        {16666667, 1000000, 2, "16.67"},
        {999999, 1000000, 2, "1.00"},
        {5000, 1000000, 2, "0.01"},
        {4999, 1000000, 2, "0.00"},
        {59940, 1000, 2, "59.94"},
        {0, 1000, 1, "0.0"},
        {UINT64_MAX, 1000, 2, "18446744073709551.62"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text_line line;
        text_clear(&line);
        text_add_fixed(&line, cases[i].number, cases[i].unit, cases[i].decimals);
        assert_string_equal(line.bytes, cases[i].expected);
    }
    struct text_line line;
    text_clear(&line);
    text_add_padded(&line, 7, 2);
    for (int i = 0; i < 20; i++)
        text_add(&line, "0123456789");
    assert_int_equal(line.length, TEXT_LINE_MAX);
    assert_int_equal(strlen(line.bytes), TEXT_LINE_MAX);
}

static void glyphs_differ(void **state)
{
    (void)state;
    for (int a = 0; a < FONT_GLYPHS; a++) {
        for (int row = 0; row < FONT_HEIGHT; row++)
            assert_int_equal(font_glyphs[a][row] & ~0x1f, 0);
        for (int b = 0; b < a; b++)
            assert_memory_not_equal(font_glyphs[a], font_glyphs[b], FONT_HEIGHT);
    }
    assert_ptr_equal(font_glyph('\n'), font_glyph('?'));
    assert_ptr_equal(font_glyph((char)0xe9), font_glyph('?'));
}

static void text_reads_back(void **state)
{
    (void)state;
    struct cage cage;
    cage_open(&cage, 64 * FONT_CELL_WIDTH, 24);
    char all[FONT_GLYPHS + 1];
    for (int i = 0; i < FONT_GLYPHS; i++)
        all[i] = (char)(FONT_FIRST + i);
    all[FONT_GLYPHS] = '\0';
    for (int from = 0; from < FONT_GLYPHS; from += 60) {
        const int32_t count = number_min(60, FONT_GLYPHS - from);
        canvas_gradient(&cage.canvas, (struct rect){0, 0, cage.width, cage.height}, 0x101010,
                        0xc0c0c0);
        assert_int_equal(font_draw(&cage.canvas, 3, 5, all + from, count, 0xffee00), 3 + 6 * count);
        char text[61];
        assert_int_equal(font_read(&cage.canvas, 3, 5, 0xffee00, text, count), 0);
        assert_memory_equal(text, all + from, (size_t)count);
        /* One pixel off, or another colour, reads as something else. */
        assert_true(font_read(&cage.canvas, 4, 5, 0xffee00, text, count) > count / 2);
    }
    char text[3];
    assert_int_equal(font_read(&cage.canvas, cage.width - 6, 0, 0xffee00, text, 2), 1);
    cage_check(&cage);
    free(cage.all);
}

/* Every primitive, at places inside, across each edge and far outside. */
static void draw_everything(struct canvas *canvas, int32_t x, int32_t y, uint64_t *scratch)
{
    const struct rect r = {x, y, 21, 17};
    const struct point centre = {x * SHAPE_Q + 5, y * SHAPE_Q - 3};
    const struct point other = {centre.x + 300, centre.y + 170};
    canvas_fill(canvas, r, 0x112233);
    canvas_blend(canvas, r, 0x445566, 77);
    canvas_pixel(canvas, x, y, 0x778899, 200);
    canvas_gradient(canvas, r, 0x000000, 0xffffff);
    canvas_rounded(canvas, r, 8, CORNERS_ALL, 0xaabbcc, 130);
    canvas_outline(canvas, r, 8, 0xaabbcc, 130);
    shape_disc(canvas, centre, 9 * SHAPE_Q, 0xffffff, 256);
    shape_ring(canvas, centre, 9 * SHAPE_Q, 30, 0xffffff, 256);
    shape_line(canvas, centre, other, 40, 0xff0000, 256);
    shape_shadow(canvas, r, rect_inset(r, 3), 8, 200);
    glass_blur(canvas, r, scratch);
    glass_draw(canvas, r, 5, 0x102030, 90, scratch);
    font_draw(canvas, x, y, "Ag|", 3, 0x00ff00);
    font_draw_close(canvas, x, y, "Ag|", 3, 0x00ff00);
}

static void nothing_outside(void **state)
{
    (void)state;
    static const int32_t sizes[][2] = {{1, 1}, {3, 7}, {1, 40}, {40, 1}, {33, 29}};
    static const int32_t far[] = {-100000, -4097, 4097, 100000};
    uint64_t scratch[128];
    assert_true(glass_scratch_cells(21, 17) <= 128);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct cage cage;
        cage_open(&cage, sizes[i][0], sizes[i][1]);
        for (int32_t y = -26; y <= cage.height + 26; y++)
            for (int32_t x = -26; x <= cage.width + 26; x++)
                draw_everything(&cage.canvas, x, y, scratch);
        for (size_t f = 0; f < 4; f++) {
            draw_everything(&cage.canvas, far[f] / 32, 2, scratch);
            draw_everything(&cage.canvas, 2, far[f] / 32, scratch);
            canvas_fill(&cage.canvas, (struct rect){far[f], far[f], 200000, 200000}, 0x010203);
        }
        cage_check(&cage);
        free(cage.all);
    }
}

/* A narrower clip holds too: the rest of the canvas keeps its colour. */
static void the_clip_holds(void **state)
{
    (void)state;
    uint64_t scratch[128];
    struct cage cage;
    cage_open(&cage, 60, 50);
    const struct rect window = {20, 15, 13, 11};
    const struct rect before = canvas_clip(&cage.canvas, window);
    for (int32_t y = -20; y < 60; y++)
        for (int32_t x = -20; x < 70; x++)
            draw_everything(&cage.canvas, x, y, scratch);
    for (int32_t y = 0; y < cage.height; y++)
        for (int32_t x = 0; x < cage.width; x++)
            if (!is_inside(&window, x, y))
                assert_int_equal(cage.canvas.pixels[y * cage.stride + x], 0x204060);
    /* A clip outside the one in force leaves nothing. */
    canvas_clip(&cage.canvas, (struct rect){0, 0, 20, 50});
    draw_everything(&cage.canvas, 10, 10, scratch);
    canvas_restore(&cage.canvas, before);
    canvas_fill(&cage.canvas, (struct rect){-5, -5, 100, 100}, 0x010101);
    assert_int_equal(cage.canvas.pixels[0], 0x010101);
    cage_check(&cage);
    free(cage.all);
}

static void shapes(void **state)
{
    (void)state;
    struct cage cage;
    cage_open(&cage, 40, 40);
    struct canvas *canvas = &cage.canvas;
    const uint32_t *pixels = canvas->pixels;
    /* A disc of 10 pixels round 20, 20: its middle is whole, a pixel 11 away is untouched. */
    shape_disc(canvas, (struct point){20 * SHAPE_Q, 20 * SHAPE_Q}, 10 * SHAPE_Q, 0xffffff, 256);
    assert_int_equal(pixels[20 * cage.stride + 20], 0xffffff);
    assert_int_equal(pixels[20 * cage.stride + 28], 0xffffff);
    assert_int_equal(pixels[20 * cage.stride + 31], 0x204060);
    assert_int_equal(pixels[27 * cage.stride + 28], 0x204060); /* 8.5, 7.5: 11.3 away */
    /* The area is pi * 100 = 314, give or take the edge's rounding. */
    uint32_t area = 0;
    for (int32_t y = 0; y < 40; y++)
        for (int32_t x = 0; x < 40; x++)
            area += (pixels[y * cage.stride + x] & 0xff) - 0x60;
    assert_in_range(area / (0xff - 0x60), 311, 317);
    /* A line of 2 pixels along the pixels' centres covers one whole, and half of either neighbour.
     */
    canvas_fill(canvas, (struct rect){0, 0, 40, 40}, 0);
    shape_line(canvas, (struct point){5 * SHAPE_Q, 10 * SHAPE_Q + 8},
               (struct point){30 * SHAPE_Q, 10 * SHAPE_Q + 8}, 2 * SHAPE_Q, 0xffffff, 256);
    assert_int_equal(pixels[10 * cage.stride + 15], 0xffffff);
    assert_int_equal(pixels[9 * cage.stride + 15], 0x808080);
    assert_int_equal(pixels[11 * cage.stride + 15], 0x808080);
    assert_int_equal(pixels[12 * cage.stride + 15], 0);
    free(cage.all);
}

static void rounded_corners(void **state)
{
    (void)state;
    struct cage cage;
    cage_open(&cage, 30, 30);
    canvas_fill(&cage.canvas, (struct rect){0, 0, 30, 30}, 0);
    canvas_rounded(&cage.canvas, (struct rect){5, 5, 20, 20}, 8, CORNERS_TOP, 0xffffff, 256);
    const uint32_t *pixels = cage.canvas.pixels;
    assert_int_equal(pixels[5 * cage.stride + 5], 0);          /* cut off */
    assert_int_equal(pixels[5 * cage.stride + 24], 0);         /* likewise */
    assert_int_equal(pixels[24 * cage.stride + 5], 0xffffff);  /* not rounded */
    assert_int_equal(pixels[24 * cage.stride + 24], 0xffffff); /* likewise */
    assert_int_equal(pixels[5 * cage.stride + 15], 0xffffff);
    for (int32_t i = 0; i < 20; i++) /* the two corners mirror each other */
        for (int32_t y = 0; y < 20; y++)
            assert_int_equal(pixels[(5 + y) * cage.stride + 5 + i],
                             pixels[(5 + y) * cage.stride + 24 - i]);
    cage_check(&cage);
    free(cage.all);
}

/* Glass over one colour is that colour, mixed with the tint; blurring again changes nothing. */
static void glass(void **state)
{
    (void)state;
    uint64_t scratch[400];
    uint64_t again[400];
    struct cage cage;
    cage_open(&cage, 50, 50);
    const struct rect panel = {7, 9, 30, 26};
    const size_t cells = glass_scratch_cells(panel.w, panel.h);
    assert_true(cells <= 400);
    glass_blur(&cage.canvas, panel, scratch);
    glass_blur(&cage.canvas, panel, again);
    assert_memory_equal(scratch, again, cells * sizeof scratch[0]);
    /* Half way from 0x204060 to 0x402060: red (32 + 64) / 2, green (64 + 32) / 2. */
    glass_draw(&cage.canvas, panel, 0, 0x402060, 128, scratch);
    for (int32_t y = 0; y < 50; y++)
        for (int32_t x = 0; x < 50; x++)
            assert_int_equal(cage.canvas.pixels[y * cage.stride + x],
                             is_inside(&panel, x, y) ? 0x303060 : 0x204060);
    free(cage.all);
}

static void hud_bars(void **state)
{
    (void)state;
    const uint64_t budget = 16666667; /* 48 pixels are 50.000001 ms */
    assert_int_equal(hud_bar_height(0, budget), 0);
    assert_int_equal(hud_bar_height(1, budget), 1);
    assert_int_equal(hud_bar_height(16666667, budget), 16);
    assert_int_equal(hud_bar_height(25000000, budget), 24);
    assert_int_equal(hud_bar_height(33333334, budget), 32);
    assert_int_equal(hud_bar_height(50000001, budget), 48);
    assert_int_equal(hud_bar_height(UINT64_MAX, budget), 48);
    assert_int_equal(hud_bar_height(3, 32), 2); /* 1.5 */
    assert_int_equal(hud_bar_height(5, 32), 3); /* 2.5 */
    assert_int_equal(hud_bar_height(5, 0), 0);

    static struct hud_data hud;
    for (uint64_t i = 1; i <= HUD_BARS + 3; i++)
        hud_add_bar(&hud, (struct hud_bar){.interval_ns = i, .mark = HUD_GOOD});
    assert_int_equal(hud.bars, HUD_BARS);
    assert_int_equal(hud.bar[0].interval_ns, 4);
    assert_int_equal(hud.bar[HUD_BARS - 1].interval_ns, HUD_BARS + 3);
}

static void hud_bar_colours(void **state)
{
    (void)state;
    struct cage cage;
    cage_open(&cage, HUD_WIDTH, HUD_HEIGHT);
    struct hud_data hud = {.connected = true, .budget_ns = 10};
    hud_add_bar(&hud, (struct hud_bar){.interval_ns = 5, .mark = HUD_GOOD});
    hud_add_bar(&hud, (struct hud_bar){.interval_ns = 15, .mark = HUD_LONG});
    hud_add_bar(&hud, (struct hud_bar){.interval_ns = 20, .mark = HUD_DROPPED});
    hud_add_bar(&hud, (struct hud_bar){.interval_ns = 0, .mark = HUD_NO_INTERVAL});
    hud_draw(&cage.canvas, (struct rect){0, 0, HUD_WIDTH, HUD_HEIGHT}, &hud);
    static const struct {
        int32_t height; /* of 48 for 30 */
        uint32_t colour;
    } bars[] = {
        {8, PALETTE_GOOD}, {24, PALETTE_LONG}, {32, PALETTE_DROPPED}, {1, PALETTE_LIGHT_SOFT}};
    for (int32_t i = 0; i < 4; i++) {
        const uint32_t *column = cage.canvas.pixels + HUD_PADDING + (116 + i) * HUD_BAR_WIDTH;
        const int32_t base = HUD_BARS_TOP + HUD_BAR_HEIGHT;
        assert_int_equal(column[(base - bars[i].height) * cage.stride], bars[i].colour);
        assert_int_not_equal(column[(base - bars[i].height - 1) * cage.stride], bars[i].colour);
    }
    /* Without a budget nothing is divided by it. */
    hud.budget_ns = 0;
    hud_draw(&cage.canvas, (struct rect){0, 0, HUD_WIDTH, HUD_HEIGHT}, &hud);
    cage_check(&cage);
    free(cage.all);
}

/* On a scale of 48 pixels for 30: 5 + 5 of 15 are done when the second one ends, and what follows
 * is behind the bar's end. */
static void hud_phases_are_stacked(void **state)
{
    (void)state;
    struct cage cage;
    cage_open(&cage, HUD_WIDTH, HUD_HEIGHT);
    struct hud_data hud = {.connected = true, .budget_ns = 10};
    hud_add_bar(&hud,
                (struct hud_bar){.interval_ns = 15, .phase_ns = {5, 0, 5, 100}, .mark = HUD_LONG});
    hud_draw(&cage.canvas, (struct rect){0, 0, HUD_WIDTH, HUD_HEIGHT}, &hud);
    const uint32_t *column = cage.canvas.pixels + HUD_PADDING + (HUD_BARS - 1) * HUD_BAR_WIDTH;
    static const struct {
        int32_t from, to; /* above the foot */
        uint32_t colour;
    } parts[] = {{1, 8, PALETTE_SUN},
                 {9, 16, PALETTE_ACCENT},
                 {18, 22, PALETTE_LIGHT_SOFT},
                 {23, 24, PALETTE_LONG}};
    const int32_t base = HUD_BARS_TOP + HUD_BAR_HEIGHT;
    for (int32_t i = 0; i < 4; i++)
        for (int32_t y = parts[i].from; y <= parts[i].to; y++)
            if (y != HUD_BAR_HEIGHT / HUD_BUDGETS + 1) /* the budget's line */
                assert_int_equal(column[(base - y) * cage.stride], parts[i].colour);
    cage_check(&cage);
    free(cage.all);
}

static void expect_lines(const char *text, int32_t width, const char *const *expected)
{
    struct text_span lines[8];
    const int32_t count = layout_wrap(text, width, lines, 8);
    int32_t i = 0;
    for (; expected[i] != NULL; i++) {
        assert_true(i < count);
        assert_int_equal(lines[i].length, strlen(expected[i]));
        assert_memory_equal(text + lines[i].start, expected[i], lines[i].length);
    }
    assert_int_equal(count, i);
}

/* 'a' and 'b' are 5 wide and a blank moves on by 4: "aa bb" takes 6 + 6 + 4 + 6 + 5 = 27. */
static void wrapping(void **state)
{
    (void)state;
    expect_lines("aa bb", 27, (const char *const[]){"aa bb", NULL});
    expect_lines("aa bb", 26, (const char *const[]){"aa", "bb", NULL});
    expect_lines("aaaa", 11, (const char *const[]){"aa", "aa", NULL});
    expect_lines("a\n\nb\n", 100, (const char *const[]){"a", "", "b", NULL});
    expect_lines("ab", 0, (const char *const[]){"a", "b", NULL});
    expect_lines("", 10, (const char *const[]){NULL});
    struct text_span few[2];
    assert_int_equal(layout_wrap("a b c d", 1, few, 2), 2);
}

static uint64_t hash(const uint32_t *pixels, size_t count)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < count; i++)
        h = (h ^ pixels[i]) * 1099511628211u;
    return h;
}

/* Draws refresh numbers one after another on a picture of its own; the last one's hash. */
static uint64_t draw_refreshes(int32_t width, int32_t height, const uint32_t *refreshes,
                               size_t count)
{
    static struct picture picture;
    static struct layout layout;
    struct cage cage;
    struct systemui_platform platform = {.now_ns = 1, .step_ns = 1};
    const struct hud_data hud = {.connected = true, .session = "demo", .budget_ns = 16666667};
    cage_open(&cage, width, height);
    void *memory = malloc(picture_memory_bytes(height, cage.stride));
    assert_non_null(memory);
    picture_init(&picture, cage.canvas.pixels, width, height, cage.stride, memory);
    for (size_t i = 0; i < count; i++) {
        struct scene scene;
        struct spans spans = {.now_ns = 0};
        scene_at(&scene, refreshes[i]);
        layout_build(&layout, &scene, width, height);
        picture_draw(&picture, &scene, &layout, &hud, &spans, &platform);
        picture_toil(&picture, &layout);
    }
    cage_check(&cage);
    const uint64_t result =
        hash(cage.canvas.pixels, (size_t)cage.stride * (size_t)(height - 1) + (size_t)width);
    free(memory);
    free(cage.all);
    return result;
}

/* A refresh looks the same whatever was drawn before it, and at every size. */
static void same_refresh_same_picture(void **state)
{
    (void)state;
    static const int32_t sizes[][2] = {{640, 480}, {1, 1},     {3, 7},
                                       {641, 479}, {200, 601}, {799, 35}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const int32_t w = sizes[i][0];
        const int32_t h = sizes[i][1];
        const uint64_t once = draw_refreshes(w, h, (const uint32_t[]){777}, 1);
        assert_int_equal(draw_refreshes(w, h, (const uint32_t[]){777}, 1), once);
        assert_int_equal(draw_refreshes(w, h, (const uint32_t[]){3, 300, 1199, 777}, 4), once);
        if (w >= 200)
            assert_int_not_equal(draw_refreshes(w, h, (const uint32_t[]){300}, 1), once);
    }
}

/* The scene never stops, jumps or runs out: from any refresh to the next nothing moves by more than
 * a hand would. */
static void the_scene_moves_smoothly(void **state)
{
    (void)state;
    struct scene before;
    scene_at(&before, 0);
    for (uint32_t refresh = 1; refresh <= 2 * SCENE_LOOP + 5; refresh++) {
        struct scene now;
        scene_at(&now, refresh);
        for (int w = 0; w < WINDOWS; w++) {
            assert_true(abs(now.window[w].x - before.window[w].x) <= 4);
            assert_true(abs(now.window[w].y - before.window[w].y) <= 4);
            assert_true(abs(now.window[w].w - before.window[w].w) <= 4);
            assert_in_range(now.lift[w], 0, 4096);
        }
        assert_true(abs(now.pointer.x - before.pointer.x) <= 30);
        assert_true(abs(now.pointer.y - before.pointer.y) <= 30);
        assert_true(abs(now.list_scroll - before.list_scroll) <= 12);
        /* Each window is somewhere in the order, once. */
        assert_int_equal(1 << now.order[0] | 1 << now.order[1] | 1 << now.order[2], 7);
        assert_in_range(now.list_selected, 0, CONTENT_SERVICES - 1);
        before = now;
    }
    struct scene last;
    scene_at(&last, UINT32_MAX);
    assert_true(last.second_of_day < 86400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blending),
        cmocka_unit_test(numbers),
        cmocka_unit_test(figures_as_text),
        cmocka_unit_test(glyphs_differ),
        cmocka_unit_test(text_reads_back),
        cmocka_unit_test(nothing_outside),
        cmocka_unit_test(the_clip_holds),
        cmocka_unit_test(shapes),
        cmocka_unit_test(rounded_corners),
        cmocka_unit_test(glass),
        cmocka_unit_test(hud_bars),
        cmocka_unit_test(hud_bar_colours),
        cmocka_unit_test(hud_phases_are_stacked),
        cmocka_unit_test(wrapping),
        cmocka_unit_test(same_refresh_same_picture),
        cmocka_unit_test(the_scene_moves_smoothly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
