/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trap is the end of its hart: M-mode takes no interrupts (harts wait for them with wfi), and
 * what runs in U-mode has a monitor with a trap entry of its own.
 */
#include "layout.h"

    .section .text.trap, "ax"
    .globl trap_entry
    .balign 4
trap_entry:
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    csrr t0, mhartid
    li t1, TRAP_STACK_BYTES
    la sp, trap_stacks
    addi t0, t0, 1
    mul t0, t0, t1
    add sp, sp, t0
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    j trap_panic
