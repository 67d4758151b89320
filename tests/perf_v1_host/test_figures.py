#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The core's figures against figures.py's, for sessions made up at random (the same ones each time)."""
import random

import checks
import driver
import figures

MS = 1000000


def make_ticks(rng, count, options):
    """A session with a bit of everything that the options allow."""
    ticks, at = [], 1000 * MS
    for number in range(1, count + 1):
        tick = {"id": number}
        if rng.random() < options.get("thrown", 0):
            tick["thrown"] = 1
            ticks.append(tick)
            continue
        choice = rng.random()
        if choice < 0.6:
            gap = 16666667 + rng.randrange(-500, 501)
        elif choice < 0.8:
            gap = 16666667 * rng.randrange(1, 5)
        elif choice < 0.9:
            gap = rng.choice((1, 25000000, 25000001, 8333333, 8333334, 41666668))
        else:
            gap = rng.randrange(1, 200 * MS)
        at += gap
        tick["at"] = at
        if rng.random() < options.get("idle", 0):
            tick["idle"] = 1
        if rng.random() < options.get("budget", 0):
            tick["budget"] = rng.choice((8333333, 16666667, 11111111, 33333333, 1000))
        if rng.random() < options.get("work", 0):
            for phase in rng.sample(figures.PHASES, rng.randrange(1, 5)):
                tick[phase] = rng.randrange(1, 8 * MS)
        if rng.random() < options.get("input", 0):
            tick["input"] = at - rng.randrange(0, 60 * MS)
        if rng.random() < options.get("deadline", 0):
            tick["deadline"] = at + rng.randrange(-20 * MS, 20 * MS)
        ticks.append(tick)
    return ticks


def script_of(ticks, ring, settings):
    lines = [driver.line("config", frames=ring), driver.line("start", name="s", **settings)]
    lines += [driver.line("tick", **tick) for tick in ticks]
    lines += [driver.line("metrics", phases=1), driver.line("stop")]
    return lines


def compare(got, expected, what):
    wrong = [f"{name}: got {got.get(name)}, expected {value}"
             for name, value in expected.items() if name in got and got[name] != value]
    missing = [name for name in expected if name not in got]
    checks.equal(missing, [], what)
    checks.true(not wrong, f"{what}: " + "; ".join(wrong))


def check_session(seed, count, ring, options, **settings):
    ticks = make_ticks(random.Random(seed), count, options)
    answers = driver.play(script_of(ticks, ring, settings))
    checks.equal([a[:2] for a in answers if a[0] == "tick" and a[1] != 0], [], "every tick is taken")
    running, stopped = answers[-2][2], answers[-1][2]
    checks.true("ui_avg_ns" in running, "phases were asked for")
    what = f"seed {seed}, {count} ticks in a ring of {ring}, {settings}"
    compare(running, figures.figures(ticks, ring=ring, stopped=False, **settings), what)
    at_stop = figures.figures(ticks, ring=ring, **settings)
    compare(stopped, {k: v for k, v in at_stop.items() if k in stopped}, what + ", stopped")


EVERYTHING = {"thrown": 0.05, "idle": 0.03, "budget": 0.1, "work": 0.7, "input": 0.3, "deadline": 0.3}


@checks.check
def plain_sessions():
    for seed in range(20):
        check_session(seed, random.Random(seed).randrange(0, 300), 1200, {})


@checks.check
def sessions_with_everything():
    for seed in range(100, 140):
        check_session(seed, random.Random(seed).randrange(0, 500), 1200, EVERYTHING)


@checks.check
def sessions_longer_than_the_ring():
    for seed in range(200, 240):
        rng = random.Random(seed)
        check_session(seed, rng.randrange(100, 1500), rng.choice((8, 9, 31, 64, 100, 333)), EVERYTHING)


@checks.check
def sessions_around_a_thousand_intervals():
    for count in (1000, 1001, 1002, 1200, 1201, 1202):
        check_session(count, count, 1200, {"work": 1, "input": 1})


@checks.check
def sessions_with_settings():
    for seed in range(300, 340):
        rng = random.Random(seed)
        check_session(seed, rng.randrange(50, 400), 1200, EVERYTHING,
                      budget=rng.choice((16666667, 8333333, 33333333, 6944444)),
                      long=rng.choice((0, 16666668, 100 * MS)),
                      idle=rng.choice((0, 50 * MS, 100 * MS)),
                      warmup=rng.choice((0, 1, 7, 60)))


@checks.check
def figures_py_knows_the_table():
    """figures.py is a program, too: a few values worked out by hand."""
    out = figures.figures([{"at": at * MS} for at in (10, 20, 40, 70)], budget=10 * MS)
    checks.equal(out["milli_fps"], 50000)  # 3 / 60 ms
    checks.equal((out["p50_ns"], out["p95_ns"], out["avg_ns"]), (20 * MS, 30 * MS, 20 * MS))
    checks.equal((out["dropped"], out["long_frames"]), (0 + 1 + 2, 2))
    checks.equal(figures.figures([{"at": 5}, {"at": 5120005}])["milli_fps"], 195313)  # 195,312.5
    checks.equal(figures.nearest_rank(list(range(1, 102)), 990), 100)
    checks.equal([figures.histogram_edge(v) for v in (127, 128, 255, 256, 10000000)],
                 [127, 128, 255, 257, 10027007])
    checks.equal(figures.ns_of_ms("68.1"), 68100000)
    checks.equal(figures.ms_text(16666667), "16.666667")


if __name__ == "__main__":
    checks.main()
