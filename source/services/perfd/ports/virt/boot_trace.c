/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/boot_trace.h"

#include "ports/virt/board.h"

#define SESSION   "boot"
#define BUDGET_NS 16666667u

#define TEXT(literal) ((struct perfd_text){literal, sizeof literal - 1})

/* One that is refused is counted like any other client's, and the boot goes on. */
static void note(const struct boot_trace *trace, uint32_t lane, struct perfd_text what,
                 uint64_t at_ns, uint64_t now_ns)
{
    const struct perfd_mark mark = {
        .kind = PERFD_INSTANT, .lane = lane, .name = what, .time_ns = at_ns};
    (void)!perfd_mark(trace->perfd, trace->client, &mark, now_ns);
}

static int open_lane(const struct boot_trace *trace, struct perfd_text name)
{
    uint32_t granted;
    return perfd_lane_open(trace->perfd, trace->client, name, 64, &granted);
}

/* The session, and a lane each for what perfd's hart does and for the store. */
static int open_all(struct boot_trace *trace, uint64_t reset_ns)
{
    /* Of what does not fit a small trace, the first moments are the last to go. */
    const struct perfd_start start = {
        .name = TEXT(SESSION), .budget_ns = BUDGET_NS, .oneshot = true};
    const int session = perfd_start(trace->perfd, trace->client, &start, reset_ns);
    if (session < 0)
        return session;
    const int boot = open_lane(trace, TEXT("boot"));
    if (boot < 0)
        return boot;
    const int store = open_lane(trace, TEXT("store"));
    if (store < 0)
        return store;
    trace->session = (uint32_t)session;
    trace->boot_lane = (uint32_t)boot;
    trace->store_lane = (uint32_t)store;
    return 0;
}

int boot_trace_start(struct boot_trace *trace, struct perfd *perfd, const struct boot_times *times,
                     uint64_t now_ns)
{
    *trace = (struct boot_trace){.perfd = perfd, .client = perfd_client_open(perfd)};
    if (trace->client < 0)
        return trace->client;
    const int result = open_all(trace, times->reset_ns);
    if (result < 0)
        return result;
    note(trace, trace->boot_lane, TEXT("reset"), times->reset_ns, now_ns);
    note(trace, trace->boot_lane, TEXT("drivers up"), times->drivers_ns, now_ns);
    note(trace, trace->boot_lane, TEXT("perfd ready"), times->ready_ns, now_ns);
    trace->state = BOOT_TRACE_RECORDS;
    return 0;
}

static void watch_store(struct boot_trace *trace, uint64_t now_ns)
{
    uint64_t since_ns;
    const enum virt_store store = virt_board_store(&since_ns);
    if (trace->has_store || store == VIRT_STORE_STARTING)
        return;
    trace->has_store = true;
    note(trace, trace->store_lane,
         store == VIRT_STORE_READY ? TEXT("/state mounted") : TEXT("/state unavailable"), since_ns,
         now_ns);
}

static void watch_frames(struct boot_trace *trace, int ui_client, uint64_t now_ns)
{
    struct perfd_frame_sample first;
    uint64_t missed;
    if (trace->has_frame ||
        perfd_read_frames(trace->perfd, ui_client, 0, 0, &first, 1, &missed) <= 0)
        return;
    trace->has_frame = true;
    note(trace, trace->boot_lane, TEXT("first frame"), first.presented_at_ns, now_ns);
}

static int stop(struct boot_trace *trace, uint64_t now_ns)
{
    struct perfd_metrics unused;
    trace->state = BOOT_TRACE_STOPPED;
    (void)!perfd_stop(trace->perfd, trace->client, trace->session, now_ns, &unused);
    return PERFD_MORE;
}

/* Another's export goes first where there is one. */
static int begin_export(struct boot_trace *trace, uint64_t now_ns)
{
    const int result =
        perfd_export_begin(trace->perfd, trace->session, (struct perfd_text){NULL, 0}, 0, now_ns);
    if (result == PERFD_BUSY)
        return 0;
    trace->state = result < 0 ? BOOT_TRACE_OFF : BOOT_TRACE_EXPORTS;
    return PERFD_MORE;
}

static int step_export(struct boot_trace *trace)
{
    struct perfd_export_result result;
    const int progress = perfd_export_step(trace->perfd, &result);
    if (progress > 0)
        return progress;
    trace->state = BOOT_TRACE_OFF;
    perfd_client_close(trace->perfd, trace->client);
    return PERFD_MORE;
}

int boot_trace_poll(struct boot_trace *trace, int ui_client, uint64_t now_ns)
{
    switch (trace->state) {
    case BOOT_TRACE_RECORDS:
        watch_store(trace, now_ns);
        watch_frames(trace, ui_client, now_ns);
        return trace->has_store && trace->has_frame ? stop(trace, now_ns) : 0;
    case BOOT_TRACE_STOPPED:
        return begin_export(trace, now_ns);
    case BOOT_TRACE_EXPORTS:
        return step_export(trace);
    case BOOT_TRACE_OFF:
        break;
    }
    return 0;
}

bool boot_trace_is_due(const struct boot_trace *trace)
{
    return trace->state == BOOT_TRACE_RECORDS ? trace->has_frame : trace->state != BOOT_TRACE_OFF;
}
