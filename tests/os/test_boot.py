#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The image boots, runs a session and ends; how long that takes and how large it is."""
import os
import subprocess

import harness
import machine
from harness import checks

BOOT_INSTRUCTIONS = 1000000
IMAGE_TEXT = 96 * 1024
SERVICE_TEXT = 28 * 1024


def text_bytes(path):
    """Code and constants."""
    out = subprocess.run(["size", path], check=True, capture_output=True, text=True).stdout
    return int(out.splitlines()[1].split()[0])


@checks.check
def perfd_is_ready_in_a_million_instructions():
    log = harness.run(harness.COUNTED, options=("instructions", "seconds=1"))
    checks.equal(log[0], "perfd: ready")
    line = harness.in_order(log, "perfd: ready", "boot: instructions=")[1]
    instructions = int(line.split("=")[1])
    print(f"boot to ready: {instructions} instructions")
    checks.true(0 < instructions <= BOOT_INSTRUCTIONS, line)


@checks.check
def the_image_is_small():
    image = max(text_bytes(os.path.join(machine.IMAGES, name)) for name in (harness.IMAGE, harness.LANES))
    service = text_bytes(os.path.join(os.path.dirname(machine.IMAGES), "free", "riscv64", "perfd-nolanes.elf"))
    print(f"text: {image} bytes; core, server and runtime by themselves {service}")
    checks.true(image <= IMAGE_TEXT, f"{image} bytes of code and constants")
    checks.true(service <= SERVICE_TEXT, f"{service} bytes of core, server and runtime")


@checks.check
def a_whole_session():
    log = harness.run(machine.DISPLAY, machine.KEYBOARD, options=("seconds=3",))
    _, start, stop = harness.in_order(log, "perfd: ready", "perf: start", "perf: stop")
    checks.equal(start, "perf: start systemui (budget=16.667ms)")
    name, fps, p95, long = harness.STOP.fullmatch(stop).groups()
    checks.equal(name, "systemui")
    checks.true(1 < float(fps) < 61, stop)
    checks.true(float(p95) > 16.6, "no frame is shown before its refresh")
    checks.true(int(long) >= 1, "frames 59 and 119 are long on purpose")
    for marker in ("perfd: ready", "perf: start", "perf: stop"):
        checks.equal(harness.count(log, marker), 1, marker)


@checks.check
def a_session_without_screen_and_keyboard():
    log = harness.run(options=("seconds=1",))
    harness.in_order(log, "perfd: ready", "perf: start", "perf: stop")


@checks.check
def a_processor_without_counters():
    log = harness.run(["-cpu", "rv64,pmu-num=0"], options=("seconds=1",))
    harness.in_order(log, "perfd: ready", "perf: start", "perf: stop")


@checks.check
def options_that_mean_nothing():
    log = harness.run(options=("seconds=1", "seconds=x", "fault=", "poke=-1", "x" * 40, "=", ",,"))
    harness.in_order(log, "perfd: ready", "perf: start", "perf: stop")


checks.main()
