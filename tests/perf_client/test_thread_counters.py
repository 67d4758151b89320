#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the kernel counts for a program's own thread is in its frames: pages that it touched, time that it was busy.
Where the kernel forbids that, each counter says so."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402
from trace_model import Parsed  # noqa: E402

PROGRAM = os.path.join(checks.HOST, "tests", "thread_frames")
TURNS = os.path.join(checks.HOST, "tests", "thread_turns")
FRAMES = 30
NAMES = ["task_clock_ns", "page_faults", "context_switches", "cycles", "instructions", "branch_misses", "cache_misses"]


def amounts(trace, name):
    """A frame's each: what the counter's event says that stands there, else what the one before said."""
    lane, = [tid for tid, lane in trace.names().items() if lane == "counters"]
    shown = [event["ts"] for event in trace.frames()]
    events = [(event["ts"], event["args"]["value"]) for event in trace.lane(lane, "C") if event["name"] == name]
    found = []
    for frame in trace.frames():
        ends = frame["ts"] + frame["dur"]
        found.append([value for at, value in events if at <= ends][-1])
    checks.equal(len(shown), FRAMES)
    return found


@checks.check
def frames_have_what_their_thread_did():
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "thread")
        program = subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), PROGRAM, str(FRAMES)], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env={**os.environ, "PERF_SOCKET": perfd.path})
        pages, busy_ns = map(int, program.stdout.readline().split())
        group, = perfd.json("counters", "--group", "thread")["groups"]
        counters = {one["name"]: one for one in group["counters"]}
        path = os.path.join(perfd.work, "thread.json")
        perfd.perfctl("export", "-o", path)
        with open(path, "rb") as file:
            trace = Parsed(file.read())
        program.stdin.write("\n")
        program.stdin.flush()
        checks.equal(program.stdout.readline(), "off\n")
        off, = perfd.json("counters", "--group", "thread")["groups"]
        program.communicate("\n", timeout=daemon.LIMIT_S)
        checks.equal(program.returncode, 0)
    checks.equal(list(counters), NAMES)
    checks.equal({one["state"] for one in off["counters"]} - {"disabled"}, set())
    checks.equal({one["last"] for one in off["counters"]}, {0})
    checks.equal(off["samples"], group["samples"], "none is taken when it is off")
    for one in counters.values():
        checks.true(one["state"] in ("ok", "unsupported", "notPermitted"), one)
        checks.true(one["state"] == "ok" or one["reason"] != "", one)
    print({name: one["state"] for name, one in counters.items()})
    if counters["page_faults"]["state"] == "ok":
        faults = amounts(trace, "page_faults")
        checks.true(all(count >= pages for count in faults[1::3]), faults)
        checks.true(sum(count < pages // 4 for count in faults[0::3] + faults[2::3]) >= FRAMES // 2, faults)
    if counters["task_clock_ns"]["state"] == "ok":
        times = amounts(trace, "task_clock_ns")
        checks.true(all(ns >= busy_ns for ns in times[2::3]), times)
        checks.true(sum(ns < busy_ns // 2 for ns in times[0::3] + times[1::3]) >= FRAMES // 2, times)
    missing = {one["name"]: (one["state"], one["reason"]) for one in group["missing"]}
    checks.equal(missing, {name: (one["state"], one["reason"]) for name, one in counters.items() if one["state"] != "ok"})
    checks.equal(group["available"], len(missing) < len(NAMES))
    checks.equal((off["available"], off["missing"]), (False, []))


@checks.check
def what_others_may_count():
    """A program without rights: what it cannot see reads as that, and not as 0. It waits for each of its calls."""
    with daemon.Daemon("--allow=65534=mark") as perfd, tempfile.TemporaryDirectory(prefix="perfd-thread-") as folder:
        program = shutil.copy(PROGRAM, os.path.join(folder, "thread_frames"))
        os.chmod(folder, 0o755)
        os.chmod(perfd.work, 0o755)
        perfd.perfctl("start", "thread")
        other = {"user": 65534} if os.geteuid() == 0 else {}
        with subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), program, str(FRAMES)], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env={**os.environ, "PERF_SOCKET": perfd.path}, **other) as running:
            checks.true(running.stdout.readline() != "", "it has run")
            group, = perfd.json("counters", "--group", "thread")["groups"]
            running.communicate("\n\n", timeout=daemon.LIMIT_S)
    switches = group["counters"][2]
    print(switches["state"], switches["total"], switches["reason"])
    checks.equal(switches["name"], "context_switches")
    if switches["state"] == "ok":
        checks.true(switches["total"] > 0, switches)
    else:
        checks.equal((switches["state"], switches["total"]), ("notPermitted", None))
        checks.true("kernel" in switches["reason"], switches)
    checks.equal(group["counters"][0]["reason"] if group["counters"][0]["state"] == "ok" else "", "")


@checks.check
def who_takes_turns():
    """A kernel's answers from a script: thread_turns.c has them. No figure before the first turn; each turn stands for
    the time since the one before."""
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "turns")
        with subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), TURNS], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, env={**os.environ, "PERF_SOCKET": perfd.path}) as program:
            def on():
                program.stdin.write("\n")
                program.stdin.flush()

            cycles, instructions = [], []
            for frame in range(1, 6):
                checks.equal(program.stdout.readline(), f"frame {frame}\n")
                counters = {one["name"]: one for one in perfd.json("counters", "--group", "thread")["groups"][0]["counters"]}
                cycles.append(tuple(counters["cycles"][key] for key in ("state", "reason", "last", "total")))
                instructions.append((counters["instructions"]["state"], counters["instructions"]["reason"]))
                checks.equal((counters["task_clock_ns"]["state"], counters["task_clock_ns"]["total"]), ("ok", 10 + frame))
                on()
            child = int(program.stdout.readline().split()[1])
            processes = [group["pid"] for group in perfd.json("counters")["groups"]]
            health = perfd.json("metrics")["health"]
            on()
            checks.equal(program.stdout.readline(), "end\n")
            on()
            checks.equal(program.wait(daemon.LIMIT_S), 0)
    waits = ("warming", "has had no turn on the hardware yet", None, None)
    checks.equal(cycles, [waits, ("ok", "", 400, 400), ("ok", "", 0, 400), ("ok", "", 600, 1000), ("ok", "", 50, 1050)])
    failed = ("failed", "reading it: Resource temporarily unavailable")
    checks.equal(instructions, [("ok", "")] * 2 + [failed] * 3)
    checks.true(len(processes) == 1 and child not in processes, (child, processes))
    checks.equal(health["ticksBusy"], 1, "the child's frame came")


checks.main()
