#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SystemUI faults in mid session, writes where it may not, or hangs: one line, and perfd and the session go on."""
import re

import harness
import machine
from harness import checks

PANIC = re.compile(r"PANIC hart=1 cause=(0x[0-9a-f]+|\d+) pc=(0x[0-9a-f]+) addr=(0x[0-9a-f]+)")
EXECUTE_FAULT, ILLEGAL_INSTRUCTION, LOAD_FAULT, STORE_FAULT = 1, 2, 5, 7
TIMER = 1 << 63 | 7


def fault(option, cause):
    log = harness.run(machine.DISPLAY, options=("seconds=2", option), allowed=("PANIC hart=1",))
    _, _, panic, _ = harness.in_order(log, "perfd: ready", "perf: start systemui", "PANIC", "perf: stop systemui")
    for marker in ("perfd: ready", "perf: start", "PANIC", "perf: stop"):
        checks.equal(harness.count(log, marker), 1, f"{marker}: it is the session from before that ends")
    match = PANIC.fullmatch(panic)
    checks.true(match, panic)
    checks.equal(int(match[1], 0), cause, panic)
    return int(match[3], 0)


@checks.check
def systemui_that_faults_is_started_again():
    fault("fault=20", ILLEGAL_INSTRUCTION)


@checks.check
def systemui_cannot_write_perfd():
    checks.equal(fault("poke=20", STORE_FAULT), 0x80000000, "where it wrote")


@checks.check
def systemui_that_hangs_is_started_again():
    fault("hang=20", TIMER)


@checks.check
def nothing_else_is_in_systemuis_reach():
    log = harness.run(image="user_prober.elf", allowed=("PANIC hart=1",))
    causes = {"execute": EXECUTE_FAULT, "read": LOAD_FAULT, "write": STORE_FAULT}
    lines = (line for line in log if not line.startswith("statefs:"))  # there is no disk
    attempts = 0
    for line in lines:
        attempt = re.fullmatch(r"systemui: (execute|read|write) (\d+)", line)
        if not attempt:
            continue
        match = PANIC.fullmatch(next(lines))
        checks.true(match, log)
        checks.equal((int(match[1], 0), int(match[3], 0)), (causes[attempt[1]], int(attempt[2])), line)
        attempts += 1
    checks.equal(attempts, 21)
    checks.equal(log[-2:], ["systemui: perfd serves", "systemui: registers kept 16"])


checks.main()
