#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make demo` leaves behind, of two seconds: the log, the screen with the HUD on it, the trace, the figures."""
import json
import os
import subprocess

import harness
import machine
import png
import screen
from harness import checks
from trace_model import Parsed  # beside checks: harness has shown the way

SECONDS = 2


@checks.check
def the_demo_leaves_what_it_says():
    with harness.folder() as out:
        demo = subprocess.run([os.path.join(machine.ROOT, "scripts", "demo-os"), out, str(SECONDS)],
                              capture_output=True, text=True, timeout=80, check=False)
        checks.equal(demo.returncode, 0, demo.stdout + demo.stderr)
        checks.equal(sorted(os.listdir(out)), ["hud.png", "report.html", "serial.log", "summary.json", "trace.json"])
        for name in os.listdir(out):
            checks.true(os.path.join(out, name) in demo.stdout, f"{name} is not spoken of")

        with open(os.path.join(out, "serial.log"), encoding="utf-8") as file:
            log = file.read().splitlines()
        harness.clean(log)
        stop = harness.in_order(log, "perfd: ready", "perf: start systemui", "perf: stop systemui", "perf: trace")[2]
        checks.true(set(log) <= set(demo.stdout.splitlines()), "the log is shown as it comes")

        with open(os.path.join(out, "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        checks.equal(summary["name"], "systemui")
        checks.true(abs(summary["sessionFps"] - float(harness.STOP.fullmatch(stop)[2])) <= 0.01, summary)

        with open(os.path.join(out, "trace.json"), "rb") as file:
            trace = Parsed(file.read())
        checks.equal(trace.other["session"]["name"], "systemui")
        checks.equal(trace.other["metrics"]["sessionFrames"], summary["sessionFrames"])
        checks.equal(trace.other["truncated"], {"frames": 0, "records": 0}, "all of it was asked for")

        with open(os.path.join(out, "report.html"), encoding="utf-8") as file:
            page = file.read()
        checks.true("<title>systemui: frame report</title>" in page and '"name":"systemui"' in page, page[:400])

        hud = screen.Hud(png.read(os.path.join(out, "hud.png")))
        checks.equal(hud.right, "systemui  16.67 ms")


checks.main()
