/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `perfctl hud` knows of a service: filled by hud_data.c, drawn by hud_screen.c. Texts are as
 * the service gave them, whatever bytes those are, but for NUL, which is '?'; they end with one.
 */
#ifndef PERFCTL_HUD_MODEL_H
#define PERFCTL_HUD_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "perf.capnp.h"

#define HUD_FRAMES   512u /* more than a wide terminal has columns */
#define HUD_JANKS    64u  /* as many as the service keeps */
#define HUD_WHYS     3u
#define HUD_COUNTERS 128u /* the service's own limit, as are the next two */
#define HUD_GROUPS   16u
#define HUD_LANES    32u
#define HUD_PHASES   4u
#define HUD_CAUSES   5u /* of enum perf_cause; a later one is taken for unknown */

enum hud_panel {
    HUD_PANEL_JANK,
    HUD_PANEL_PHASES,
    HUD_PANEL_COUNTERS,
    HUD_PANEL_LANES,
    HUD_PANEL_PERFD,
    HUD_PANELS
};

struct hud_frame {
    uint64_t frame_id;
    uint64_t interval_ns; /* 0: none */
    uint64_t budget_ns;
    bool janky;  /* long, late, or it missed a vsync; thrown away, too */
    bool thrown; /* it was never shown */
    bool caused; /* the next one is known */
    enum perf_cause cause;
};

struct hud_why {
    char label[64];
    uint64_t self_ns;
};

struct hud_jank {
    uint64_t seq, frame_id, interval_ns, budget_ns;
    enum perf_cause cause;
    uint32_t why_count;
    struct hud_why why[HUD_WHYS];
};

struct hud_counter {
    char name[48], unit[16], reason[64];
    enum perf_counter_state state;
    uint32_t samples; /* of the window; 0: it has no figures */
    int64_t last, sum, max;
};

struct hud_group {
    char name[32], process[16];
    uint32_t pid, first, count; /* which of the counters */
    bool closed;
};

struct hud_lane {
    uint32_t lane, pid;
    char name[32], process[16];
    bool shared, closed;
    uint64_t written, resident, overwritten, dropped;
};

struct hud_phase {
    uint64_t avg_ns, p95_ns, worst_ns;
};

/* Over the window, as in the schema's Metrics. */
struct hud_metrics {
    uint32_t session_id;
    char name[49];
    bool running, has_intervals;
    uint64_t budget_ns, milli_fps, p50_ns, p95_ns, p99_ns, low1_milli_fps, longest_ns;
    uint64_t frames, long_frames, dropped, late, over_budget;
    uint64_t work_avg_ns, work_p95_ns, work_p99_ns;
    uint64_t latency_count, latency_p50_ns, latency_p95_ns, latency_p99_ns;
    uint64_t gpu_frames, gpu_avg_ns;
    bool gpu_bound;
    uint64_t jank[HUD_CAUSES]; /* of the session */
    uint32_t phase_count;      /* 0, or HUD_PHASES */
    struct hud_phase phase[HUD_PHASES];
};

struct hud_health {
    bool balanced;
    uint64_t written, resident, overwritten;
    uint64_t torn, malformed, rate, no_session; /* records dropped */
    uint64_t ticks_backwards, ticks_future, ticks_invalid, ticks_no_session, ticks_busy;
    uint64_t reject_invalid, reject_denied, reject_over_limit, reject_rate, reject_malformed;
    uint64_t calls, second_ns, worst_call_ns, frame_ns, worst_frame_ns;
    uint64_t labels_used, labels_unknown;
};

struct hud_data {
    bool gone;           /* the service; what is below is what it said last */
    bool has_session;    /* metrics, frames and janks are of one */
    const char *refused; /* the status with which it refused to be read, or NULL */
    struct hud_metrics metrics;
    struct hud_health health;
    struct hud_frame frames[HUD_FRAMES]; /* by rising ids */
    uint32_t frame_count;
    uint64_t after_seq;               /* the last frame that was fetched */
    uint64_t frames_missed;           /* those that left the service's ring unseen */
    struct hud_jank janks[HUD_JANKS]; /* by rising seqs */
    uint32_t jank_count;
    bool no_janks, no_counters; /* this service has no such thing */
    struct hud_group groups[HUD_GROUPS];
    struct hud_counter counters[HUD_COUNTERS];
    uint32_t group_count, counter_count;
    struct hud_lane lanes[HUD_LANES];
    uint32_t lane_count;
};

/* What the user has chosen. */
struct hud_view {
    enum hud_panel panel; /* the first one of those shown */
    unsigned scale;       /* below HUD_SCALES; the least shows the shortest times */
    unsigned scroll;      /* how many lines of the first panel are above its top */
    bool paused, help;
    char message[160]; /* in place of the keys; empty: none */
};

#define HUD_SCALES        9u
#define HUD_SCALE_DEFAULT 4u /* three budgets high */

#endif
