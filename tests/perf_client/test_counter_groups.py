#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a program counts in groups is what perfd says of it: an interpreter keeps books of its own beside them."""
import json
import os
import subprocess
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402
from trace_model import Parsed  # noqa: E402

INTERPRETER = os.path.join(checks.HOST, "tests", "interpreter")
FRAMES = 150
WINDOW = 60


class Interpreter:
    """It has run its frames, and is still there."""

    def __init__(self, perfd, way, switch="on", frames=FRAMES):
        self.process = subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), INTERPRETER, way, switch, str(frames)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**os.environ, "PERF_SOCKET": perfd.path})
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate(timeout=daemon.LIMIT_S)[1].decode())
        self.books = json.loads(line)

    def end(self):
        self.process.communicate(b"\n", timeout=daemon.LIMIT_S)
        checks.equal(self.process.returncode, 0)


def counters(perfd):
    """By group and name."""
    groups = {group["name"]: group for group in perfd.json("counters")["groups"]}
    return groups, {name: {one["name"]: one for one in group["counters"]} for name, group in groups.items()}


def exported(perfd):
    path = os.path.join(perfd.work, "pulled.json")
    perfd.perfctl("export", "-o", path)
    with open(path, "rb") as file:
        return Parsed(file.read())


def counts_are_exact(way):
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "counted")
        program = Interpreter(perfd, way)
        groups, figures = counters(perfd)
        checks.equal(sorted(groups), ["cpu", "jit", "memory"])
        for group in groups.values():
            checks.equal((group["samples"], group["windowSamples"], group["closed"], group["process"]),
                         (FRAMES, WINDOW, False, "interpreter"))
        books = dict(program.books)
        del books["result"]
        # Fewer blocks than are kept: what each had is exact.
        hot = {key: counts for key, counts in books.pop("hotspots").items() if counts[0] > 0}
        table, = perfd.json("hotspots", "--count", "50")["tables"]
        checks.equal((table["name"], table["process"], table["kept"]), ("blocks", "interpreter", len(hot)))
        checks.equal({one["key"]: [one["hits"], one["weight"]] for one in table["entries"]}, hot)
        checks.equal((table["totalHits"], table["totalWeight"]), tuple(map(sum, zip(*hot.values()))))
        checks.equal(table["totalWeight"], books["instructions_executed"])
        checks.equal({one["error"] for one in table["entries"]}, {0})
        weights = [one["weight"] for one in table["entries"]]
        checks.equal(weights, sorted(weights, reverse=True))
        checks.true(abs(sum(one["percent"] for one in table["entries"]) - 100) < 1e-9, "all of it")
        everything = {name: one for group in figures.values() for name, one in group.items()}
        checks.equal({name: everything[name]["total"] for name in books}, books)
        checks.true(books["tier2_blocks_compiled"] > 0 and books["deopts"] > 0 and books["cache_misses"] > 0, books)
        # What depends on time is there; what the machine does not have is absent, and is not 0.
        checks.true(figures["cpu"]["cpu_ns"]["sum"] > 0 and figures["jit"]["tier1_compile_ns"]["total"] > 0, figures)
        absent = figures["memory"]["jit_exit_mmio_calls"]
        checks.equal((absent["state"], absent["total"], absent["reason"]),
                     ("unsupported", None, "this machine has no devices"))
        checks.equal(figures["memory"]["mmu_translate_calls"]["total"], 0)
        jit, made = figures["jit"], groups["jit"]["derived"]
        looked_up = jit["cache_hits"]["sum"] + jit["cache_misses"]["sum"]
        checks.true(abs(made["hitRate"] - 100 * jit["cache_hits"]["sum"] / looked_up) < 1e-9, made)
        blocks = jit["tier1_blocks_compiled"]["sum"] + jit["tier2_blocks_compiled"]["sum"]
        checks.true(abs(made["blocks"] - blocks / (groups["jit"]["windowMs"] / 1000)) < 1e-6 * blocks, made)
        perfd.perfctl("stop")
        trace = exported(perfd)
        program.end()
    top, = trace.other["hotspots"].values()
    checks.equal({one["key"]: [one["hits"], one["weight"]] for one in top["top"]}, hot)
    # In the trace: each frame's amount where it changed, under the program's process; and the same figures.
    lane, = [tid for tid, name in trace.names().items() if name == "counters"]
    checks.equal(trace.processes[trace.pids[lane]], "interpreter")
    section = {group["name"]: group["counters"] for group in trace.other["counters"].values()}
    checks.equal({name: section[group][name]["total"] for group in section for name in section[group] if name in books}, books)
    amounts = amounts_of(trace, lane, "instructions_executed")
    checks.equal(sum(amounts), books["instructions_executed"])
    checks.equal(len(amounts), FRAMES)
    checks.equal(sum(amounts[-WINDOW:]), figures["cpu"]["instructions_executed"]["sum"])
    checks.equal(sorted(amounts[-WINDOW:])[56], figures["cpu"]["instructions_executed"]["p95"])
    checks.equal(max(amounts[-WINDOW:]), figures["cpu"]["instructions_executed"]["max"])
    return books


def amounts_of(trace, lane, name):
    """A frame's each: the value that the counter has when the frame's sample was taken, told where it changed."""
    times = sorted({event["ts"] for event in trace.lane(lane, "C") if event["cat"] == "cpu"})
    values = {event["ts"]: event["args"]["value"] for event in trace.lane(lane, "C") if event["name"] == name}
    amounts, now = [], 0
    for at in times:
        now = values.get(at, now)
        amounts.append(now)
    return amounts


@checks.check
def by_calls_and_in_a_lane():
    by_calls = counts_are_exact("calls")
    checks.equal(counts_are_exact("lane"), by_calls, "the same program")


@checks.check
def off_is_zero_and_no_work():
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "off")
        program = Interpreter(perfd, "calls", "off")
        _, figures = counters(perfd)
        for group in figures.values():
            for one in group.values():
                if one["name"] != "jit_exit_mmio_calls":
                    checks.equal((one["state"], one["last"], one["total"], one["sum"], one["mean"]),
                                 ("disabled", 0, 0, 0, 0), one["name"])
        calls = perfd.json("metrics")["health"]["calls"]
        program.end()
        # A call a frame and some at the beginning: none for samples.
        checks.true(calls < FRAMES + 20, calls)
        perfd.perfctl("stop")
        checks.true("counters" not in exported(perfd).other, "no figures")


@checks.check
def a_replay_counts_the_same():
    """Of a log that began when groups were there, with values of their own, and hotspots of a program that had gone."""
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "gone")
        Interpreter(perfd, "calls", frames=30).end()
        perfd.perfctl("stop")
        perfd.perfctl("start", "before")
        early = Interpreter(perfd, "calls", frames=20)
        perfd.perfctl("stop")
        log, played = (os.path.join(perfd.work, name) for name in ("two.runlog", "played.json"))
        with subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), daemon.PERFCTL, "--connect", perfd.address,
                               "record", "--for", "2s", "-o", log], stdout=subprocess.PIPE) as recording:
            for name in ("start gone", "stop gone", "start before"):
                checks.true(perfd.marker().startswith("perf: " + name), name)
            checks.true(perfd.marker().startswith("perf: stop before"), "stopped")
            checks.true(perfd.marker().startswith("perf: start record"), "records")
            late = Interpreter(perfd, "lane")
            checks.equal(recording.wait(daemon.LIMIT_S), 0)
        live = exported(perfd)
        checks.equal({group["name"]: group["samples"] for group in live.other["counters"].values()},
                     dict.fromkeys(("jit", "cpu", "memory"), WINDOW))
        done = daemon.run(daemon.PERFCTL, "replay", log, "-o", played)
        checks.equal((done.returncode, done.stderr), (0, b""))
        with open(played, "rb") as file:
            again = Parsed(file.read())
        early.end()
        late.end()
    for trace in (live, again):
        trace.other["counters"] = [{**group, "counters": group["counters"]} for group in trace.other["counters"].values()]
    checks.equal(again.other["counters"], live.other["counters"])
    checks.equal(again.other["hotspots"], live.other["hotspots"])
    checks.equal(list(live.other["hotspots"]), ["1", "2", "3"])
    # A lane has another number where one was closed before the log began.
    shown = [[{**event, "tid": trace.names()[event["tid"]]} for event in trace.events if event["ph"] == "C"]
             for trace in (again, live)]
    differ = [pair for pair in zip(*shown) if pair[0] != pair[1]]
    checks.equal((differ[:3], len(shown[0])), ([], len(shown[1])))


@checks.check
def for_people():
    with daemon.Daemon() as perfd:
        checks.equal(perfd.perfctl("counters"), "no program has counters\n")
        checks.equal(perfd.perfctl("hotspots"), "no program has hotspots\n")
        perfd.perfctl("start", "shown")
        program = Interpreter(perfd, "calls")
        text = perfd.perfctl("counters", "--group", "memory").splitlines()
        lines = perfd.perfctl("hotspots", "-n", "3", "--table", "blocks").splitlines()
        checks.equal(perfd.perfctl("hotspots", "--table", "other"), "")
        program.end()
        checks.true(lines[0].startswith("blocks of interpreter (pid ") and lines[0].endswith(" keys are kept"), lines[0])
        checks.equal((len(lines), lines[1].split()), (5, ["key", "percent", "weight", "of", "others", "hits"]))
        checks.equal(len(text), 5)
        checks.true(text[0].startswith("memory of interpreter (pid ") and ": 150 samples; of the last 60, in " in text[0], text[0])
        checks.equal(text[1].split(), ["last", "mean", "p95", "max", "total", "unit"])
        checks.equal(text[2].split(), ["mmu_translate_calls", "0", "0.00", "0", "0", "0"])
        checks.equal(text[4].split(None, 6), ["jit_exit_mmio_calls", "-", "-", "-", "-", "-",
                                              "unsupported: this machine has no devices"])


checks.main()
