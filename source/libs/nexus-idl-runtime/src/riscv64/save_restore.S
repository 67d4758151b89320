/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What -msave-restore has functions begin and end with, for images without the compiler's library:
 * __riscv_save_<n> makes a frame of whole 16 bytes and saves ra and n of the registers s0 to s11 in
 * it, ra on top; __riscv_restore_<n> undoes that and returns to ra. Saving is called with its return
 * address in t0; it may use t1. The stack never goes deeper than the frame.
 */
    .section .text.save_restore, "ax", @progbits

    .macro save_entry n, frame
    .globl __riscv_save_\n
    .type __riscv_save_\n, @function
__riscv_save_\n:
    mv t1, sp
    addi sp, sp, -\frame
    .endm

    .macro restore_entry n
    .globl __riscv_restore_\n
    .type __riscv_restore_\n, @function
__riscv_restore_\n:
    .endm

    save_entry 12, 112
    sd s11, -104(t1)
    j .Lsave_10
    save_entry 11, 96
    .globl __riscv_save_10
    .set __riscv_save_10, __riscv_save_11
.Lsave_10:
    sd s10, -96(t1)
    sd s9, -88(t1)
    j .Lsave_8
    save_entry 9, 80
    .globl __riscv_save_8
    .set __riscv_save_8, __riscv_save_9
.Lsave_8:
    sd s8, -80(t1)
    sd s7, -72(t1)
    j .Lsave_6
    save_entry 7, 64
    .globl __riscv_save_6
    .set __riscv_save_6, __riscv_save_7
.Lsave_6:
    sd s6, -64(t1)
    sd s5, -56(t1)
    j .Lsave_4
    save_entry 5, 48
    .globl __riscv_save_4
    .set __riscv_save_4, __riscv_save_5
.Lsave_4:
    sd s4, -48(t1)
    sd s3, -40(t1)
    j .Lsave_2
    save_entry 3, 32
    .globl __riscv_save_2
    .set __riscv_save_2, __riscv_save_3
.Lsave_2:
    sd s2, -32(t1)
    sd s1, -24(t1)
    j .Lsave_0
    save_entry 1, 16
    .globl __riscv_save_0
    .set __riscv_save_0, __riscv_save_1
.Lsave_0:
    sd s0, -16(t1)
    sd ra, -8(t1)
    jr t0

    restore_entry 12
    ld s11, 8(sp)
    addi sp, sp, 16
    restore_entry 11
    restore_entry 10
    ld s10, 0(sp)
    ld s9, 8(sp)
    addi sp, sp, 16
    restore_entry 9
    restore_entry 8
    ld s8, 0(sp)
    ld s7, 8(sp)
    addi sp, sp, 16
    restore_entry 7
    restore_entry 6
    ld s6, 0(sp)
    ld s5, 8(sp)
    addi sp, sp, 16
    restore_entry 5
    restore_entry 4
    ld s4, 0(sp)
    ld s3, 8(sp)
    addi sp, sp, 16
    restore_entry 3
    restore_entry 2
    ld s2, 0(sp)
    ld s1, 8(sp)
    addi sp, sp, 16
    restore_entry 1
    restore_entry 0
    ld s0, 0(sp)
    ld ra, 8(sp)
    addi sp, sp, 16
    ret
