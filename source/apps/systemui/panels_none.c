/* SPDX-License-Identifier: Apache-2.0 */
#include "panels.h"

enum hud_panel panels_next(enum hud_panel panel)
{
    (void)panel;
    return HUD_FRAMES;
}

const char *panels_name(enum hud_panel panel)
{
    return panel == HUD_FRAMES ? "frames" : NULL;
}

void panels_open(void)
{
}

void panels_frame(const struct canvas *canvas, const struct perf_frame_facts *frame)
{
    (void)canvas, (void)frame;
}

bool panels_read(struct perf_link *link, struct hud_data *hud)
{
    (void)link, (void)hud;
    return true;
}
