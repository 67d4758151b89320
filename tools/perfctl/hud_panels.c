/* SPDX-License-Identifier: Apache-2.0 */
/* The panels' lines. On a narrow area what matters most is kept. */
#include "hud_screen.h"

#include <inttypes.h>
#include <string.h>

#define WORDY 50u /* a cause is its letter alone below this */
#define WIDE  78u /* from here on there is room for all of a table's columns */

static const char *const panel_names[HUD_PANELS] = {"jank", "phases", "counters", "lanes", "perfd"};

const char *hud_panel_name(enum hud_panel panel)
{
    return panel_names[panel < HUD_PANELS ? panel : 0];
}

/* Lines one below the other, of which the first ones may be above the area. */
struct lines {
    const struct hud_area *to;
    unsigned count, skip;
};

/* The next one's row; outside the area where it is not seen. */
static unsigned next_line(struct lines *lines)
{
    unsigned at = lines->count++;
    return at >= lines->skip ? at - lines->skip : UINT32_MAX;
}

static bool is_wide(const struct lines *lines)
{
    return lines->to->width >= WIDE;
}

static void say(struct lines *lines, const char *words)
{
    hud_text(lines->to, 1, next_line(lines), lines->to->width, HUD_DIM, words);
}

/* --- Jank --- */

static void draw_whys(const struct lines *lines, unsigned x, unsigned y,
                      const struct hud_jank *jank)
{
    char ms[HUD_FIGURE_BYTES];
    for (uint32_t i = 0; i < jank->why_count && i < HUD_WHYS; i++)
        x = hud_print(lines->to, x, y, HUD_PLAIN, "%s%s %s", i > 0 ? ", " : "", jank->why[i].label,
                      hud_ms(ms, jank->why[i].self_ns, true));
}

static void draw_jank(struct lines *lines, const struct hud_data *data)
{
    unsigned frame_end = is_wide(lines) ? 11 : 8, ms_end = frame_end + 10;
    bool words = lines->to->width >= WORDY;
    unsigned why = ms_end + (words ? 13 : 4);
    if (data->jank_count == 0) {
        say(lines, data->no_janks ? "jank: n/a, this service keeps none" : "no janky frames");
        return;
    }
    unsigned y = next_line(lines);
    hud_figure(lines->to, frame_end, y, HUD_DIM, "frame");
    hud_figure(lines->to, ms_end, y, HUD_DIM, "ms");
    hud_text(lines->to, ms_end + 2, y, why - ms_end - 3, HUD_DIM, words ? "cause" : "");
    hud_print(lines->to, why, y, HUD_DIM, "why, own ms");
    for (uint32_t i = data->jank_count; i-- > 0;) {
        const struct hud_jank *jank = &data->janks[i];
        const struct hud_cause *cause = hud_cause_of(jank->cause);
        char figure[HUD_FIGURE_BYTES];
        y = next_line(lines);
        hud_figure(lines->to, frame_end, y, HUD_PLAIN,
                   hud_count(figure, jank->frame_id, frame_end - 1));
        hud_figure(lines->to, ms_end, y, HUD_PLAIN,
                   hud_ms(figure, jank->interval_ns, jank->interval_ns != 0));
        hud_print(lines->to, ms_end + 2, y, cause->style, "%c %s", cause->letter,
                  words ? cause->word : "");
        draw_whys(lines, why, y, jank);
    }
}

/* --- Phases --- */

static void draw_times(const struct lines *lines, unsigned y, const char *name, const uint64_t *ns,
                       unsigned count, bool present)
{
    hud_text(lines->to, 1, y, 8, HUD_PLAIN, name);
    for (unsigned i = 0; i < count; i++) {
        char figure[HUD_FIGURE_BYTES];
        hud_figure(lines->to, 18 + i * 10, y, HUD_PLAIN, hud_ms(figure, ns[i], present));
    }
}

static void draw_heads(struct lines *lines, const char *first, const char *second,
                       const char *third)
{
    unsigned y = next_line(lines);
    hud_figure(lines->to, 18, y, HUD_DIM, first);
    hud_figure(lines->to, 28, y, HUD_DIM, second);
    hud_figure(lines->to, 38, y, HUD_DIM, third);
}

static void draw_phases(struct lines *lines, const struct hud_data *data)
{
    static const char *const names[HUD_PHASES] = {"ui", "layout", "render", "present"};
    const struct hud_metrics *m = &data->metrics;
    draw_heads(lines, "avg ms", "p95", "worst");
    for (unsigned i = 0; i < HUD_PHASES; i++) {
        struct hud_phase phase = i < m->phase_count ? m->phase[i] : (struct hud_phase){0};
        const uint64_t times[] = {phase.avg_ns, phase.p95_ns, phase.worst_ns};
        draw_times(lines, next_line(lines), names[i], times, 3, phase.worst_ns != 0);
    }
    draw_heads(lines, "avg ms", "p95", "p99");
    const uint64_t work[] = {m->work_avg_ns, m->work_p95_ns, m->work_p99_ns};
    unsigned y = next_line(lines);
    draw_times(lines, y, "work", work, 3, m->work_p99_ns != 0);
    hud_print(lines->to, 41, y, HUD_PLAIN, "over budget %" PRIu64, m->over_budget);
    const uint64_t gpu[] = {m->gpu_avg_ns};
    y = next_line(lines);
    draw_times(lines, y, "gpu", gpu, 1, m->gpu_frames > 0);
    if (m->gpu_frames > 0)
        hud_print(lines->to, 21, y, HUD_PLAIN, "bound by %s", m->gpu_bound ? "gpu" : "cpu");
    draw_heads(lines, "p50 ms", "p95", "p99");
    const uint64_t latency[] = {m->latency_p50_ns, m->latency_p95_ns, m->latency_p99_ns};
    y = next_line(lines);
    draw_times(lines, y, "latency", latency, 3, m->latency_count > 0);
    hud_print(lines->to, 41, y, HUD_PLAIN, "inputs %" PRIu64, m->latency_count);
}

/* --- Counters --- */

/* NULL where it counts. */
static const char *state_word(const struct hud_counter *counter)
{
    switch (counter->state) {
    case PERF_COUNTER_STATE_OK:
        return counter->samples > 0 ? NULL : "no sample yet";
    case PERF_COUNTER_STATE_UNSUPPORTED:
        return "n/a";
    case PERF_COUNTER_STATE_NOT_PERMITTED:
        return "not permitted";
    case PERF_COUNTER_STATE_DISABLED:
        return "off";
    case PERF_COUNTER_STATE_WARMING:
        return "warming";
    case PERF_COUNTER_STATE_FAILED:
        return "failed";
    default:
        return "in a state unknown here";
    }
}

static const char *whole(char to[HUD_FIGURE_BYTES], int64_t value)
{
    snprintf(to, HUD_FIGURE_BYTES, "%" PRId64, value);
    return to;
}

static void draw_counter(struct lines *lines, const struct hud_counter *counter)
{
    unsigned name_width = lines->to->width < 42 ? lines->to->width - 18 : 24;
    unsigned end = name_width + 14, y = next_line(lines);
    const char *word = state_word(counter);
    char text[HUD_FIGURE_BYTES];
    hud_text(lines->to, 2, y, name_width, HUD_PLAIN, counter->name);
    if (word != NULL) {
        hud_print(lines->to, name_width + 3, y, HUD_DIM, "%s%s%s", word,
                  counter->reason[0] != '\0' ? ": " : "", counter->reason);
        return;
    }
    hud_figure(lines->to, end, y, HUD_PLAIN, whole(text, counter->last));
    if (is_wide(lines)) {
        snprintf(text, sizeof text, "%.2f", (double)counter->sum / counter->samples);
        hud_figure(lines->to, end + 14, y, HUD_PLAIN, text);
        hud_figure(lines->to, end + 27, y, HUD_PLAIN, whole(text, counter->max));
        end += 27;
    }
    hud_text(lines->to, end + 1, y, 15, HUD_DIM, counter->unit);
}

static void draw_counters(struct lines *lines, const struct hud_data *data)
{
    if (data->group_count == 0)
        say(lines,
            data->no_counters ? "counters: n/a, this service has none" : "no program has counters");
    for (uint32_t i = 0; i < data->group_count; i++) {
        const struct hud_group *group = &data->groups[i];
        unsigned y = next_line(lines);
        unsigned x = hud_print(lines->to, 1, y, HUD_STRONG, "%s", group->name);
        if (group->pid != 0)
            x = hud_print(lines->to, x, y, HUD_DIM, " of %s (%" PRIu32 ")", group->process,
                          group->pid);
        x = hud_print(lines->to, x, y, HUD_DIM, "%s", group->closed ? ", gone" : "");
        if (is_wide(lines) && x < 33) {
            hud_figure(lines->to, 38, y, HUD_DIM, "last");
            hud_figure(lines->to, 52, y, HUD_DIM, "mean of 60");
            hud_figure(lines->to, 65, y, HUD_DIM, "max");
        }
        for (uint32_t k = 0; k < group->count; k++)
            draw_counter(lines, &data->counters[group->first + k]);
    }
}

/* --- Lanes --- */

static void draw_lane(struct lines *lines, const struct hud_lane *lane)
{
    unsigned y = next_line(lines), end = is_wide(lines) ? 40 : 18;
    const char *state = lane->closed ? "closed" : lane->shared ? "shared" : "by calls";
    char figure[HUD_FIGURE_BYTES];
    hud_figure(lines->to, 5, y, HUD_PLAIN, hud_count(figure, lane->lane, 4));
    hud_text(lines->to, 6, y, is_wide(lines) ? 12 : 11, HUD_PLAIN,
             lane->lane == 0 ? "(no lane)" : lane->name);
    if (is_wide(lines)) {
        hud_text(lines->to, 19, y, 11, HUD_DIM, lane->process);
        hud_text(lines->to, 31, y, 8, HUD_DIM, lane->lane == 0 ? "" : state);
    }
    const uint64_t counts[] = {lane->written, lane->overwritten, lane->dropped, lane->resident};
    for (unsigned i = 0; i < (is_wide(lines) ? 4u : 3u); i++) {
        unsigned style = i == 2 && lane->dropped > 0 ? HUD_ALERT : HUD_PLAIN;
        end += is_wide(lines) ? 10 : 7;
        hud_figure(lines->to, end, y, style, hud_count(figure, counts[i], is_wide(lines) ? 9 : 6));
    }
}

static void draw_lanes(struct lines *lines, const struct hud_data *data)
{
    unsigned y = next_line(lines);
    hud_print(lines->to, 1, y, HUD_DIM, "lane");
    if (is_wide(lines)) {
        static const char *const heads[] = {"written", "overwr.", "dropped", "resident"};
        hud_print(lines->to, 19, y, HUD_DIM, "process");
        for (unsigned i = 0; i < 4; i++)
            hud_figure(lines->to, 50 + i * 10, y, HUD_DIM, heads[i]);
    } else {
        static const char *const heads[] = {"marks", "overwr", "lost"};
        for (unsigned i = 0; i < 3; i++)
            hud_figure(lines->to, 25 + i * 7, y, HUD_DIM, heads[i]);
    }
    for (uint32_t i = 0; i < data->lane_count; i++)
        draw_lane(lines, &data->lanes[i]);
}

/* --- The service's own health --- */

static void draw_perfd(struct lines *lines, const struct hud_data *data)
{
    const struct hud_health *h = &data->health;
    char ms[2][HUD_FIGURE_BYTES];
    unsigned y = next_line(lines);
    unsigned x = hud_print(lines->to, 1, y, HUD_PLAIN, "ledger   ");
    hud_print(lines->to, x, y, h->balanced ? HUD_PLAIN : HUD_ALERT, "%s",
              h->balanced ? "balanced" : "NOT balanced");
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN,
              "dropped  %" PRIu64 "  overwritten %" PRIu64 "  of %" PRIu64,
              h->torn + h->malformed + h->rate + h->no_session, h->overwritten, h->written);
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN,
              "cost     %s ms in a second, worst call %s", hud_ms(ms[0], h->second_ns, true),
              hud_ms(ms[1], h->worst_call_ns, true));
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN,
              "rejects  %" PRIu64 ": invalid %" PRIu64 " denied %" PRIu64 " limit %" PRIu64
              " rate %" PRIu64 " malformed %" PRIu64,
              h->reject_invalid + h->reject_denied + h->reject_over_limit + h->reject_rate +
                  h->reject_malformed,
              h->reject_invalid, h->reject_denied, h->reject_over_limit, h->reject_rate,
              h->reject_malformed);
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN,
              "refused  %" PRIu64 " frames: back %" PRIu64 " future %" PRIu64 " invalid %" PRIu64
              " homeless %" PRIu64 " busy %" PRIu64,
              h->ticks_backwards + h->ticks_future + h->ticks_invalid + h->ticks_no_session +
                  h->ticks_busy,
              h->ticks_backwards, h->ticks_future, h->ticks_invalid, h->ticks_no_session,
              h->ticks_busy);
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN,
              "drops    torn %" PRIu64 " malformed %" PRIu64 " rate %" PRIu64 " homeless %" PRIu64
              "; resident %" PRIu64,
              h->torn, h->malformed, h->rate, h->no_session, h->resident);
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN,
              "a frame  %s ms the last, %s worst; calls %" PRIu64,
              hud_ms(ms[0], h->frame_ns, h->worst_frame_ns != 0),
              hud_ms(ms[1], h->worst_frame_ns, h->worst_frame_ns != 0), h->calls);
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN,
              "labels   %" PRIu64 " used, %" PRIu64 " found no room", h->labels_used,
              h->labels_unknown);
    hud_print(lines->to, 1, next_line(lines), HUD_PLAIN, "this hud %" PRIu64 " frames not seen",
              data->frames_missed);
}

unsigned hud_draw_panel(const struct hud_area *to, enum hud_panel panel,
                        const struct hud_data *data, unsigned scroll)
{
    static void (*const draw[HUD_PANELS])(struct lines *, const struct hud_data *) = {
        draw_jank, draw_phases, draw_counters, draw_lanes, draw_perfd,
    };
    struct lines lines = {.to = to, .skip = scroll};
    draw[panel < HUD_PANELS ? panel : 0](&lines, data);
    return lines.count;
}
