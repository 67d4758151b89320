#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What judges the images is judged: words that a log must not have, lines out of order, a machine that never ends."""
import harness
import machine
from harness import checks

LOG = ["perfd: ready", "perf: start a (budget=16.667ms)", "perf: stop a fps=- p95=- long=0"]


def refuses(judge, *arguments):
    try:
        judge(*arguments)
    except AssertionError:
        return True
    return False


@checks.check
def a_log_has_no_forbidden_words():
    harness.clean(LOG)
    for line in ("PANIC hart=1 cause=0x2", "perfd: reject denied", "systemui: an Error", "it failed", "err=5"):
        checks.true(refuses(harness.clean, [*LOG, line]), line)
        harness.clean([*LOG, line], (line[:5],))
        checks.true(refuses(harness.clean, [*LOG, line], (line[1:],)), f"{line}: another line is allowed")


@checks.check
def lines_come_in_order():
    harness.in_order(LOG, "perfd: ready", "perf: stop a")
    for starts in (("perf: stop", "perf: start"), ("perf: start", "perf: start"), ("perf: trace",), ("ready",)):
        checks.true(refuses(harness.in_order, LOG, *starts), starts)


@checks.check
def a_machine_that_never_ends_is_killed():
    # Hart 7 is not there: nobody dies, and all sleep.
    with machine.Machine("panic.elf", machine.options("hart=7"), seconds=1) as guest:
        guest.deadline += 20
        status = guest.end()
        checks.true(status in (124, 137), f"QEMU's time limit ended with {status}")


checks.main()
