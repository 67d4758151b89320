#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The routines that -msave-restore has functions begin and end with: every one of them is called, and afterwards all
registers and the stack pointer are looked at. The frame is what gcc counts on: ra and n registers, in whole 16 bytes.
"""
import os
import shutil
import subprocess
import tempfile

import checks

SOURCE = os.path.join(checks.ROOT, "source", "libs", "nexus-idl-runtime", "src", "riscv64", "save_restore.S")
GCC, QEMU = "riscv64-unknown-elf-gcc", "qemu-riscv64"
REGISTERS = 12


def program(broken):
    """Ends with 0, or with 1 + n where saving n registers went wrong. `broken`: which register a check expects wrongly."""
    lines = [".section .text", ".globl _start", "_start:", "la sp, top"]
    for n in range(REGISTERS + 1):
        frame = (8 * (n + 1) + 15) // 16 * 16
        lines += [f"li a7, {n + 1}", "mv a6, sp", f"la ra, back_{n}"]
        lines += [f"li s{i}, {100 + i}" for i in range(REGISTERS)]
        lines += [f"call t0, __riscv_save_{n}", "sub a5, a6, sp", f"li a4, {frame}", "bne a5, a4, wrong"]
        lines += ["ld a5, -8(a6)", f"la a4, back_{n}", "bne a5, a4, wrong"]
        for i in range(n):
            lines += [f"ld a5, {-16 - 8 * i}(a6)", f"li a4, {100 + i}", "bne a5, a4, wrong", f"li s{i}, 0"]
        lines += ["li ra, 0", f"tail __riscv_restore_{n}", f"back_{n}:", "bne sp, a6, wrong"]
        for i in range(REGISTERS):
            lines += [f"li a4, {100 + i + (i == broken)}", f"bne s{i}, a4, wrong"]
    lines += ["li a7, 0", "wrong:", "mv a0, a7", "li a7, 93", "ecall", ".section .bss", ".skip 4096", "top:"]
    return "\n".join(lines) + "\n"


def run(broken=None):
    with tempfile.TemporaryDirectory() as work:
        source, binary = os.path.join(work, "calls.S"), os.path.join(work, "calls")
        with open(source, "w", encoding="ascii") as file:
            file.write(program(broken))
        subprocess.run([GCC, "-march=rv64gc", "-mabi=lp64d", "-nostdlib", "-static", source, SOURCE, "-o", binary],
                       check=True, timeout=60)
        return subprocess.run([QEMU, binary], timeout=60).returncode


def can_run():
    return shutil.which(GCC) is not None and shutil.which(QEMU) is not None


@checks.check
def every_count_of_registers_is_saved_and_restored():
    if can_run():
        checks.equal(run(), 0)


@checks.check
def a_wrong_register_is_found():
    if can_run():
        checks.equal(run(broken=5), 1, "the first call's check of s5")


checks.main()
