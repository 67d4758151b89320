/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that the start code, the linker script and C share. Included by assembly and by the
 * linker script: nothing but macros here.
 */
#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

#define HARTS 3

#define HART_PERFD    0
#define HART_SYSTEMUI 1
#define HART_STATEFS  2

/* Below each stack lies a page that nobody may touch. A page is what PMP guards without slowing the
 * pages beside it down. */
#define PAGE_BYTES        0x1000
#define STACK_GUARD_BYTES PAGE_BYTES
#define STACK_BYTES       0x4000
#define STACK_SLOT_BYTES  (STACK_GUARD_BYTES + STACK_BYTES)

/* A trap finds no stack that it could trust: the hart may have run out of its own. */
#define TRAP_STACK_BYTES 0x400

/* Thread-local storage of a hart: picolibc's errno, and what else C declares so. */
#define TLS_BYTES 64

#endif
