/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frosted panels: what is behind them is shrunk four times, blurred there, and drawn back large and
 * tinted. Blurring reads the canvas and writes only the scratch, so doing it again gives the same.
 */
#ifndef SYSTEMUI_GLASS_H
#define SYSTEMUI_GLASS_H

#include <stddef.h>

#include "canvas.h"

#define GLASS_SHRINK 4

/* Cells of scratch for a panel of up to width x height pixels. */
size_t glass_scratch_cells(int32_t width, int32_t height);

/* Blurs what the canvas shows in `panel` into the scratch. Outside the canvas the nearest pixel
 * counts. */
void glass_blur(const struct canvas *canvas, struct rect panel, uint64_t *scratch);

/* Draws the blurred picture into `panel`, mixed with `tint` (0..256), with corners of `radius`. */
void glass_draw(struct canvas *canvas, struct rect panel, int32_t radius, uint32_t tint,
                uint32_t tint_alpha, const uint64_t *scratch);

#endif
