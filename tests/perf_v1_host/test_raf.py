#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The browser's real frame times through the core: the figures that figures.py computes from them."""
import json
import os
from decimal import Decimal

import checks
import driver
import figures

RING = 4096


def raf_times():
    """In ns, exactly: the file has ms with one decimal."""
    with open(os.path.join(checks.DATA, "browser_raf_60s.json"), encoding="utf-8") as file:
        return [figures.ns_of_ms(ms) for ms in json.load(file, parse_float=Decimal)["raf_ts_ms"]]


def through_the_core(times, ring):
    script = [driver.line("config", frames=ring), driver.line("start", name="raf")]
    script += [driver.line("tick", id=i + 1, at=at) for i, at in enumerate(times)]
    answers = driver.play(script + [driver.line("stop")])
    checks.equal([a for a in answers if a[0] == "tick" and a[1] != 0], [], "every tick is taken")
    return answers[-1][2]


def compare(got, expected):
    for name, value in expected.items():
        if name in got:
            checks.equal(got[name], value, name)


@checks.check
def the_data_is_what_its_source_says():
    out = figures.figures([{"at": at} for at in raf_times()], ring=RING)
    checks.equal(out["frames"], 3475)
    checks.equal((out["milli_fps"] + 50) // 100, 579)  # 57.9 fps
    checks.equal((out["p50_ns"], out["p99_ns"], out["longest_ns"]), (16700000, 33400000, 116700000))


@checks.check
def all_of_it_in_the_ring():
    times = raf_times()
    compare(through_the_core(times, RING), figures.figures([{"at": at} for at in times], ring=RING))


@checks.check
def more_than_the_ring():
    times = raf_times()
    compare(through_the_core(times, 1200), figures.figures([{"at": at} for at in times], ring=1200))


if __name__ == "__main__":
    checks.main()
