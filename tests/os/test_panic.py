#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A trap out of M-mode: one line with the hart, the cause, the place and the address. perfd's hart ends QEMU with a
code of its own; another one stops, and the machine goes on. No hart's stack can run into its neighbour's."""
import re
import subprocess

import harness
import machine
from harness import checks

PANIC = re.compile(r"PANIC hart=(\d) cause=(0x[0-9a-f]{16}) pc=(0x[0-9a-f]{16}) addr=(0x[0-9a-f]{16})")
EXIT_PANIC = 70
ILLEGAL_INSTRUCTION, LOAD_FAULT, STORE_FAULT = 2, 5, 7
PAGE = 0x1000
# A guard page and what lies above it, from boot/layout.h.
STACK_SLOT = PAGE + 0x4000


def stacks():
    out = subprocess.run(["riscv64-unknown-elf-nm", f"{machine.IMAGES}/panic.elf"], check=True, capture_output=True,
                         text=True).stdout
    return int(next(line.split()[0] for line in out.splitlines() if line.endswith(" stacks")), 16)


def die(hart, *how):
    """The panic's cause and address, and QEMU's status (None: it went on)."""
    with harness.boot(image="panic.elf", options=(f"hart={hart}", *how), seconds=20) as guest:
        guest.wait_for(f"hart {hart}")
        match = PANIC.fullmatch(guest.line())
        checks.true(match, guest.log)
        checks.equal(int(match[1]), hart)
        checks.true(0x80000000 <= int(match[3], 0) < 0x80100000, f"pc {match[3]}")
        status = guest.end() if hart == 0 else None
        checks.equal(harness.count(guest.log, "PANIC"), 1)
        if hart != 0:
            # Its monitor would not answer if the machine had ended.
            checks.equal(guest.monitor.command("query-status")["running"], True)
        return int(match[2], 0), int(match[4], 0), status


@checks.check
def what_is_no_instruction_ends_the_machine():
    cause, _, status = die(0)
    checks.equal((cause, status), (ILLEGAL_INSTRUCTION, EXIT_PANIC))


@checks.check
def a_read_through_null_is_seen():
    checks.equal(die(0, "null"), (LOAD_FAULT, 0, EXIT_PANIC))


@checks.check
def each_stack_ends_in_a_guard_page():
    for hart in range(3):
        cause, address, status = die(hart, "overflow")
        guard = stacks() + hart * STACK_SLOT
        checks.equal(cause, STORE_FAULT)
        checks.true(guard <= address < guard + PAGE, f"hart {hart}: {address:#x} is not in {guard:#x}")
        checks.equal(status, EXIT_PANIC if hart == 0 else None)


checks.main()
