/* SPDX-License-Identifier: Apache-2.0 */
#include "content.h"
#include "font.h"
#include "palette.h"
#include "window.h"

void window_draw_note(struct canvas *canvas, const struct layout *layout, const struct scene *scene)
{
    enum { BLINK = 32 }; /* refreshes that the caret is on, and off */
    const struct rect before = canvas_clip(canvas, layout->view[WINDOW_NOTES]);
    int32_t end = layout->note.x;
    int32_t y = layout->note.y;
    for (int32_t i = 0; i < layout->lines; i++, y += GRID_TEXT_LINE) {
        const struct text_span *line = &layout->line[i];
        if (y > layout->note.y + layout->note.h)
            break;
        end = font_draw_close(canvas, layout->note.x, y, content_note + line->start, line->length,
                              i == 0 ? PALETTE_ACCENT : PALETTE_INK);
    }
    if (scene->refresh / BLINK % 2 == 0)
        canvas_fill(canvas, (struct rect){end + 1, y - GRID_TEXT_LINE - 2, 1, FONT_CELL_HEIGHT + 1},
                    PALETTE_ACCENT);
    canvas_restore(canvas, before);
}
