#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What perfd costs itself, for each frame: in its health, and where it is asked for on a lane of its own."""
import os
import subprocess

import checks
import daemon
from trace_model import Parsed

FEED_FRAMES = os.path.join(checks.HOST, "tests", "feed_frames")
WRITE_FRAMES = os.path.join(checks.HOST, "tests", "write_frames")
NAME = "perfd ns a frame"


def feed(perfd, count):
    lines = "".join(f"{at * 10000000}\n" for at in range(1, count + 1))
    done = daemon.run(FEED_FRAMES, perfd.address, "fed", input=lines.encode())
    checks.equal(done.stdout, f"{count} frames\n".encode(), done.stderr.decode())


def exported(perfd, *arguments):
    path = os.path.join(perfd.work, "trace.json")
    perfd.perfctl("export", "-o", path, *arguments)
    with open(path, "rb") as file:
        return Parsed(file.read())


def costs(trace):
    return [int(event["args"]["value"]) for event in trace.events if event["name"] == NAME]


def cost_lane(trace):
    return [event["tid"] for event in trace.metadata
            if event["name"] == "thread_name" and event["args"]["name"] == "perfd"]


@checks.check
def each_frame_has_its_cost_on_the_lane():
    with daemon.Daemon("--cost-lane") as perfd:
        feed(perfd, 50)
        health = perfd.json("metrics")["health"]
        checks.true(0 < health["costLastFrameNs"] <= health["worstFrameNs"], health)
        perfd.perfctl("stop")
        trace = exported(perfd)
        values = costs(trace)
        # The last frame's was written behind its answer, and before the next call was served.
        checks.equal(len(values), 50)
        checks.equal((max(values), values[-1]), (health["worstFrameNs"], health["costLastFrameNs"]))
        tids = {event["tid"] for event in trace.events if event["name"] == NAME}
        checks.equal(sorted(tids), cost_lane(trace))
        # Calls between frames are on the account of the next one: none of it is lost. The start's is the first's.
        checks.true(all(value > 0 for value in values), values)


@checks.check
def frames_in_lanes_share_theirs():
    """Twenty frames of a lane, taken together, have had equal shares of that call: one counter for all of them."""
    with daemon.Daemon("--cost-lane") as perfd:
        perfd.perfctl("start", "lanes")
        program = subprocess.run([WRITE_FRAMES, perfd.address, "lane", "20", str(daemon.time.monotonic_ns()), "100000"],
                                 input=b"", capture_output=True, timeout=daemon.LIMIT_S, check=False)
        checks.equal(program.stdout, b"written\n", program.stderr.decode())
        checks.equal(perfd.json("metrics")["sessionFrames"], 19)  # the eleventh was thrown away
        perfd.perfctl("stop")
        checks.true(1 <= len(costs(exported(perfd))) <= 20, "counters")


@checks.check
def nobody_asked_for_the_lane():
    with daemon.Daemon() as perfd:
        feed(perfd, 10)
        checks.true(perfd.json("metrics")["health"]["worstFrameNs"] > 0, "health has it all the same")
        checks.true("for a frame  the last" in perfd.perfctl("metrics"), "perfctl shows it")
        trace = exported(perfd)
        checks.equal((costs(trace), cost_lane(trace)), ([], []))


checks.main()
