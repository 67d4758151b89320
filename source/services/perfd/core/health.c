/* SPDX-License-Identifier: Apache-2.0 */
#include "core.h"
#include "marker.h"

#define SECOND_NS UINT64_C(1000000000)

void perfd_reject(struct perfd *perfd, enum perfd_reject reason)
{
    if ((unsigned)reason >= PERFD_REJECTS)
        return;
    if (perfd->health.rejected[reason]++ == 0)
        marker_reject(perfd, reason);
}

/* Makes the second that now_ns lies in the one that is counted in. */
static void turn_to(struct health *h, uint64_t now_ns)
{
    uint64_t second = now_ns / SECOND_NS;
    if (second == h->second)
        return;
    h->spent_ns_before = second == h->second + 1 ? h->spent_ns : 0;
    h->spent_ns = 0;
    h->second = second;
}

void perfd_account(struct perfd *perfd, uint64_t now_ns, uint64_t spent_ns)
{
    struct health *h = &perfd->health;
    turn_to(h, now_ns);
    h->calls++;
    h->spent_ns += spent_ns;
    if (spent_ns > h->worst_call_ns)
        h->worst_call_ns = spent_ns;
}

void perfd_read_health(struct perfd *perfd, uint64_t now_ns, struct perfd_health *out)
{
    struct health *h = &perfd->health;
    turn_to(h, now_ns);
    *out = (struct perfd_health){
        .ticks_backwards = h->ticks_backwards,
        .ticks_future = h->ticks_future,
        .ticks_invalid = h->ticks_invalid,
        .ticks_no_session = h->ticks_no_session,
        .ticks_busy = h->ticks_busy,
        .calls = h->calls,
        .cost_last_second_ns = h->spent_ns_before,
        .worst_call_ns = h->worst_call_ns,
    };
    lanes_read_health(perfd, out);
    trace_read_health(perfd, out);
    labels_read_health(perfd, out);
    if (!out->ledger_balanced)
        perfd_reject(perfd, PERFD_REJECT_MALFORMED);
    for (unsigned i = 0; i < PERFD_REJECTS; i++)
        out->rejected[i] = h->rejected[i];
}
