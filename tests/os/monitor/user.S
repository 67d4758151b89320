/* SPDX-License-Identifier: Apache-2.0 */
/* Into U-mode and back. mscratch holds the monitor's stack while U-mode code runs, else 0. */
#include "boot/layout.h"

#define MSTATUS_MPP 0x1800

/* struct user_frame. */
#define FRAME_BYTES 160
#define FRAME_SP    144

    .macro for_each_of_frame op
    \op ra, 0(sp)
    \op gp, 8(sp)
    \op tp, 16(sp)
    \op t0, 24(sp)
    \op t1, 32(sp)
    \op t2, 40(sp)
    \op a0, 48(sp)
    \op a1, 56(sp)
    \op a2, 64(sp)
    \op a3, 72(sp)
    \op a4, 80(sp)
    \op a5, 88(sp)
    \op a6, 96(sp)
    \op a7, 104(sp)
    \op t3, 112(sp)
    \op t4, 120(sp)
    \op t5, 128(sp)
    \op t6, 136(sp)
    .endm

    .section .text.monitor, "ax"
    .balign 4
user_trap_entry:
    csrrw sp, mscratch, sp
    bnez sp, from_user
    j trap_entry

/* An interrupt may come anywhere: what user_trapped() may change is kept here. */
from_user:
    addi sp, sp, -FRAME_BYTES
    for_each_of_frame sd
    csrrw t0, mscratch, zero
    sd t0, FRAME_SP(sp)
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la tp, hart_tls + HART_SYSTEMUI * TLS_BYTES
    mv a0, sp
    csrr a1, mcause
    csrr a2, mepc
    csrr a3, mtval
    call user_trapped
    addi t0, sp, FRAME_BYTES
    csrw mscratch, t0
    for_each_of_frame ld
    ld sp, FRAME_SP(sp)
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
