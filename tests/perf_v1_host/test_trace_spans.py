#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Spans that are written many at once: their figures by hand, and the bytes that each by itself would have."""
import random

import checks
import driver
import golden_session

START = 1000000000  # the driver's clock, and so when its sessions start
NAMES = ["s", "layout", "paint \"quoted\"", "größe", b"\xff broken", "n" * 63, "x" * 30, "x" * 31, "blur"]


def session(marks, frames=1200, lanes=1, ticks=(), cap=1 << 26, chunk=4096):
    """marks: (lane, kind, label, time since the start), in the order of time; ticks: times of frames."""
    lines = [f"config lane_records=16384 frames={frames} span_depth=255", driver.line("start", name="spans")]
    lines += [driver.line("label", name=name, category=category) for category in ("", "ui", "c" * 31)
              for name in NAMES]
    lines += [driver.line("lane", name=f"lane {number}", records=4096) for number in range(lanes)]
    events = [(at, driver.line("mark", kind=kind, lane=lane, label=label, at=START + at))
              for lane, kind, label, at in marks]
    events += [(at, driver.line("tick", id=number + 1, at=START + at)) for number, at in enumerate(ticks)]
    lines += [line for _, line in sorted(events, key=lambda event: event[0])]
    return lines + ["stop", driver.line("trace", cap=cap, chunk=chunk)]


def trace_of(script, machine="host"):
    result, more = [answer[1:] for answer in driver.play(script, machine) if answer[0] == "trace"][-1]
    checks.equal(result, 0)
    return more


def micros(ns):
    """As the format says: microseconds with three decimals."""
    return f"{ns // 1000}.{ns % 1000:03}"


def same_by_themselves(script):
    there, plain = trace_of(script), trace_of(script, "plain")
    checks.true(there.text == plain.text, "other bytes")
    checks.equal((there.truncated, there.frames_dropped, there.records_dropped),
                 (plain.truncated, plain.frames_dropped, plain.records_dropped))
    return there


@checks.check
def every_length_of_a_number():
    """Starts grow through the same powers of ten: each is the sum of all lengths before."""
    lengths = sorted({10 ** n + d for n in range(15) for d in (-1, 0, 1)})
    marks, expected, at = [], [], 0
    for length in lengths:
        marks += [(1, "begin", 1, at), (1, "end", 1, at + length)]
        expected.append(f'{{"name":"s","ph":"X","ts":{micros(at)},"pid":1,"tid":1,"dur":{micros(length)}}}')
        at += length
    script = session(marks)
    text = trace_of(script).text.decode()
    checks.equal([line.rstrip(",") for line in text.split("\n") if '"ph":"X"' in line], expected)
    same_by_themselves(script)


@checks.check
def sessions_of_months_and_of_years():
    for at in (10 ** 16 - 8, 10 ** 16 - 7, 10 ** 16, 10 ** 18):
        marks = [(1, "begin", 1, 0), (1, "end", 1, 5), (1, "begin", 2, at), (1, "end", 2, at + 7)]
        text = same_by_themselves(session(marks)).text.decode()
        checks.true(f'"name":"layout","ph":"X","ts":{micros(at)},"pid":1,"tid":1,"dur":0.007}}' in text, f"the last at {at}")


def any_marks(random_, count, lanes):
    """Spans that nest, are left open, end what never began; instants between; times that are equal."""
    at, marks, stacks = 0, [], [[] for _ in range(lanes)]
    lane = 1
    for _ in range(count):
        if random_.random() < 0.3:
            lane = random_.randint(1, lanes)
        at += random_.choice((0, 0, 1, 999, 1000, 54321, 10 ** 7))
        stack = stacks[lane - 1]
        what = random_.random()
        if what < 0.45:
            stack.append(random_.randint(1, 3 * len(NAMES)))
            marks.append((lane, "begin", stack[-1], at))
        elif what < 0.9 and stack:
            marks.append((lane, "end", stack.pop(), at))
        elif what < 0.95:
            marks.append((lane, "end", random_.randint(1, 3 * len(NAMES)), at))
        else:
            marks.append((lane, "instant", random_.randint(1, 3 * len(NAMES)), at))
    return marks, at


@checks.check
def many_lanes_labels_and_caps():
    random_ = random.Random(7)
    for turn in range(24):
        lanes = random_.choice((1, 2, 4))
        marks, last = any_marks(random_, random_.choice((10, 400, 3000)), lanes)
        ticks = sorted({random_.randint(1, last + 2) for _ in range(turn % 3 * 40)})
        same_by_themselves(session(marks, lanes=lanes, ticks=ticks, cap=random_.choice((9000, 30000, 65536, 1 << 26)),
                                   frames=random_.choice((8, 90, 1200)), chunk=random_.choice((1, 113, 65536))))


@checks.check
def the_golden_session():
    script = golden_session.script()
    for here, plain in zip(driver.play(script), driver.play(script, "plain"), strict=True):
        if here[0] == "trace":
            checks.equal(here[1], plain[1])
            checks.true(here[1] != 0 or here[2].text == plain[2].text, "other bytes")


if __name__ == "__main__":
    checks.main()
