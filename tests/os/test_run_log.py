#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run logs and the image: what it was told is fetched over its line and comes to the same figures elsewhere; and one
log gives the same bytes on x86-64, on riscv64, where the image's player plays it, and on a big-endian machine."""
import json
import os
import subprocess

import harness
import machine
from harness import checks
import guest as link  # beside checks: harness has shown the way

PLAY = os.path.join(machine.HOST, "tests", "play")
PLAY_BIG = ["qemu-s390x", os.path.join(os.path.dirname(machine.HOST), "s390x", "play")]
MARK_PROGRAM = os.path.join(machine.HOST, "tests", "mark_program")
LOG_ADDRESS = "0x84000000"


def played(command, log):
    with open(log, "rb") as file:
        done = subprocess.run(command, stdin=file, capture_output=True, check=False, timeout=60)
    checks.equal((done.returncode, done.stderr), (0, b""))
    return done.stdout.decode()


def played_in_image(log, status=0):
    """The serial log: what was played, and the player's last line."""
    loader = ["-device", f"loader,file={log},addr={LOG_ADDRESS},force-raw=on"]
    with harness.boot(loader, image="player.elf", options=(f"log-bytes={os.path.getsize(log)}",),
                      seconds=60) as guest:
        checks.equal(guest.end(), status, "\n".join(guest.log[-3:]))
        return "\n".join(guest.log[:-1]), guest.log[-1]


def the_same_everywhere(log):
    here = played([PLAY], log)
    checks.true('{"traceEvents":[' in here and here.endswith("}"), here[:200])
    checks.true(played(PLAY_BIG, log) == here, "other bytes on a big-endian machine")
    in_image, last = played_in_image(log)
    checks.equal(last, "player: played")
    checks.true(in_image == here, "other bytes in the image")
    return here


@checks.check
def scenarios_are_the_same_on_all_machines():
    with harness.folder() as folder:
        for name, seed in (("stalls", 7), ("storms", 8), ("variable", 9), ("jank", 10)):
            log = os.path.join(folder, f"{name}.runlog")
            harness.perfctl("scenario", name, "--seed", str(seed), "--seconds", "5", "-o", log)
            here = the_same_everywhere(log)
            checks.true(here.startswith(f"{name} 16666667 "), here[:100])
            trace = os.path.join(folder, "trace.json")
            harness.perfctl("replay", log, "-o", trace)
            with open(trace, encoding="utf-8") as file:
                checks.true(here.endswith(file.read()), "perfctl replay writes another trace")


def recorded_marks(*asked):
    """A program's own lanes, in raw ticks of this machine."""
    import daemon  # beside checks
    with daemon.Daemon("--run-log") as perfd:
        log = os.path.join(perfd.work, "marks.runlog")
        perfd.perfctl("start", "marks", *asked)
        subprocess.run([MARK_PROGRAM], input=b"\n", stdout=subprocess.DEVNULL, check=True, timeout=60,
                       env={**os.environ, "PERF_SOCKET": perfd.path})
        perfd.perfctl("stop")
        perfd.perfctl("record", "--attach", "--for", "1ms", "-o", log)
        here = the_same_everywhere(log)
        checks.equal(here.count('"name":"blur"'), 4)
        checks.true(here.startswith("marks "), here[:100])
        return here


@checks.check
def so_are_shared_lanes():
    checks.true('"name":"ui"' in recorded_marks(), "a mark is missing")


@checks.check
def so_are_sessions_of_some_categories():
    here = recorded_marks("--categories", "draw,work")
    checks.true('"categories":"draw,work"' in here and '"name":"ui"' not in here, here[:200])


@checks.check
def a_log_that_is_altered():
    with harness.folder() as folder:
        log = os.path.join(folder, "a.runlog")
        harness.perfctl("scenario", "steady", "--seconds", "1", "-o", log)
        with open(log, "r+b") as file:
            file.seek(5000)
            byte = file.read(1)
            file.seek(5000)
            file.write(bytes([byte[0] ^ 1]))
        _, last = played_in_image(log, status=1)
        checks.equal(last, "player: altered: its check does not hold")


@checks.check
def the_image_records_what_it_was_told():
    with harness.Lined(machine.DISPLAY, image="perfd-full.elf", options=("run-log", "seconds=3")) as guest, \
            link.Bridge(guest.line_path) as bridge, harness.folder() as folder:
        log = os.path.join(folder, "image.runlog")
        bridge.perfctl("record", "--attach", "--for", "4s", "-o", log)
        stop = guest.wait_for("perf: stop systemui")
        harness.clean(guest.log, allowed=("systemui: the trace is not in the store",))
        markers = harness.perfctl("replay", log, "--markers").decode().splitlines()
        checks.equal([line for line in markers if "systemui" in line],
                     ["perf: start systemui (budget=16.667ms)", stop])
        told = json.loads(harness.perfctl("replay", log, "--json"))
        checks.true(told["complete"] and told["sessions"][0]["frames"] > 60, told)
        the_same_everywhere(log)


@checks.check
def the_image_has_a_flight_recorder():
    log = harness.run(image="perfd-full.elf", options=("flight", "seconds=1"))
    harness.in_order(log, "perfd: ready", "perf: start flight (budget=16.667ms)", "perf: start systemui",
                     "perf: stop systemui")


@checks.check
def an_image_without_says_so():
    log = harness.run(options=("run-log", "flight", "seconds=1"))
    checks.equal(harness.count(log, "run-log: there is none in this image"), 1)
    checks.equal(harness.count(log, "flight: there is no recorder in this image"), 1)


checks.main()
