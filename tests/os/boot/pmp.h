/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical memory protection of the calling hart. An entry is one of 16; the lowest that matches an
 * address decides. M-mode only.
 */
#ifndef BOOT_PMP_H
#define BOOT_PMP_H

#include <stdint.h>

enum pmp_access { PMP_NONE = 0, PMP_R = 1, PMP_W = 2, PMP_X = 4, PMP_LOCKED = 0x80 };

/* bytes: a power of two, 8 or more; start: a multiple of it. PMP_LOCKED binds M-mode too, until
 * reset. */
void pmp_block(unsigned entry, uintptr_t start, uintptr_t bytes, unsigned access);

/* Entries `entry` and `entry + 1`: [start, end), both multiples of 4, and not empty. */
void pmp_range(unsigned entry, uintptr_t start, uintptr_t end, unsigned access);

/* Such a range is none any more. */
void pmp_range_off(unsigned entry);

#endif
