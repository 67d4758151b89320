#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SystemUI on this machine writes its lane itself: all of its marks are in the trace, and none went by a call."""
import os
import sys
from collections import Counter

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402
from trace_model import Parsed  # noqa: E402

SYSTEMUI = os.path.join(checks.HOST, "systemui")
PHASES = ["ui", "layout", "render", "present"]


def traced(**environment):
    """The metrics after a second of SystemUI, and its trace."""
    with daemon.Daemon() as perfd:
        result = daemon.run(SYSTEMUI, "--connect", perfd.address, "--seconds", "1", "--size", "320x240",
                            env=environment, text=True)
        checks.equal(result.returncode, 0, result.stderr)
        path = os.path.join(perfd.work, "pulled.json")
        perfd.perfctl("export", "-o", path)
        with open(path, "rb") as file:
            return perfd.json("metrics"), Parsed(file.read())


def lane(trace):
    tid = {event["args"]["name"]: event["tid"] for event in trace.metadata if event["name"] == "thread_name"}
    return [event for event in trace.events if event["tid"] == tid["systemui"]]


def expect_frames(metrics, trace):
    health = metrics["health"]
    checks.equal([health[name] for name in ("overwritten", "droppedTorn", "droppedMalformed", "droppedNoSession",
                                            "rejectMalformed", "rejectInvalid")], [0] * 6)
    events = lane(trace)
    spans = Counter(event["name"] for event in events if event["ph"] == "X")
    frames = spans["ui"]
    checks.true(frames >= metrics["sessionFrames"] > 0, f"{frames} frames")
    checks.equal([spans[name] for name in PHASES], [frames] * len(PHASES))
    checks.equal(spans["perfd calls"], frames)
    checks.equal(spans["wallpaper"], frames + 1)  # the picture is drawn once more at the end
    checks.equal(Counter(event["name"] for event in events if event["ph"] == "C"),
                 Counter({"glyphs": frames // 4, "pixels blended": frames // 4}))
    return frames


@checks.check
def its_marks_are_in_the_trace_and_went_by_no_call():
    metrics, trace = traced()
    frames = expect_frames(metrics, trace)
    # A tick and a sample of its counters a frame; the HUD asks twice, with every twelfth; the rest is the start, the
    # labels, the counters' states, a first look for the panel, the end and ours.
    checks.true(metrics["health"]["calls"] <= 2 * frames + 2 * (frames // 12) + 52, str(metrics["health"]["calls"]))


@checks.check
def with_the_fake_clock_they_go_by_calls():
    metrics, trace = traced(PERF_FAKE_CLOCK="1")
    frames = expect_frames(metrics, trace)
    checks.true(metrics["health"]["calls"] >= 2 * frames, "a record call a frame")
    layouts = {event["dur"] for event in lane(trace) if event["name"] == "layout"}
    checks.equal(layouts, {1000})


checks.main()
