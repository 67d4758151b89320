/* SPDX-License-Identifier: Apache-2.0 */
#include "panels.h"

#include <string.h>

#include "font.h"
#include "palette.h"
#include "perf-client/perf_vocabulary.h"
#include "perf.capnp.h"
#include "text.h"

#define GROUP_COUNTERS 32u /* looked at, of one group */
#define JANKS_A_CALL   8u
#define MIB            1048576u

/* --- What SystemUI draws ---------------------------------------------------------------------- */

enum { DRAWN_FILLS = PERF_GPU_TIME_NS + 1, DRAWN_BLENDS, DRAWN_GLYPHS, DRAWN_BYTES };

static const struct perf_metric metrics[] = {
    PERF_GRAPHICS_METRICS,
    {"fills", "", PERF_METRIC_COUNT},
    {"blends", "", PERF_METRIC_COUNT},
    {"glyphs", "", PERF_METRIC_COUNT},
    {"drawn_bytes", "bytes", PERF_METRIC_COUNT},
};

#define METRICS (sizeof metrics / sizeof metrics[0])

/* Not initialised where it stands: the image's programs begin with zeroes. */
static struct perf_group graphics;
static int64_t values[METRICS];
static struct perf_metric_told told[METRICS];

void panels_open(void)
{
    static const struct {
        unsigned metric;
        const char *why;
    } absent[] = {
        {PERF_BIND_GROUP_CHANGES, "a canvas has no bind groups"},
        {PERF_CPU_TRANSLATE_NS, "pixels are drawn as they come"},
        {PERF_GPU_TIME_NS, "drawn by the processor"},
    };
    graphics.name = PERF_GRAPHICS_GROUP;
    graphics.metric = metrics;
    graphics.value = values;
    graphics.told = told;
    graphics.count = METRICS;
    /* A service without counters says so: then there are none. */
    if (perf_group_switch(&graphics, true) != 0)
        return;
    for (unsigned i = 0; i < sizeof absent / sizeof absent[0]; i++)
        (void)perf_group_state(&graphics, absent[i].metric, PERF_METRIC_UNSUPPORTED, absent[i].why);
}

void panels_frame(const struct canvas *canvas, const struct perf_frame_facts *frame)
{
    const struct canvas_work *work = &canvas->work;
    perf_group_add(&graphics, PERF_DRAW_CALLS,
                   (int64_t)(work->fills + work->blends + canvas->glyphs));
    perf_group_add(&graphics, PERF_RENDER_PASSES, (int64_t)work->passes);
    perf_group_add(&graphics, PERF_PIPELINE_SWITCHES, (int64_t)work->switches);
    if (!frame->thrown_away)
        perf_group_add(&graphics, PERF_UPLOAD_BYTES,
                       (int64_t)canvas->width * canvas->height * (int64_t)sizeof(uint32_t));
    perf_group_add(&graphics, PERF_CPU_ENCODE_NS, (int64_t)frame->render_ns);
    perf_group_add(&graphics, DRAWN_FILLS, (int64_t)work->fills);
    perf_group_add(&graphics, DRAWN_BLENDS, (int64_t)work->blends);
    perf_group_add(&graphics, DRAWN_GLYPHS, (int64_t)canvas->glyphs);
    perf_group_add(&graphics, DRAWN_BYTES, (int64_t)work->bytes);
}

/* --- Rows ------------------------------------------------------------------------------------- */

static struct hud_row *add_row(struct hud_data *hud)
{
    /* What does not fit goes into the last one, and is seen to be missing. */
    struct hud_row *row = &hud->row[hud->rows < HUD_ROWS ? hud->rows++ : HUD_ROWS - 1];
    *row = (struct hud_row){.mark = HUD_NO_INTERVAL};
    return row;
}

static void copy_text(char *to, size_t size, const char *from, size_t length)
{
    if (length > size - 1)
        length = size - 1;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void set_label(struct hud_row *row, struct nx_text label)
{
    copy_text(row->label, sizeof row->label, label.bytes, label.length);
}

static void set_value(struct hud_row *row, const struct text_line *line)
{
    copy_text(row->value, sizeof row->value, line->bytes, (size_t)line->length);
}

static void add_words(struct hud_data *hud, const char *label, const char *value)
{
    struct hud_row *row = add_row(hud);
    set_label(row, nx_text_of(label));
    copy_text(row->value, sizeof row->value, value, strlen(value));
}

static void add_count(struct hud_data *hud, const char *label, uint64_t number, enum hud_mark mark)
{
    struct text_line line;
    struct hud_row *row = add_row(hud);
    text_clear(&line);
    text_add_number(&line, number);
    set_label(row, nx_text_of(label));
    set_value(row, &line);
    row->mark = number != 0 ? mark : HUD_NO_INTERVAL;
}

static void add_fixed(struct hud_data *hud, const char *label, uint64_t number, uint64_t unit,
                      const char *after)
{
    struct text_line line;
    struct hud_row *row = add_row(hud);
    text_clear(&line);
    text_add_fixed(&line, number, unit, 2);
    text_add(&line, after);
    set_label(row, nx_text_of(label));
    set_value(row, &line);
}

/* --- A group's figures ------------------------------------------------------------------------ */

struct figure {
    char name[24];
    enum perf_counter_state state;
    enum perf_counter_kind kind;
    uint32_t samples;
    int64_t last, sum;
};

struct group {
    uint32_t count;
    uint64_t window_ns;
    struct figure figure[GROUP_COUNTERS];
};

static void take_group(struct perf_counters_response_reader from, struct group *to)
{
    const struct perf_counter_figures_list_reader list = perf_counters_response_get_counters(from);
    to->window_ns = perf_counters_response_get_window_ns(from);
    to->count = perf_counter_figures_list_length(list);
    for (uint32_t i = 0; i < to->count; i++) {
        const struct perf_counter_figures_reader one = perf_counter_figures_list_at(list, i);
        const struct nx_text name = perf_counter_figures_get_name(one);
        struct figure *figure = &to->figure[i];
        copy_text(figure->name, sizeof figure->name, name.bytes, name.length);
        figure->state = perf_counter_figures_get_state(one);
        figure->kind = perf_counter_figures_get_kind(one);
        figure->samples = perf_counter_figures_get_samples(one);
        figure->last = perf_counter_figures_get_last(one);
        figure->sum = perf_counter_figures_get_sum(one);
    }
}

/* The group of this name with the lowest id. count 0: there is none. False: the connection broke.
 */
static bool read_group(struct perf_link *link, const char *name, struct group *to)
{
    uint32_t from = 0;
    to->count = 0;
    for (;;) {
        const struct perf_counters_request_builder request = perf_counters_call(&link->client.rpc);
        perf_counters_request_set_from_group(request, from);
        perf_counters_request_set_max(request, GROUP_COUNTERS);
        if (!perf_link_call(link))
            return link->up; /* a service without counters is no broken connection */
        const struct perf_counters_response_reader answer =
            perf_counters_results(&link->client.rpc);
        if (perf_counters_response_get_status(answer) != PERF_STATUS_OK)
            return true;
        const struct nx_text found = perf_counters_response_get_name(answer);
        from = perf_counters_response_get_group(answer) + 1;
        if (found.length == strlen(name) && memcmp(found.bytes, name, found.length) == 0) {
            take_group(answer, to);
            return true;
        }
    }
}

static const struct figure *find(const struct group *group, const char *name)
{
    for (uint32_t i = 0; i < group->count; i++)
        if (strcmp(group->figure[i].name, name) == 0)
            return &group->figure[i];
    return NULL;
}

static const char *state_text(enum perf_counter_state state)
{
    static const char *const names[] = {"", "n/a", "not permitted", "off", "warming", "failed"};
    return (unsigned)state < sizeof names / sizeof names[0] ? names[state] : "?";
}

static uint64_t at_least_0(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

/* On average a sample, or why there is no such figure. */
static void add_figure(struct hud_data *hud, const char *label, const struct figure *figure,
                       uint64_t unit, const char *after)
{
    if (figure == NULL)
        add_words(hud, label, "-");
    else if (figure->state != PERF_COUNTER_STATE_OK || figure->samples == 0)
        add_words(hud, label, state_text(figure->state));
    else if (figure->kind == PERF_COUNTER_KIND_GAUGE)
        add_fixed(hud, label, at_least_0(figure->last), unit, after);
    else
        add_fixed(hud, label, at_least_0(figure->sum) / figure->samples, unit, after);
}

/* Over the window, a second. */
static void add_rate(struct hud_data *hud, const struct group *group, const char *label,
                     const char *name, const char *and_name, uint64_t unit, const char *after)
{
    const struct figure *one = find(group, name);
    const struct figure *other = and_name != NULL ? find(group, and_name) : NULL;
    if (one == NULL || one->samples == 0 || group->window_ns < 1000) {
        add_words(hud, label, "-");
        return;
    }
    const uint64_t sum = at_least_0(one->sum) + (other != NULL ? at_least_0(other->sum) : 0);
    add_fixed(hud, label, sum * 1000 / (group->window_ns / 1000000 + 1), unit, after);
}

/* --- Panels ----------------------------------------------------------------------------------- */

static bool read_graphics(struct perf_link *link, struct hud_data *hud)
{
    struct group group;
    if (!read_group(link, PERF_GRAPHICS_GROUP, &group))
        return false;
    if (group.count == 0) {
        add_words(hud, "no program draws", "");
        return true;
    }
    add_figure(hud, "draw calls", find(&group, "draw_calls"), 1, "");
    add_figure(hud, "fills", find(&group, "fills"), 1, "");
    add_figure(hud, "blends", find(&group, "blends"), 1, "");
    add_figure(hud, "glyphs", find(&group, "glyphs"), 1, "");
    add_figure(hud, "passes", find(&group, "render_passes"), 1, "");
    add_figure(hud, "pipeline switches", find(&group, "pipeline_switches"), 1, "");
    add_figure(hud, "encode", find(&group, "cpu_encode_ns"), 1000000, " ms");
    add_rate(hud, &group, "upload", "upload_bytes", NULL, MIB, " MiB/s");
    add_figure(hud, "GPU", find(&group, "gpu_time_ns"), 1000000, " ms");
    return true;
}

static bool read_jit(struct perf_link *link, struct hud_data *hud)
{
    struct group group;
    if (!read_group(link, PERF_JIT_GROUP, &group))
        return false;
    if (group.count == 0) {
        add_words(hud, "no program compiles", "");
        return true;
    }
    const struct figure *hits = find(&group, "cache_hits"), *misses = find(&group, "cache_misses");
    const uint64_t hit = hits != NULL ? at_least_0(hits->sum) : 0;
    const uint64_t all = hit + (misses != NULL ? at_least_0(misses->sum) : 0);
    if (all > 0)
        add_fixed(hud, "hit rate", hit * 10000 / all, 100, " %");
    else
        add_words(hud, "hit rate", "-");
    add_rate(hud, &group, "blocks", "tier1_blocks_compiled", "tier2_blocks_compiled", 1, " /s");
    add_rate(hud, &group, "compile", "tier1_compile_ns", "tier2_compile_ns", 1000000, " ms/s");
    add_figure(hud, "cache used", find(&group, "cache_used_bytes"), 1024, " KiB");
    add_figure(hud, "cache capacity", find(&group, "cache_capacity_bytes"), 1024, " KiB");
    add_figure(hud, "deopts", find(&group, "deopts"), 1, "");
    add_figure(hud, "guard failures", find(&group, "guard_failures"), 1, "");
    return true;
}

/* All groups but the two that have panels of their own; of the hardware's first. */
static bool read_counters(struct perf_link *link, struct hud_data *hud)
{
    struct group group;
    static const char *const names[] = {"hardware", "thread", PERF_CPU_GROUP, PERF_MEMORY_GROUP,
                                        PERF_UI_GROUP};
    for (unsigned i = 0; i < sizeof names / sizeof names[0] && hud->rows < HUD_ROWS; i++) {
        if (!read_group(link, names[i], &group))
            return false;
        for (uint32_t at = 0; at < group.count && hud->rows < HUD_ROWS; at++) {
            const struct figure *figure = &group.figure[at];
            const bool is_time = figure->kind == PERF_COUNTER_KIND_NS;
            add_figure(hud, figure->name, figure, is_time ? 1000000 : 1, is_time ? " ms" : "");
        }
    }
    if (hud->rows == 0)
        add_words(hud, "no other counters", "");
    return true;
}

static void add_key(struct hud_data *hud, uint64_t key, uint64_t weight, uint64_t total)
{
    struct text_line line;
    struct hud_row *row = add_row(hud);
    text_clear(&line);
    text_add(&line, "0x");
    for (int32_t shift = 60; shift >= 0; shift -= 4)
        if (shift == 0 || key >> shift != 0)
            text_add_bytes(&line, &"0123456789abcdef"[key >> shift & 15], 1);
    copy_text(row->label, sizeof row->label, line.bytes, (size_t)line.length);
    text_clear(&line);
    const uint64_t share = total < UINT64_MAX / 10000 ? weight * 10000 / (total > 0 ? total : 1)
                                                      : weight / (total / 10000);
    text_add_fixed(&line, share, 100, 2);
    text_add(&line, " %");
    set_value(row, &line);
}

static bool read_hotspots(struct perf_link *link, struct hud_data *hud)
{
    const struct perf_hotspots_request_builder request = perf_hotspots_call(&link->client.rpc);
    perf_hotspots_request_set_max(request, HUD_ROWS);
    if (!perf_link_call(link))
        return link->up;
    const struct perf_hotspots_response_reader answer = perf_hotspots_results(&link->client.rpc);
    if (perf_hotspots_response_get_status(answer) != PERF_STATUS_OK) {
        add_words(hud, "no program has hotspots", "");
        return true;
    }
    const struct perf_hotspot_list_reader list = perf_hotspots_response_get_entries(answer);
    const uint64_t total = perf_hotspots_response_get_total_weight(answer);
    for (uint32_t i = 0; i < perf_hotspot_list_length(list); i++) {
        const struct perf_hotspot_reader one = perf_hotspot_list_at(list, i);
        add_key(hud, perf_hotspot_get_key(one), perf_hotspot_get_weight(one), total);
    }
    return true;
}

static const char *cause_text(enum perf_cause cause)
{
    static const char *const names[] = {"dropped", "app", "gpu", "pipeline", "unknown"};
    return (unsigned)cause < sizeof names / sizeof names[0] ? names[cause] : "?";
}

static void take_jank(struct hud_data *hud, struct perf_jank_reader jank)
{
    const uint64_t interval_ns = perf_jank_get_interval_ns(jank);
    const uint64_t budget_ns = perf_jank_get_budget_ns(jank);
    const struct perf_why_list_reader whys = perf_jank_get_why(jank);
    struct hud_jank *to = &hud->jank;
    *to = (struct hud_jank){.frame = perf_jank_get_frame_id(jank),
                            .over_ns = interval_ns > budget_ns ? interval_ns - budget_ns : 0,
                            .cause = cause_text(perf_jank_get_cause(jank))};
    for (uint32_t i = 0; i < perf_why_list_length(whys) && i < HUD_WHYS; i++) {
        const struct perf_why_reader why = perf_why_list_at(whys, i);
        const struct nx_text label = perf_why_get_label(why);
        copy_text(to->why[i].label, sizeof to->why[i].label, label.bytes, label.length);
        to->why[i].self_ns = perf_why_get_self_ns(why);
    }
}

/* Those since the last look: the newest stays. */
static bool read_last_jank(struct perf_link *link, struct hud_data *hud)
{
    for (uint32_t count = JANKS_A_CALL; count == JANKS_A_CALL;) {
        const struct perf_janks_request_builder request = perf_janks_call(&link->client.rpc);
        perf_janks_request_set_session_id(request, link->session);
        perf_janks_request_set_after_seq(request, link->jank_seq);
        perf_janks_request_set_max(request, JANKS_A_CALL);
        if (!perf_link_call(link))
            return link->up;
        const struct perf_janks_response_reader answer = perf_janks_results(&link->client.rpc);
        const struct perf_jank_list_reader list = perf_janks_response_get_janks(answer);
        count = perf_jank_list_length(list);
        for (uint32_t i = 0; i < count; i++) {
            const struct perf_jank_reader jank = perf_jank_list_at(list, i);
            link->jank_seq = perf_jank_get_seq(jank);
            if (i + 1 == count)
                take_jank(hud, jank);
        }
    }
    return true;
}

static bool read_jank(struct perf_link *link, struct hud_data *hud,
                      struct perf_metrics_reader figures)
{
    const uint64_t app = perf_metrics_get_jank_app(figures);
    const uint64_t gpu = perf_metrics_get_jank_gpu(figures);
    const uint64_t pipeline = perf_metrics_get_jank_pipeline(figures);
    const uint64_t dropped = perf_metrics_get_jank_dropped(figures);
    const uint64_t unknown = perf_metrics_get_jank_unknown(figures);
    add_count(hud, "janky frames", app + gpu + pipeline + dropped + unknown, HUD_LONG);
    add_count(hud, "app", app, HUD_LONG);
    add_count(hud, "gpu", gpu, HUD_LONG);
    add_count(hud, "pipeline", pipeline, HUD_LONG);
    add_count(hud, "thrown away", dropped, HUD_DROPPED);
    add_count(hud, "unknown", unknown, HUD_LONG);
    if (!read_last_jank(link, hud))
        return false;
    if (hud->jank.frame == 0)
        return true;
    add_count(hud, "last: frame", hud->jank.frame, HUD_NO_INTERVAL);
    add_fixed(hud, hud->jank.cause, hud->jank.over_ns, 1000000, " ms over");
    for (unsigned i = 0; i < HUD_WHYS && hud->jank.why[i].label[0] != '\0'; i++)
        add_fixed(hud, hud->jank.why[i].label, hud->jank.why[i].self_ns, 1000000, " ms");
    return true;
}

static void take_health(struct hud_data *hud, struct perf_health_reader health)
{
    const uint64_t dropped =
        perf_health_get_dropped_torn(health) + perf_health_get_dropped_malformed(health) +
        perf_health_get_dropped_rate(health) + perf_health_get_dropped_no_session(health);
    const uint64_t refused =
        perf_health_get_ticks_backwards(health) + perf_health_get_ticks_future(health) +
        perf_health_get_ticks_invalid(health) + perf_health_get_ticks_busy(health);
    add_words(hud, "ledger", perf_health_get_ledger_balanced(health) ? "balanced" : "WRONG");
    add_count(hud, "marks written", perf_health_get_written(health), HUD_NO_INTERVAL);
    add_count(hud, "overwritten", perf_health_get_overwritten(health), HUD_LONG);
    add_count(hud, "dropped", dropped, HUD_DROPPED);
    add_count(hud, "frames refused", refused, HUD_DROPPED);
    add_count(hud, "labels", perf_health_get_labels_used(health), HUD_NO_INTERVAL);
    add_count(hud, "calls", perf_health_get_calls(health), HUD_NO_INTERVAL);
    add_fixed(hud, "cost", perf_health_get_cost_last_second_ns(health), 10000000, " %");
    add_fixed(hud, "worst call", perf_health_get_worst_call_ns(health), 1000, " us");
    add_fixed(hud, "a frame", perf_health_get_cost_last_frame_ns(health), 1000, " us");
}

/* Those that are made of what `metrics` says. */
static bool read_figures(struct perf_link *link, struct hud_data *hud)
{
    const struct perf_metrics_request_builder request = perf_metrics_call(&link->client.rpc);
    perf_metrics_request_set_session_id(request, link->session);
    if (!perf_link_call(link))
        return link->up;
    const struct perf_metrics_response_reader answer = perf_metrics_results(&link->client.rpc);
    if (hud->panel == HUD_JANK)
        return read_jank(link, hud, perf_metrics_response_get_metrics(answer));
    take_health(hud, perf_metrics_response_get_health(answer));
    return true;
}

bool panels_read(struct perf_link *link, struct hud_data *hud)
{
    hud->rows = 0;
    switch (hud->panel) {
    case HUD_GRAPHICS:
        return read_graphics(link, hud);
    case HUD_JIT:
        return read_jit(link, hud);
    case HUD_HOTSPOTS:
        return read_hotspots(link, hud);
    case HUD_COUNTERS:
        return read_counters(link, hud);
    case HUD_JANK:
    case HUD_HEALTH:
        return read_figures(link, hud);
    case HUD_FRAMES:
    case HUD_PANELS:
        break;
    }
    return true;
}

enum hud_panel panels_next(enum hud_panel panel)
{
    return panel + 1 < HUD_PANELS ? panel + 1 : HUD_FRAMES;
}

const char *panels_name(enum hud_panel panel)
{
    static const char *const names[HUD_PANELS] = {
        [HUD_FRAMES] = "frames", [HUD_JANK] = "jank",         [HUD_GRAPHICS] = "graphics",
        [HUD_JIT] = "jit",       [HUD_HOTSPOTS] = "hotspots", [HUD_COUNTERS] = "counters",
        [HUD_HEALTH] = "health"};
    return (unsigned)panel < HUD_PANELS ? names[panel] : NULL;
}
