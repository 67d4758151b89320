/* SPDX-License-Identifier: Apache-2.0 */
/* The script, in the program's constants. */
    .section .rodata
    .globl user_script, user_script_end
user_script:
    .incbin "session.script"
user_script_end:
