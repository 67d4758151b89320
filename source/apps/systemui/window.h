/* SPDX-License-Identifier: Apache-2.0 */
/* Windows: their frames, and what stands in each. */
#ifndef SYSTEMUI_WINDOW_H
#define SYSTEMUI_WINDOW_H

#include "canvas.h"
#include "layout.h"
#include "numerals.h"
#include "scene.h"

/* Shadow, title bar and empty body. `lift` (0..4096) deepens the shadow. */
void window_draw_frame(struct canvas *canvas, struct rect window, const char *title, bool focused,
                       int32_t lift);

void window_draw_list(struct canvas *canvas, const struct layout *layout,
                      const struct scene *scene);
void window_draw_note(struct canvas *canvas, const struct layout *layout,
                      const struct scene *scene);
void window_draw_clock(struct canvas *canvas, const struct layout *layout,
                       const struct scene *scene, const struct numerals *numerals);

#endif
