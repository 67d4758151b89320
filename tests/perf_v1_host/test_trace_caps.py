#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The size cap: kept whatever it is, and what goes first is what the format says goes first."""
import random

import checks
import driver
from trace_model import Parsed, Recording

MS = 1000000
SECOND = 1000 * MS
HUGE = 1 << 26
INTERVAL = 16666667
SPANS = ("input", "animate", "layout.measure", "layout.place", "paint.background", "paint.text",
         "compose", "swap")


def record_session(frames, spans=8, janky_every=20, lanes=1, seconds_in=0, first_id=1):
    """60 Hz with phases; in each frame spans and a counter, in turn on the lanes; every so many frames
    one takes two intervals (janky_every 0: none, 1: all of them)."""
    rec = Recording(start_ns=SECOND * (1 + seconds_in))
    room = 1 << (16384 // lanes).bit_length() - 1
    tids = [rec.lane(f"render thread {number}", records=room) for number in range(lanes)]
    at = rec.start_ns
    for number in range(frames):
        janky = janky_every and number % janky_every == janky_every - 1
        gap = 2 * INTERVAL if janky else INTERVAL
        for index in range(spans):
            begin = at + 1000000 + index * 1500123
            rec.mark(tids[index % lanes], "begin", SPANS[index], begin)
            rec.mark(tids[index % lanes], "end", SPANS[index], begin + 1400057)
        if spans:
            rec.mark(tids[0], "counter", "triangles", at + 15 * MS, 40000 + number * 17)
        at += gap
        rec.tick(id=first_id + number, at=at, began=at - gap + 500123, ui=2100123, layout=1700456,
                 render=6300789 + number, present=900321)
    return rec


def export_at(rec, caps, config=None):
    """One session, exported under each of the caps: [(cap, driver.Trace)]."""
    lines = ["stop"] + [driver.line("trace", cap=cap) for cap in caps]
    answers = rec.play(*lines, config=config)
    return [(cap, answer[2]) for cap, answer in zip(caps, answers[1:])]


def frame_of(frames, ts):
    """Which frame's interval holds this time; None: none."""
    for frame in frames:
        if frame["ts"] <= ts < frame["ts"] + frame["dur"]:
            return frame["args"]["frameId"]
    return None


def details(parsed, whole_frames):
    """How many spans and counters each frame has: those of lanes, by the frame in which they start."""
    count = {}
    for event in parsed.events:
        if event["tid"] != 0 and event["ph"] in "XC":
            frame = frame_of(whole_frames, event["ts"])
            count[frame] = count.get(frame, 0) + 1
    return count


def check_cut(cap, trace, whole):
    """A trace under a cap against the uncut one. Says how many frames are left."""
    checks.true(len(trace.text) <= cap, f"{len(trace.text)} bytes under a cap of {cap}")
    parsed = Parsed(trace.text)
    all_frames, left = whole.frames(), parsed.frames()
    ids = [frame["args"]["frameId"] for frame in left]
    all_ids = [frame["args"]["frameId"] for frame in all_frames]
    checks.equal(ids, all_ids[len(all_ids) - len(ids):], f"cap {cap}: the newest frames stay")
    for frame, before in zip(left, all_frames[len(all_frames) - len(left):]):
        checks.equal(frame, before, "a frame that stays, stays whole")
    # of the frames that are left, the janky ones keep all their details, the others from some frame on
    has, had = details(parsed, all_frames), details(whole, all_frames)
    cut_here = None
    for frame in left:
        name = frame["args"]["frameId"]
        full = has.get(name, 0) == had.get(name, 0)
        checks.true(full or has.get(name, 0) == 0, f"cap {cap}: frame {name} lost some of its details")
        if frame["cname"] != "good":
            checks.true(full, f"cap {cap}: janky frame {name} lost its details before all others")
        elif not full:
            checks.true(cut_here is not False, f"cap {cap}: frame {name} is newer than ones with details")
            cut_here = True
        elif had.get(name, 0):
            cut_here = False
    gone = set(all_ids) - set(ids)
    checks.true(not any(has.get(name) for name in gone), f"cap {cap}: details of frames that are gone")
    checks.true(not gone or cut_here is not False or all(
        frame["cname"] != "good" for frame in left), f"cap {cap}: frames went before details")
    checks.equal(trace.frames_dropped, parsed.other["truncated"]["frames"], "frames dropped")
    checks.true(len(gone) <= trace.frames_dropped <= len(gone) + 1,  # the first one has no interval
                f"{trace.frames_dropped} frames dropped, {len(gone)} gone")
    checks.equal(trace.records_dropped, parsed.other["truncated"]["records"], "records dropped")
    checks.equal(trace.records_dropped, parsed.other["export"]["cut"], "records cut")
    checks.equal(parsed.other["export"]["copied"], whole.other["export"]["copied"])
    checks.equal(trace.truncated, int(len(parsed.events) < len(whole.events)), "truncated")
    checks.equal(parsed.other["metrics"], whole.other["metrics"], "the figures stay")
    checks.equal(parsed.metadata, whole.metadata, "the metadata stays")
    return len(left)


def check_all_caps(rec, caps, config=None):
    exports = export_at(rec, sorted(caps) + [HUGE], config)
    whole = Parsed(exports[-1][1].text)
    checks.equal(exports[-1][1].truncated, 0)
    fitted, last = False, 0
    for cap, trace in exports[:-1]:
        if trace.result != 0:
            checks.equal(trace.result, -8, f"cap {cap}: too big, or a trace")
            checks.true(not fitted, f"cap {cap}: a smaller one fitted")
            continue
        fitted = True
        left = check_cut(cap, trace, whole)
        checks.true(left >= last, f"cap {cap}: fewer frames than under a smaller one")
        last = left
    checks.true(fitted, "some cap fits")
    return whole, exports


@checks.check
def every_cap_of_a_small_session():
    rec = record_session(40, janky_every=7)
    size = len(export_at(rec, [HUGE])[0][1].text)
    check_all_caps(rec, list(range(1, 2000, 97)) + list(range(2000, size + 300, 211))
                   + list(range(size - 20, size + 3)))


@checks.check
def caps_of_many_kinds_of_sessions():
    rng = random.Random(8)
    for spans, janky_every, lanes in ((0, 0, 1), (0, 1, 1), (1, 0, 3), (8, 1, 4), (3, 2, 16), (8, 50, 2)):
        rec = record_session(80, spans, janky_every, lanes)
        size = len(export_at(rec, [HUGE])[0][1].text)
        check_all_caps(rec, [rng.randrange(3000, size + 100) for _ in range(25)])


@checks.check
def two_hundred_frames_in_64_kib():
    """Of ten seconds at 60 Hz with eight spans each, at least 200 frames with their phases stay."""
    for janky_every, lanes in ((0, 1), (20, 1), (20, 8), (20, 16)):
        rec = record_session(600, 8, janky_every, lanes, seconds_in=86400, first_id=1000000)
        whole, exports = check_all_caps(rec, [65536])
        left = Parsed(exports[0][1].text).frames()
        with_phases = [f for f in left if {"ui", "layout", "render", "present"} <= set(f["args"])]
        checks.true(len(with_phases) >= 200, f"{len(with_phases)} frames, a janky one in {janky_every}, "
                                             f"{lanes} lanes")
        checks.true(len(whole.frames()) >= 599, "all of them in the uncut one")


@checks.check
def ten_seconds_whole_in_1_mib():
    rec = record_session(600, 8, 20, 2)
    trace = export_at(rec, [1 << 20])[0][1]
    checks.equal((trace.truncated, trace.frames_dropped, trace.records_dropped), (0, 0, 0))
    parsed = Parsed(trace.text)
    checks.equal(len(parsed.frames()), 599)
    checks.equal(sum(details(parsed, parsed.frames()).values()), 600 * 9)


@checks.check
def without_frames_the_newest_records_stay():
    rec = Recording()
    tid = rec.lane("only")
    for number in range(500):
        rec.mark(tid, "counter", "number", SECOND + number * 1000, number)
    caps = list(range(2000, 50000, 1777))
    for cap, trace in export_at(rec, caps + [HUGE]):
        if trace.result != 0:
            checks.equal(trace.result, -8)
            continue
        checks.true(len(trace.text) <= cap, f"cap {cap}")
        parsed = Parsed(trace.text)
        left = [event["args"]["value"] for event in parsed.lane(tid, "C")]
        checks.equal(left, list(range(500 - len(left), 500)))
        checks.equal(trace.records_dropped, 500 - len(left))
        checks.true(len(trace.text) > cap - 400 or len(left) == 500, f"cap {cap} is made use of")


@checks.check
def a_cap_is_made_use_of():
    """What is cut is not much more than what had to be: another frame would not have fitted."""
    rec = record_session(300, 8, 20, 2)
    for cap, trace in export_at(rec, [20000, 65536, 100000, 150000]):
        checks.true(len(trace.text) > cap - 4000, f"{len(trace.text)} bytes under a cap of {cap}")


@checks.check
def the_cut_is_a_function_of_the_input():
    rec = record_session(120, 8, 9, 3)
    caps = [5000, 20000, 33333, 65536]
    first = export_at(rec, caps)
    again = export_at(rec, list(reversed(caps)))
    other = export_at(rec, caps)
    for (cap, one), (_, two), (_, three) in zip(first, reversed(again), other):
        checks.true(one.text == two.text == three.text, f"cap {cap}: other bytes from the same input")


if __name__ == "__main__":
    checks.main()
