/* SPDX-License-Identifier: Apache-2.0 */
#include "core.h"
#include "marker.h"
#include "run.h"

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
    lanes_shared_reject(perfd);
    h->calls++;
    h->spent_ns += spent_ns;
    if (spent_ns > h->worst_call_ns)
        h->worst_call_ns = spent_ns;
}

#define TICKS(member)                                                                              \
    RUN_SAME(struct perfd_health, ticks_backwards, member, struct health, ticks_backwards, member)
TICKS(ticks_future);
TICKS(ticks_invalid);
TICKS(ticks_no_session);
TICKS(ticks_busy);

/* Every figure is set by one of those that know it. */
void perfd_read_health(struct perfd *perfd, uint64_t now_ns, struct perfd_health *out)
{
    struct health *h = &perfd->health;
    turn_to(h, now_ns);
    lanes_read_health(perfd, out);
    trace_read_health(perfd, out);
    run_copy(&out->ticks_backwards, &h->ticks_backwards,
             RUN(struct health, ticks_backwards, ticks_busy));
    labels_read_health(perfd, out);
    lanes_shared_reject(perfd);
    if (!out->ledger_balanced)
        perfd_reject(perfd, PERFD_REJECT_MALFORMED);
    run_copy(out->rejected, h->rejected, PERFD_REJECTS);
    out->calls = h->calls;
    out->cost_last_second_ns = h->spent_ns_before;
    out->worst_call_ns = h->worst_call_ns;
}
