/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a store must hold, worked out without it: a few keys whose values follow from a number and a
 * length, the state that callers see, and the states that a power cut may leave.
 */
#ifndef MODEL_H
#define MODEL_H

#include "statefs/store.h"

#define MODEL_KEYS         10
#define MODEL_TRANSACTIONS 2
#define MODEL_CHUNKS       4 /* pieces that a value in a transaction is made of, at most */

struct model_value {
    bool present;
    uint32_t chunks;
    uint32_t seeds[MODEL_CHUNKS], lengths[MODEL_CHUNKS];
};

struct model_state {
    struct model_value keys[MODEL_KEYS];
};

struct model_transaction {
    uint64_t id; /* 0: none */
    bool broken; /* an append failed */
    struct model_state values;
};

struct model {
    struct model_state visible, durable;
    /* Syncs that were not acknowledged: any of them may be what a cut leaves. */
    struct model_state tried[4];
    uint32_t tried_count;
    struct model_transaction transactions[MODEL_TRANSACTIONS];
    uint32_t random;
    uint32_t surprises; /* answers that no rule allows */
    uint32_t syncs, commits, refused;
};

struct statefs_span model_key(uint32_t key);

/* The value's bytes into memory that the next call overwrites. */
struct statefs_span model_bytes(const struct model_value *value);

uint32_t model_random(struct model *model, uint32_t below);

/* One random step on store and model: put, delete, begin, append, commit, abort, sync. `faults`: an
 * IO is no surprise. */
void model_step(struct model *model, struct statefs *store, bool faults);
void model_sync(struct model *model, struct statefs *store, bool faults);

/* The store holds exactly this state. */
bool model_matches(const struct model_state *state, struct statefs *store);

/* It holds what was last acknowledged, or what a sync tried since, whole. */
bool model_allows(const struct model *model, struct statefs *store);

/* After a power cut: the store is what it is now, nothing is open. */
void model_adopt(struct model *model, struct statefs *store);

#endif
