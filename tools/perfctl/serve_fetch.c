/* SPDX-License-Identifier: Apache-2.0 */
#include "serve_fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "perfctl.h"

#define RETRY_NS UINT64_C(1000000000)
/* A service that says nothing for so long is as good as gone; a slow link's chunk is there before.
 */
#define PATIENCE_S      10
#define FRAMES_A_CALL   64u
#define JANKS_A_CALL    8u
#define COUNTERS_A_CALL 32u
#define LANES_A_CALL    16u
/* Where frames come faster than they are asked for, the rest waits for the next time. */
#define CALLS_MAX 32u

/* --- The connection --- */

static void hang_up(struct serve_feed *feed)
{
    atomic_store(&feed->socket, 0);
    if (feed->connected)
        perf_client_close(&feed->client);
    feed->connected = false;
    json_decref(feed->perfd);
    feed->perfd = NULL;
}

bool serve_connected(struct serve_feed *feed)
{
    if (feed->connected)
        return true;
    uint64_t now = now_ns();
    if (now < feed->retry_ns || atomic_load(&feed->ended))
        return false;
    feed->connected = perf_client_connect(&feed->client, feed->address) == 0;
    feed->retry_ns = feed->connected ? 0 : now + RETRY_NS;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    if (feed->connected) {
        int socket = (int)feed->client.transport.handle;
        (void)setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        atomic_store(&feed->socket, socket + 1);
        /* It may have been called just before. */
        if (atomic_load(&feed->ended))
            (void)shutdown(socket, SHUT_RDWR);
    }
    /* Another perfd numbers its sessions anew. */
    feed->session = 0;
    return feed->connected;
}

bool serve_call(struct serve_feed *feed)
{
    const int error = feed->connected ? perf_client_call(&feed->client) : PERF_CLIENT_DISCONNECTED;
    if (error != 0 && error != PERF_CLIENT_EXCEPTION)
        hang_up(feed);
    return error == 0;
}

/* --- Figures --- */

static bool add_perfd(struct serve_feed *feed, json_t *to)
{
    if (feed->perfd != NULL)
        return json_object_set(to, "perfd", feed->perfd) == 0;
    (void)perf_info_call(&feed->client.rpc);
    if (!serve_call(feed))
        return false;
    struct perf_info_response_reader info = perf_info_results(&feed->client.rpc);
    json_t *one = json_object();
    json_object_set_new(one, "version", json_text(perf_info_response_get_version(info)));
    json_object_set_new(one, "clock", json_text(perf_info_response_get_clock_name(info)));
    json_object_set_new(one, "mayControl", json_boolean(perf_info_response_get_may_control(info)));
    json_object_set_new(one, "mayExport", json_boolean(perf_info_response_get_may_export(info)));
    feed->perfd = one;
    json_object_set(to, "perfd", one);
    return true;
}

/* Without a session there is only health. */
static bool add_metrics(struct serve_feed *feed, json_t *to)
{
    perf_metrics_request_set_phases(perf_metrics_call(&feed->client.rpc), true);
    if (!serve_call(feed))
        return false;
    struct perf_metrics_response_reader response = perf_metrics_results(&feed->client.rpc);
    if (perf_metrics_response_get_status(response) == PERF_STATUS_OK)
        json_object_set_new(to, "metrics",
                            metrics_json(perf_metrics_response_get_metrics(response)));
    json_object_set_new(to, "health", health_json(perf_metrics_response_get_health(response)));
    return true;
}

/* Of the machine's counters a page has no place for more than the counts. */
static bool is_shown(struct nx_text group)
{
    static const char aside[] = "hardware-";
    return group.length < sizeof aside - 1 || memcmp(group.bytes, aside, sizeof aside - 1) != 0;
}

static bool add_groups(struct serve_feed *feed, json_t *to, bool all)
{
    json_t *list = json_array();
    json_object_set_new(to, "groups", list);
    for (uint32_t group = 0, first = 0;;) {
        struct perf_counters_request_builder request = perf_counters_call(&feed->client.rpc);
        perf_counters_request_set_from_group(request, group);
        perf_counters_request_set_from_counter(request, first);
        perf_counters_request_set_max(request, COUNTERS_A_CALL);
        if (!serve_call(feed))
            return feed->connected; /* an image may have no such call */
        struct perf_counters_response_reader response = perf_counters_results(&feed->client.rpc);
        if (perf_counters_response_get_status(response) != PERF_STATUS_OK)
            return true;
        if (all || is_shown(perf_counters_response_get_name(response)))
            counters_json(list, response, first);
        bool more = perf_counters_response_get_more(response);
        first = more ? first + COUNTERS_A_CALL : 0;
        group = perf_counters_response_get_group(response) + (more ? 0 : 1);
    }
}

static bool add_lanes(struct serve_feed *feed, json_t *to)
{
    json_t *list = json_array();
    json_object_set_new(to, "lanes", list);
    for (uint32_t from = 0;;) {
        struct perf_lanes_request_builder request = perf_lanes_call(&feed->client.rpc);
        perf_lanes_request_set_from_lane(request, from);
        perf_lanes_request_set_max(request, LANES_A_CALL);
        if (!serve_call(feed))
            return feed->connected; /* an image may have no such call */
        struct perf_lanes_response_reader response = perf_lanes_results(&feed->client.rpc);
        struct perf_lane_info_list_reader lanes = perf_lanes_response_get_lanes(response);
        for (uint32_t i = 0; i < perf_lane_info_list_length(lanes); i++) {
            json_array_append_new(list, lane_json(perf_lane_info_list_at(lanes, i)));
            from = perf_lane_info_get_lane(perf_lane_info_list_at(lanes, i)) + 1;
        }
        if (perf_lanes_response_get_status(response) != PERF_STATUS_OK ||
            !perf_lanes_response_get_more(response))
            return true;
    }
}

static json_t *fetch_once(struct serve_feed *feed, bool all)
{
    json_t *figures = json_pack("{s:b}", "up", 1);
    if (serve_connected(feed) && add_perfd(feed, figures) && add_metrics(feed, figures) &&
        add_groups(feed, figures, all) && (!all || add_lanes(feed, figures)))
        return figures;
    json_decref(figures);
    return NULL;
}

void serve_fetch(struct serve_feed *feed, bool all)
{
    bool was_connected = feed->connected;
    json_t *figures = fetch_once(feed, all);
    /* A connection of old says nothing about a service that was started anew. */
    if (figures == NULL && was_connected)
        figures = fetch_once(feed, all);
    json_decref(feed->figures);
    feed->figures = figures != NULL ? figures : json_pack("{s:b}", "up", 0);
    feed->fetched_ns = now_ns();
}

/* --- Rows --- */

/* In ns but the second, which is in us: a number of JavaScript's is exact up to 2^53. */
static void write_frame(struct serve_frame *to, struct perf_frame_sample_reader f)
{
    unsigned flags =
        (unsigned)perf_frame_sample_get_long(f) | (unsigned)perf_frame_sample_get_dropped(f) << 1 |
        (unsigned)perf_frame_sample_get_late(f) << 2 | (unsigned)perf_frame_sample_get_idle(f) << 3;
    to->seq = perf_frame_sample_get_seq(f);
    (void)snprintf(to->text, sizeof to->text,
                   "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
                   ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%u]",
                   to->seq, perf_frame_sample_get_frame_id(f),
                   perf_frame_sample_get_presented_at_ns(f) / 1000,
                   perf_frame_sample_get_interval_ns(f), perf_frame_sample_get_work_ns(f),
                   perf_frame_sample_get_ui_ns(f), perf_frame_sample_get_layout_ns(f),
                   perf_frame_sample_get_render_ns(f), perf_frame_sample_get_present_ns(f),
                   perf_frame_sample_get_budget_ns(f), flags);
}

/* One call's worth; how many came, or -1. */
static int fetch_frames(struct serve_feed *feed, const struct serve_rows_lock *lock)
{
    uint64_t last = feed->frame_count;
    uint64_t after = last > 0 ? feed->frames[(last - 1) % SERVE_FRAMES].seq : 0;
    struct perf_frames_request_builder request = perf_frames_call(&feed->client.rpc);
    perf_frames_request_set_session_id(request, feed->session);
    perf_frames_request_set_after_seq(request, after);
    perf_frames_request_set_max(request, FRAMES_A_CALL);
    if (!serve_call(feed))
        return -1;
    struct perf_frame_sample_list_reader list =
        perf_frames_response_get_frames(perf_frames_results(&feed->client.rpc));
    uint32_t count = perf_frame_sample_list_length(list);
    lock->take(lock->context);
    for (uint32_t i = 0; i < count; i++)
        write_frame(&feed->frames[feed->frame_count++ % SERVE_FRAMES],
                    perf_frame_sample_list_at(list, i));
    lock->give(lock->context);
    return (int)count;
}

/* Over the row of the same number, or behind all. */
static void put_jank(struct serve_feed *feed, struct perf_jank_reader jank)
{
    uint64_t seq = perf_jank_get_seq(jank), at = feed->jank_count;
    uint64_t oldest = at > SERVE_JANKS_AGAIN ? at - SERVE_JANKS_AGAIN : 0;
    while (at > oldest && feed->janks[(at - 1) % SERVE_JANKS].seq > seq)
        at--;
    bool again = at > 0 && feed->janks[(at - 1) % SERVE_JANKS].seq == seq;
    if (!again && at < feed->jank_count)
        return;
    struct serve_jank *to = &feed->janks[(again ? at - 1 : feed->jank_count++) % SERVE_JANKS];
    json_t *json = jank_json(jank);
    free(to->text);
    *to = (struct serve_jank){seq, json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15))};
    json_decref(json);
}

/* One call's worth after *after, which moves along. */
static int fetch_janks(struct serve_feed *feed, const struct serve_rows_lock *lock, uint64_t *after)
{
    struct perf_janks_request_builder request = perf_janks_call(&feed->client.rpc);
    perf_janks_request_set_session_id(request, feed->session);
    perf_janks_request_set_after_seq(request, *after);
    perf_janks_request_set_max(request, JANKS_A_CALL);
    if (!serve_call(feed))
        return -1;
    struct perf_jank_list_reader list =
        perf_janks_response_get_janks(perf_janks_results(&feed->client.rpc));
    uint32_t count = perf_jank_list_length(list);
    lock->take(lock->context);
    for (uint32_t i = 0; i < count; i++) {
        put_jank(feed, perf_jank_list_at(list, i));
        *after = perf_jank_get_seq(perf_jank_list_at(list, i));
    }
    lock->give(lock->context);
    return (int)count;
}

static void forget_rows(struct serve_feed *feed)
{
    feed->epoch++;
    feed->frame_count = feed->jank_count = 0;
    for (size_t i = 0; i < SERVE_JANKS; i++) {
        free(feed->janks[i].text);
        feed->janks[i] = (struct serve_jank){0};
    }
}

void serve_fetch_rows(struct serve_feed *feed, const struct serve_rows_lock *lock)
{
    const json_t *metrics = json_object_get(feed->figures, "metrics");
    uint32_t session = (uint32_t)json_integer_value(json_object_get(metrics, "session"));
    if (!feed->connected || session == 0)
        return;
    if (session != feed->session) {
        lock->take(lock->context);
        forget_rows(feed);
        lock->give(lock->context);
        feed->session = session;
    }
    for (unsigned i = 0; i < CALLS_MAX; i++)
        if (fetch_frames(feed, lock) < (int)FRAMES_A_CALL)
            break;
    uint64_t known = feed->jank_count < SERVE_JANKS_AGAIN ? feed->jank_count : SERVE_JANKS_AGAIN;
    uint64_t after = known > 0 ? feed->janks[(feed->jank_count - known) % SERVE_JANKS].seq - 1 : 0;
    for (unsigned i = 0; i < CALLS_MAX; i++)
        if (fetch_janks(feed, lock, &after) < (int)JANKS_A_CALL)
            break;
}

void serve_feed_interrupt(struct serve_feed *feed)
{
    atomic_store(&feed->ended, true);
    int socket = atomic_load(&feed->socket);
    if (socket > 0)
        (void)shutdown(socket - 1, SHUT_RDWR);
}

void serve_feed_close(struct serve_feed *feed)
{
    hang_up(feed);
    forget_rows(feed);
    json_decref(feed->figures);
    feed->figures = NULL;
}
