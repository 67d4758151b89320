/* SPDX-License-Identifier: Apache-2.0 */
#include "statefs/store.h"

#include "bytes.h"
#include "parts.h"

_Static_assert(sizeof(struct statefs) <= STATEFS_CONTEXT_BYTES, "STATEFS_CONTEXT_BYTES");
_Static_assert(sizeof(struct node) == STATEFS_NODE_BYTES, "STATEFS_NODE_BYTES");
_Static_assert(sizeof(struct transaction) == STATEFS_TRANSACTION_BYTES,
               "STATEFS_TRANSACTION_BYTES");
_Static_assert(STATEFS_CONTEXT_BYTES % 8 == 0 && STATEFS_NODE_BYTES % 8 == 0, "alignment");

static bool within(uint32_t value, uint32_t least, uint32_t most)
{
    return value >= least && value <= most;
}

size_t statefs_bytes(const struct statefs_config *config)
{
    const struct statefs_config *c = config;
    bool valid = within(c->keys, 1, STATEFS_KEYS_MAX) && within(c->pending, 1, STATEFS_NODES_MAX) &&
                 2 * c->keys + c->pending <= STATEFS_NODES_MAX && within(c->transactions, 1, 64) &&
                 within(c->transaction_keys, 1, c->pending) &&
                 within(c->value_bytes, 1, STATEFS_VALUE_MAX) && c->transaction_bytes > 0 &&
                 within(c->sectors, STATEFS_SECTORS_MIN, UINT32_C(1) << 24);
    return valid ? STATEFS_BYTES((size_t)c->keys, c->pending, c->transactions, (size_t)c->sectors)
                 : 0;
}

enum statefs_status statefs_init(struct statefs **out, void *arena, size_t length,
                                 const struct statefs_config *config, struct statefs_disk *disk)
{
    size_t bytes = statefs_bytes(config);
    if (bytes == 0 || (uintptr_t)arena % 8 != 0)
        return STATEFS_MALFORMED;
    if (length < bytes)
        return STATEFS_TOO_LARGE;
    struct statefs *store = arena;
    uint8_t *at = (uint8_t *)arena + STATEFS_CONTEXT_BYTES;
    zero_bytes(arena, bytes);
    store->disk = disk;
    store->config = *config;
    store->mounted = STATEFS_NO_DISK;
    store->node_count = 2 * config->keys + config->pending;
    store->nodes = (struct node *)at;
    at += (size_t)store->node_count * STATEFS_NODE_BYTES;
    store->transactions = (struct transaction *)at;
    at += (size_t)config->transactions * STATEFS_TRANSACTION_BYTES;
    store->owner = at;
    *out = store;
    return STATEFS_OK;
}

struct statefs_info statefs_info(const struct statefs *store)
{
    return (struct statefs_info){
        .mounted = store->mounted,
        .keys = node_count_of(store, NODE_LIVE),
        .free_sectors = store->free_sectors,
        .data_sectors = store->data_sectors,
        .lost_keys = store->lost_keys,
        .sequence = store->sequence,
        .wrong_sector = store->wrong_sector,
    };
}

/* --- Reading --- */

enum statefs_status statefs_get(struct statefs *store, struct statefs_span key, uint32_t offset,
                                uint8_t *bytes, uint32_t length, uint32_t *got, uint32_t *total)
{
    *got = *total = 0;
    RETURN_UNLESS_OK(store->mounted);
    RETURN_UNLESS_OK(statefs_key_check(key));
    const struct node *node = node_find(store, key, NODE_LIVE);
    if (node == NULL)
        return STATEFS_NOT_FOUND;
    uint32_t left = offset < node->length ? node->length - offset : 0;
    uint32_t part = length < left ? length : left;
    RETURN_UNLESS_OK(value_read(store, node, offset, bytes, part));
    *total = node->length;
    *got = part;
    return STATEFS_OK;
}

enum statefs_status statefs_next(const struct statefs *store, struct statefs_span prefix,
                                 struct statefs_span after, struct statefs_span *key)
{
    bool found = false;
    RETURN_UNLESS_OK(store->mounted);
    for (uint32_t i = 0; i < store->node_count; i++) {
        const struct node *node = &store->nodes[i];
        struct statefs_span candidate = node_key(node);
        if ((node->flags & NODE_LIVE) == 0 || !statefs_span_starts_with(candidate, prefix) ||
            statefs_span_compare(candidate, after) <= 0 ||
            (found && statefs_span_compare(candidate, *key) > 0))
            continue;
        *key = candidate;
        found = true;
    }
    return found ? STATEFS_OK : STATEFS_NOT_FOUND;
}

/* --- Changing --- */

/* What the last sync made durable stays on the disk until the next one. */
static void retire(struct statefs *store, struct statefs_span key)
{
    struct node *old = node_find(store, key, NODE_LIVE);
    if (old == NULL)
        return;
    old->flags &= NODE_DURABLE | NODE_DAMAGED;
    if ((old->flags & NODE_DURABLE) == 0)
        old->flags = 0;
}

static void publish(struct statefs *store, struct node *node)
{
    retire(store, node_key(node));
    node->flags = NODE_LIVE;
    store->changed = true;
}

static bool keys_fit(const struct statefs *store, uint32_t more)
{
    return node_count_of(store, NODE_LIVE) + more <= store->config.keys;
}

enum statefs_status statefs_delete(struct statefs *store, struct statefs_span key)
{
    RETURN_UNLESS_OK(store->mounted);
    RETURN_UNLESS_OK(statefs_key_check(key));
    if (store->mode == STATEFS_READ_ONLY)
        return STATEFS_ACCESS_DENIED;
    if (node_find(store, key, NODE_LIVE) == NULL)
        return STATEFS_NOT_FOUND;
    retire(store, key);
    store->changed = true;
    space_sweep(store);
    return STATEFS_OK;
}

/* The node stands alone until it is published: a transaction number that no slot has. */
enum statefs_status statefs_put(struct statefs *store, struct statefs_span key,
                                struct statefs_span value)
{
    RETURN_UNLESS_OK(store->mounted);
    RETURN_UNLESS_OK(statefs_key_check(key));
    if (value.length > store->config.value_bytes)
        return STATEFS_TOO_LARGE;
    if (node_find(store, key, NODE_LIVE) == NULL && !keys_fit(store, 1))
        return STATEFS_NO_SPACE;
    RETURN_UNLESS_OK(sync_settle(store));
    struct node *node = node_take(store, key, NODE_PENDING);
    if (node == NULL)
        return STATEFS_BUSY;
    node->transaction = UINT8_MAX;
    enum statefs_status status = value_append(store, node, value);
    if (status == STATEFS_OK)
        writer_spill(store);
    if (status == STATEFS_OK && (node->flags & NODE_FAILED) == 0) {
        publish(store, node);
    } else {
        node->flags = 0;
        status = status == STATEFS_OK ? STATEFS_IO : status;
    }
    space_sweep(store);
    return status;
}

/* --- Transactions --- */

static bool belongs(const struct statefs *store, const struct node *node,
                    const struct transaction *t)
{
    return (node->flags & NODE_PENDING) != 0 &&
           node->transaction == (uint8_t)(t - store->transactions);
}

static struct transaction *find_transaction(struct statefs *store, uint64_t id)
{
    for (uint32_t i = 0; i < store->config.transactions; i++) {
        if (id != 0 && store->transactions[i].id == id)
            return &store->transactions[i];
    }
    return NULL;
}

static void end_transaction(struct statefs *store, struct transaction *t)
{
    for (uint32_t i = 0; i < store->node_count; i++) {
        if (belongs(store, &store->nodes[i], t))
            store->nodes[i].flags = 0;
    }
    *t = (struct transaction){0};
    space_sweep(store);
}

enum statefs_status statefs_begin(struct statefs *store, uint64_t *transaction)
{
    *transaction = 0;
    RETURN_UNLESS_OK(store->mounted);
    RETURN_UNLESS_OK(sync_settle(store));
    for (uint32_t i = 0; i < store->config.transactions; i++) {
        struct transaction *t = &store->transactions[i];
        if (t->id != 0)
            continue;
        *t = (struct transaction){.id = ++store->next_transaction};
        *transaction = t->id;
        return STATEFS_OK;
    }
    return STATEFS_BUSY;
}

/* The transaction's node of this key, a new one at its first chunk. */
static struct node *pending_node(struct statefs *store, struct transaction *t,
                                 struct statefs_span key)
{
    uint32_t pending = 0;
    for (uint32_t i = 0; i < store->node_count; i++) {
        struct node *node = &store->nodes[i];
        pending += (node->flags & NODE_PENDING) != 0;
        if (belongs(store, node, t) && statefs_span_compare(node_key(node), key) == 0)
            return node;
    }
    if (t->keys >= store->config.transaction_keys || pending >= store->config.pending)
        return NULL;
    struct node *node = node_take(store, key, NODE_PENDING);
    if (node != NULL) {
        node->transaction = (uint8_t)(t - store->transactions);
        t->keys++;
    }
    return node;
}

static enum statefs_status append_chunk(struct statefs *store, struct transaction *t,
                                        struct node *node, struct statefs_span chunk)
{
    if ((node->flags & NODE_FAILED) != 0)
        return STATEFS_IO;
    if (chunk.length > store->config.transaction_bytes - t->bytes ||
        chunk.length > store->config.value_bytes - node->length)
        return STATEFS_TOO_LARGE;
    RETURN_UNLESS_OK(value_append(store, node, chunk));
    t->bytes += chunk.length;
    return STATEFS_OK;
}

enum statefs_status statefs_append(struct statefs *store, uint64_t transaction,
                                   struct statefs_span key, struct statefs_span chunk)
{
    RETURN_UNLESS_OK(store->mounted);
    RETURN_UNLESS_OK(statefs_key_check(key));
    struct transaction *t = find_transaction(store, transaction);
    if (t == NULL)
        return STATEFS_NOT_FOUND;
    if (t->lost)
        return STATEFS_IO;
    RETURN_UNLESS_OK(sync_settle(store));
    uint16_t keys = t->keys;
    struct node *node = pending_node(store, t, key);
    if (node == NULL)
        return STATEFS_BUSY;
    enum statefs_status status = append_chunk(store, t, node, chunk);
    bool refused = status == STATEFS_NO_SPACE || status == STATEFS_TOO_LARGE;
    if (refused && t->keys != keys) {
        node->flags = 0; /* a key of whose value nothing is there */
        t->keys = keys;
    }
    return status;
}

/* Nothing of it counts on the disk before the next sync: a commit cannot fail half way. */
static enum statefs_status may_commit(struct statefs *store, const struct transaction *t)
{
    uint32_t more = 0;
    if (t->lost)
        return STATEFS_IO;
    writer_spill(store);
    for (uint32_t i = 0; i < store->node_count; i++) {
        const struct node *node = &store->nodes[i];
        if (!belongs(store, node, t))
            continue;
        if ((node->flags & NODE_FAILED) != 0)
            return STATEFS_IO;
        more += node_find(store, node_key(node), NODE_LIVE) == NULL;
    }
    return keys_fit(store, more) ? STATEFS_OK : STATEFS_NO_SPACE;
}

enum statefs_status statefs_commit(struct statefs *store, uint64_t transaction)
{
    RETURN_UNLESS_OK(store->mounted);
    struct transaction *t = find_transaction(store, transaction);
    if (t == NULL)
        return STATEFS_NOT_FOUND;
    enum statefs_status status = may_commit(store, t);
    for (uint32_t i = 0; status == STATEFS_OK && i < store->node_count; i++) {
        if (belongs(store, &store->nodes[i], t))
            publish(store, &store->nodes[i]);
    }
    end_transaction(store, t);
    return status;
}

enum statefs_status statefs_abort(struct statefs *store, uint64_t transaction)
{
    RETURN_UNLESS_OK(store->mounted);
    struct transaction *t = find_transaction(store, transaction);
    if (t == NULL)
        return STATEFS_NOT_FOUND;
    end_transaction(store, t);
    return STATEFS_OK;
}

void statefs_abort_all(struct statefs *store)
{
    for (uint32_t i = 0; i < store->config.transactions; i++) {
        if (store->transactions[i].id != 0)
            end_transaction(store, &store->transactions[i]);
    }
}
