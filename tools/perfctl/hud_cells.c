/* SPDX-License-Identifier: Apache-2.0 */
#include "hud_cells.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

void hud_clear(struct hud_screen *screen, unsigned width, unsigned height, bool utf8)
{
    screen->width = width < HUD_WIDTH_MAX ? width : HUD_WIDTH_MAX;
    screen->height = height < HUD_HEIGHT_MAX ? height : HUD_HEIGHT_MAX;
    screen->utf8 = utf8;
    for (unsigned y = 0; y < screen->height; y++)
        for (unsigned x = 0; x < screen->width; x++)
            screen->cell[y][x] = (struct hud_cell){' ', HUD_PLAIN};
}

struct hud_area hud_whole(struct hud_screen *screen)
{
    return (struct hud_area){screen, 0, 0, screen->width, screen->height};
}

/* NULL where there is none. */
static struct hud_cell *cell_at(const struct hud_area *area, unsigned x, unsigned y)
{
    if (x >= area->width || y >= area->height || area->x + x >= area->screen->width ||
        area->y + y >= area->screen->height)
        return NULL;
    return &area->screen->cell[area->y + y][area->x + x];
}

void hud_put(const struct hud_area *to, unsigned x, unsigned y, uint32_t glyph, char ascii,
             unsigned style)
{
    struct hud_cell *cell = cell_at(to, x, y);
    if (cell != NULL)
        *cell = (struct hud_cell){to->screen->utf8 ? glyph : (uint32_t)(unsigned char)ascii,
                                  (uint8_t)style};
}

void hud_row(const struct hud_area *to, unsigned y, unsigned style)
{
    for (unsigned x = 0; x < to->width; x++) {
        struct hud_cell *cell = cell_at(to, x, y);
        if (cell != NULL)
            cell->style = (uint8_t)style;
    }
}

/* --- Text --- */

/* The letters known to be one column wide everywhere, none of which joins others or changes the
 * direction of writing: Latin, Greek, Cyrillic. */
static bool is_plain_letter(uint32_t point)
{
    return (point >= 0xa0 && point <= 0x24f && point != 0xad) ||
           (point >= 0x370 && point <= 0x482) || (point >= 0x48a && point <= 0x52f);
}

/* The code point at *text, which moves behind it; one byte, and '?', where there is none or it may
 * not be shown. */
static uint32_t next_glyph(const unsigned char **text, bool utf8)
{
    const unsigned char *at = *text;
    unsigned more = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc2 ? 1 : 0;
    uint32_t point = more == 0 ? at[0] : at[0] & (0x3fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80) { /* which a NUL is, too */
            *text = at + 1;
            return '?';
        }
        point = point << 6 | (at[i] & 0x3fu);
    }
    *text = at + 1 + more;
    if (more == 0)
        return point >= 0x20 && point < 0x7f ? point : '?';
    return utf8 && is_plain_letter(point) ? point : '?';
}

unsigned hud_text(const struct hud_area *to, unsigned x, unsigned y, unsigned width, unsigned style,
                  const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    bool utf8 = to->screen != NULL && to->screen->utf8;
    unsigned room = x < to->width ? to->width - x : 0;
    unsigned end = x + (width < room ? width : room);
    for (; x < end && *at != '\0'; x++) {
        uint32_t glyph = next_glyph(&at, utf8);
        if (x + 1 == end && *at != '\0')
            hud_put(to, x, y, 0x2026, '~', style);
        else
            hud_put(to, x, y, glyph, (char)glyph, style);
    }
    return x;
}

unsigned hud_print(const struct hud_area *to, unsigned x, unsigned y, unsigned style,
                   const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return hud_text(to, x, y, to->width, style, text);
}

unsigned hud_figure(const struct hud_area *to, unsigned end, unsigned y, unsigned style,
                    const char *text)
{
    unsigned length = (unsigned)strlen(text);
    unsigned x = end > length ? end - length : 0;
    hud_text(to, x, y, end - x, style, text);
    return x;
}

/* --- Figures --- */

#define TEN_SECONDS_NS UINT64_C(10000000000)

const char *hud_ms(char to[HUD_FIGURE_BYTES], uint64_t ns, bool present)
{
    uint64_t us = ns / 1000 + (ns % 1000 >= 500);
    if (!present)
        snprintf(to, HUD_FIGURE_BYTES, "-");
    else if (ns < TEN_SECONDS_NS)
        snprintf(to, HUD_FIGURE_BYTES, "%" PRIu64 ".%03" PRIu64, us / 1000, us % 1000);
    else
        snprintf(to, HUD_FIGURE_BYTES, "%" PRIu64 ".%" PRIu64 "s", us / 1000000, us / 100000 % 10);
    return to;
}

const char *hud_fps(char to[HUD_FIGURE_BYTES], uint64_t milli_fps, bool present)
{
    uint64_t centi = milli_fps / 10 + (milli_fps % 10 >= 5);
    if (present)
        snprintf(to, HUD_FIGURE_BYTES, "%" PRIu64 ".%02" PRIu64, centi / 100, centi % 100);
    else
        snprintf(to, HUD_FIGURE_BYTES, "-");
    return to;
}

const char *hud_count(char to[HUD_FIGURE_BYTES], uint64_t value, unsigned width)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
    unsigned unit = 0;
    while (snprintf(to, HUD_FIGURE_BYTES, "%" PRIu64 "%s", value, units[unit]) > (int)width &&
           unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1000;
        unit++;
    }
    return to;
}

/* --- As lines --- */

static void write_glyph(uint32_t glyph, FILE *to)
{
    if (glyph < 0x80) {
        putc((int)glyph, to);
    } else if (glyph < 0x800) {
        putc((int)(0xc0 | glyph >> 6), to);
        putc((int)(0x80 | (glyph & 0x3f)), to);
    } else {
        putc((int)(0xe0 | glyph >> 12), to);
        putc((int)(0x80 | (glyph >> 6 & 0x3f)), to);
        putc((int)(0x80 | (glyph & 0x3f)), to);
    }
}

void hud_write(const struct hud_screen *screen, FILE *to)
{
    for (unsigned y = 0; y < screen->height; y++) {
        unsigned end = screen->width;
        while (end > 0 && screen->cell[y][end - 1].glyph == ' ')
            end--;
        for (unsigned x = 0; x < end; x++)
            write_glyph(screen->cell[y][x].glyph, to);
        putc('\n', to);
    }
}
