/* SPDX-License-Identifier: Apache-2.0 */
/* What lies over the windows: the bar, the dock, the pointer. Glass is drawn before by the caller.
 */
#ifndef SYSTEMUI_DESKTOP_H
#define SYSTEMUI_DESKTOP_H

#include "canvas.h"
#include "layout.h"
#include "scene.h"

void desktop_draw_bar(struct canvas *canvas, const struct layout *layout,
                      const struct scene *scene);
void desktop_draw_dock(struct canvas *canvas, const struct layout *layout);
void desktop_draw_pointer(struct canvas *canvas, struct point at, bool pressed);

#endif
