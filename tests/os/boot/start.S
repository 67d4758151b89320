/* SPDX-License-Identifier: Apache-2.0 */
/* All harts start here, in M-mode with interrupts off. Hart 0 clears memory; the others wait. */
#include "layout.h"

#define MSTATUS_FS_INITIAL 0x2000
#define MIE_MSIE           0x8
#define CLINT_MSIP         0x02000000

    .section .reset, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    csrw mie, zero
    csrw mscratch, zero
    la t0, trap_entry
    csrw mtvec, t0
    li t0, MSTATUS_FS_INITIAL
    csrs mstatus, t0
    csrw fcsr, zero
    csrr a0, mhartid
    li t0, HARTS
    bgeu a0, t0, park

    la sp, stacks
    li t0, STACK_SLOT_BYTES
    addi t1, a0, 1
    mul t1, t1, t0
    add sp, sp, t1
    la tp, hart_tls
    li t0, TLS_BYTES
    mul t1, a0, t0
    add tp, tp, t1
    bnez a0, wait_for_release

    rdtime s1
    la t0, bss_start
    la t1, bss_end
clear:
    sd zero, 0(t0)
    sd zero, 8(t0)
    sd zero, 16(t0)
    sd zero, 24(t0)
    sd zero, 32(t0)
    sd zero, 40(t0)
    sd zero, 48(t0)
    sd zero, 56(t0)
    addi t0, t0, 64
    bltu t0, t1, clear
    la t0, hart_reset_ticks
    sd s1, 0(t0)
    j hart_start

/* Hart 0 rings when memory is ready: the interrupt is pending, never taken. */
wait_for_release:
    li t0, MIE_MSIE
    csrs mie, t0
1:  wfi
    csrr t1, mip
    and t1, t1, t0
    beqz t1, 1b
    csrw mie, zero
    la t0, CLINT_MSIP
    slli t1, a0, 2
    add t0, t0, t1
    sw zero, 0(t0)
    fence rw, rw
    j hart_start

/* More harts than the image has work for. */
park:
    wfi
    j park
