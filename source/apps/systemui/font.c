/* SPDX-License-Identifier: Apache-2.0 */
#include "font.h"

#include <stddef.h>

#include "number.h"

#define SPACE_ADVANCE 4 /* of a blank that is set close */

const uint8_t *font_glyph(char c)
{
    const bool printable = c >= FONT_FIRST && c <= FONT_LAST;
    return font_glyphs[(printable ? c : '?') - FONT_FIRST];
}

static bool glyph_inside(const struct rect *clip, int32_t x, int32_t y)
{
    return x >= clip->x && y >= clip->y && x + FONT_WIDTH <= clip->x + clip->w &&
           y + FONT_HEIGHT <= clip->y + clip->h;
}

static void draw_whole(struct canvas *canvas, int32_t x, int32_t y, const uint8_t *rows,
                       uint32_t colour)
{
    uint32_t *to = canvas->pixels + (ptrdiff_t)y * canvas->stride + x;
    for (int32_t row = 0; row < FONT_HEIGHT; row++, to += canvas->stride)
        for (uint32_t ink = rows[row], column = 0; ink != 0; ink = ink << 1 & 0x1f, column++)
            if ((ink & 0x10) != 0)
                to[column] = colour;
}

static void draw_clipped(struct canvas *canvas, int32_t x, int32_t y, const uint8_t *rows,
                         uint32_t colour)
{
    for (int32_t row = 0; row < FONT_HEIGHT; row++)
        for (int32_t column = 0; column < FONT_WIDTH; column++)
            if ((rows[row] & 0x10 >> column) != 0)
                canvas_fill(canvas, (struct rect){x + column, y + row, 1, 1}, colour);
}

static void draw_glyph(struct canvas *canvas, int32_t x, int32_t y, const uint8_t *rows,
                       uint32_t colour)
{
    if (glyph_inside(&canvas->clip, x, y))
        draw_whole(canvas, x, y, rows, colour);
    else
        draw_clipped(canvas, x, y, rows, colour);
    canvas->glyphs++;
    canvas_works(canvas, CANVAS_GLYPHS, FONT_WIDTH * FONT_HEIGHT);
}

int32_t font_draw(struct canvas *canvas, int32_t x, int32_t y, const char *text, int32_t length,
                  uint32_t colour)
{
    for (int32_t i = 0; i < length; i++, x += FONT_CELL_WIDTH)
        draw_glyph(canvas, x, y, font_glyph(text[i]), colour);
    return x;
}

/* All columns that hold ink in any row. */
static uint32_t ink_columns(const uint8_t *rows)
{
    uint32_t ink = 0;
    for (int32_t row = 0; row < FONT_HEIGHT; row++)
        ink |= rows[row];
    return ink;
}

static int32_t blank_left(uint32_t ink)
{
    int32_t blank = 0;
    while (blank < FONT_WIDTH && (ink & 0x10u >> blank) == 0)
        blank++;
    return blank;
}

static int32_t close_advance(uint32_t ink)
{
    if (ink == 0)
        return SPACE_ADVANCE;
    int32_t right = FONT_WIDTH;
    while ((ink & 0x20u >> right) == 0)
        right--;
    return right - blank_left(ink) + 1;
}

int32_t font_draw_close(struct canvas *canvas, int32_t x, int32_t y, const char *text,
                        int32_t length, uint32_t colour)
{
    for (int32_t i = 0; i < length; i++) {
        const uint8_t *rows = font_glyph(text[i]);
        const uint32_t ink = ink_columns(rows);
        if (ink != 0)
            draw_glyph(canvas, x - blank_left(ink), y, rows, colour);
        x += close_advance(ink);
    }
    return x;
}

int32_t font_advance(char c)
{
    return close_advance(ink_columns(font_glyph(c)));
}

int32_t font_width_close(const char *text, int32_t length)
{
    int32_t width = 0;
    for (int32_t i = 0; i < length; i++)
        width += font_advance(text[i]);
    return width;
}

int32_t font_length(const char *text)
{
    int32_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

static bool cell_matches(const struct canvas *canvas, int32_t x, int32_t y, uint32_t colour,
                         const uint8_t *rows)
{
    for (int32_t row = 0; row < FONT_HEIGHT; row++) {
        const uint32_t *from = canvas->pixels + (ptrdiff_t)(y + row) * canvas->stride + x;
        for (int32_t column = 0; column < FONT_WIDTH; column++)
            if (((rows[row] & 0x10 >> column) != 0) != ((from[column] & 0xffffffu) == colour))
                return false;
    }
    return true;
}

int32_t font_read(const struct canvas *canvas, int32_t x, int32_t y, uint32_t colour, char *text,
                  int32_t columns)
{
    const struct rect whole = {0, 0, canvas->width, canvas->height};
    int32_t unread = 0;
    for (int32_t i = 0; i < columns; i++, x += FONT_CELL_WIDTH) {
        text[i] = '\x7f';
        for (int32_t g = 0; g < FONT_GLYPHS && glyph_inside(&whole, x, y); g++)
            if (cell_matches(canvas, x, y, colour, font_glyphs[g]))
                text[i] = (char)(FONT_FIRST + g);
        unread += text[i] == '\x7f';
    }
    text[columns] = '\0';
    return unread;
}
