#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Traces in Catapult's trace viewer and in speedscope: each shows what the file has, by name and number, and complains
of nothing. Screenshots are left in out/browser/."""
import collections
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "perf_v1_host"))

import checks  # noqa: E402
import daemon  # noqa: E402

SHOTS = os.path.join(ROOT, "out", "browser")
MARK_PROGRAM = os.path.join(checks.HOST, "tests", "mark_program")
SCENARIOS = ("steady", "bursts", "stalls", "idle", "dropped", "variable", "storms", "jank")
LIMIT_S = 120


def view(viewer, paths, screenshot="-"):
    """What the viewer made of each of them."""
    done = subprocess.run(["node", os.path.join(HERE, "view.mjs"), viewer, screenshot, *paths],
                          capture_output=True, timeout=LIMIT_S, check=False)
    checks.equal(done.returncode, 0, f"{done.stderr.decode()[-2000:]}\n(scripts/install-deps installs what is missing)")
    return json.loads(done.stdout)


class Trace:
    """What a file has, found with a stock JSON parser; times in ns."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            events = json.load(file)["traceEvents"]
        self.events = [event for event in events if event["ph"] != "M"]
        self.meta = [event for event in events if event["ph"] == "M"]
        for event in self.events:
            event["ts"] = round(event["ts"] * 1000)
            event["end"] = event["ts"] + round(event.get("dur", 0) * 1000)

    def of(self, *phases):
        return [event for event in self.events if event["ph"] in phases]

    def name_of(self, what, pid, tid=None):
        for event in self.meta:
            if event["name"] == what and event["pid"] == pid and tid in (None, event["tid"]):
                return event["args"]["name"]
        raise AssertionError(f"no {what} of {pid}, {tid}")

    def lanes(self, *phases):
        return sorted({(event["pid"], event["tid"]) for event in self.of(*phases)})

    def cut_flows(self):
        """Those that end and never began."""
        begun = {event["id"] for event in self.of("s")}
        return [event["id"] for event in self.of("f") if event["id"] not in begun]

    def abutting(self):
        """When a span of a lane ends exactly where another one begins or ends."""
        found = set()
        for lane in self.lanes("X"):
            spans = [event for event in self.of("X") if (event["pid"], event["tid"]) == lane]
            begins = {event["ts"] for event in spans}
            ends = collections.Counter(event["end"] for event in spans)
            found |= {(lane, end) for end, count in ends.items() if end in begins or count > 1}
        return found


def traces(work):
    """Those of made-up frames, each cause of a jank among them; of a program's own marks; and of a snapshot."""
    found = []
    with daemon.Daemon("--cost-lane") as perfd:
        perfd.perfctl("start", "marks", "--budget-ms", "0.001")  # so that its second frame is janky
        subprocess.run([MARK_PROGRAM], input=b"\n", stdout=subprocess.DEVNULL, check=True, timeout=LIMIT_S,
                       env={**os.environ, "PERF_SOCKET": perfd.path})
        perfd.perfctl("stop")
        for name, arguments in (("marks", ()), ("snapshot", ("--snapshot", "1"))):
            path = os.path.join(work, f"{name}.json")
            perfd.perfctl("export", "-o", path, *arguments)
            found.append(Trace(path))
    for name in SCENARIOS:
        log, path = (os.path.join(work, f"{name}{end}") for end in (".runlog", ".json"))
        for arguments in (("scenario", name, "--seconds", "5", "-o", log), ("replay", log, "-o", path)):
            done = daemon.run(daemon.PERFCTL, *arguments)
            checks.equal((done.returncode, done.stderr), (0, b""))
        found.append(Trace(path))
    return found


class Made:
    """The traces, made once."""
    folder = daemon.tempfile.TemporaryDirectory(prefix="perfd-viewers-")
    traces = None


def made():
    if Made.traces is None:
        Made.traces = traces(Made.folder.name)
    return list(Made.traces)


def counted(names):
    return dict(collections.Counter(names))


# --- Catapult ---


def expected_of_catapult(trace):
    """It has the instants of a thread among its slices."""
    threads = {}
    for event in trace.of("X", "i"):
        lane = f"{event['pid']}/{event['tid']}/{trace.name_of('thread_name', event['pid'], event['tid'])}"
        threads.setdefault(lane, []).append(event["name"])
    counters = counted(f"{event['pid']}/{event['name']}" for event in trace.of("C"))
    return {"threads": {lane: counted(names) for lane, names in threads.items()},
            "counters": {name: [count] for name, count in counters.items()},
            "asyncs": counted(event["name"] for event in trace.of("b")),
            "flows": len(trace.of("f")) - len(trace.cut_flows()),
            "processes": {str(event["pid"]): event["args"]["name"] for event in trace.meta
                          if event["name"] == "process_name"},
            # Of a snapshot's flows some have begun before it.
            "warnings": [f"flow_slice_ordering_error: Found flow phase f for id: {flow} but no flow start found."
                         for flow in trace.cut_flows()], "problems": []}


@checks.check
def catapult_shows_what_is_there():
    os.makedirs(SHOTS, exist_ok=True)
    shown = view("catapult", [trace.path for trace in made()], os.path.join(SHOTS, "catapult.png"))
    for trace, report in zip(made(), shown):
        expected = expected_of_catapult(trace)
        checks.equal(report, expected, os.path.basename(trace.path))
        checks.equal(trace.cut_flows() != [], trace.path.endswith("snapshot.json"))
    # All kinds are in what was shown.
    everything = [expected_of_catapult(trace) for trace in made()]
    for kind in ("threads", "counters", "asyncs", "flows"):
        checks.true(any(one[kind] for one in everything), kind)
    names = {name for one in everything for counts in one["threads"].values() for name in counts}
    checks.true({"jank", "dropped", "planted gpu", "pointer", "decode", "session start"} <= names, names)


@checks.check
def catapult_complains_where_there_is_cause():
    bad = {"an end without its begin": {"name": "a", "ph": "E", "ts": 5, "pid": 1, "tid": 1},
           "a phase that there is not": {"name": "a", "ph": "?", "ts": 5, "pid": 1, "tid": 1},
           "a flow from nowhere": {"name": "a", "cat": "flow", "ph": "f", "id": "0x1", "ts": 5, "pid": 1, "tid": 1}}
    with daemon.tempfile.TemporaryDirectory(prefix="perfd-viewers-") as work:
        paths = []
        for number, event in enumerate(bad.values()):
            paths.append(os.path.join(work, f"{number}.json"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                json.dump({"traceEvents": [{"name": "b", "ph": "X", "ts": 1, "dur": 2, "pid": 1, "tid": 1}, event]}, file)
        for what, report in zip(bad, view("catapult", paths)):
            checks.true(report["warnings"], what)


# --- speedscope ---

UNITS = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9}
MISPLACED = re.compile(r"warning: ts=([\d.]+): Tried to end ")
STILL_OPEN = re.compile(r"warning: Frame \"(.+)\" was still open at end of profile. Closing automatically.", re.S)


def in_ns(text):
    number, unit = re.fullmatch(r"([\d.]+)(ns|µs|ms|s)", text).groups()
    return float(number) * UNITS[unit]


def lane_totals(trace, lane):
    """Of spans without arguments, whose names speedscope would have written behind the name; not of those in their
    like."""
    totals = collections.Counter()
    for event in trace.of("X"):
        if (event["pid"], event["tid"]) == lane and not event.get("args"):
            totals[event["name"]] += event["end"] - event["ts"]
    return totals


def judge_speedscope(trace, report):
    """It adds ts and dur in floating point, so that a span which ends exactly where the next one begins seems to end
    behind that: of those it complains, and shows them one in the other. Of nothing else."""
    abutting = trace.abutting()
    for problem in report["problems"]:
        misplaced = MISPLACED.match(problem)
        if misplaced:
            # Since its lane's first span; and what is misplaced is so until a span around it ends.
            at = round(float(misplaced[1]) * 1000)
            checks.true(any(lane_has_end(trace, lane, at) for lane, _ in abutting), problem)
        else:
            checks.true(abutting and STILL_OPEN.match(problem), problem)
    for pid, tid in trace.lanes("X"):
        title = f"{trace.name_of('process_name', pid)} (pid {pid}), {trace.name_of('thread_name', pid, tid)} (tid {tid})"
        checks.true(title in report["profiles"], f"{title}: {list(report['profiles'])}")
        if any(lane == (pid, tid) for lane, _ in abutting):
            continue
        for name, total_ns in lane_totals(trace, (pid, tid)).items():
            shown_ns = in_ns(report["profiles"][title][name])
            checks.true(abs(shown_ns - total_ns) <= 0.006 * total_ns + 10, f"{title}: {name}: {shown_ns} {total_ns}")
    checks.equal(len(report["profiles"]), len(trace.lanes("X")), list(report["profiles"]))


def lane_has_end(trace, lane, at):
    spans = [event for event in trace.of("X") if (event["pid"], event["tid"]) == lane]
    first = min(event["ts"] for event in spans)
    return any(event["end"] - first == at for event in spans)


@checks.check
def speedscope_shows_the_spans():
    os.makedirs(SHOTS, exist_ok=True)
    shown = view("speedscope", [trace.path for trace in made()], os.path.join(SHOTS, "speedscope.png"))
    for trace, report in zip(made(), shown):
        judge_speedscope(trace, report)
    # By hand: each of three planted spans of the GPU takes 40 ms.
    report = shown[-1]
    worker = next(rows for title, rows in report["profiles"].items() if ", worker (" in title)
    checks.equal(worker["planted gpu"], "120.00ms")


@checks.check
def speedscope_complains_where_there_is_cause():
    """A child that outlives its parent by a nanosecond."""
    with daemon.tempfile.TemporaryDirectory(prefix="perfd-viewers-") as work:
        path = os.path.join(work, "bad.json")
        events = [{"name": "process_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "p"}},
                  {"name": "thread_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "t"}},
                  {"name": "a", "ph": "X", "ts": 1, "dur": 2, "pid": 1, "tid": 1},
                  {"name": "b", "ph": "X", "ts": 2, "dur": 1.001, "pid": 1, "tid": 1},
                  {"name": "c", "ph": "X", "ts": 9, "dur": 1.001, "pid": 1, "tid": 2},
                  {"name": "thread_name", "ph": "M", "pid": 1, "tid": 2, "args": {"name": "u"}}]
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"traceEvents": events}, file)
        report = view("speedscope", [path])[0]
        checks.true(report["problems"], "nothing was said")
        try:
            judge_speedscope(Trace(path), report)
        except AssertionError:
            return
        raise AssertionError("the complaint went unseen")


checks.main()
