/* SPDX-License-Identifier: Apache-2.0 */
/* Into U-mode and back. mscratch holds the monitor's stack while U-mode code runs, else 0. */
#include "boot/layout.h"

#define FRAME_BYTES 32
#define MSTATUS_MPP 0x1800

    .section .text.monitor, "ax"
    .balign 4
user_trap_entry:
    csrrw sp, mscratch, sp
    bnez sp, from_user
    j trap_entry

/* A call looks like one of C's: the callee's registers are kept by monitor_trap(). */
from_user:
    addi sp, sp, -FRAME_BYTES
    sd gp, 0(sp)
    sd tp, 8(sp)
    csrrw t0, mscratch, zero
    sd t0, 16(sp)
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la tp, hart_tls + HART_SYSTEMUI * TLS_BYTES
    mv a2, a7
    csrr a3, mcause
    csrr a4, mepc
    csrr a5, mtval
    call monitor_trap

    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    ld gp, 0(sp)
    ld tp, 8(sp)
    ld t0, 16(sp)
    addi sp, sp, FRAME_BYTES
    csrw mscratch, sp
    mv sp, t0
    /* What the monitor had in hand is not the program's business. */
    li ra, 0
    li t0, 0
    li t1, 0
    li t2, 0
    li t3, 0
    li t4, 0
    li t5, 0
    li t6, 0
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    li a5, 0
    li a6, 0
    li a7, 0
    mret

/* user_enter(entry, start, stack_end) */
    .globl user_enter
user_enter:
    csrw mepc, a0
    la t0, user_trap_entry
    csrw mtvec, t0
    li t0, MSTATUS_MPP
    csrc mstatus, t0
    la t0, stacks + (HART_SYSTEMUI + 1) * STACK_SLOT_BYTES
    csrw mscratch, t0
    fscsr zero
    mv sp, a2
    mv a0, a1
    li ra, 0
    li tp, 0
    li t0, 0
    li t1, 0
    li t2, 0
    li t3, 0
    li t4, 0
    li t5, 0
    li t6, 0
    li s0, 0
    li s1, 0
    li s2, 0
    li s3, 0
    li s4, 0
    li s5, 0
    li s6, 0
    li s7, 0
    li s8, 0
    li s9, 0
    li s10, 0
    li s11, 0
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    li a5, 0
    li a6, 0
    li a7, 0
    mret
