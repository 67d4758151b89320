#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A program in SystemUI's place that does what it likes with the channel (user/user_rogue.c): perfd refuses it, says
so once, and serves it properly as soon as it asks properly."""
import harness
from harness import checks


@checks.check
def perfd_comes_to_no_harm():
    log = harness.run(image="user_rogue.elf", allowed=("perfd: reject malformed",))
    harness.in_order(log, "perfd: ready", "perfd: reject malformed", "systemui: garbage: refused",
                     "systemui: lies: refused", "systemui: flicker: done",
                     "systemui: full ring: every question has its answer", "perf: start proper", "perf: stop proper",
                     "systemui: frames 100")
    checks.equal(harness.count(log, "perfd: reject"), 1, log)
    # At least every other of 200 times garbage, and four lies; said once, counted each time.
    malformed = int(harness.in_order(log, "systemui: malformed ")[0].split()[-1])
    checks.true(104 <= malformed <= 204, log)


@checks.check
def nor_where_instructions_are_time():
    harness.in_order(harness.run(harness.COUNTED, image="user_rogue.elf", allowed=("perfd: reject malformed",)),
                     "systemui: frames 100")


checks.main()
