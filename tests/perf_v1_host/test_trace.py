#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is in a trace: every event, its order and its nesting, the ledger, and the figures."""
import random
import subprocess
from decimal import Decimal

import checks
import driver
import figures
from trace_model import Parsed, Recording, as_expected, text_of

MS = 1000000
SECOND = 1000 * MS
HUGE = 1 << 26


def export(recording, stop=True, cap=HUGE, config=None, **options):
    lines = ([driver.line("stop")] if stop else []) + [driver.line("trace", cap=cap, **options)]
    lines.append("health")
    answers = recording.play(*lines, config=config)
    trace, health = answers[-2][2], answers[-1][2]
    checks.equal(trace.result, 0)
    parsed = Parsed(trace.text)
    checks.equal(health["ledger_balanced"], 1)
    compare_health(parsed, health)
    return parsed


def compare_health(parsed, health):
    """What the call says is what the file says."""
    for name in ("copied", "exported", "cut", "filtered", "unpaired", "outside"):
        checks.equal(parsed.other["export"][name], health[name], name)
    spelled = {"closedAtExport": "closed_at_export", "closedByParent": "closed_by_parent",
               "beginsTooDeep": "begins_too_deep", "endsTooDeep": "ends_too_deep"}
    for name, count in parsed.other["spans"].items():
        checks.equal(count, health[spelled.get(name, name)], name)


def compare_lanes(parsed, recording, depth=32):
    for tid in recording.lanes:
        got = [as_expected(event) for event in parsed.lane(tid)]
        expected = recording.lane_events(tid, depth)
        for number, (one, other) in enumerate(zip(got, expected)):
            checks.equal(one, other, f"lane {tid}, event {number}")
        checks.equal(len(got), len(expected), f"events of lane {tid}")
    for name, count in recording.span_counts(depth).items():
        checks.equal(parsed.other["spans"][name], count, name)


# --- lanes ---


@checks.check
def a_span_is_one_complete_event():
    rec = Recording()
    tid = rec.lane("render")
    rec.mark(tid, "begin", "draw", SECOND + 1)
    rec.mark(tid, "end", "draw", SECOND + 2001)
    parsed = export(rec)
    checks.true('{"name":"draw","ph":"X","ts":0.001,"pid":1,"tid":1,"dur":2.000}' in parsed.text,
                parsed.text)
    checks.equal(parsed.names(), {0: "frames", 1: "render"})


@checks.check
def ends_close_the_nearest_of_their_name():
    rec = Recording()
    tid = rec.lane("l")
    at = SECOND
    for kind, name in (("begin", "a"), ("begin", "b"), ("begin", "a"), ("begin", "c"),
                       ("end", "a"),   # the inner one; c is closed with it
                       ("end", "d"),   # no such begin
                       ("end", "a"),   # the outer one; b is closed with it
                       ("end", "a"),   # none is left
                       ("begin", "e"), ("begin", "f")):  # open at the end
        at += 1000
        rec.mark(tid, kind, name, at)
    parsed = export(rec)
    got = [(e["name"], e["ts"], e["dur"], e.get("args")) for e in parsed.lane(tid)]
    unfinished = {"unfinished": True}
    checks.equal(got, [("a", 1000, 6000, None), ("b", 2000, 5000, unfinished),
                       ("a", 3000, 2000, None), ("c", 4000, 1000, unfinished),
                       ("e", 9000, 1000, unfinished), ("f", 10000, 0, unfinished)])
    spans = parsed.other["spans"]
    checks.equal((spans["begins"], spans["paired"], spans["closedByParent"], spans["closedAtExport"]),
                 (6, 2, 2, 2))
    checks.equal((spans["ends"], spans["mismatched"], spans["orphan"]), (4, 2, 0))
    checks.equal(parsed.other["export"]["unpaired"], 2)
    compare_lanes(parsed, rec)


@checks.check
def spans_deeper_than_the_stack():
    rec = Recording()
    tid = rec.lane("deep")
    for depth in range(10):
        rec.mark(tid, "begin", f"level {depth}", SECOND + depth * 1000)
    for depth in reversed(range(10)):
        rec.mark(tid, "end", f"level {depth}", SECOND + 20000 - depth * 1000)
    parsed = export(rec, config={"span_depth": 7})
    checks.equal([e["name"] for e in parsed.lane(tid)], [f"level {n}" for n in range(7)])
    checks.equal([e["dur"] for e in parsed.lane(tid)], [20000 - 2000 * n for n in range(7)])
    spans = parsed.other["spans"]
    checks.equal((spans["paired"], spans["beginsTooDeep"], spans["endsTooDeep"]), (7, 3, 3))


@checks.check
def all_kinds_of_marks():
    rec = Recording()
    tid = rec.lane("all kinds")
    at = SECOND + 1000
    for value in (0, 1, -1, 2**63 - 1, -2**63, 1234567):
        rec.mark(tid, "counter", "level", at := at + 1000, value)
    for value in (1, 2**63 - 1, 255):
        for kind in ("flowstart", "flowstep", "flowend", "asyncbegin", "asyncend"):
            rec.mark(tid, kind, "job", at := at + 1000, value, "net" if value == 255 else None)
    rec.mark(tid, "instant", "here", at)
    rec.mark(tid, "instant", "there", at, category="ui")
    parsed = export(rec)
    compare_lanes(parsed, rec)
    for event in parsed.lane(tid):
        if event["ph"] in "stfbe":
            checks.true(event.get("cat"), f"a category: {event}")
        checks.equal("s" in event, event["ph"] == "i", str(event))
    checks.true(all(e.get("bp") == "e" for e in parsed.lane(tid, "f")), "flows end at their span")


@checks.check
def random_marks():
    """Three lanes of marks made up at random; frames in between."""
    for seed in range(30):
        rng = random.Random(seed)
        rec = Recording()
        tids = [rec.lane(f"lane {n}") for n in range(3)]
        names, at, open_names = ["a", "b", "c", "d"], SECOND, {tid: [] for tid in tids}
        for _ in range(rng.randrange(1, 400)):
            at += rng.choice((0, 0, 1, 500, 100000, 5 * MS))
            tid, choice = rng.choice(tids), rng.random()
            if choice < 0.4 and len(open_names[tid]) < 30:
                name = rng.choice(names)
                open_names[tid].append(name)
                rec.mark(tid, "begin", name, at)
            elif choice < 0.75 and open_names[tid]:
                name = open_names[tid].pop() if rng.random() < 0.8 else rng.choice(names)
                rec.mark(tid, "end", name, at)
            elif choice < 0.85:
                rec.mark(tid, "counter", "n", at, rng.randrange(-100, 100))
            elif choice < 0.95:
                rec.mark(tid, "instant", rng.choice(names), at, category=rng.choice(("", "x")) or None)
            else:
                at += 1
                rec.tick(at=at)
        compare_lanes(export(rec), rec)


@checks.check
def a_span_that_ends_in_the_future():
    """Times may be a second ahead of the clock: what is open at the end still ends within its parent."""
    rec = Recording()
    tid = rec.lane("ahead")
    rec.lines.append(f"now {SECOND}")
    lines = []
    for kind, name, ahead in (("begin", "a", 100), ("begin", "b", 200 * MS), ("instant", "c", 300 * MS)):
        lines += [driver.line("mark", kind=kind, lane=tid, name=name, at=SECOND + ahead),
                  f"now {SECOND + 10 * MS}"]
    answers = rec.play(*lines, "stop", driver.line("trace", cap=HUGE))
    parsed = Parsed(answers[-1][2].text)
    for event in parsed.lane(tid):
        checks.true(0 <= event["ts"] <= SECOND and event.get("dur", 0) <= SECOND, str(event))


# --- loss ---


@checks.check
def overwritten_records_are_located():
    rec = Recording()
    tid = rec.lane("short", records=64)
    for number in range(100):  # 100 spans: 200 records, the last 64 stay: 32 spans
        rec.mark(tid, "begin", "s", SECOND + 10000 * number)
        rec.mark(tid, "end", "s", SECOND + 10000 * number + 5000)
    parsed = export(rec)
    checks.equal(len(parsed.lane(tid, "X")), 32)
    checks.equal(parsed.lane(tid, "X")[0]["ts"], 68 * 10000)
    lost = [event for event in parsed.lane(tid, "i")]
    checks.equal(len(lost), 1)
    checks.equal(lost[0]["args"]["count"], 136)
    checks.true(lost[0]["ts"] <= 68 * 10000, "the loss is before what is left")
    checks.equal(parsed.other["lanes"]["1"]["overwritten"], 136)
    checks.equal(parsed.other["droppedRecordsByThread"], {"0": 0, "1": 136})


@checks.check
def an_end_whose_begin_was_overwritten_is_an_orphan():
    rec = Recording()
    tid = rec.lane("short", records=64)
    rec.mark(tid, "begin", "long one", SECOND)
    for number in range(100):
        rec.mark(tid, "instant", "i", SECOND + 1000 * number)
    rec.mark(tid, "end", "long one", SECOND + MS)
    parsed = export(rec)
    checks.equal(parsed.lane(tid, "X"), [])
    checks.equal((parsed.other["spans"]["orphan"], parsed.other["spans"]["mismatched"]), (1, 0))


@checks.check
def refused_records_are_located():
    rec = Recording()
    tid = rec.lane("limited")
    for number in range(10):
        rec.mark(tid, "instant", "i", SECOND + 1000 * number)
    more = [driver.line("mark", kind="instant", lane=tid, name="i", at=SECOND + 20000)] * 5
    answers = rec.play(*more, "stop", driver.line("trace", cap=HUGE),
                       config={"records_per_second": 10})
    checks.equal([result for command, result, _ in answers if command == "mark"], [-14] * 5)
    parsed = Parsed(answers[-1][2].text)
    checks.equal(parsed.other["lanes"]["1"]["rate"], 5)
    lost = [e for e in parsed.lane(tid) if e["name"] not in ("i",)]
    checks.equal([e["args"]["count"] for e in lost], [5])


@checks.check
def records_of_other_sessions_are_outside():
    lines = ["start name=first", "lane name=l", "mark kind=instant lane=1 name=before at=1000001000",
             "mark kind=begin lane=1 name=across at=1000002000",
             "now 1100000000", "start name=second",
             "mark kind=instant lane=1 name=inside at=1100000000",
             "mark kind=end lane=1 name=across at=1150000000",
             "now 1200000000", "stop session=2", "now 1200000001",
             "mark kind=instant lane=1 name=after at=1200000001",
             driver.line("trace", session=2, cap=HUGE), "stop", driver.line("trace", session=1, cap=HUGE)]
    answers = driver.play(lines)
    second, first = Parsed(answers[-3][2].text), Parsed(answers[-1][2].text)
    checks.equal([e["name"] for e in second.lane(1, "iX")], ["inside"])
    out = second.other["export"]
    checks.equal((out["exported"], out["unpaired"]), (1, 1))  # inside; the end of what began before
    checks.equal(out["outside"], out["copied"] - 2)
    checks.equal([e["name"] for e in first.lane(1, "iX")], ["before", "across", "inside", "after"])
    checks.equal(first.other["export"]["outside"], 0)


# --- frames ---


def check_frames(parsed, rec, end_ns):
    """The frames lane against the ticks."""
    settings = {"budget": figures.DEFAULT_BUDGET, "long": 0, "idle": 0, "warmup": 0, **rec.settings}
    frames, _, _ = figures.play(rec.ticks, settings)
    shown = [tick for tick in rec.ticks if not tick.get("thrown")]
    expected, janks = [], []
    for tick, before, frame in zip(shown[1:], shown, frames[1:]):
        if frame.interval is None:
            continue
        args = {"frameId": tick["id"]}
        if frame.work is not None:
            args["work"] = figures.ms_text(frame.work)
        args |= {phase: figures.ms_text(value) for phase, value in frame.phases.items()}
        if frame.cause and frame.counted:
            args["cause"] = frame.cause
            janks.append((tick["at"] - rec.start_ns, tick["id"], frame.cause))
        expected.append((before["at"] - rec.start_ns, frame.interval, args))
    got = [(e["ts"], e["dur"], {k: v for k, v in e["args"].items() if k not in ("missed", "why")})
           for e in parsed.frames()]
    checks.equal(len(got), len(expected), "one event an interval")
    for one, other in zip(got, expected):
        checks.equal(one, other)
    for event in parsed.frames():
        checks.equal(event["name"], "frame")
        checks.equal(event["cname"] != "good", "cause" in event["args"], str(event))
    instants = parsed.lane(0, "i")
    checks.equal([(e["ts"], e["args"]["frameId"], e["args"]["cause"]) for e in instants
                  if e["name"] == "jank" and e["args"]["cause"] != "dropped"], janks)
    checks.equal([e["ts"] for e in instants if e["name"] == "session start"], [0])
    checks.equal([e["ts"] for e in instants if e["name"] == "session stop"],
                 [] if end_ns is None else [end_ns - rec.start_ns])
    if settings["warmup"]:
        return  # the file need not tell which of its last ones were thrown away
    thrown = sum(1 for tick in rec.ticks if tick.get("thrown"))
    checks.equal(sum(e["args"]["count"] for e in instants if e["name"] == "dropped"), thrown, "dropped")


FIGURES = {
    "fps": "milli_fps", "avg": "avg_ns", "p50": "p50_ns", "p95": "p95_ns", "p99": "p99_ns",
    "p999": "p999_ns", "low1Fps": "low1_milli_fps", "low01Fps": "low01_milli_fps",
    "longest": "longest_ns", "longFrames": "long_frames", "dropped": "dropped", "late": "late",
    "frames": "frames", "budgetMs": "budget_ns", "workAvg": "work_avg_ns", "workP95": "work_p95_ns",
    "workP99": "work_p99_ns", "overBudget": "over_budget", "latencyCount": "latency_count",
    "latencyP50": "latency_p50_ns", "latencyP95": "latency_p95_ns", "latencyP99": "latency_p99_ns",
    "sessionFrames": "session_frames", "sessionFps": "session_milli_fps",
    "sessionP50": "session_p50_ns", "sessionP95": "session_p95_ns", "sessionP99": "session_p99_ns",
    "sessionP999": "session_p999_ns", "sessionLongest": "session_longest_ns",
    "sessionLongFrames": "session_long", "sessionDropped": "session_dropped",
    "sessionLate": "session_late", "sessionTime": "session_ns", "sessionExact": "session_exact",
    "jankDropped": "jank_dropped", "jankApp": "jank_app", "jankGpu": "jank_gpu",
    "jankPipeline": "jank_pipeline", "jankUnknown": "jank_unknown",
}


def check_figures(parsed, expected):
    metrics = parsed.other["metrics"]
    checks.equal(set(FIGURES) - set(metrics), set(), "figures missing")
    for key, name in FIGURES.items():
        value = expected[name]
        if metrics[key] is None:
            checks.equal(value, 0, f"{key} is null")
        elif name.endswith("_ns") or name == "budget_ns":
            checks.equal(metrics[key], figures.ms_text(value), key)
        elif name.endswith("milli_fps"):
            checks.equal(Decimal(metrics[key]) * 1000, value, key)
        else:
            checks.equal(int(metrics[key]), value, key)


def record_frames(seed, count, **settings):
    rng = random.Random(seed)
    rec = Recording(**settings)
    at = SECOND
    for number in range(1, count + 1):
        if rng.random() < 0.08:
            rec.tick(id=number, thrown=1)
            continue
        gap = rng.choice((16666667,) * 8 + (25000001, 33333333, 50 * MS, 116700001))
        at += gap
        tick = {"id": number, "at": at}
        if rng.random() < 0.7:
            for phase in figures.PHASES:
                tick[phase] = rng.randrange(1, 6 * MS)
            tick["began"] = at - rng.randrange(1, gap)
        if rng.random() < 0.05:
            tick["idle"] = 1
        if rng.random() < 0.2:
            tick["deadline"] = at - rng.randrange(-5 * MS, 12 * MS)
        if rng.random() < 0.2:
            tick["input"] = at - rng.randrange(0, 50 * MS)
        rec.tick(**tick)
    return rec


@checks.check
def frames_and_figures():
    for seed in range(25):
        rec = record_frames(seed, 5 * seed)
        parsed = export(rec)
        check_frames(parsed, rec, rec.now)
        check_figures(parsed, rec.figures())


@checks.check
def frames_and_figures_with_settings():
    for seed in range(25, 40):
        rng = random.Random(seed)
        rec = record_frames(seed, 80, budget=rng.choice((8333333, 16666667)),
                            long=rng.choice((0, 20 * MS)), idle=rng.choice((0, 40 * MS)),
                            warmup=rng.choice((0, 5, 30)))
        parsed = export(rec)
        check_frames(parsed, rec, rec.now)
        check_figures(parsed, rec.figures())


@checks.check
def a_session_that_still_runs():
    rec = record_frames(77, 50)
    parsed = export(rec, stop=False)
    check_frames(parsed, rec, None)
    check_figures(parsed, rec.figures(stopped=False))
    checks.equal(parsed.other["session"]["running"], True)


@checks.check
def a_ring_that_overflowed():
    """The trace has the frames of the ring; the oldest of them still has its interval."""
    rec = Recording()
    for number in range(1, 101):
        rec.tick(id=number, at=SECOND + number * 10 * MS)
    parsed = export(rec, config={"frames": 32})
    checks.equal([e["args"]["frameId"] for e in parsed.frames()], list(range(69, 101)))
    checks.equal({e["dur"] for e in parsed.frames()}, {10 * MS})
    check_figures(parsed, rec.figures(ring=32))


@checks.check
def nothing_recorded():
    parsed = export(Recording())
    check_figures(parsed, figures.figures([]))
    checks.equal(parsed.other["metrics"]["fps"], None)
    checks.equal(parsed.other["metrics"]["p95"], None)
    checks.equal(parsed.frames(), [])


@checks.check
def work_of_pipelined_frames_is_asynchronous():
    """Each frame is worked on for two intervals: pairs by id, each at its own time."""
    rec = Recording()
    for number in range(1, 21):
        at = SECOND + number * 10 * MS
        rec.tick(id=number, at=at, began=at - 10 * MS if number == 1 else at - 19 * MS, render=18 * MS)
    parsed = export(rec)
    pairs = {}
    for event in parsed.lane(0, "be"):
        checks.true(event.get("cat") and event.get("id"), str(event))
        pairs.setdefault(event["id"], []).append((event["ph"], event["ts"]))
    checks.true(len(pairs) >= 19, "a pair a frame")
    for name, events in pairs.items():
        checks.equal([phase for phase, _ in events], ["b", "e"], name)
        checks.equal(events[1][1] - events[0][1], 18 * MS, name)


# --- what stands around ---


@checks.check
def other_data_says_what_it_is():
    rec = Recording(budget=8333333, warmup=3, idle=100 * MS)
    rec.lane("same name")
    rec.lane("same name")
    rec.lane("")
    rec.tick(at=SECOND + MS)
    parsed = export(rec)
    session = parsed.other["session"]
    checks.equal(session["name"], "test")
    checks.equal((session["budgetMs"], session["longFrameMs"]), ("8.333333", "12.500000"))
    checks.equal((session["warmupFrames"], session["idleGapMs"]), (3, "100.000000"))
    checks.equal(parsed.other["clock"]["source"], "scripted")
    checks.equal(parsed.other["clock"]["ticksPerSecond"], SECOND)
    checks.true(parsed.other["version"], "a version")
    checks.equal(list(parsed.other["lanes"]), ["0", "1", "2", "3"])
    checks.equal(parsed.names(), {0: "frames", 1: "same name", 2: "same name", 3: "lane 3"})
    checks.equal(parsed.other["truncated"], {"frames": 0, "records": 0})


TEXTS = ['"', "\\", '\\"', "\x01\x02\x1f", "\n\r\t\b\f", "\x7f", "a\x00b", "/", "\u00e9\u20ac\U0001f600",
         "\u2028\u2029", "</script>", "%s%n", "\ud7ff\ue000\ufffd\uffff", b"\xff", b"\xc3", b"a\xc3",
         b"\xc3(", b"\xe2\x82", b"\xe2\x82z", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\x80", b"\xc1\xbf",
         b"\xf5\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\x80\x80", b"\xe0\x80\x80",
         b"\xf0\x80\x80\x80", bytes(range(1, 64)), bytes(range(64, 127)), bytes(range(127, 190)),
         bytes(range(190, 253)), b"\x1f" * 63]


@checks.check
def every_text_is_escaped():
    rng = random.Random(5)
    texts = TEXTS + [bytes(rng.randrange(256) for _ in range(rng.randrange(1, 64))) for _ in range(200)]
    for start in range(0, len(texts), 50):
        rec = Recording()
        tid = rec.lane("texts")
        for number, text in enumerate(texts[start:start + 50]):
            rec.mark(tid, "instant", text, SECOND + number * 1000)
        parsed = export(rec)
        compare_lanes(parsed, rec)


@checks.check
def lane_names_and_categories_are_escaped():
    rec = Recording()
    names = ["\n\"\\", b"\xff\xfe", b"\x1f" * 31]
    tids = [rec.lane(name) for name in names]
    for tid, name in zip(tids, names):
        rec.mark(tid, "instant", "x", SECOND + 1000, category=name)
    parsed = export(rec)
    for tid, name in zip(tids, names):
        checks.equal(text_of(parsed.names()[tid]), text_of(name))
        checks.equal(text_of(parsed.lane(tid)[0]["cat"]), text_of(name))


@checks.check
def jq_takes_it():
    rec = record_frames(3, 100)
    tid = rec.lane("l")
    rec.mark(tid, "instant", b"\xff\n\"", rec.now)
    answers = rec.play("stop", driver.line("trace", cap=HUGE))
    raw = answers[-1][2].text
    done = subprocess.run(["jq", "-e", "[.traceEvents[]|select(.ph==\"X\")]|length"], input=raw,
                          capture_output=True, timeout=60, check=True)
    checks.equal(int(done.stdout), len(Parsed(raw).frames()))


if __name__ == "__main__":
    checks.main()
