/* SPDX-License-Identifier: Apache-2.0 */
#include "systemui.h"

#include "number.h"
#include "palette.h"
#include "panels.h"

#define HUD_EVERY       12  /* frames from one look at the figures to the next */
#define COUNT_EVERY     4   /* frames from one value of the counters to the next */
#define RECONNECT_EVERY 120 /* frames from one attempt to the next */

void systemui_init(struct systemui *ui, const struct systemui_config *config,
                   struct systemui_platform *platform)
{
    ui->platform = platform;
    picture_init(&ui->picture, config->pixels, config->width, config->height, config->stride,
                 config->memory);
    perf_link_init(&ui->link, &ui->spans, config->address, config->session, config->budget_ns,
                   config->stamp_marks);
    ui->hud = (struct hud_data){.connected = false};
    ui->frame = 0;
    ui->first_ns = systemui_now_ns(platform);
    ui->refresh = 0;
    ui->key_at_ns = 0;
    ui->scrolled = 0;
    ui->load_wanted = false;
    ui->hud_hidden = ui->panel_is_new = false;
}

int systemui_connect(struct systemui *ui)
{
    const int result = perf_link_open(&ui->link);
    ui->hud.connected = result == 0;
    return result;
}

/* Its rows are fetched before it is drawn next. */
void systemui_show(struct systemui *ui, enum hud_panel panel)
{
    ui->hud.panel = panel;
    ui->hud.title = panels_name(panel);
    ui->hud.rows = 0;
    ui->panel_is_new = true;
}

void systemui_key(struct systemui *ui, enum systemui_key key, uint64_t at_ns)
{
    if (ui->key_at_ns == 0)
        ui->key_at_ns = at_ns;
    switch (key) {
    case SYSTEMUI_KEY_UP:
        ui->scrolled = number_max(ui->scrolled - GRID_ROW, -GRID_ROW * 64);
        break;
    case SYSTEMUI_KEY_DOWN:
        ui->scrolled = number_min(ui->scrolled + GRID_ROW, GRID_ROW * 64);
        break;
    case SYSTEMUI_KEY_LOAD:
        ui->load_wanted = true;
        break;
    case SYSTEMUI_KEY_HUD:
        ui->hud_hidden = !ui->hud_hidden;
        break;
    case SYSTEMUI_KEY_PANEL:
        systemui_show(ui, panels_next(ui->hud.panel));
        break;
    }
}

/* When the refresh happens. */
static uint64_t refresh_ns(const struct systemui *ui, uint64_t refresh)
{
    return ui->first_ns + refresh * SYSTEMUI_PERIOD_NS;
}

/* The first refresh that a frame finished now can be shown at, `wanted` at the earliest. */
static uint64_t next_refresh(const struct systemui *ui, uint64_t wanted)
{
    const uint64_t since = systemui_now_ns(ui->platform) - ui->first_ns;
    const uint64_t next = (since + SYSTEMUI_PERIOD_NS - 1) / SYSTEMUI_PERIOD_NS;
    return next > wanted ? next : wanted;
}

/*
 * When the input that this frame answers came in, 0 where there was none. Keys are real; the person
 * in the scene acts between the refresh before and this one, at a moment that only the frame's
 * number decides.
 */
static uint64_t input_for(struct systemui *ui, uint64_t refresh, uint64_t began_ns)
{
    enum { LOOK_BACK = 8 }; /* refreshes: after a longer stall an older action is not news */
    uint64_t at_ns = ui->key_at_ns;
    ui->key_at_ns = 0;
    const uint64_t missed = refresh - ui->refresh;
    for (uint64_t i = 0; at_ns == 0 && i < missed && i < LOOK_BACK; i++)
        if (scene_has_input((uint32_t)(refresh - i)))
            at_ns = began_ns - 1000000u - ui->frame * 7919u % 14u * 1000000u;
    if (at_ns != 0)
        spans_instant(SPAN_INPUT);
    return at_ns;
}

/* How long this frame is to keep the machine busy, in hundredths of a period; 0: as long as it
 * takes. Mostly one refresh is missed, now and then two. */
static uint64_t load_for(struct systemui *ui)
{
    const bool wanted = ui->load_wanted;
    ui->load_wanted = false;
    if (ui->frame % 240 == 199)
        return 260;
    return wanted || ui->frame % 90 == 59 ? 150 : 0;
}

/* Some frames are finished and then not shown, as when something newer has taken their place. */
static bool thrown_away(uint64_t frame)
{
    return frame % 173 == 120;
}

static void make_load(struct systemui *ui, uint64_t began_ns)
{
    const uint64_t load = load_for(ui);
    if (load == 0)
        return;
    const uint64_t until = began_ns + load * SYSTEMUI_PERIOD_NS / 100;
    spans_begin(&ui->spans, ui->platform, SPAN_HEAVY_BLUR);
    while (systemui_now_ns(ui->platform) < until)
        picture_toil(&ui->picture, &ui->layout);
    spans_end(&ui->spans, ui->platform, SPAN_HEAVY_BLUR);
}

static void phase_ui(struct systemui *ui, struct perf_frame_facts *frame, uint64_t refresh)
{
    const uint64_t began = spans_begin(&ui->spans, ui->platform, SPAN_UI);
    frame->began_at_ns = began;
    frame->input_at_ns = input_for(ui, refresh, began);
    scene_at(&ui->scene, (uint32_t)refresh);
    ui->scene.list_scroll += ui->scrolled;
    frame->ui_ns = spans_end(&ui->spans, ui->platform, SPAN_UI) - began;
}

static void phase_layout(struct systemui *ui, struct perf_frame_facts *frame)
{
    const struct canvas *canvas = &ui->picture.canvas;
    const uint64_t began = spans_begin(&ui->spans, ui->platform, SPAN_LAYOUT);
    layout_build(&ui->layout, &ui->scene, canvas->width, canvas->height);
    frame->layout_ns = spans_end(&ui->spans, ui->platform, SPAN_LAYOUT) - began;
}

static void phase_render(struct systemui *ui, struct perf_frame_facts *frame)
{
    struct canvas *canvas = &ui->picture.canvas;
    const uint64_t began = spans_begin(&ui->spans, ui->platform, SPAN_RENDER);
    canvas->glyphs = 0;
    canvas->blended = 0;
    canvas->work = (struct canvas_work){.passes = 0};
    picture_draw(&ui->picture, &ui->scene, &ui->layout, ui->hud_hidden ? NULL : &ui->hud,
                 &ui->spans, ui->platform);
    make_load(ui, frame->began_at_ns);
    const uint64_t ended = spans_end(&ui->spans, ui->platform, SPAN_RENDER);
    frame->render_ns = ended - began;
    if (ui->frame % COUNT_EVERY == 0) {
        spans_counter(SPAN_GLYPHS, canvas->glyphs);
        spans_counter(SPAN_BLENDED, canvas->blended);
    }
}

/* Waits for the refresh (which is no work), then shows the frame. */
static void phase_present(struct systemui *ui, struct perf_frame_facts *frame, uint64_t wanted)
{
    ui->refresh = next_refresh(ui, wanted);
    systemui_wait_until(ui->platform, refresh_ns(ui, ui->refresh));
    const uint64_t began = spans_begin(&ui->spans, ui->platform, SPAN_PRESENT);
    frame->thrown_away =
        thrown_away(frame->id) || !systemui_present(ui->platform, &ui->picture.canvas);
    frame->presented_at_ns = spans_end(&ui->spans, ui->platform, SPAN_PRESENT);
    frame->present_ns = frame->presented_at_ns - began;
}

/* Tells perfd, and now and then asks it. */
static void report(struct systemui *ui, struct perf_frame_facts *frame)
{
    const bool was_up = ui->link.up;
    if (!was_up && frame->id % RECONNECT_EVERY == 0 && perf_link_open(&ui->link) == 0)
        systemui_log(ui->platform, "perfd: connected again");
    if (!ui->link.up) {
        ui->hud.connected = false;
        return;
    }
    spans_begin(&ui->spans, ui->platform, SPAN_PERFD);
    panels_frame(&ui->picture.canvas, frame);
    perf_link_tick(&ui->link, frame);
    if (frame->id % HUD_EVERY == 0 || ui->panel_is_new)
        perf_link_read(&ui->link, &ui->hud);
    ui->panel_is_new = false;
    if (was_up && !ui->link.up) {
        ui->hud.connected = false;
        systemui_log(ui->platform, "perfd: connection lost, drawing on");
    }
    spans_end(&ui->spans, ui->platform, SPAN_PERFD);
}

void systemui_frame(struct systemui *ui)
{
    const uint64_t wanted = ui->refresh + 1;
    struct perf_frame_facts frame = {.id = ++ui->frame, .deadline_at_ns = refresh_ns(ui, wanted)};
    phase_ui(ui, &frame, wanted);
    phase_layout(ui, &frame);
    phase_render(ui, &frame);
    phase_present(ui, &frame, wanted);
    report(ui, &frame);
}

int systemui_finish(struct systemui *ui)
{
    perf_link_read(&ui->link, &ui->hud);
    picture_draw(&ui->picture, &ui->scene, &ui->layout, ui->hud_hidden ? NULL : &ui->hud,
                 &ui->spans, ui->platform);
    return perf_link_stop(&ui->link);
}
