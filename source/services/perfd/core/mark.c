/* SPDX-License-Identifier: Apache-2.0 */
/* Marks and lanes as clients see them: what is refused, and on whose account. */
#include "apart.h"
#include "core.h"
#include "run.h"

#define SECOND_NS UINT64_C(1000000000)

/* reason PERFD_REJECTS: nobody did wrong. */
APART int refuse(struct perfd *perfd, enum perfd_reject reason, int error)
{
    if (reason != PERFD_REJECTS)
        perfd_reject(perfd, reason);
    return error;
}

int perfd_lane_open_in(struct perfd *perfd, int client, struct perfd_text name, uint32_t records,
                       bool share, uint32_t *granted, struct perfd_lane_memory *memory)
{
    *memory = (struct perfd_lane_memory){0};
    if (clients_find(perfd, client) == NULL || name.length > PERFD_LANE_NAME_MAX)
        return refuse(perfd, PERFD_REJECT_INVALID, PERFD_INVALID);
    share = share && !oneshot_runs(perfd);
    struct lane *lane = lanes_open(perfd, client, name, records, share);
    if (lane == NULL)
        return refuse(perfd, PERFD_REJECT_OVER_LIMIT, PERFD_NO_SPACE);
    *granted = lane->records;
    if (share)
        lane_share(perfd, lane, memory);
    log_lane_open(perfd, client, lane, name, records);
    return (int)lane->id;
}

int perfd_lane_open(struct perfd *perfd, int client, struct perfd_text name, uint32_t records,
                    uint32_t *granted)
{
    struct perfd_lane_memory none;
    return perfd_lane_open_in(perfd, client, name, records, false, granted, &none);
}

int perfd_lane_close(struct perfd *perfd, int client, uint32_t lane_id)
{
    struct lane *lane = lanes_find(perfd, client, lane_id);
    if (lane == NULL)
        return PERFD_NOT_FOUND;
    lanes_close(perfd, lane);
    log_lane_close(perfd, client, lane_id);
    return PERFD_OK;
}

/* --- Marks ------------------------------------------------------------------------------------ */

/* Counts a mark that is not written: on its lane's account or, where it has none, on lane 0's.
 * figure is where it lies in struct lane_counts. */
APART int drop(struct perfd *perfd, struct lane *lane, uint64_t now_ns, size_t figure,
               enum perfd_reject reason, int error)
{
    struct lane_counts *counts = &perfd->lanes.none;
    if (lane != NULL) {
        lane->dropped_ns = now_ns;
        counts = &lane->counts;
    }
    counts->written++;
    (&counts->written)[figure]++;
    return refuse(perfd, reason, error);
}

/* Counts one more mark in this second of the clock; false: over the client's rate. */
static bool take_rate(struct client *client, uint32_t records_per_second, uint64_t now_ns)
{
    if (records_per_second == 0)
        return true;
    uint64_t second_ns = now_ns - now_ns % SECOND_NS;
    if (client->rate_since_ns != second_ns) {
        client->rate_since_ns = second_ns;
        client->rate_records = 0;
    }
    if (client->rate_records >= records_per_second)
        return false;
    client->rate_records++;
    return true;
}

/* The mark's time, or 0 where it is refused. A mark without a time follows the one before it, which
 * may be ahead of now. */
static uint64_t time_of(const struct perfd_mark *mark, const struct lane *lane, uint64_t now_ns)
{
    uint64_t last_ns = lane != NULL ? lane->last_ns : 0;
    if (mark->time_ns == 0)
        return now_ns > last_ns ? now_ns : last_ns;
    if (mark->time_ns < last_ns)
        return 0;
    return too_far_ahead(mark->time_ns, now_ns) ? 0 : mark->time_ns;
}

static bool label_valid(const struct perfd *perfd, int client, const struct perfd_mark *mark)
{
    if (mark->label != 0)
        return labels_given(perfd, client, mark->label);
    return mark->name.length >= 1 && mark->name.length <= PERFD_LABEL_MAX;
}

static uint16_t label_of(struct perfd *perfd, int client, const struct perfd_mark *mark)
{
    if (mark->label != 0)
        return (uint16_t)mark->label;
    return (uint16_t)labels_intern(perfd, client, &(struct perfd_label){.name = mark->name});
}

#define MALFORMED  (RUN(struct lane_counts, written, malformed) - 1)
#define RATE       (RUN(struct lane_counts, written, rate) - 1)
#define NO_SESSION (RUN(struct lane_counts, written, no_session) - 1)

int perfd_mark(struct perfd *perfd, int client, const struct perfd_mark *mark, uint64_t now_ns)
{
    log_mark(perfd, client, mark, now_ns);
    struct client *writer = clients_find(perfd, client);
    if (writer == NULL)
        return drop(perfd, NULL, now_ns, MALFORMED, PERFD_REJECT_INVALID, PERFD_NOT_FOUND);
    struct lane *lane = lanes_find(perfd, client, mark->lane != 0 ? mark->lane : writer->lane);
    if (lane != NULL && lane_is_shared(lane))
        lane = NULL; /* it has its one writer */
    if (sessions_that_run(perfd) == 0)
        return drop(perfd, lane, now_ns, NO_SESSION, PERFD_REJECTS, PERFD_NOT_FOUND);
    if (!take_rate(writer, perfd->config.records_per_second, now_ns))
        return drop(perfd, lane, now_ns, RATE, PERFD_REJECT_RATE_LIMITED, PERFD_RATE_LIMITED);
    if (mark->lane != 0 && lane == NULL)
        return drop(perfd, NULL, now_ns, MALFORMED, PERFD_REJECT_INVALID, PERFD_NOT_FOUND);
    uint64_t time_ns = time_of(mark, lane, now_ns);
    if (time_ns == 0 || (unsigned)mark->kind > PERFD_ASYNC_END || !label_valid(perfd, client, mark))
        return drop(perfd, lane, now_ns, MALFORMED, PERFD_REJECT_INVALID, PERFD_INVALID);
    if (lane != NULL && oneshot_is_full(perfd, lane, lane_kind_has_value(mark->kind) ? 2 : 1))
        return drop(perfd, lane, now_ns, RATE, PERFD_REJECTS, PERFD_NO_SPACE);
    if (lane == NULL) {
        lane = lanes_open(perfd, client, (struct perfd_text){NULL, 0}, 0, false);
        if (lane == NULL)
            return drop(perfd, NULL, now_ns, RATE, PERFD_REJECT_OVER_LIMIT, PERFD_NO_SPACE);
        writer->lane = lane->id;
    }
    lane_write(&perfd->lanes, lane,
               &(struct lane_record){.time_ns = time_ns,
                                     .label = label_of(perfd, client, mark),
                                     .kind = (uint8_t)mark->kind},
               (uint64_t)mark->value);
    return PERFD_OK;
}
