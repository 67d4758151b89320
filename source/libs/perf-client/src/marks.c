/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing, labels, counters and frames. */
#include "marks.h"

#include "perf.capnp.h"

#define NAME_BYTES     63u /* perf.capnp's bounds of a label's texts */
#define CATEGORY_BYTES 31u
#define FILE_BYTES     127u
#define FAKE_STEP_NS   1000u

PERF_OWN struct perf_enable_page perf_enable_page;
PERF_OWN struct perf_marks perf_marks;

static struct perf_total *totals;

/* $PERF_FAKE_CLOCK: each thread counts for itself, so that what others do does not show. */
static uint64_t fake_start_ns;
#if PERF_THREADS
static __thread uint64_t fake_steps;
#else
static uint64_t fake_steps;
#endif

uint64_t perf_stamp_ns(void)
{
    if (fake_start_ns != 0)
        return fake_start_ns + FAKE_STEP_NS * fake_steps++;
    const struct perf_options *options = &perf_marks.options;
    return options->now_ns != NULL ? options->now_ns(options->context) : perf_platform_now_ns();
}

int perf_marks_call(void)
{
    const int error = perf_client_call(perf_marks.client);
    if (error != 0 && error != PERF_CLIENT_EXCEPTION)
        perf_marks_turn_off();
    return error;
}

void perf_marks_turn_off(void)
{
    if (perf_marks.enable_mapped)
        perf_platform_unmap_enable();
    else
        perf_platform_set_enable(false);
    perf_marks.enable_mapped = false;
    if (perf_marks.owns_client)
        perf_client_close(perf_marks.client);
    perf_marks.client = NULL;
    __atomic_store_n(&perf_marks.generation, perf_marks.generation + 1, __ATOMIC_RELAXED);
    perf_calls_drop();
    perf_ticks_drop();
    while (perf_marks.sites != NULL) {
        struct perf_site *site = perf_marks.sites;
        perf_marks.sites = site->next;
        perf_lane_store(&site->word, 0);
    }
}

int perf_marks_open(struct perf_client *client, const struct perf_options *options,
                    bool owns_client)
{
    static const struct perf_options none;
    const bool fakes_clock = perf_platform_fakes_clock();
    perf_marks.options = options != NULL ? *options : none;
    perf_marks.shares = !perf_marks.options.stamp_always && !fakes_clock;
    perf_marks.client = client;
    perf_marks.owns_client = owns_client;
    fake_start_ns = fakes_clock ? perf_platform_now_ns() : 0;
    fake_steps = 0;
    __atomic_store_n(&perf_marks.generation, perf_marks.generation + 1, __ATOMIC_RELAXED);
    perf_lane_drop();
    const int result = perf_lane_open(true);
    if (result == 0)
        perf_ticks_open();
    else if (perf_marks.client != NULL)
        perf_marks_turn_off();
    return result != 0 || perf_marks.client != NULL ? result : PERF_CLIENT_DISCONNECTED;
}

int perf_open_on(struct perf_client *client, const struct perf_options *options)
{
    perf_platform_lock();
    const int result = perf_marks.client != NULL ? 0 : perf_marks_open(client, options, false);
    perf_platform_unlock();
    return result;
}

void perf_close(void)
{
    perf_flush();
    perf_platform_lock();
    perf_lane_close();
    if (perf_marks.client != NULL)
        perf_marks_turn_off();
    perf_platform_unlock();
}

/* The text's first bytes, or its last where the start matters less. */
static struct nx_text bounded(const char *string, uint32_t most, bool last)
{
    struct nx_text text = nx_text_of(string);
    if (text.length > most) {
        if (last)
            text.bytes += text.length - most;
        text.length = most;
    }
    return text;
}

/* 0, or a site's word. A site of any one thread is every thread's. */
static uint64_t ask_label(struct perf_site *site)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    const struct perf_label_request_builder request = perf_label_call(rpc);
    perf_label_request_set_name(request, bounded(site->name, NAME_BYTES, false));
    perf_label_request_set_category(request, bounded(site->category, CATEGORY_BYTES, false));
    perf_label_request_set_file(request, bounded(site->file, FILE_BYTES, true));
    perf_label_request_set_line(request, site->line);
    perf_label_request_set_budget_cpu_us(request, site->budget_cpu_us);
    perf_label_request_set_budget_gpu_us(request, site->budget_gpu_us);
    perf_label_request_set_budget_mem_bytes(request, site->budget_mem_bytes);
    const int error = perf_marks_call();
    if (error != 0 && error != PERF_CLIENT_EXCEPTION)
        return 0;
    const uint64_t label =
        error == 0 ? perf_label_response_get_label(perf_label_results(rpc)) & PERF_LABEL_MASK : 0;
    return (uint64_t)site->kind << PERF_KIND_SHIFT | (label != 0 ? label : PERF_WORD_NO_LABEL);
}

uint64_t perf_intern(struct perf_site *site)
{
    perf_platform_lock();
    uint64_t word = perf_lane_load(&site->word);
    if (word == 0 && perf_marks.client != NULL) {
        word = ask_label(site);
        if (word != 0) {
            site->next = perf_marks.sites;
            perf_marks.sites = site;
            perf_lane_store(&site->word, word);
        }
    }
    perf_platform_unlock();
    return word;
}

void perf_register_total(struct perf_total *total)
{
    total->next = totals;
    __atomic_store_n(&totals, total, __ATOMIC_RELEASE);
}

static void write_totals(void)
{
    if (!perf_on())
        return;
    struct perf_total *total = __atomic_load_n(&totals, __ATOMIC_ACQUIRE);
    for (; total != NULL; total = total->next) {
        const int64_t value = __atomic_load_n(&total->value, __ATOMIC_RELAXED);
        if (value == __atomic_load_n(&total->written, __ATOMIC_RELAXED))
            continue;
        __atomic_store_n(&total->written, value, __ATOMIC_RELAXED);
        perf_value_at(&total->site, (uint64_t)value);
    }
}

/* The schema's order. */
_Static_assert(offsetof(struct perf_frame_facts, budget_ns) ==
                   PERF_FRAME_TICK_AT_BUDGET_NS - PERF_FRAME_TICK_AT_FRAME_ID,
               "a frame's facts lie as a tick's");

static void fill(struct perf_frame_tick_builder tick, const struct perf_frame_facts *frame)
{
    const uint64_t *fact = &frame->id;
    for (uint32_t at = PERF_FRAME_TICK_AT_FRAME_ID; at <= PERF_FRAME_TICK_AT_BUDGET_NS; at += 8)
        nx_set_u64(tick.s, at, *fact++);
    perf_frame_tick_set_session_id(tick, frame->session_id);
    perf_frame_tick_set_presented(tick, !frame->thrown_away);
    perf_frame_tick_set_after_idle(tick, frame->after_idle);
}

uint64_t perf_last_frame_id(uint32_t session)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    perf_metrics_request_set_session_id(perf_metrics_call(rpc), session);
    if (perf_marks_call() != 0)
        return 0;
    const struct perf_metrics_reader metrics =
        perf_metrics_response_get_metrics(perf_metrics_results(rpc));
    return perf_metrics_get_running(metrics) ? perf_metrics_get_last_frame_id(metrics) : 0;
}

static int call_tick(const struct perf_frame_facts *frame, uint64_t id)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    const struct perf_frame_tick_request_builder request = perf_frame_tick_call(rpc);
    const struct perf_frame_tick_builder tick = perf_frame_tick_request_init_tick(request);
    fill(tick, frame);
    perf_frame_tick_set_frame_id(tick, id);
    if (frame->presented_at_ns == 0 && fake_start_ns != 0)
        perf_frame_tick_set_presented_at_ns(tick, perf_stamp_ns());
    const int error = perf_marks_call();
    return error != 0 ? error
                      : (int)perf_frame_tick_response_get_status(perf_frame_tick_results(rpc));
}

/* A number of our own may be taken: the session had another program's frames before. */
static int send_tick(const struct perf_frame_facts *frame)
{
    if (perf_marks.client == NULL)
        return PERF_CLIENT_DISCONNECTED;
    perf_marks.frame_id = frame->id != 0 ? frame->id : perf_marks.frame_id + 1;
    if (perf_ticks_write(frame, perf_marks.frame_id))
        return 0;
    const int result = call_tick(frame, perf_marks.frame_id);
    if (result != (int)PERF_STATUS_INVALID || frame->id != 0)
        return result;
    const uint64_t last = perf_last_frame_id(frame->session_id);
    if (last < perf_marks.frame_id || perf_marks.client == NULL)
        return result;
    perf_marks.frame_id = last + 1;
    return call_tick(frame, perf_marks.frame_id);
}

int perf_frame(const struct perf_frame_facts *frame)
{
    static const struct perf_frame_facts shown_now;
    write_totals();
    perf_platform_lock();
    /* What the frame was made of goes first: perfd looks at it when the tick comes. */
    perf_calls_send();
    if (perf_marks.sample != NULL)
        perf_marks.sample();
    const int result = perf_marks.client == NULL ? PERF_CLIENT_DISCONNECTED
                                                 : send_tick(frame != NULL ? frame : &shown_now);
    perf_platform_unlock();
    return result;
}

static int send_gpu(uint64_t id, uint64_t gpu_ns)
{
    if (perf_marks.client == NULL)
        return PERF_CLIENT_DISCONNECTED;
    struct nx_client *rpc = &perf_marks.client->rpc;
    const struct perf_amend_frame_request_builder request = perf_amend_frame_call(rpc);
    perf_amend_frame_request_set_frame_id(request, id);
    perf_amend_frame_request_set_gpu_ns(request, gpu_ns);
    const int error = perf_marks_call();
    return error != 0 ? error
                      : (int)perf_amend_frame_response_get_status(perf_amend_frame_results(rpc));
}

int perf_frame_gpu(uint64_t id, uint64_t gpu_ns)
{
    perf_platform_lock();
    const int result = send_gpu(id, gpu_ns);
    perf_platform_unlock();
    return result;
}

/* Frames are taken before anything is answered that tells of them. */
int perf_frames_take(void)
{
    perf_platform_lock();
    if (perf_marks.client != NULL)
        (void)perf_last_frame_id(0);
    const int result = perf_marks.client != NULL ? 0 : PERF_CLIENT_DISCONNECTED;
    perf_platform_unlock();
    return result;
}

uint64_t perf_frame_id(void)
{
    return perf_marks.frame_id;
}

void perf_flush(void)
{
    write_totals();
    perf_platform_lock();
    perf_calls_send();
    perf_platform_unlock();
}
