#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lanes that a program in U-mode writes itself: what a mark costs there, that SystemUI has one, and garbage in one.
What it reaches beside its lane, and after it, is test_faults.py's."""
import json
import os
import re
import subprocess

import harness
import machine
from harness import checks
import guest as link  # beside checks: harness has shown the way

# Instructions for a thousand, beyond the loop that they stand in: what gcc 12 -O2 makes of them, and not one more.
COST = {"pairs": 29000, "phases": 16000, "pairs, off": 2000, "phases, off": 2000}
FENCE = re.compile(r"\bfence\b|\bamo|\blr\.|\bsc\.")


@checks.check
def a_mark_is_so_many_instructions():
    log = harness.run(harness.COUNTED, image="user_marks.elf")
    found = dict(re.fullmatch(r"systemui: 1000 (.*): (\d+)", line).groups()
                 for line in log if line.startswith("systemui: 1000"))
    for what, count in found.items():
        print(f"{what}: {int(count) / 1000:g} instructions each")
    checks.equal({what: int(count) for what, count in found.items()}, COST)
    # Each is measured twice, as one and as 1,001: a pair is two marks. And one of each before that.
    written = 2 * 1002 * 2 + 2 * 1002 + 2 + 1
    marked = [line for line in log if line.startswith(("systemui: written", "systemui: resident"))]
    checks.equal(marked, [f"systemui: written {written}", f"systemui: resident {written}"] * 2,
                 "with the session off none are written")


@checks.check
def there_is_no_fence_in_them():
    for name in ("mark_pairs", "mark_phases"):
        code = subprocess.run(["riscv64-unknown-elf-objdump", "-d", "--no-show-raw-insn", f"--disassemble={name}",
                               os.path.join(machine.IMAGES, "user_marks.elf")],
                              check=True, capture_output=True, text=True).stdout
        checks.true("rdtime" in code, code)
        checks.true(not FENCE.search(code), code)


@checks.check
def systemui_makes_no_call_for_its_marks():
    """Per frame one call, and two more for the HUD in every twelfth; perfctl's are known from where it is alone."""
    def health(bridge):
        figures = json.loads(bridge.perfctl("metrics", "--session", "1", "--json"))
        return figures["sessionFrames"], figures["health"]["calls"], figures["health"]["written"]

    with harness.Lined(machine.DISPLAY, image=harness.LANES) as guest, link.Bridge(guest.line_path) as bridge:
        looks = 1
        first = last = health(bridge)
        while last[0] < first[0] + 120:
            last = health(bridge)
            looks += 1
        frames, calls, written = (after - before for before, after in zip(first, last))
        print(f"{frames} frames: {written} marks, {calls} calls, {looks} of them or more perfctl's")
        checks.true(written >= 24 * (frames - 1), f"{written} marks of {frames} frames")
        checks.true(calls <= 2 * looks + frames * 5 // 4 + 4, f"{calls} calls, {looks} looks, {frames} frames")
        harness.clean(guest.log)


def scripted(*arguments, image=harness.LANES, options=(), allowed=()):
    """The log and the trace of a run whose time is the script's."""
    with harness.folder() as folder:
        disk = os.path.join(folder, "state.img")
        with open(disk, "wb") as file:
            file.truncate(4 << 20)
        log = harness.run(machine.disk(disk), *arguments, image=image, options=("clock=scripted", *options),
                          allowed=allowed)
        uri = next(line for line in log if line.startswith("perf: trace ")).removeprefix("perf: trace ")
        return log, harness.perfctl("state", "cat", disk, uri)


@checks.check
def what_systemui_marks_is_the_same_by_calls():
    _, by_calls = scripted(options=("seconds=1", "marks=calls"))
    _, by_lane = scripted(options=("seconds=1",))
    _, without = scripted(image=harness.IMAGE, options=("seconds=1",))
    spans = sum(event["ph"] == "X" for event in json.loads(by_calls)["traceEvents"])
    print(f"{spans} spans, {len(by_calls)} bytes")
    checks.true(spans > 30 * 12, f"{spans} spans of the frames that a trace has room for")
    checks.true(by_lane == by_calls, "the trace is another one")
    checks.true(by_lane == without, "the trace of the image without lanes is another one")


def scribbled(*arguments, options=()):
    """The log, and of the trace what the other lane left."""
    log, trace = scripted(*arguments, image="user_scribbler.elf", options=options,
                          allowed=("perfd: reject malformed",))
    json.loads(trace)
    return log, [line for line in trace.splitlines() if b'"tid":1,' in line]


@checks.check
def garbage_in_a_lane_is_counted_and_does_nothing_else():
    calm, expected = scribbled(options=("calm",))
    checks.equal(len(expected), 2 + 200, "its name, its place, and a span for each round")
    checks.equal(harness.count(calm, "perfd: reject"), 0, calm)
    for arguments in (harness.COUNTED, []):
        log, marked = scribbled(arguments)
        checks.equal(marked, expected)
        checks.equal(harness.count(log, "perfd: reject malformed"), 1, log)
        torn, malformed, balanced = (line for line in log if line.startswith("systemui: "))
        checks.true(int(torn.split()[-1]) > 0 and int(malformed.split()[-1]) > 0, log)
        checks.equal(balanced, "systemui: balanced")


checks.main()
