#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A program that opens the library again, or another one in the same session: frames that the library numbers go on
behind those that are there, and groups of counters are what they were said to be."""
import os
import subprocess
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402

COMES_BACK = os.path.join(checks.HOST, "tests", "comes_back")
FRAMES = 4
DISCONNECTED = -2  # PERF_CLIENT_DISCONNECTED: it was not open yet


def what_perfd_has(perfd):
    metrics = perfd.json("metrics")
    group = [one for one in perfd.json("counters")["groups"] if not one["closed"]][0]
    states = [(one["state"], one["reason"]) for one in group["counters"]]
    return metrics["frames"], states, group["counters"][0]["total"], metrics["health"]["rejectInvalid"]


def run(perfd, way):
    """One program's two openings: what it says, and what perfd has then."""
    found = []
    with subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), COMES_BACK, way, str(FRAMES)], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env={**os.environ, "PERF_SOCKET": perfd.path}) as program:
        for _ in range(2):
            said = tuple(map(int, program.stdout.readline().split()))
            found.append((said, what_perfd_has(perfd)))
            program.stdin.write("\n")
            program.stdin.flush()
        checks.equal(program.wait(daemon.LIMIT_S), 0)
    return found


@checks.check
def frames_go_on_and_groups_are_the_same():
    for way in ("calls", "lane"):
        with daemon.Daemon() as perfd:
            perfd.perfctl("start", "again")
            openings = run(perfd, way) + run(perfd, way)
        # Of the second program's numbers only the first by call is found to be taken, by being refused.
        refused = [0, 0, 1, 1] if way == "calls" else [0] * 4
        states = [("ok", ""), ("unsupported", "nobody knows"), ("ok", "")]
        counted = [1, 2, 1, 2]
        for i, (said, has) in enumerate(openings):
            checks.equal(said, (DISCONNECTED, 0, 0, FRAMES * (i + 1)), f"{way}, opening {i}")
            checks.equal(has, (FRAMES * (i + 1), states, FRAMES * counted[i], refused[i]), f"{way}, opening {i}")


checks.main()
