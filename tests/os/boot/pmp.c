/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/pmp.h"

#include "boot/csr.h"

#define MODE_OFF   0x00u
#define MODE_TOR   0x08u
#define MODE_NAPOT 0x18u

#define ADDRESS_CASE(n)                                                                            \
    case n:                                                                                        \
        csr_write(pmpaddr##n, address);                                                            \
        break

/* The number of a CSR is part of the instruction. */
static void write_address(unsigned entry, uint64_t address)
{
    switch (entry) {
        ADDRESS_CASE(0);
        ADDRESS_CASE(1);
        ADDRESS_CASE(2);
        ADDRESS_CASE(3);
        ADDRESS_CASE(4);
        ADDRESS_CASE(5);
        ADDRESS_CASE(6);
        ADDRESS_CASE(7);
        ADDRESS_CASE(8);
        ADDRESS_CASE(9);
        ADDRESS_CASE(10);
        ADDRESS_CASE(11);
        ADDRESS_CASE(12);
        ADDRESS_CASE(13);
        ADDRESS_CASE(14);
        ADDRESS_CASE(15);
    default:
        break;
    }
}

/* pmpcfg0 holds entries 0 to 7, pmpcfg2 the other eight. */
static void write_config(unsigned entry, uint64_t config)
{
    unsigned shift = entry % 8u * 8u;
    uint64_t mask = UINT64_C(0xff) << shift;
    if (entry < 8)
        csr_write(pmpcfg0, (csr_read(pmpcfg0) & ~mask) | config << shift);
    else
        csr_write(pmpcfg2, (csr_read(pmpcfg2) & ~mask) | config << shift);
}

void pmp_block(unsigned entry, uintptr_t start, uintptr_t bytes, unsigned access)
{
    write_address(entry, start >> 2 | ((bytes >> 3) - 1));
    write_config(entry, MODE_NAPOT | access);
}

void pmp_range(unsigned entry, uintptr_t start, uintptr_t end, unsigned access)
{
    write_address(entry, start >> 2);
    write_config(entry, MODE_OFF);
    write_address(entry + 1, end >> 2);
    write_config(entry + 1, MODE_TOR | access);
}

/* Not by an empty range: what ends at 0, QEMU 7.2 takes for all there is. */
void pmp_range_off(unsigned entry)
{
    write_config(entry + 1, MODE_OFF);
}
