/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <string.h>

#define VALUE_MAX 8192u

struct statefs_span model_key(uint32_t key)
{
    /* Keys that start alike, one of the greatest length, one beyond ASCII. */
    static char names[MODEL_KEYS][STATEFS_KEY_MAX + 1];
    static const char *const fixed[MODEL_KEYS] = {"/state/a",
                                                  "/state/a/b",
                                                  "/state/ab",
                                                  "/state/b",
                                                  "/state/\xC3\xA4",
                                                  "/state/perf/traces/x-1.json",
                                                  "/state/perf/traces/x-2.json",
                                                  "/state/z.z",
                                                  "/state/...",
                                                  NULL};
    if (fixed[key] != NULL)
        return (struct statefs_span){(const uint8_t *)fixed[key], (uint32_t)strlen(fixed[key])};
    memset(names[key], 'l', STATEFS_KEY_MAX);
    memcpy(names[key], STATEFS_PREFIX, sizeof STATEFS_PREFIX - 1);
    return (struct statefs_span){(const uint8_t *)names[key], STATEFS_KEY_MAX};
}

static uint32_t fill(uint8_t *to, uint32_t seed, uint32_t length)
{
    uint32_t x = seed * 2654435761u + 1;
    for (uint32_t i = 0; i < length; i++) {
        x = x * 1664525u + 1013904223u;
        to[i] = (uint8_t)(x >> 24);
    }
    return length;
}

struct statefs_span model_bytes(const struct model_value *value)
{
    static uint8_t bytes[MODEL_CHUNKS * VALUE_MAX];
    uint32_t length = 0;
    for (uint32_t i = 0; i < value->chunks; i++)
        length += fill(bytes + length, value->seeds[i], value->lengths[i]);
    return (struct statefs_span){bytes, length};
}

uint32_t model_random(struct model *model, uint32_t below)
{
    model->random = model->random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(model->random >> 8) * below >> 24);
}

/* Lengths around the sector's payload, and now and then some kilobytes. */
static uint32_t random_length(struct model *model)
{
    static const uint32_t edges[] = {0, 1, 100, 507, 508, 509, 1015, 1016, 1017};
    uint32_t pick = model_random(model, 12);
    return pick < 9 ? edges[pick] : model_random(model, 6000);
}

static void add_chunk(struct model *model, struct model_value *value)
{
    value->present = true;
    value->seeds[value->chunks] = model_random(model, 1u << 24);
    value->lengths[value->chunks++] = random_length(model);
}

/* One chunk's bytes in the caller's memory: while the store reads them, a cut may be tried, which
 * works out other values. */
static struct statefs_span chunk_bytes(const struct model_value *value, uint8_t *to)
{
    return (struct statefs_span){to, fill(to, value->seeds[0], value->lengths[0])};
}

/* Counts what no rule allows; true: the call did it. */
static bool judge(struct model *model, enum statefs_status status, bool faults)
{
    if (status == STATEFS_OK)
        return true;
    bool allowed =
        status == STATEFS_NO_SPACE || status == STATEFS_BUSY || (faults && status == STATEFS_IO);
    model->refused++;
    model->surprises += !allowed;
    return false;
}

static void put(struct model *model, struct statefs *store, bool faults)
{
    uint32_t key = model_random(model, MODEL_KEYS);
    struct model_value value = {0};
    uint8_t bytes[VALUE_MAX];
    add_chunk(model, &value);
    if (judge(model, statefs_put(store, model_key(key), chunk_bytes(&value, bytes)), faults))
        model->visible.keys[key] = value;
}

static void delete (struct model *model, struct statefs *store)
{
    uint32_t key = model_random(model, MODEL_KEYS);
    bool was = model->visible.keys[key].present;
    enum statefs_status status = statefs_delete(store, model_key(key));
    model->surprises += status != (was ? STATEFS_OK : STATEFS_NOT_FOUND);
    model->visible.keys[key] = (struct model_value){0};
}

static void append(struct model *model, struct statefs *store, struct model_transaction *t,
                   bool faults)
{
    uint32_t key = model_random(model, MODEL_KEYS);
    struct model_value *value = &t->values.keys[key];
    if (value->chunks == MODEL_CHUNKS)
        return;
    struct model_value chunk = {0};
    uint8_t bytes[VALUE_MAX];
    add_chunk(model, &chunk);
    struct statefs_span given = chunk_bytes(&chunk, bytes);
    if (!judge(model, statefs_append(store, t->id, model_key(key), given), faults)) {
        t->broken = true;
        return;
    }
    value->present = true;
    value->seeds[value->chunks] = chunk.seeds[0];
    value->lengths[value->chunks++] = chunk.lengths[0];
}

static void commit(struct model *model, struct statefs *store, struct model_transaction *t,
                   bool faults)
{
    if (t->broken) {
        model->surprises += statefs_abort(store, t->id) != STATEFS_OK;
    } else if (judge(model, statefs_commit(store, t->id), faults)) {
        model->commits++;
        for (uint32_t i = 0; i < MODEL_KEYS; i++) {
            if (t->values.keys[i].present)
                model->visible.keys[i] = t->values.keys[i];
        }
    }
    *t = (struct model_transaction){0};
}

static void step_transaction(struct model *model, struct statefs *store, bool faults)
{
    struct model_transaction *t = &model->transactions[model_random(model, MODEL_TRANSACTIONS)];
    if (t->id == 0) {
        (void)judge(model, statefs_begin(store, &t->id), faults);
        return;
    }
    uint32_t pick = model_random(model, 8);
    if (pick < 5) {
        append(model, store, t, faults);
    } else if (pick < 7) {
        commit(model, store, t, faults);
    } else {
        model->surprises += statefs_abort(store, t->id) != STATEFS_OK;
        *t = (struct model_transaction){0};
    }
}

void model_sync(struct model *model, struct statefs *store, bool faults)
{
    uint32_t most = sizeof model->tried / sizeof model->tried[0];
    model->tried[model->tried_count < most ? model->tried_count++ : most - 1] = model->visible;
    if (judge(model, statefs_sync(store), faults)) {
        model->durable = model->visible;
        model->tried_count = 0;
        model->syncs++;
        return;
    }
    model->visible = model->durable;
    for (uint32_t i = 0; i < MODEL_TRANSACTIONS; i++)
        model->transactions[i].broken = true;
}

void model_step(struct model *model, struct statefs *store, bool faults)
{
    uint32_t pick = model_random(model, 16);
    if (pick < 3)
        put(model, store, faults);
    else if (pick < 5)
        delete (model, store);
    else if (pick < 14)
        step_transaction(model, store, faults);
    else
        model_sync(model, store, faults);
}

static bool value_matches(const struct model_value *value, uint32_t key, struct statefs *store)
{
    static uint8_t read[MODEL_CHUNKS * VALUE_MAX];
    uint32_t got;
    uint32_t total;
    enum statefs_status status =
        statefs_get(store, model_key(key), 0, read, sizeof read, &got, &total);
    if (!value->present)
        return status == STATEFS_NOT_FOUND;
    struct statefs_span bytes = model_bytes(value);
    return status == STATEFS_OK && total == bytes.length && got == total &&
           memcmp(read, bytes.bytes, got) == 0;
}

bool model_matches(const struct model_state *state, struct statefs *store)
{
    uint32_t present = 0;
    for (uint32_t i = 0; i < MODEL_KEYS; i++) {
        present += state->keys[i].present;
        if (!value_matches(&state->keys[i], i, store))
            return false;
    }
    return statefs_info(store).keys == present;
}

bool model_allows(const struct model *model, struct statefs *store)
{
    for (uint32_t i = model->tried_count; i > 0; i--) {
        if (model_matches(&model->tried[i - 1], store))
            return true;
    }
    return model_matches(&model->durable, store);
}

void model_adopt(struct model *model, struct statefs *store)
{
    for (uint32_t i = 0; i < model->tried_count; i++) {
        if (model_matches(&model->tried[i], store))
            model->durable = model->tried[i];
    }
    model->visible = model->durable;
    model->tried_count = 0;
    memset(model->transactions, 0, sizeof model->transactions);
}
