/* SPDX-License-Identifier: Apache-2.0 */
#include "numerals.h"

#include "number.h"
#include "shapes.h"

/* Strokes are laid out on a grid of 20 x 32 units, y down. An arc goes over the eighths of its
 * circle in `eighths`: bit 0 is from 3 o'clock to half past 4, and on clockwise. */
struct stroke {
    uint8_t
        arc; /* 0: a line from x, y to u, v; else an arc round x, y of radius u / 2, eighths v */
    uint8_t x, y, u, v;
};

#define LINE(x, y, u, v)                                                                           \
    {                                                                                              \
        0, x, y, u, v                                                                              \
    }
#define ARC(x, y, diameter, eighths)                                                               \
    {                                                                                              \
        1, x, y, diameter, eighths                                                                 \
    }

#define STROKES_MAX 4
#define STROKE_Q    42 /* width, in sixteenths of a unit */
#define UNITS       32

static const struct stroke strokes[NUMERALS_SIGNS][STROKES_MAX] = {
    {ARC(10, 10, 16, 0xf0), ARC(10, 22, 16, 0x0f), LINE(2, 10, 2, 22), LINE(18, 10, 18, 22)},
    {LINE(5, 7, 11, 2), LINE(11, 2, 11, 30)},
    {ARC(10, 10, 16, 0xf1), LINE(16, 16, 2, 30), LINE(2, 30, 18, 30)},
    {ARC(10, 9, 14, 0xe3), ARC(10, 23, 14, 0xc7 & 0xcf), ARC(10, 23, 14, 0x0f & 0x07)},
    {LINE(13, 2, 2, 22), LINE(2, 22, 19, 22), LINE(14, 13, 14, 30)},
    {LINE(16, 2, 5, 2), LINE(5, 2, 4, 15), ARC(10, 21, 18, 0xe7)},
    {ARC(10, 22, 16, 0xff), LINE(2, 10, 2, 22), ARC(10, 10, 16, 0x70)},
    {LINE(2, 2, 18, 2), LINE(18, 2, 8, 30)},
    {ARC(10, 9, 14, 0xff), ARC(10, 23, 14, 0xff)},
    {ARC(10, 10, 16, 0xff), LINE(18, 10, 18, 22), ARC(10, 22, 16, 0x07)},
    {LINE(6, 11, 6, 11), LINE(6, 23, 6, 23)},
};

/* Which eighth of a turn v points into, clockwise from the right, y down. */
static int32_t eighth_of(struct point v)
{
    const int32_t x = v.x < 0 ? -v.x : v.x;
    const int32_t y = v.y < 0 ? -v.y : v.y;
    if (v.y >= 0)
        return v.x >= 0 ? (y > x ? 1 : 0) : (y > x ? 2 : 3);
    return v.x < 0 ? (y > x ? 5 : 4) : (y > x ? 6 : 7);
}

/* In sixteenths of a unit, far where the arc does not go. */
static int32_t stroke_distance(const struct stroke *s, struct point p)
{
    const struct point a = {s->x * SHAPE_Q, s->y * SHAPE_Q};
    if (s->arc == 0)
        return shape_line_distance(p, a, (struct point){s->u * SHAPE_Q, s->v * SHAPE_Q});
    const struct point v = {p.x - a.x, p.y - a.y};
    if ((s->v >> eighth_of(v) & 1) == 0)
        return SHAPE_Q_FAR;
    const int32_t off = shape_line_distance(p, a, a) - s->u * SHAPE_Q / 2;
    return off < 0 ? -off : off;
}

static uint8_t mask_at(const struct stroke *sign, int32_t column, int32_t row)
{
    /* One pixel is UNITS / (NUMERALS_HEIGHT - 2) units, after a border of one pixel. */
    const struct point p = {(2 * column - 1) * SHAPE_Q * UNITS / (2 * (NUMERALS_HEIGHT - 2)),
                            (2 * row - 1) * SHAPE_Q * UNITS / (2 * (NUMERALS_HEIGHT - 2))};
    int32_t nearest = SHAPE_Q_FAR;
    for (int32_t i = 0; i < STROKES_MAX; i++)
        if (sign[i].x != 0)
            nearest = number_min(nearest, stroke_distance(&sign[i], p));
    const int32_t inside = (STROKE_Q / 2 - nearest) * (NUMERALS_HEIGHT - 2) / UNITS;
    return (uint8_t)number_min((int32_t)shape_coverage(inside), 255);
}

void numerals_init(struct numerals *numerals)
{
    for (int32_t sign = 0; sign < NUMERALS_SIGNS; sign++)
        for (int32_t row = 0; row < NUMERALS_HEIGHT; row++)
            for (int32_t column = 0; column < NUMERALS_WIDTH; column++)
                numerals->mask[sign][row][column] = mask_at(strokes[sign], column, row);
}

static int32_t sign_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c == ':' ? 10 : -1;
}

static int32_t advance(int32_t sign)
{
    if (sign < 0)
        return 0;
    return sign == 10 ? NUMERALS_COLON : NUMERALS_WIDTH + NUMERALS_GAP;
}

static void draw_sign(struct canvas *canvas, const struct numerals *numerals, int32_t sign,
                      int32_t x, int32_t y, uint32_t colour)
{
    for (int32_t row = 0; row < NUMERALS_HEIGHT; row++)
        for (int32_t column = 0; column < NUMERALS_WIDTH; column++) {
            const uint32_t coverage = numerals->mask[sign][row][column];
            canvas_pixel(canvas, x + column, y + row, colour, coverage + (coverage >> 7));
        }
}

int32_t numerals_draw(struct canvas *canvas, const struct numerals *numerals, int32_t x, int32_t y,
                      const char *text, int32_t length, uint32_t colour)
{
    for (int32_t i = 0; i < length; i++) {
        const int32_t sign = sign_of(text[i]);
        if (sign >= 0)
            draw_sign(canvas, numerals, sign, x, y, colour);
        x += advance(sign);
    }
    return x;
}

int32_t numerals_width(const char *text, int32_t length)
{
    int32_t width = 0;
    for (int32_t i = 0; i < length; i++)
        width += advance(sign_of(text[i]));
    return width;
}
