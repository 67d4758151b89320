#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The flight recorder: a session that is always there, and begins again when it is stopped."""
import json
import os
import re
import subprocess

import checks
import daemon
from trace_model import Parsed

MARK_PROGRAM = os.path.join(checks.HOST, "tests", "mark_program")
BEGINS = "perf: start flight (budget=16.667ms)"


def marks(perfd):
    """Two frames, both taken, and four spans `blur` among the rest."""
    program = subprocess.run([MARK_PROGRAM], input=b"\n", capture_output=True, timeout=daemon.LIMIT_S, check=True,
                             env={**os.environ, "PERF_SOCKET": perfd.path})
    checks.equal(program.stdout.split(), [b"0"] * 3)


def blurs(perfd, *arguments):
    path = os.path.join(perfd.work, "trace.json")
    perfd.perfctl("export", "-o", path, *arguments)
    with open(path, "rb") as file:
        trace = Parsed(file.read())
    checks.equal(trace.other["session"]["name"], "flight")
    return sum(event["name"] == "blur" for event in trace.events)


@checks.check
def marks_and_frames_need_no_start():
    with daemon.Daemon("--flight") as perfd:
        checks.equal(perfd.marker(), BEGINS)
        marks(perfd)
        figures = perfd.json("metrics")
        checks.equal((figures["name"], figures["running"], figures["sessionFrames"]), ("flight", True, 2))
        checks.equal(blurs(perfd), 4)
        checks.equal(perfd.end(), 0)


@checks.check
def it_begins_again_when_it_is_stopped():
    with daemon.Daemon("--flight") as perfd:
        checks.equal(perfd.marker(), BEGINS)
        # Oftener than there are slots for sessions.
        for session in range(1, 8):
            marks(perfd)
            figures = perfd.json("stop")
            checks.equal((figures["session"], figures["sessionFrames"]), (session, 2))
            checks.true(re.fullmatch(r"perf: stop flight fps=\S+ p95=\S+ long=\d", perfd.marker()), session)
            checks.equal(perfd.marker(), BEGINS)
            running = perfd.json("metrics")
            checks.equal((running["session"], running["running"], running["sessionFrames"]), (session + 1, True, 0))
            # What was stopped is there, and has its own marks alone.
            checks.equal(blurs(perfd, "-s", str(session)), 4)


@checks.check
def sessions_of_others_are_their_own():
    with daemon.Daemon("--flight") as perfd:
        checks.equal(perfd.marker(), BEGINS)
        perfd.perfctl("start", "mine")
        checks.equal(perfd.marker(), "perf: start mine (budget=16.667ms)")
        perfd.perfctl("stop", "--session", "2")
        checks.equal(perfd.marker(), "perf: stop mine fps=- p95=- long=0")
        running = perfd.json("metrics")
        checks.equal((running["session"], running["name"], running["running"]), (1, "flight", True))
        perfd.perfctl("stop", "--session", "1")
        checks.equal((perfd.marker(), perfd.marker()), ("perf: stop flight fps=- p95=- long=0", BEGINS))


@checks.check
def a_run_log_has_it():
    with daemon.Daemon("--flight", "--run-log") as perfd:
        marks(perfd)
        figures = perfd.json("stop")
        log = os.path.join(perfd.work, "flight.runlog")
        perfd.perfctl("record", "--attach", "--for", "1ms", "-o", log)
        done = daemon.run(daemon.PERFCTL, "replay", "--json", log)
        checks.equal((done.returncode, done.stderr), (0, b""))
        stopped, running = json.loads(done.stdout)["sessions"]
        checks.equal(stopped, figures)
        checks.equal((running["name"], running["running"], running["sessionFrames"]), ("flight", True, 0))


checks.main()
