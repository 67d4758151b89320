/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a scenario on a store and cuts the power after each block write: for every way that the
 * writes since the last flush may be kept, lost or torn that is tried here, a second store mounts
 * what is left and is held against the model. What order writes reach the disk in shows only in
 * which of them are there: subsets are orders too.
 */
#ifndef POWER_H
#define POWER_H

#include "memory_disk.h"
#include "model.h"

#define POWER_SECTORS 420u /* 164 for values: full now and then */

struct power_plan {
    uint32_t seed;
    uint32_t steps;
    uint32_t random_subsets;  /* a cut, beside none, all, each one lost, each one kept, each torn */
    bool restarts;            /* also start anew without a power cut, then cut */
    uint32_t continued_steps; /* 0: a put and a sync; else a scenario of its own, cut as well */
    uint32_t continued_every; /* every so-manyth cut's, to bound the time */
    enum disk_lie lie;        /* a store with a barrier missing */
};

struct power_result {
    uint64_t writes, cuts, mounts, second_cuts;
    uint64_t broken; /* promises, over all of them */
    uint32_t syncs, commits, surprises;
    char first[200]; /* the first broken promise; empty: none */
};

/* Whether a cut that breaks a promise ends the run at once. */
struct power_result power_run(const struct power_plan *plan, bool stop_at_first);

/* The memory and configuration of the stores here. */
#define POWER_CONFIG                                                                               \
    {                                                                                              \
        .keys = 10, .pending = 8, .transactions = 3, .transaction_keys = 4,                        \
        .transaction_bytes = 65536, .value_bytes = 32768, .sectors = POWER_SECTORS,                \
    }
#define POWER_BYTES STATEFS_BYTES(10, 8, 3, POWER_SECTORS)

#endif
