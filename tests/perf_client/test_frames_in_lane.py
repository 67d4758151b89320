#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Frames that go into a lane: the daemon has them when it is asked, and in time when it is not."""
import os
import subprocess
import sys
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402

WRITE_FRAMES = os.path.join(checks.HOST, "tests", "write_frames")


class Frames:
    """A program that wrote its frames, and is still there."""

    def __init__(self, perfd, way, count, each=100000):
        self.process = subprocess.Popen(
            [WRITE_FRAMES, perfd.address, way, str(count), str(time.monotonic_ns()), str(each)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        checks.equal(self.process.stdout.readline(), b"written\n")

    def end(self):
        self.process.stdin.close()
        checks.equal(self.process.wait(daemon.LIMIT_S), 0)
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait(daemon.LIMIT_S)
        self.process.stdin.close()
        self.process.stdout.close()


def calls(perfd):
    return perfd.json("metrics")["health"]["calls"]


def figures(way, count):
    """All metrics of a session of so many frames, and how many calls they took."""
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "frames")
        before = calls(perfd)
        frames = Frames(perfd, way, count)
        took = calls(perfd) - before
        metrics = perfd.json("metrics")
        health = metrics.pop("health")
        frames.end()
        checks.equal(perfd.json("metrics")["frames"], metrics["frames"])
        checks.equal(perfd.end(), 0)
    return metrics, health, took


@checks.check
def a_lane_or_calls():
    metrics, health, took = figures("calls", 100)
    in_lane, lane_health, lane_took = figures("lane", 100)
    checks.equal(metrics["frames"], 91)  # of 100 every 11th was thrown away: 9
    checks.equal(in_lane, metrics)
    for name in ("written", "ticksBackwards", "ticksInvalid", "ticksNoSession", "droppedMalformed"):
        checks.equal((name, lane_health[name]), (name, health[name]))
    checks.true(took > 100, "each frame is a call")
    checks.true(lane_took < 10, f"no frame is a call: {lane_took}")


@checks.check
def it_looks_when_nobody_asks():
    """A lane of 2,044 slots holds 185 frames of 11 or so: 450 come through it, 150 every 0.9 s, and none is lost."""
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "frames")
        frames = Frames(perfd, "lane", 450, each=150)
        metrics = perfd.json("metrics")
        checks.equal(metrics["frames"], 410)  # 40 were thrown away
        checks.equal((metrics["health"]["written"], metrics["health"]["overwritten"]), (0, 0))
        frames.end()


@checks.check
def more_than_the_lane_holds():
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "frames")
        frames = Frames(perfd, "lane", 1000)
        metrics = perfd.json("metrics")
        health = metrics["health"]
        checks.true(health["overwritten"] > 0, "some are lost")
        checks.true(health["ledgerBalanced"], "balanced")
        frames.end()
        # Thrown away are 90 of 1,000; the window has 1,200 places.
        shown = metrics["frames"]
        checks.true(abs(shown + health["overwritten"] * 10 // 11 - 910) <= 10, f"{shown} shown, {health}")


@checks.check
def what_a_dead_program_wrote_counts():
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "frames")
        frames = Frames(perfd, "lane", 50)
        frames.kill()
        checks.equal(perfd.json("metrics")["frames"], 46)
        perfd.perfctl("stop")
        checks.equal(perfd.end(), 0)


checks.main()
