/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the HUD shows besides frames, a panel at a time: rows of what perfd says, fetched when the
 * HUD's figures are. And what SystemUI itself draws, as the group of counters `graphics`.
 *
 * A program links panels.c, or panels_none.c: then the HUD has its panel of frames alone.
 */
#ifndef SYSTEMUI_PANELS_H
#define SYSTEMUI_PANELS_H

#include "canvas.h"
#include "perf-client/perf.h"
#include "perf_link.h"

/* The panel behind this one; the first is behind the last. */
enum hud_panel panels_next(enum hud_panel panel);

/* Its name, for people and for the command line; NULL: there is no such panel. */
const char *panels_name(enum hud_panel panel);

/* The marks are on: so is the group. */
void panels_open(void);

/* What the frame was made of, before perfd is told of it. */
void panels_frame(const struct canvas *canvas, const struct perf_frame_facts *frame);

/* Fetches the rows of the panel that *hud shows. False: the connection broke. */
bool panels_read(struct perf_link *link, struct hud_data *hud);

#endif
