#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SystemUI holds sixty frames a second.

    test_pace.py        where an instruction takes a nanosecond, so that it does not matter what else this machine does
    test_pace.py 60     and for so many seconds as fast as this machine is, which has to have two processors to spare
"""
import sys

import harness
import machine
from harness import checks

# Frames that miss refreshes on purpose: a load after every 90 and every 240 frames, one of 173 thrown away.
SECONDS, LONG = 3, 3  # frames 59, 149 and 121, the one after frame 120
REFRESH = 60
MISSED_ON_PURPOSE = 1 / 90 + 2 / 240 + 1 / 173  # a frame
MISSED_BESIDES = 0.01


def pace(*arguments, seconds):
    """fps, p95 and how many long frames."""
    log = harness.run(machine.DISPLAY, *arguments, options=(f"seconds={seconds}",), seconds=seconds + 30)
    stop = harness.in_order(log, "perf: start systemui", "perf: stop systemui")[1]
    print(stop)
    _, fps, p95, long = harness.STOP.fullmatch(stop).groups()
    return float(fps), float(p95), int(long)


@checks.check
def every_frame_is_on_time_but_those_that_are_late_on_purpose():
    fps, p95, long = pace(harness.COUNTED, seconds=SECONDS)
    checks.equal(long, LONG)
    checks.true(p95 < 17, p95)
    checks.true(abs(fps - REFRESH * (1 - LONG / REFRESH / SECONDS)) < 0.5, fps)


if len(sys.argv) > 1:
    @checks.check
    def this_machine_keeps_up():
        seconds = int(sys.argv[1])
        fps, _, _ = pace(seconds=seconds)
        refreshes, frames = REFRESH * seconds, fps * seconds
        on_purpose = frames * MISSED_ON_PURPOSE
        missed = refreshes - frames
        besides = max(0, missed - on_purpose)
        print(f"{refreshes} refreshes, {frames:.0f} frames; missed: {missed:.0f}, besides those on purpose {besides:.0f}")
        checks.true(besides <= refreshes * MISSED_BESIDES, f"{besides:.1f} of {refreshes} refreshes were missed")


checks.main()
