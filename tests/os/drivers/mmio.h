/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device registers, and the fences between them and memory. Registers go through volatile accesses
 * of the register's own width; a RISC-V hart may reorder them against memory, so that whoever hands
 * memory to a device, or takes it back, names one of the fences below. Any hart, any mode.
 */
#ifndef DRIVERS_MMIO_H
#define DRIVERS_MMIO_H

#include <stdint.h>

static inline uint8_t mmio_read8(uintptr_t address)
{
    return *(volatile const uint8_t *)address;
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    return *(volatile const uint32_t *)address;
}

static inline uint64_t mmio_read64(uintptr_t address)
{
    return *(volatile const uint64_t *)address;
}

static inline void mmio_write8(uintptr_t address, uint8_t value)
{
    *(volatile uint8_t *)address = value;
}

static inline void mmio_write16(uintptr_t address, uint16_t value)
{
    *(volatile uint16_t *)address = value;
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static inline void mmio_write64(uintptr_t address, uint64_t value)
{
    *(volatile uint64_t *)address = value;
}

/* Memory written before is visible before memory written after: contents before their index. */
static inline void fence_contents_before_index(void)
{
    __asm__ volatile("fence w, w" ::: "memory");
}

/* Memory written before is visible before a register written after: a ring before its notify. */
static inline void fence_memory_before_register(void)
{
    __asm__ volatile("fence w, o" ::: "memory");
}

/* A register written before is done before memory read after: an acknowledge before the look at
 * the ring, else what the device adds in between would raise no interrupt and not be seen. */
static inline void fence_register_before_memory(void)
{
    __asm__ volatile("fence io, rw" ::: "memory");
}

/* An index read before orders what is read or reused after. The other half is the device's: it
 * writes contents, then the index. */
static inline void fence_index_before_contents(void)
{
    __asm__ volatile("fence r, rw" ::: "memory");
}

#endif
