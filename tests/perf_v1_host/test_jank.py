#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Janky frames: each planted one is found with its cause and its label, in markers, figures and traces; and what
perfctl shows of them."""
import json
import os
import re

import checks
import daemon
from trace_model import Parsed

CAUSES = ("dropped", "app", "gpu", "pipeline", "unknown")

# perfctl scenario jank: how long the planted span is the innermost, the frame, and what that is over its budget. The
# frame that is thrown away comes 12.1 ms after the one before; 40 ms of work are 60 % rendering, of which the span is
# 80 %; the others are 40 ms of another thread in a frame of three vsyncs.
PLANTED = {"dropped": ("10.000", "12.100", "0.000"), "app": ("19.200", "50.000", "33.333"),
           "gpu": ("40.000", "50.000", "33.333"), "pipeline": ("40.000", "50.000", "33.333"),
           "unknown": ("40.000", "50.000", "33.333")}
LINE = re.compile(r"perf: jank frame=(\d+) ([\d.]+) over=([\d.]+) why=planted%20(\w+):([\d.]+)(,[a-z]+:[\d.]+){0,2}")


class Played:
    """Ten janks of each cause, played."""

    def __init__(self, work):
        log, trace = (os.path.join(work, name) for name in ("jank.runlog", "jank.json"))
        done = daemon.run(daemon.PERFCTL, "scenario", "jank", "--seconds", "18", "--json", "-o", log)
        checks.equal((done.returncode, done.stderr), (0, b""))
        self.figures = json.loads(done.stdout)
        done = daemon.run(daemon.PERFCTL, "replay", "--markers", "-o", trace, log)
        checks.equal((done.returncode, done.stderr), (0, b""))
        self.lines = [line for line in done.stdout.decode().splitlines() if " jank frame=" in line]
        with open(trace, "rb") as file:
            self.trace = Parsed(file.read())


def in_lines(played):
    found = [LINE.fullmatch(line) for line in played.lines]
    checks.true(all(found), played.lines)
    checks.equal([match[4] for match in found], list(CAUSES) * 10)
    for match in found:
        self_ms, frame_ms, over_ms = PLANTED[match[4]]
        checks.equal((match[5], match[2], match[3]), (self_ms, frame_ms, over_ms), match[0])


def in_the_trace(played):
    """A frame that was thrown away has no slice of its own."""
    frames = [event for event in played.trace.events if event["name"] == "frame" and event["ph"] == "X" and
              event["tid"] == 0 and "cause" in event["args"]]
    checks.equal([frame["args"]["cause"] for frame in frames], list(CAUSES[1:]) * 10)
    for frame in frames:
        args = frame["args"]
        first = args["why"][0]
        self_ms = PLANTED[args["cause"]][0]
        checks.equal((first["label"], first["ms"]), (f"planted {args['cause']}", self_ms + "000"))
        # Two threads.
        checks.true(sum(float(why["ms"]) for why in args["why"]) <= 2 * frame["dur"] / 1000000, args)
        checks.equal(args.get("gpu"), "40.000000" if args["cause"] == "gpu" else None)
    instants = [event["args"]["cause"] for event in played.trace.events if event["name"] == "jank"]
    checks.equal(instants, list(CAUSES[1:]) * 10)
    checks.equal(sum(event["name"] == "dropped" for event in played.trace.events), 10)


@checks.check
def ten_of_each_cause_are_found():
    with daemon.tempfile.TemporaryDirectory(prefix="perfd-jank-") as work:
        played = Played(work)
        checks.equal({cause: played.figures[f"jank{cause.capitalize()}"] for cause in CAUSES}, dict.fromkeys(CAUSES, 10))
        # Of ten frames the GPU's time came: 40 ms, and their work is 4 to 9.
        checks.equal((played.figures["gpuFrames"], played.figures["gpuAvg"], played.figures["bound"]), (10, 40, "gpu"))
        checks.true(4 <= played.figures["gpuWorkAvg"] <= 9, played.figures)
        work_avg = f"{played.figures['gpuWorkAvg']:.6f}"
        checks.equal(played.trace.other["gpu"],
                     {"frames": 10, "workAvg": work_avg, "gpuAvg": "40.000000", "bound": "gpu"})
        in_lines(played)
        in_the_trace(played)


# --- By call ---

FEED_FRAMES = os.path.join(checks.HOST, "tests", "feed_frames")
VSYNC_NS = 16666667


def feed(perfd, vsyncs):
    """Frames so many vsyncs after each other, the first of them a second of the clock."""
    at, lines = 1000000000, "1000000000\n"
    for count in vsyncs:
        at += count * VSYNC_NS
        lines += f"{at}\n"
    done = daemon.run(FEED_FRAMES, perfd.address, "fed", input=lines.encode())
    checks.equal(done.stdout, f"{len(vsyncs) + 1} frames\n".encode(), done.stderr.decode())


@checks.check
def the_feed_and_the_snapshots():
    with daemon.Daemon() as perfd:
        # Frame 21 takes three vsyncs; nothing is known of its work, and there are no marks.
        feed(perfd, [1] * 19 + [3] + [1] * 19)
        checks.equal(perfd.marker(), "perf: start fed (budget=16.667ms)")
        checks.equal(perfd.marker(janks=True), "perf: jank frame=21 50.000 over=33.333 why=-")
        out = perfd.json("jank")
        checks.equal((out["missed"], out["linesHeldBack"], len(out["janks"])), (0, 0, 1))
        jank = out["janks"][0]
        checks.equal((jank["frameId"], jank["interval"], jank["over"], jank["work"], jank["cause"], jank["why"]),
                     (21, 50.000001, 33.333334, None, "unknown", []))
        checks.equal(perfd.perfctl("jank").split("\n")[1].split(), ["21", "50.000", "33.333", "-", "-", "unknown"])
        # From the eighth frame before it to the fourth behind it: 13 frames, of which one is three vsyncs.
        snapshots = perfd.json("snapshots")["snapshots"]
        checks.equal(len(snapshots), 1)
        one = snapshots[0]
        checks.equal((one["number"], one["name"], one["frameId"], one["cause"], one["frames"], one["records"]),
                     (1, "fed", 21, "unknown", 13, 0))
        checks.equal(one["toNs"] - one["fromNs"], (12 + 3) * VSYNC_NS)
        path = os.path.join(perfd.work, "snapshot.json")
        perfd.perfctl("export", "--snapshot", "1", "-o", path)
        with open(path, "rb") as file:
            first = file.read()
        trace = Parsed(first)
        frames = [event for event in trace.events if event["name"] == "frame" and event["ph"] == "X"]
        checks.equal([frame["args"]["frameId"] for frame in frames], list(range(13, 26)))
        checks.equal((frames[0]["ts"], frames[-1]["ts"] + frames[-1]["dur"]), (0, (12 + 3) * VSYNC_NS))
        checks.equal(trace.other["snapshot"], {"number": 1, "frameId": 21, "cause": "unknown"})
        # It stays when the ring has gone on, and when the session is over.
        perfd.perfctl("stop")
        feed(perfd, [1] * 3000)
        perfd.perfctl("export", "--snapshot", "1", "-o", path)
        with open(path, "rb") as file:
            checks.true(file.read() == first, "another trace")
        # There is no second one, and no such command as this without a number.
        for arguments, code in ((("--snapshot", "2"), 1), (("--snapshot", "0"), 2)):
            result = daemon.run(daemon.PERFCTL, "--connect", perfd.address, "export", *arguments, "-o", path)
            checks.equal(result.returncode, code, result.stderr.decode())


@checks.check
def more_than_are_kept():
    with daemon.Daemon() as perfd:
        # 100 janks, the first of them frame 2: the last 64 are kept, and four lines a second are printed.
        feed(perfd, [2] * 100)
        out = perfd.json("jank")
        checks.equal([jank["frameId"] for jank in out["janks"]], list(range(38, 102)))
        checks.equal(out["missed"], 36)
        checks.true(0 < out["linesHeldBack"] <= 96, out["linesHeldBack"])
        after = perfd.json("jank", "--after", "90")
        checks.equal([jank["seq"] for jank in after["janks"]], list(range(91, 101)))
        checks.equal((perfd.json("metrics")["bound"], perfd.json("metrics")["jankUnknown"]), ("unknown", 100))


checks.main()
