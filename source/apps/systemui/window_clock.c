/* SPDX-License-Identifier: Apache-2.0 */
#include "font.h"
#include "number.h"
#include "palette.h"
#include "shapes.h"
#include "text.h"
#include "window.h"

#define DIAL_RADIUS 48

/* A point `reach_q` from the centre at a fraction of a turn (65,536ths), clockwise from the top. */
static struct point on_dial(struct point centre, uint32_t turn, int32_t reach_q)
{
    return (struct point){centre.x + number_sin(turn) * reach_q / 4096,
                          centre.y - number_cos(turn) * reach_q / 4096};
}

static void draw_dial(struct canvas *canvas, struct point centre)
{
    shape_disc(canvas, centre, DIAL_RADIUS * SHAPE_Q, PALETTE_PAPER_SIDE, CANVAS_OPAQUE);
    shape_ring(canvas, centre, DIAL_RADIUS * SHAPE_Q, 20, PALETTE_PAPER_LINE, CANVAS_OPAQUE);
    for (uint32_t hour = 0; hour < 12; hour++) {
        const uint32_t turn = hour * 65536 / 12;
        const bool quarter = hour % 3 == 0;
        shape_line(canvas, on_dial(centre, turn, (DIAL_RADIUS - (quarter ? 10 : 7)) * SHAPE_Q),
                   on_dial(centre, turn, (DIAL_RADIUS - 5) * SHAPE_Q), quarter ? 30 : 18,
                   quarter ? PALETTE_INK : PALETTE_INK_FAINT, CANVAS_OPAQUE);
    }
}

/* turn: where the hand points; tail: how far it sticks out behind the centre. */
static void draw_hand(struct canvas *canvas, struct point centre, uint32_t turn, int32_t tail,
                      int32_t reach, int32_t width_q, uint32_t colour)
{
    shape_line(canvas, on_dial(centre, turn, -tail * SHAPE_Q),
               on_dial(centre, turn, reach * SHAPE_Q), width_q, colour, CANVAS_OPAQUE);
}

void window_draw_clock(struct canvas *canvas, const struct layout *layout,
                       const struct scene *scene, const struct numerals *numerals)
{
    const struct rect view = layout->view[WINDOW_CLOCK];
    const struct rect before = canvas_clip(canvas, view);
    const struct point centre = {(2 * view.x + view.w) * SHAPE_Q / 2,
                                 (view.y + GRID_MARGIN + DIAL_RADIUS + 2) * SHAPE_Q};
    const uint32_t second = scene->second_of_day;
    draw_dial(canvas, centre);
    draw_hand(canvas, centre, second % 43200 * 256 / 675 * 4, 0, 26, 58, PALETTE_INK);
    draw_hand(canvas, centre, second % 3600 * 4096 / 225, 0, 38, 42, PALETTE_INK);
    /* The second hand sweeps with the display. */
    draw_hand(canvas, centre,
              (second % 60 * SCENE_REFRESH_HZ + scene->refresh % SCENE_REFRESH_HZ) * 4096 / 225, 9,
              41, 18, PALETTE_DROPPED);
    shape_disc(canvas, centre, 52, PALETTE_DROPPED, CANVAS_OPAQUE);

    struct text_line line;
    text_clear(&line);
    text_add_padded(&line, second / 3600, 2);
    text_add(&line, ":");
    text_add_padded(&line, second / 60 % 60, 2);
    const int32_t width = numerals_width(line.bytes, line.length) - NUMERALS_GAP;
    numerals_draw(canvas, numerals, view.x + (view.w - width) / 2,
                  view.y + view.h - GRID_MARGIN - NUMERALS_HEIGHT, line.bytes, line.length,
                  PALETTE_INK);
    canvas_restore(canvas, before);
}
