/* SPDX-License-Identifier: Apache-2.0 */
#include "extras.h"

#include "budgets.h"
#include "core.h"
#include "counters.h"
#include "hotspots.h"

void extras_freeze(struct perfd *perfd, const struct session *session, uint64_t end_ns)
{
    counters_freeze(perfd, session, end_ns);
    hotspots_freeze(perfd, session == NULL);
    budgets_freeze(perfd);
}

uint32_t extras_pieces(const struct perfd *perfd)
{
    return counters_pieces(perfd) + hotspots_pieces(perfd) + budgets_pieces(perfd);
}

void extras_put(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    uint32_t counters = counters_pieces(perfd), hotspots = hotspots_pieces(perfd);
    if (piece < counters)
        counters_put(perfd, piece, p);
    else if (piece < counters + hotspots)
        hotspots_put(perfd, piece - counters, p);
    else
        budgets_put(perfd, piece - counters - hotspots, p);
}
