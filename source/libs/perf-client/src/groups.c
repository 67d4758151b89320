/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of counters: declared, sampled with each frame, switched; and hotspots. */
#include "perf-client/perf_groups.h"

#include "marks.h"

#include "perf.capnp.h"

static struct perf_group *groups; /* that were ever on */

/* After a call of its kind: an error of the connection, or the status. */
static int outcome(int error, enum perf_status status)
{
    if (error == PERF_CLIENT_EXCEPTION)
        return (int)PERF_STATUS_UNSUPPORTED; /* a service that knows no counters */
    return error != 0 ? error : (int)status;
}

static int declare(struct perf_group *group)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    const struct perf_counter_group_request_builder request = perf_counter_group_call(rpc);
    perf_counter_group_request_set_name(request, nx_text_of(group->name));
    const struct perf_counter_definition_list_builder list =
        perf_counter_group_request_init_counters(request, group->count);
    for (uint32_t i = 0; i < group->count; i++) {
        const struct perf_counter_definition_builder one =
            perf_counter_definition_list_edit(list, i);
        perf_counter_definition_set_name(one, nx_text_of(group->metric[i].name));
        perf_counter_definition_set_unit(one, nx_text_of(group->metric[i].unit));
        perf_counter_definition_set_kind(one, (enum perf_counter_kind)group->metric[i].kind);
    }
    const int error = perf_marks_call();
    group->generation = perf_marks.generation;
    group->id = 0;
    if (error != 0)
        return outcome(error, PERF_STATUS_OK);
    const struct perf_counter_group_response_reader answer = perf_counter_group_results(rpc);
    group->id = perf_counter_group_response_get_group(answer);
    return (int)perf_counter_group_response_get_status(answer);
}

static int tell_states(const struct perf_group *group, uint32_t first, uint32_t count,
                       enum perf_metric_state state, const char *reason)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    const struct perf_counter_state_request_builder request = perf_counter_state_call(rpc);
    perf_counter_state_request_set_group(request, group->id);
    perf_counter_state_request_set_first(request, first);
    perf_counter_state_request_set_count(request, count);
    perf_counter_state_request_set_state(request, (enum perf_counter_state)state);
    perf_counter_state_request_set_reason(request, nx_text_of(reason));
    const int error = perf_marks_call();
    if (error != 0)
        return outcome(error, PERF_STATUS_OK);
    return (int)perf_counter_state_response_get_status(perf_counter_state_results(rpc));
}

/* Of the metrics from the first one on, how many are in one and the same state. */
static uint32_t alike(const struct perf_group *group, uint32_t first)
{
    const struct perf_metric_told *told = group->told;
    uint32_t end = first + 1;
    while (end < group->count && told[end].state == told[first].state &&
           told[end].reason == told[first].reason)
        end++;
    return end - first;
}

/* What a group that perfd has just heard of is not. */
static int tell_what_is_not_ok(const struct perf_group *group)
{
    int result = 0;
    for (uint32_t at = 0, count; at < group->count && result == 0; at += count) {
        const struct perf_metric_told *told = &group->told[at];
        count = alike(group, at);
        if (told->state != PERF_METRIC_OK || told->reason != NULL)
            result = tell_states(group, at, count, told->state,
                                 told->reason != NULL ? told->reason : "");
    }
    return result;
}

static bool is_declared(const struct perf_group *group)
{
    return perf_marks.client != NULL && group->generation == perf_marks.generation;
}

/* perfd knows it, or (not 0) does not; it is asked once each time that the library is opened. */
static int ready(struct perf_group *group)
{
    if (perf_marks.client == NULL)
        return PERF_CLIENT_DISCONNECTED;
    if (is_declared(group))
        return group->id != 0 ? 0 : (int)PERF_STATUS_UNSUPPORTED;
    const int result = declare(group);
    return result == 0 ? tell_what_is_not_ok(group) : result;
}

/* Of these metrics, now, or with all else when perfd hears of the group. */
static int set_states(struct perf_group *group, uint32_t first, uint32_t count,
                      enum perf_metric_state state, const char *reason)
{
    const bool has_reason = reason != NULL && reason[0] != '\0';
    const bool knows = is_declared(group);
    for (uint32_t i = first; i < first + count; i++)
        group->told[i] = (struct perf_metric_told){state, has_reason ? reason : NULL};
    const int result = ready(group);
    return result == 0 && knows ? tell_states(group, first, count, state, has_reason ? reason : "")
                                : result;
}

static void call_sample(const struct perf_group *group)
{
    const struct perf_sample_counters_request_builder request =
        perf_sample_counters_call(&perf_marks.client->rpc);
    perf_sample_counters_request_set_group(request, group->id);
    perf_sample_counters_request_set_time_ns(request, perf_stamp_ns());
    const struct nx_i64_list_builder values =
        perf_sample_counters_request_init_values(request, group->count);
    for (uint32_t i = 0; i < group->count; i++)
        nx_i64_list_set(values, i, group->value[i]);
    (void)perf_marks_call(); /* what perfd refuses it does not show */
}

static void sample_groups(void)
{
    if (!perf_on())
        return;
    for (struct perf_group *group = groups; group != NULL; group = group->next)
        if (group->on && ready(group) == 0) {
            if (group->before != NULL)
                group->before(group);
            if (!perf_ticks_sample(group->id, group->value, group->count))
                call_sample(group);
        }
}

static void link_group(struct perf_group *group)
{
    if (group->is_linked)
        return;
    group->is_linked = true;
    group->next = groups;
    groups = group;
    perf_marks.sample = sample_groups;
}

int perf_group_switch(struct perf_group *group, bool on)
{
    perf_platform_lock();
    link_group(group);
    group->on = on;
    const int result =
        set_states(group, 0, group->count, on ? PERF_METRIC_OK : PERF_METRIC_DISABLED, NULL);
    perf_platform_unlock();
    return result;
}

int perf_group_tell(struct perf_group *group, unsigned metric, enum perf_metric_state state,
                    const char *reason)
{
    return set_states(group, metric, 1, state, reason);
}

int perf_group_state(struct perf_group *group, unsigned metric, enum perf_metric_state state,
                     const char *reason)
{
    perf_platform_lock();
    const int result = perf_group_tell(group, metric, state, reason);
    perf_platform_unlock();
    return result;
}

/* --- Hotspots --------------------------------------------------------------------------------- */

#define HOTSPOTS_A_CALL 64u

static int call_hotspots(const char *table, const struct perf_hotspot *entry, uint32_t count)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    const struct perf_add_hotspots_request_builder request = perf_add_hotspots_call(rpc);
    perf_add_hotspots_request_set_table(request, nx_text_of(table));
    const struct perf_hotspot_list_builder list =
        perf_add_hotspots_request_init_entries(request, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct perf_hotspot_builder one = perf_hotspot_list_edit(list, i);
        perf_hotspot_set_key(one, entry[i].key);
        perf_hotspot_set_hits(one, entry[i].hits);
        perf_hotspot_set_weight(one, entry[i].weight);
    }
    const int error = perf_marks_call();
    if (error != 0)
        return outcome(error, PERF_STATUS_OK);
    return (int)perf_add_hotspots_response_get_status(perf_add_hotspots_results(rpc));
}

int perf_hotspots_add(const char *table, const struct perf_hotspot *entry, uint32_t count)
{
    int result = 0;
    if (!perf_on())
        return 0;
    perf_platform_lock();
    if (perf_marks.client == NULL)
        result = PERF_CLIENT_DISCONNECTED;
    for (uint32_t at = 0; at < count && result == 0; at += HOTSPOTS_A_CALL) {
        const uint32_t left = count - at;
        result = call_hotspots(table, entry + at, left < HOTSPOTS_A_CALL ? left : HOTSPOTS_A_CALL);
    }
    perf_platform_unlock();
    return result;
}
