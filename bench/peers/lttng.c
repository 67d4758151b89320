/* SPDX-License-Identifier: Apache-2.0 */
/* LTTng-UST; whether a session records is up to whoever starts this. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "peers/lttng_events.h"
#include "peers/peers.h"

LOOP(peer_span, lttng_ust_tracepoint(perfd_bench, span_begin, 7),
     lttng_ust_tracepoint(perfd_bench, span_end, 7))

int main(int argc, char **argv)
{
    peer_run(argc, argv);
    return 0;
}
