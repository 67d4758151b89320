#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same script on the host and in the image, again and again: the same markers and the same bytes."""
import hashlib
import json
import os

import harness
import machine
from harness import checks
import driver  # beside checks: harness has shown the way

RUNS = 20


def script():
    with open(os.path.join(machine.IMAGES, "session.script"), encoding="utf-8") as file:
        return file.read()


def on_the_host(text):
    """Markers and trace; every call was taken."""
    answers = driver.play(text + "markers\ntrace\n")
    refused = [(command, result) for command, result, _ in answers if result < 0]
    checks.equal(refused, [])
    return answers[-2][2], answers[-1][2].text


def in_the_image():
    """The serial bytes, and the trace on a fresh disk."""
    with harness.folder() as folder:
        disk = os.path.join(folder, "state.img")
        with open(disk, "wb") as file:
            file.truncate(4 << 20)
        log = harness.run(harness.COUNTED, machine.disk(disk), image="user_script.elf", options=("clock=scripted",))
        uri = log[-3].removeprefix("perf: trace ")
        return log, harness.perfctl("state", "cat", disk, uri)


def markers(log):
    return [line for line in log if line.startswith(("perf: start", "perf: stop", "perfd: reject"))]


@checks.check
def the_image_says_what_the_host_says():
    text = script()
    expected, trace = on_the_host(text)
    checks.equal(len(expected), 2, expected)
    runs = [in_the_image() for _ in range(RUNS)]
    log, _ = runs[0]
    checks.equal(markers(log), expected)
    stop_ms = json.loads(trace)["otherData"]["session"]["endNs"] // 1000000
    checks.equal(log[-3], f"perf: trace state://perf/traces/scripted-{stop_ms}.json")
    calls = sum(not line.startswith("now") for line in text.splitlines()) + 1  # the export is not in the script
    checks.equal(log[-2:], [f"systemui: calls {calls}", "systemui: refused 0"])
    checks.equal({tuple(log) for log, _ in runs}, {tuple(log)}, f"the log of {RUNS} runs")
    digests = {hashlib.sha256(of).hexdigest() for _, of in runs}
    checks.equal(digests, {hashlib.sha256(trace).hexdigest()}, f"the trace of {RUNS} runs")
    print(f"{RUNS} runs, on the host as well: {digests.pop()}, {len(trace)} bytes")


checks.main()
