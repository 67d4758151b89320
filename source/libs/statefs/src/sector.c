/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes.h"
#include "parts.h"

static uint32_t seal_of(const uint8_t *sector, uint64_t number, uint32_t place)
{
    uint8_t where[12];
    store_u64(where, number);
    store_u32(where + 8, place);
    return statefs_crc32(statefs_crc32(0, where, sizeof where), sector, PAYLOAD_BYTES);
}

void sector_seal(uint8_t *sector, uint64_t number, uint32_t place)
{
    store_u32(sector + PAYLOAD_BYTES, seal_of(sector, number, place));
}

bool sector_sealed(const uint8_t *sector, uint64_t number, uint32_t place)
{
    return load_u32(sector + PAYLOAD_BYTES) == seal_of(sector, number, place);
}

enum statefs_status sector_read(struct statefs *store, uint64_t at, uint8_t *sector,
                                uint64_t number, uint32_t place)
{
    if (statefs_block_read(store->disk, at, 1, sector) < 0)
        return STATEFS_IO;
    if (sector_sealed(sector, number, place))
        return STATEFS_OK;
    store->wrong_sector = at;
    return STATEFS_INTEGRITY;
}

enum statefs_status sector_write(struct statefs *store, uint64_t at, uint8_t *sector,
                                 uint64_t number, uint32_t place)
{
    sector_seal(sector, number, place);
    return statefs_block_write(store->disk, at, sector) < 0 ? STATEFS_IO : STATEFS_OK;
}

enum statefs_status sector_flush(struct statefs *store)
{
    return statefs_block_flush(store->disk) < 0 ? STATEFS_IO : STATEFS_OK;
}
