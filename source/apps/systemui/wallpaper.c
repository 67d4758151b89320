/* SPDX-License-Identifier: Apache-2.0 */
#include "wallpaper.h"

#include <stddef.h>

#include "blend.h"
#include "number.h"
#include "palette.h"
#include "shapes.h"

#define ONE   65536 /* fractions of the picture, and weights of a mix */
#define HILLS 4
#define STARS 48

/* Channels times 256: gradients this long need the digits below the point for dithering. */
struct deep {
    uint32_t red, green, blue;
};

static struct deep deepen(uint32_t colour)
{
    return (struct deep){(colour >> 16 & 0xff) << 8, (colour >> 8 & 0xff) << 8,
                         (colour & 0xff) << 8};
}

static uint32_t mix_channel(uint32_t a, uint32_t b, uint32_t at)
{
    return (uint32_t)(((uint64_t)a * (ONE - at) + (uint64_t)b * at) >> 16);
}

static struct deep mix(struct deep a, struct deep b, uint32_t at)
{
    return (struct deep){mix_channel(a.red, b.red, at), mix_channel(a.green, b.green, at),
                         mix_channel(a.blue, b.blue, at)};
}

/* 4 x 4 ordered dither: whether the fraction of a channel at x, y counts as one more. */
static uint32_t settle(struct deep colour, int32_t x, int32_t y)
{
    static const uint8_t threshold[4][4] = {
        {0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    const uint32_t add = threshold[y & 3][x & 3] * 16u + 8u;
    return (colour.red + add) >> 8 << 16 | (colour.green + add) >> 8 << 8 |
           (colour.blue + add) >> 8;
}

static struct deep sky_colour(uint32_t at)
{
    static const struct {
        uint32_t at, colour;
    } stops[] = {
        {0, PALETTE_SKY_TOP},         {25000, PALETTE_SKY_MIDDLE},    {40000, PALETTE_SKY_LOW},
        {47000, PALETTE_SKY_HORIZON}, {ONE + 1, PALETTE_SKY_HORIZON},
    };
    size_t i = 0;
    while (stops[i + 1].at <= at)
        i++;
    const uint32_t span = stops[i + 1].at - stops[i].at;
    return mix(deepen(stops[i].colour), deepen(stops[i + 1].colour),
               (at - stops[i].at) * 1024 / span * 64);
}

/* How much of the sun's light is at a place: 1 on its disc, fading with the square of the distance.
 */
static uint32_t glow(int32_t dx, int32_t dy, int32_t reach)
{
    const int32_t distance = (int32_t)number_sqrt((uint32_t)(dx * dx + dy * dy));
    if (distance >= reach)
        return 0;
    const uint32_t near = (uint32_t)((int64_t)(reach - distance) * ONE / reach);
    return (uint32_t)((uint64_t)near * near >> 17);
}

static void paint_sky(struct canvas *canvas)
{
    const int32_t sun_x = canvas->width * 7 / 10;
    const int32_t sun_y = canvas->height * 62 / 100;
    const struct deep light = deepen(PALETTE_SUN);
    for (int32_t y = 0; y < canvas->height; y++) {
        const struct deep row = sky_colour((uint32_t)((int64_t)y * ONE / canvas->height));
        uint32_t *pixels = canvas->pixels + (ptrdiff_t)y * canvas->stride;
        for (int32_t x = 0; x < canvas->width; x++) {
            const uint32_t lit = glow(x - sun_x, y - sun_y, canvas->height * 6 / 10);
            pixels[x] = settle(mix(row, light, lit), x, y);
        }
    }
    const int32_t radius_q = canvas->height * SHAPE_Q / 18;
    shape_disc(canvas, (struct point){sun_x * SHAPE_Q, sun_y * SHAPE_Q}, radius_q, PALETTE_SUN,
               CANVAS_OPAQUE);
}

/* The ridge of hill `layer` (0 is the farthest) at x, in sixteenths of a pixel from the top. */
static int32_t ridge_q(const struct canvas *canvas, int32_t layer, int32_t x)
{
    static const struct {
        uint16_t base, swing, waves, shift; /* thousandths of the height; waves across, in 16ths */
    } hills[HILLS] = {
        {640, 34, 22, 9000}, {715, 46, 17, 30000}, {800, 40, 26, 52000}, {890, 44, 15, 14000}};
    const uint32_t phase =
        (uint32_t)((int64_t)x * hills[layer].waves * 4096 / canvas->width) + hills[layer].shift;
    const int32_t wave =
        (number_sin(phase) * 5 + number_sin(phase * 2 + 11000) * 2 + number_sin(phase * 5) / 2) / 8;
    const int64_t high = (int64_t)canvas->height * SHAPE_Q;
    return (int32_t)(high * hills[layer].base / 1000 +
                     high * hills[layer].swing / 1000 * wave / 4096);
}

static void paint_hill(struct canvas *canvas, int32_t layer)
{
    const uint32_t near = (uint32_t)(layer * ONE / (HILLS - 1));
    const struct deep ridge = mix(deepen(PALETTE_HILL_FAR), deepen(PALETTE_HILL_NEAR), near);
    /* Mist gathers at a hill's foot, the more the farther it is. */
    const struct deep mist = deepen(PALETTE_SKY_LOW);
    for (int32_t x = 0; x < canvas->width; x++) {
        const int32_t top_q = ridge_q(canvas, layer, x);
        const int32_t top = number_clamp(top_q / SHAPE_Q, 0, canvas->height);
        for (int32_t y = top; y < canvas->height; y++) {
            const int32_t below = number_min(y - top, canvas->height / 6);
            const uint32_t haze = (uint32_t)((int64_t)below * ONE * 3 / canvas->height);
            const uint32_t colour =
                settle(mix(ridge, mist, haze * (ONE - near / 2) / ONE * 3 / 4), x, y);
            const int32_t inside = (y + 1) * SHAPE_Q - top_q - SHAPE_Q / 2;
            canvas_pixel(canvas, x, y, colour, shape_coverage(inside));
        }
    }
}

void wallpaper_paint(struct canvas *canvas)
{
    paint_sky(canvas);
    for (int32_t layer = 0; layer < HILLS; layer++)
        paint_hill(canvas, layer);
}

void wallpaper_stars(struct canvas *canvas, uint32_t refresh)
{
    uint32_t random = 0x2545f491u;
    for (uint32_t i = 0; i < STARS; i++) {
        random = random * 1664525u + 1013904223u;
        const int32_t x = (int32_t)((uint64_t)(random >> 8) * (uint32_t)canvas->width >> 24);
        random = random * 1664525u + 1013904223u;
        const int32_t y =
            (int32_t)((uint64_t)(random >> 8) * (uint32_t)canvas->height * 2 / 5 >> 24);
        const int32_t wave = number_sin(refresh * (300 + i * 17) + i * 9001) + 4096;
        canvas_pixel(canvas, x, y, PALETTE_SUN, 40 + (uint32_t)wave / 64);
    }
}
