#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The boot recorded from its first instruction on: what came up when stands as instants in a trace of its own."""
import json
import os

import harness
import machine
from harness import checks

DISK_BYTES = 2 << 20
# Unlike harness.COUNTED, time does not skip idleness: it would skip the disk's.
COUNTED = ["-icount", "shift=0,sleep=on", "-rtc", "base=2020-01-01,clock=vm"]


def boot(folder, *arguments, requests_per_second=0):
    """The log, and the boot's trace off the disk; 0 requests: as many as it takes. SystemUI does not wait for a disk
    that is late, and then its own trace may be there first."""
    image = os.path.join(folder, "state.img")
    with open(image, "wb") as file:
        file.truncate(DISK_BYTES)
    log = harness.run(machine.disk(image, requests_per_second=requests_per_second), *arguments,
                      options=("boot-trace", "seconds=1"))
    *_, trace = harness.in_order(log, "perfd: ready", "perf: start boot", "perf: stop boot",
                                 "perf: trace state://perf/traces/boot-")
    name = harness.TRACE.fullmatch(trace)
    return log, json.loads(harness.perfctl("state", "cat", image, f"/state/{name[1]}"))


def instants(trace, lane):
    """The lane's instants, in the trace's order: (name, microseconds)."""
    lanes = {event["tid"]: event["args"]["name"] for event in trace["traceEvents"] if event["name"] == "thread_name"}
    return [(event["name"], event["ts"]) for event in trace["traceEvents"]
            if event["ph"] == "i" and lanes[event["tid"]] == lane]


def judge(trace):
    names, times = zip(*instants(trace, "boot"))
    checks.equal(names, ("reset", "drivers up", "perfd ready", "first frame"))
    checks.true(0 <= times[0] and list(times) == sorted(set(times)), f"each comes after the one before: {times}")
    checks.equal([name for name, _ in instants(trace, "store")], ["/state mounted"])
    return dict(instants(trace, "boot"))


@checks.check
def what_came_up_stands_in_order():
    with harness.folder() as folder:
        log, trace = boot(folder, machine.DISPLAY)
        judge(trace)
        harness.in_order(log, "perf: start boot", "perf: stop systemui", "perf: trace state://perf/traces/systemui-")


@checks.check
def its_end_waits_for_the_disk():
    with harness.folder() as folder:
        # An empty disk of that size takes over 400 requests to be mounted: SystemUI's second is over by then, and its
        # marks may have taken the room of the first instants.
        log, trace = boot(folder, machine.DISPLAY, requests_per_second=150)
        checks.equal([name for name, _ in instants(trace, "store")], ["/state mounted"])
        harness.in_order(log, "perf: stop systemui", "perf: trace state://perf/traces/boot-")


@checks.check
def its_times_are_those_of_the_instructions():
    with harness.folder() as folder:
        _, trace = boot(folder, COUNTED)
        times = judge(trace)
        # An instruction takes a nanosecond there, and a million of them may pass.
        checks.true(10 < times["perfd ready"] - times["reset"] <= 1000, times)


@checks.check
def without_a_store_the_boot_goes_on():
    log = harness.run(options=("boot-trace", "seconds=1"))
    harness.in_order(log, "perfd: ready", "perf: start boot", "perf: stop boot", "perf: stop systemui")
    checks.equal(harness.count(log, "perf: trace"), 0)


@checks.check
def nobody_asked_for_it():
    log = harness.run(options=("seconds=1",))
    checks.equal(harness.count(log, "perf: start boot"), 0)


checks.main()
