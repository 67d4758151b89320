#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a session as a script of driver.c's commands. It is played in the image, by user/user_script.c, and on the
host: markers and trace must be the same. Every time stands in it; no two runs differ in anything."""
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import driver  # noqa: E402

MS = 1000000
START_NS = 1000 * MS
PERIOD_NS = 16666667
FRAMES = 240
LABELS = ("ui", "layout", "render", "present", 'quote " \\', "déjà vu")
PHASES = (3 * MS // 2, 2 * MS, 6 * MS, MS)


def mark(kind, at, **more):
    return driver.line("mark", kind=kind, at=at, **more)


def frame(number, began):
    """A frame's spans, one for each phase, and now and then something else."""
    at = began
    for label, length in enumerate(PHASES, 1):
        yield mark("begin", at, lane=1, label=label)
        at += length + number * 7919 % 1000
        yield mark("end", at, lane=1, label=label)
    if number % 4 == 0:
        yield mark("counter", at, lane=2, name="glyphs", value=number * 37 - 500)
    if number % 15 == 3:
        yield mark("flowstart", at, lane=1, name="tile", value=number)
        yield mark("flowend", at + 1000, lane=2, name="tile", value=number)
    if number % 16 == 5:
        yield mark("asyncbegin", at + 2000, lane=2, label=5, value=number)
        yield mark("asyncend", at + 3000, lane=2, label=5, value=number)
    if number % 30 == 7:
        yield mark("end", at + 2000, lane=1, name="never begun")
    if number % 30 == 11:
        yield mark("instant", at + 4000, lane=2, label=6)


def ticks():
    at = START_NS
    for number in range(1, FRAMES + 1):
        began = at
        yield from frame(number, began)
        at += PERIOD_NS * (1 + (number % 50 == 49) + 2 * (number % 90 == 89)) + number * 104729 % 4001 - 2000
        tick = {"id": number, "at": at, "began": began, "deadline": began + PERIOD_NS,
                "ui": PHASES[0], "layout": PHASES[1], "render": PHASES[2], "present": PHASES[3]}
        if number % 10 == 2:
            tick["input"] = began - 3 * MS
        if number % 70 == 60:
            tick["thrown"] = 1
        yield driver.line("tick", **tick)
    yield f"now {at + 7 * MS}"


def script():
    yield f"now {START_NS}"
    yield driver.line("start", name="scripted", budget=PERIOD_NS)
    for name in LABELS:
        yield driver.line("label", name=name, category="test")
    yield driver.line("lane", name="ui", records=2048)
    yield driver.line("lane", name="others", records=64)
    yield from ticks()
    yield "stop"


if __name__ == "__main__":
    print("\n".join(script()))
