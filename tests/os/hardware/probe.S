/* SPDX-License-Identifier: Apache-2.0 */
/* The number of a CSR is part of the instruction: one for each, two words with its return. */

#define CAUSE_ILLEGAL 2
#define MCOUNTER      0xb00
#define MHPMEVENT     0x320

    .section .text.hardware, "ax"
    .option push
    .option norvc
    .balign 8
reads:
    .set number, 0
    .rept 32
    csrr a0, MCOUNTER + number
    ret
    .set number, number + 1
    .endr
selects:
    .set number, 0
    .rept 32
    csrw MHPMEVENT + number, a1
    ret
    .set number, number + 1
    .endr
selects_end:
    .option pop

    .globl hardware_read
hardware_read:
    la t0, reads
    slli a0, a0, 3
    add t0, t0, a0
    jr t0

    .globl hardware_try_select
hardware_try_select:
    la t0, selects
    j try

    .globl hardware_try_read
hardware_try_read:
    la t0, reads
/* t0: the table. The trap's entry is this code's until it is through; t1 and t2 are kept. */
try:
    slli a0, a0, 3
    add t0, t0, a0
    la t1, trapped
    csrrw t1, mtvec, t1
    mv t2, ra
    jalr t0
    li a0, 1
1:  csrw mtvec, t1
    jr t2

/* An instruction of the tables that is none here: on behind it, with the answer no. Registers other
 * than t1 and t2 are free: of any other trap nobody comes back. */
    .balign 4
trapped:
    csrr t0, mcause
    li t3, CAUSE_ILLEGAL
    bne t0, t3, not_ours
    csrr t0, mepc
    la t3, reads
    bltu t0, t3, not_ours
    la t3, selects_end
    bgeu t0, t3, not_ours
    la t0, refused
    csrw mepc, t0
    mret
not_ours:
    j trap_entry
refused:
    li a0, 0
    j 1b

    .globl hardware_count_loop
hardware_count_loop:
    csrr a1, minstret
1:  addi a0, a0, -1
    bnez a0, 1b
    csrr a2, minstret
    sub a0, a2, a1
    ret
