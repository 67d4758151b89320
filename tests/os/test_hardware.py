#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counters of perfd's hart: each is there, or says why not, whatever the processor lacks; what they count agrees with the
guest's time; a session's trace has them; and with an option, on a script's time and in other images there are none."""
import json
import os
import subprocess

import harness
import machine
from harness import checks
import guest as link  # beside checks: harness has shown the way
from trace_model import SESSION_PID, Parsed

FULL = "perfd-full.elf"
NAMES = ["cycles", "instructions", *(f"hpm{n}" for n in range(3, 32))]
TRAPS = ("unsupported", "traps on this machine")
NO_EVENT = ("unsupported", "no event selected")
HERE = ("ok", "read on perfd's hart; emulators may count others, and sleep")
EVENTS = [("ok", "dTLB read misses, event 0x10019"), ("ok", "dTLB write misses, event 0x1001b"),
          ("ok", "iTLB misses, event 0x10021")]
NONE_COUNTED = ("unsupported", "does not count instructions on this machine")
SOME_SAMPLES = 5  # fewer than two seconds of frames have, by far


def processor(counters):
    return ["-cpu", f"rv64,pmu-num={counters}"]


def groups(bridge):
    """The machine's: SystemUI has one of its own."""
    return json.loads(bridge.perfctl("counters", "--json", "--group", "hardware"))["groups"]


def trace_of(bridge):
    with harness.folder() as folder:
        path = os.path.join(folder, "trace.json")
        bridge.perfctl("export", "--max-bytes", str(4 << 20), "-o", path)
        with open(path, "rb") as file:
            return Parsed(file.read())


def counted(*arguments, options=()):
    """The group when a session of two seconds is over, and that session's trace."""
    with harness.Lined(*arguments, image=FULL, options=("seconds=2", *options)) as guest, \
            link.Bridge(guest.line_path) as bridge:
        guest.wait_for("systemui: the trace is not in the store")
        found, = groups(bridge)
        trace = trace_of(bridge)
        harness.clean(guest.log, allowed=("systemui: the trace is not in the store",))
    checks.equal((found["name"], found["pid"], found["closed"]), ("hardware", 0, False))
    checks.equal([counter["name"] for counter in found["counters"]], NAMES)
    return found, trace


def judge_states(found, expected):
    states = [(counter["state"], counter["reason"]) for counter in found["counters"]]
    checks.equal(states, expected)
    for counter in found["counters"]:
        ok = counter["state"] == "ok"
        checks.equal(counter["total"] is not None, ok, counter)
        checks.true(not ok or counter["total"] > 0, counter)


def judge_trace(trace):
    """The lane has what counts and nothing else, and the section all of them."""
    section, = [group for group in trace.other["counters"].values() if group["name"] == "hardware"]
    checks.equal((section["name"], list(section["counters"])), ("hardware", NAMES))
    lane, = [tid for tid, name in trace.names().items() if name == "counters" and trace.pids[tid] == SESSION_PID]
    seen = {event["name"] for event in trace.lane(lane, "C")}
    checks.equal(seen, {name for name, counter in section["counters"].items() if counter["state"] == "ok"})
    checks.equal(trace.other["lanes"][str(lane)]["torn"], 0)


@checks.check
def each_is_there_or_says_why_not():
    found, trace = counted()
    # QEMU's instret is its host's time here, and such a figure is none.
    judge_states(found, [HERE, NONE_COUNTED, *EVENTS, *[NO_EVENT] * 13, *[TRAPS] * 13])
    checks.true(found["samples"] >= SOME_SAMPLES, found["samples"])
    judge_trace(trace)
    print(", ".join(f"{counter['name']} {counter['total']}" for counter in found["counters"] if counter["total"]))


@checks.check
def a_processor_with_few():
    found, trace = counted(processor(2))
    judge_states(found, [HERE, NONE_COUNTED, *EVENTS[:2], *[TRAPS] * 27])
    judge_trace(trace)


@checks.check
def a_processor_with_none():
    found, trace = counted(processor(0))
    judge_states(found, [HERE, NONE_COUNTED, *[TRAPS] * 29])
    judge_trace(trace)


@checks.check
def instructions_agree_with_the_time():
    # An instruction is a nanosecond, and QEMU counts those of all harts and the time that it skips.
    found, trace = counted(harness.COUNTED)
    judge_states(found, [HERE, HERE, *EVENTS, *[NO_EVENT] * 13, *[TRAPS] * 13])
    judge_trace(trace)
    instructions = found["counters"][1]
    window_ns = found["windowMs"] * 1e6
    print(f"{instructions['sum']} instructions in {window_ns:.0f} ns, {found['windowSamples']} samples")
    checks.true(found["windowSamples"] >= SOME_SAMPLES, found)
    # The window's time begins with the first sample, which has an amount as well.
    checks.true(window_ns * 0.9 <= instructions["sum"] <= window_ns * 1.5, (instructions, window_ns))
    # No sample comes before its interval is over.
    checks.true(instructions["max"] >= instructions["p95"] >= 95e6, instructions)


@checks.check
def the_interval_is_an_option():
    slow, _ = counted(harness.COUNTED)
    quick, _ = counted(harness.COUNTED, options=("counter-interval-ms=20",))
    print(f"samples: {slow['samples']} every 100 ms, {quick['samples']} every 20 ms")
    checks.true(quick["samples"] >= 2 * slow["samples"], (slow["samples"], quick["samples"]))
    checks.true(quick["lastNs"] / quick["samples"] >= 20e6, quick)
    nonsense, _ = counted(harness.COUNTED, options=("counter-interval-ms=0",))
    checks.true(nonsense["samples"] <= quick["samples"] / 2, (nonsense["samples"], quick["samples"]))


@checks.check
def none_where_they_are_not_wanted():
    for option in ("counters=off", "clock=scripted"):
        with harness.Lined(image=FULL, options=("seconds=1", option)) as guest, link.Bridge(guest.line_path) as bridge:
            guest.wait_for("systemui: the trace is not in the store")
            checks.equal(groups(bridge), [], option)
            trace = trace_of(bridge)
            checks.equal([tid for tid, name in trace.names().items() if name == "counters" and trace.pids[tid] == SESSION_PID],
                         [], option)


@checks.check
def a_run_log_has_them():
    with harness.Lined(image=FULL, options=("run-log", "seconds=2")) as guest, \
            link.Bridge(guest.line_path) as bridge, harness.folder() as folder:
        log, again = (os.path.join(folder, name) for name in ("image.runlog", "again.json"))
        bridge.perfctl("record", "--attach", "--for", "3s", "-o", log)
        guest.wait_for("systemui: the trace is not in the store")
        trace = trace_of(bridge)
        harness.perfctl("replay", log, "-o", again)
        with open(again, "rb") as file:
            replayed = Parsed(file.read())
    judge_trace(trace)
    checks.equal(replayed.other["counters"], trace.other["counters"])


@checks.check
def other_images_have_no_code_for_it():
    for image in (harness.IMAGE, harness.LANES):
        symbols = subprocess.run(["riscv64-unknown-elf-nm", os.path.join(machine.IMAGES, image)], check=True,
                                 capture_output=True, text=True).stdout
        checks.true("hardware_read" not in symbols and "machine_counters" not in symbols, image)


checks.main()
