/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a value: data sectors, and index sectors that point to them. */
#include "bytes.h"
#include "parts.h"

static uint32_t pointer_at(const uint8_t *index, uint32_t i)
{
    return load_u32(index + 4 * (size_t)(i % POINTERS));
}

static uint32_t index_place(uint32_t i)
{
    return INDEX_CRC_PLACE | i;
}

/* --- Writing --- */

static enum statefs_status write_data(struct statefs *store, const struct node *node)
{
    uint32_t last = data_count(node->length) - 1;
    struct writer *writer = &store->writer;
    return sector_write(store, pointer_at(writer->index, last), writer->data, node->id, last);
}

static enum statefs_status write_index(struct statefs *store, const struct node *node)
{
    uint32_t last = index_count(node->length) - 1;
    return sector_write(store, node->index[last], store->writer.index, node->id, index_place(last));
}

/* Whole sectors have been written when they became whole. */
void writer_spill(struct statefs *store)
{
    struct node *node = store->writer.node;
    enum statefs_status data = STATEFS_OK;
    enum statefs_status index = STATEFS_OK;
    store->writer.node = NULL;
    if (node == NULL)
        return;
    if (node->length % PAYLOAD_BYTES != 0)
        data = write_data(store, node);
    if (node->length % INDEX_REACH != 0)
        index = write_index(store, node);
    if (data != STATEFS_OK || index != STATEFS_OK)
        node->flags |= NODE_FAILED;
}

static enum statefs_status load(struct statefs *store, struct node *node)
{
    struct writer *writer = &store->writer;
    uint32_t data = data_count(node->length);
    uint32_t index = index_count(node->length);
    if (writer->node == node)
        return STATEFS_OK;
    writer_spill(store);
    if (node->length % INDEX_REACH != 0)
        RETURN_UNLESS_OK(sector_read(store, node->index[index - 1], writer->index, node->id,
                                     index_place(index - 1)));
    if (node->length % PAYLOAD_BYTES != 0)
        RETURN_UNLESS_OK(sector_read(store, pointer_at(writer->index, data - 1), writer->data,
                                     node->id, data - 1));
    writer->node = node;
    return STATEFS_OK;
}

/* The value's next sector, and one more for its pointer where the index is full. */
static void grow(struct statefs *store, struct node *node)
{
    struct writer *writer = &store->writer;
    uint32_t next = node->length / PAYLOAD_BYTES;
    if (next % POINTERS == 0) {
        node->index[next / POINTERS] = sector_take(store, node);
        zero_bytes(writer->index, STATEFS_SECTOR_BYTES);
    }
    zero_bytes(writer->data, STATEFS_SECTOR_BYTES);
    store_u32(writer->index + 4 * (size_t)(next % POINTERS), sector_take(store, node));
}

/* Bytes up to the end of the sector. */
static enum statefs_status fill(struct statefs *store, struct node *node, struct statefs_span *rest)
{
    uint32_t start = node->length % PAYLOAD_BYTES;
    uint32_t room = PAYLOAD_BYTES - start;
    uint32_t part = rest->length < room ? rest->length : room;
    if (start == 0)
        grow(store, node);
    copy_bytes(store->writer.data + start, rest->bytes, part);
    node->length += part;
    *rest = (struct statefs_span){rest->bytes + part, rest->length - part};
    if (part < room)
        return STATEFS_OK;
    RETURN_UNLESS_OK(write_data(store, node));
    return node->length % INDEX_REACH == 0 ? write_index(store, node) : STATEFS_OK;
}

enum statefs_status value_append(struct statefs *store, struct node *node,
                                 struct statefs_span bytes)
{
    uint32_t grown = node->length + bytes.length;
    uint32_t need = data_count(grown) - data_count(node->length) + index_count(grown) -
                    index_count(node->length);
    if (need > store->free_sectors)
        return STATEFS_NO_SPACE;
    enum statefs_status status = load(store, node);
    while (status == STATEFS_OK && bytes.length > 0)
        status = fill(store, node, &bytes);
    if (status == STATEFS_OK)
        return STATEFS_OK;
    store->writer.node = store->writer.node == node ? NULL : store->writer.node;
    node->flags |= NODE_FAILED;
    return status;
}

/* --- Reading --- */

/* A pointer whose CRC holds and that leads nowhere is somebody's mistake, not the disk's. */
static bool within(const struct statefs *store, uint32_t sector)
{
    return sector >= FIRST_DATA && sector - FIRST_DATA < store->data_sectors;
}

/* Data sector i into the scratch. */
static enum statefs_status read_data(struct statefs *store, const struct node *node, uint32_t i)
{
    uint32_t index = i / POINTERS;
    RETURN_UNLESS_OK(
        sector_read(store, node->index[index], store->scratch, node->id, index_place(index)));
    uint32_t sector = pointer_at(store->scratch, i);
    if (!within(store, sector)) {
        store->wrong_sector = node->index[index];
        return STATEFS_INTEGRITY;
    }
    return sector_read(store, sector, store->scratch, node->id, i);
}

enum statefs_status value_read(struct statefs *store, const struct node *node, uint32_t offset,
                               uint8_t *bytes, uint32_t length)
{
    if ((node->flags & NODE_DAMAGED) != 0)
        return STATEFS_INTEGRITY;
    while (length > 0) {
        uint32_t start = offset % PAYLOAD_BYTES;
        uint32_t part = length < PAYLOAD_BYTES - start ? length : PAYLOAD_BYTES - start;
        RETURN_UNLESS_OK(read_data(store, node, offset / PAYLOAD_BYTES));
        copy_bytes(bytes, store->scratch + start, part);
        bytes += part;
        offset += part;
        length -= part;
    }
    return STATEFS_OK;
}

/* --- Mounting --- */

/* All that index sector `index` of a node points to. */
static enum statefs_status claim_data(struct statefs *store, struct node *node, uint32_t index)
{
    uint32_t end = data_count(node->length);
    uint32_t stop = (index + 1) * POINTERS < end ? (index + 1) * POINTERS : end;
    enum statefs_status status =
        sector_read(store, node->index[index], store->scratch, node->id, index_place(index));
    if (status == STATEFS_INTEGRITY) {
        node->flags |= NODE_DAMAGED;
        return STATEFS_OK;
    }
    for (uint32_t i = index * POINTERS; status == STATEFS_OK && i < stop; i++) {
        if (!sector_claim(store, pointer_at(store->scratch, i), node)) {
            store->wrong_sector = node->index[index];
            status = STATEFS_INTEGRITY;
        }
    }
    return status;
}

enum statefs_status value_claim(struct statefs *store, struct node *node)
{
    for (uint32_t i = 0; i < index_count(node->length); i++) {
        if (!sector_claim(store, node->index[i], node))
            return STATEFS_INTEGRITY;
        RETURN_UNLESS_OK(claim_data(store, node, i));
    }
    return STATEFS_OK;
}
