#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same script on the host and in the image, again and again: the same markers and the same bytes."""
import os

import harness
import machine
from harness import checks
import driver  # beside checks: harness has shown the way


def script():
    with open(os.path.join(machine.IMAGES, "session.script"), encoding="utf-8") as file:
        return file.read()


def on_the_host(text):
    """Markers and trace; every call was taken."""
    answers = driver.play(text + "markers\ntrace\n")
    refused = [(command, result) for command, result, _ in answers if result < 0]
    checks.equal(refused, [])
    return answers[-2][2], answers[-1][2].text


def in_the_image(*arguments):
    return harness.run(harness.COUNTED, *arguments, image="user_script.elf", options=("clock=scripted",))


def markers(log):
    return [line for line in log if line.startswith(("perf: start", "perf: stop", "perfd: reject"))]


@checks.check
def the_image_says_what_the_host_says():
    text = script()
    expected, _ = on_the_host(text)
    checks.equal(len(expected), 2, expected)
    log = in_the_image()
    checks.equal(markers(log), expected)
    calls = sum(not line.startswith("now") for line in text.splitlines()) + 1  # the export is not in the script
    checks.true(f"systemui: calls {calls}" in log, log)


checks.main()
