/* SPDX-License-Identifier: Apache-2.0 */
/* A peer's span pair beside the floors, as marks.c has ours. */
#ifndef PEERS_H
#define PEERS_H

#include "floors.h"

LOOPS(peer_span);

#define PEER_REPEATS 2000u

static inline void peer_run(int argc, char **argv)
{
    static const struct bench_case cases[] = {
        {"floor_empty", floor_empty, 0, PEER_REPEATS, 0, false},
        {"floor_empty_work", floor_empty_work, 0, PEER_REPEATS, 0, false},
        {"floor_two_rdtsc", floor_two_rdtsc, 0, PEER_REPEATS, 0, false},
        {"floor_two_records_work", floor_two_records_work, 0, PEER_REPEATS, 0, false},
        {"peer_span", peer_span, 0, PEER_REPEATS, 0, false},
        {"peer_span_work", peer_span_work, 0, PEER_REPEATS, 0, false},
    };
    bench_run(argc, argv, cases, sizeof cases / sizeof cases[0], 33);
}

#endif
