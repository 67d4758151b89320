#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The browser's real frame times, through the core and through daemon and perfctl: the figures that
figures.py computes from them."""
import json
import os
from decimal import Decimal

import checks
import daemon
import driver
import figures

ALL = 4096  # a ring for all of them
FEED_FRAMES = os.path.join(checks.HOST, "tests", "feed_frames")


def raf_times():
    """In ns, exactly: the file has ms with one decimal."""
    with open(os.path.join(checks.DATA, "browser_raf_60s.json"), encoding="utf-8") as file:
        return [figures.ns_of_ms(ms) for ms in json.load(file, parse_float=Decimal)["raf_ts_ms"]]


def expected(ring, stopped=True):
    return figures.figures([{"at": at} for at in raf_times()], ring=ring, stopped=stopped)


@checks.check
def the_data_is_what_its_source_says():
    out = expected(ALL)
    checks.equal(out["frames"], 3475)
    checks.equal((out["milli_fps"] + 50) // 100, 579)  # 57.9 fps
    checks.equal((out["p50_ns"], out["p99_ns"], out["longest_ns"]), (16700000, 33400000, 116700000))


# --- through the core ---


def through_the_core(ring):
    script = [driver.line("config", frames=ring), driver.line("start", name="raf")]
    script += [driver.line("tick", id=i + 1, at=at) for i, at in enumerate(raf_times())]
    answers = driver.play(script + [driver.line("stop")])
    checks.equal([a for a in answers if a[0] == "tick" and a[1] != 0], [], "every tick is taken")
    for name, value in expected(ring).items():
        if name in answers[-1][2]:
            checks.equal(answers[-1][2][name], value, name)


@checks.check
def all_of_it_in_the_ring():
    through_the_core(ALL)


@checks.check
def more_than_the_ring():
    through_the_core(1200)


# --- through the daemon ---

WINDOW = {"fps": "milli_fps", "avg": "avg_ns", "p50": "p50_ns", "p95": "p95_ns", "p99": "p99_ns",
          "p999": "p999_ns", "low1Fps": "low1_milli_fps", "low01Fps": "low01_milli_fps",
          "longest": "longest_ns", "frames": "frames", "longFrames": "long_frames",
          "dropped": "dropped", "late": "late", "budgetMs": "budget_ns", "longFrameMs": "long_frame_ns"}
SESSION = {"sessionFrames": "session_frames", "sessionFps": "session_milli_fps",
           "sessionP50": "session_p50_ns", "sessionP95": "session_p95_ns",
           "sessionP99": "session_p99_ns", "sessionP999": "session_p999_ns",
           "sessionLongest": "session_longest_ns", "sessionLongFrames": "session_long",
           "sessionDropped": "session_dropped", "sessionLate": "session_late"}


def compare(got, names, values):
    """perfctl's JSON against ns and milli-fps: equal as decimal numbers, to the last digit."""
    for key, name in names.items():
        scale = 1000000 if name.endswith("_ns") else 1000 if name.endswith("milli_fps") else 1
        checks.equal(Decimal(got[key]) * scale, values[name], key)


def perfctl_json(perfd, *arguments):
    return json.loads(perfd.perfctl(*arguments, "--json"), parse_float=Decimal)


def through_the_daemon(ring):
    # The times are as they are: since the machine's start, more than a minute ago.
    with daemon.Daemon("--frames", str(ring)) as perfd:
        lines = "".join(f"{at}\n" for at in raf_times()).encode()
        done = daemon.run(FEED_FRAMES, perfd.address, "raf", input=lines)
        checks.equal(done.stdout, b"3475 frames\n", done.stderr.decode())
        for command in ("metrics", "stop"):
            values = expected(ring, stopped=command == "stop")
            out = perfctl_json(perfd, command)
            out = out.get("metrics", out)
            compare(out, WINDOW, values)
            compare(out, SESSION, values)
            checks.equal(out["sessionExact"], bool(values["session_exact"]))
        checks.equal(perfd.marker(), "perf: start raf (budget=16.667ms)")
        line = perfd.marker()
        while line.startswith("perf: jank"):
            line = perfd.marker()
        values = expected(ring)
        fps, p95 = (figures.half_up(values["session_milli_fps"], 10),
                    figures.half_up(values["session_p95_ns"], 1000))
        checks.equal(line, f"perf: stop raf fps={fps // 100}.{fps % 100:02} "
                           f"p95={p95 // 1000}.{p95 % 1000:03} long={values['session_long']}")


@checks.check
def through_the_daemon_in_one_ring():
    through_the_daemon(ALL)


@checks.check
def through_the_daemon_with_its_own_ring():
    through_the_daemon(1200)


if __name__ == "__main__":
    checks.main()
