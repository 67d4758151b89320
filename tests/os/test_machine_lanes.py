#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Interrupts and channel waits as lanes of their own: each lies where a program says that it waited, and is counted by
what caused it; more of them than are kept are counted as lost; and an image that is without has nothing of it."""
import os
import subprocess

import harness
import machine
from harness import checks
import guest as link  # beside checks: harness has shown the way
from trace_model import Parsed

FULL = "perfd-full.elf"
PROGRAM = "user_machine.elf"
LANES = ("interrupts perfd", "interrupts systemui", "interrupts statefs", "channel systemui")
ROOM = 128  # notes that are kept between two rounds of perfd's loop
# One processor after another, each by its instructions: on a busy host one of the guest's may otherwise stand still for
# long, and what was to be waited for is there already. Time does not skip idleness: keys come in the host's.
COUNTED = ["-icount", "shift=0,sleep=on"]
CAP = 4 << 20  # more than any of these traces takes


class Trace(Parsed):
    """A trace of which all lanes are found by name; nesting, order and the ledger are looked at where it is read."""

    def __init__(self, raw):
        super().__init__(raw)
        self.tids = {name: tid for tid, name in self.names().items()}

    def spans(self, lane, *names):
        return [event for event in self.lane(self.tids[lane], "X") if not names or event["name"] in names]

    def sources(self, lane):
        return {event["name"] for event in self.spans(lane)}

    def lost(self, lane):
        """The last value of the counter that says so; 0 where there is none."""
        values = [event["args"] for event in self.lane(self.tids[lane], "C")]
        return int(list(values[-1].values())[0]) if values else 0


def end(span):
    return span["ts"] + span["dur"]


def within(span, outer):
    return outer["ts"] <= span["ts"] and end(span) <= end(outer)


def inside(spans, outer):
    return [span for span in spans if within(span, outer)]


def judge_machine_lanes(trace):
    """One after the other, in the session's time, none of them cut short."""
    session = trace.other["session"]
    for lane in LANES:
        at = 0
        for span in trace.spans(lane):
            checks.true(at <= span["ts"], f"{lane}: {span} begins before {at}")
            checks.true("unfinished" not in span.get("args", {}), f"{lane}: {span}")
            at = end(span)
        checks.true(at <= session["endNs"] - session["startNs"], f"{lane}: {at} is after the session")
        counts = trace.other["lanes"][str(trace.tids[lane])]
        checks.equal({name: counts[name] for name in ("torn", "malformed", "rate", "noSession")},
                     {"torn": 0, "malformed": 0, "rate": 0, "noSession": 0}, lane)
    checks.equal(trace.other["spans"]["mismatched"], 0)


def lost_elsewhere(trace, but=None):
    """The store's hart mounts a fresh disk meanwhile, which is a storm of its own."""
    return [trace.lost(lane) for lane in LANES if lane not in (but, "interrupts statefs")]


def run_program(*options, keys=0):
    """The log, and the trace off the disk. Each key event waits for the one before it to be taken."""
    with harness.folder() as folder:
        disk = os.path.join(folder, "state.img")
        with open(disk, "wb") as file:
            file.truncate(4 << 20)
        with harness.boot(machine.disk(disk), machine.KEYBOARD, COUNTED, image=PROGRAM,
                          options=("poweroff", f"keys={keys}", *options), seconds=60) as guest:
            guest.wait_for("systemui: ready")
            for n in range(keys):
                guest.monitor.key("down", n % 2 == 0)
                guest.wait_for("systemui: key")
            checks.equal(guest.end(), 0, "\n".join(guest.log))
            harness.clean(guest.log)
            # One of the session while it ran may be there as well.
            uri = [line for line in guest.log if line.startswith("perf: trace ")][-1].removeprefix("perf: trace ")
        return guest.log, Trace(harness.perfctl("state", "cat", disk, uri))


@checks.check
def each_wait_lies_in_the_span_of_who_waited():
    _, trace = run_program("calls=20", "sleeps=15", "stores=1", keys=6)
    judge_machine_lanes(trace)
    own = "program"
    # The machine's are perfd's own; the program's are SystemUI's, which is the process on that channel.
    checks.equal(trace.processes, {1: trace.other["session"]["name"], 2: "SystemUI"})
    checks.equal({name: trace.pids[trace.tids[name]] for name in (own, *LANES)},
                 {own: 2, **dict.fromkeys(LANES, 1)})
    checks.equal([len(trace.spans(own, name)) for name in ("asked", "slept", "typed", "stored")], [21, 15, 6, 1])
    # A call for each of 21 frames, one for the trace, and five for the labels that the program marks with.
    calls = trace.spans("channel systemui")
    checks.equal((trace.sources("channel systemui"), len(calls)), ({"call"}, 21 + 1 + 5))
    for span in trace.spans(own, "asked", "stored"):
        checks.equal(len(inside(calls, span)), 1, f"calls in {span}")
    # A sleep is ended by the timer, a key's wait by the keyboard; and they come at no other time.
    for name, source, count in (("slept", "timer", 15), ("typed", "input", 6)):
        found = trace.spans("interrupts systemui", source)
        checks.equal(len(found), count, source)
        for span in trace.spans(own, name):
            checks.equal(len(inside(found, span)), 1, f"{source} in {span}")
    # perfd's call for the trace waits for the disk, on another hart.
    checks.equal(trace.sources("interrupts statefs"), {"disk"})
    checks.true(inside(trace.spans("interrupts statefs"), trace.spans(own, "stored")[0]), "the disk while it stored")
    checks.equal(lost_elsewhere(trace), [0, 0, 0])


@checks.check
def a_storm_is_counted_and_disturbs_nothing_else():
    _, trace = run_program("calls=5", "sleeps=3", "storm=1000", keys=2)
    judge_machine_lanes(trace)
    storm, = trace.spans("program", "stormed")
    kept = inside(trace.spans("interrupts systemui", "timer"), storm)
    lost = trace.lost("interrupts systemui")
    print(f"1000 interrupts: {len(kept)} kept, {lost} lost")
    checks.equal(len(kept) + lost, 1000)
    # perfd is not called meanwhile: what there is room for, once more where the last key's round came late.
    checks.true(0 < len(kept) <= 2 * ROOM, len(kept))
    checks.equal(len(trace.spans("interrupts systemui", "timer")), len(kept) + 3)
    checks.equal(len(trace.spans("interrupts systemui", "input")), 2)
    checks.equal(lost_elsewhere(trace, but="interrupts systemui"), [0, 0])
    checks.equal(len(trace.spans("channel systemui")), 6 + 5)
    last = trace.spans("program", "asked")[-1]
    checks.equal(len(inside(trace.spans("channel systemui"), last)), 1, "the call after the storm")
    checks.equal([len(trace.spans("program", name)) for name in ("asked", "slept", "typed")], [6, 3, 2])


def exported(guest, bridge, folder, *arguments):
    """Over the line, when SystemUI, which has no store, is done: one trace is prepared at a time."""
    path = os.path.join(folder, "trace.json")
    guest.wait_for("systemui: the trace is not in the store")
    bridge.perfctl("export", *arguments, "-o", path)
    with open(path, "rb") as file:
        return Trace(file.read())


@checks.check
def a_session_shows_what_its_frames_waited_for():
    with harness.Lined(machine.DISPLAY, machine.KEYBOARD, image=FULL, options=("seconds=3",)) as guest, \
            link.Bridge(guest.line_path) as bridge, harness.folder() as folder:
        while '"running": true' in bridge.perfctl("metrics", "--json"):
            pass
        trace = exported(guest, bridge, folder, "--max-bytes", str(CAP))
        harness.clean(guest.log, allowed=("systemui: the trace is not in the store",))
    checks.equal(trace.other["truncated"], {"frames": 0, "records": 0})
    judge_machine_lanes(trace)
    checks.equal([trace.lost(lane) for lane in LANES], [0, 0, 0, 0])
    own = trace.sources("interrupts systemui")
    checks.true({"timer", "gpu", "software"} <= own <= {"timer", "gpu", "software", "input", "watch"}, own)
    checks.equal(trace.sources("interrupts perfd") - {"timer"}, {"software", "serial"})
    # The display is asked twice a frame, to take the picture and to show it, while SystemUI presents; an answer that is
    # there before SystemUI has slept interrupts nobody, or its next sleep.
    presents = trace.spans("systemui", "present")
    gpu = trace.spans("interrupts systemui", "gpu")
    placed = sum(len(inside(gpu, span)) for span in presents)
    checks.true(len(gpu) <= 2 * len(presents) + 3 and placed * 10 >= len(gpu) * 8,
                f"{len(gpu)} of the display, {placed} in {len(presents)} that are presented")
    # It sleeps until a refresh, once or not at all.
    refreshes = (trace.other["session"]["endNs"] - trace.other["session"]["startNs"]) * 60 // 10**9
    timers = len(trace.spans("interrupts systemui", "timer"))
    checks.true(len(presents) // 2 <= timers <= refreshes + 1, f"{timers} of the timer in {refreshes} refreshes")
    calls = trace.spans("channel systemui")
    for span in trace.spans("systemui", "perfd calls"):
        found = inside(calls, span)
        checks.true(found and sum(call["dur"] for call in found) <= span["dur"], f"{found} in {span}")
    print(f"{len(presents)} frames: {len(calls)} calls, interrupts: {timers} of the timer, {len(gpu)} of the display, "
          f"{len(trace.spans('interrupts perfd'))} of perfd's hart")


@checks.check
def a_program_that_hangs_is_under_the_watch():
    # Two seconds, in five parts of which the last one ends it; and what was noted stays as it was.
    with harness.Lined(image=FULL, options=("seconds=4", "hang=20")) as guest, link.Bridge(guest.line_path) as bridge, \
            harness.folder() as folder:
        trace = exported(guest, bridge, folder, "--max-bytes", str(CAP))
        harness.clean(guest.log, allowed=("PANIC hart=1", "systemui: the trace is not in the store"))
    judge_machine_lanes(trace)
    watch = trace.spans("interrupts systemui", "watch")
    before = [span for span in trace.spans("channel systemui") if span["ts"] < watch[0]["ts"]]
    after = [span for span in trace.spans("channel systemui") if span["ts"] > watch[3]["ts"]]
    checks.true(len(watch) >= 4 and before and after, f"{watch}, {len(before)} calls before, {len(after)} after")


@checks.check
def a_run_log_has_them():
    with harness.Lined(machine.DISPLAY, image=FULL, options=("run-log", "seconds=2")) as guest, \
            link.Bridge(guest.line_path) as bridge, harness.folder() as folder:
        log, again = (os.path.join(folder, name) for name in ("image.runlog", "again.json"))
        bridge.perfctl("record", "--attach", "--for", "3s", "-o", log)
        traces = [exported(guest, bridge, folder)]
        harness.perfctl("replay", log, "-o", again)
        with open(again, "rb") as file:
            traces.append(Trace(file.read()))
    shown = [[event for event in trace.events if event["tid"] in [trace.tids[lane] for lane in LANES]]
             for trace in traces]
    print(f"{len(shown[0])} events of the machine's lanes")
    checks.true(len(shown[0]) > 20, shown[0])
    # The clock's name is shorter: the cap may have room for some more, and they are the oldest.
    checks.equal(shown[1][-len(shown[0]):], shown[0])


@checks.check
def what_it_costs():
    """In instructions, on which the waits of user_machine.c are the same with and without."""
    def price(*options):
        log = harness.run(harness.COUNTED, image=PROGRAM, options=("price", *options))
        return [int(line.split()[-1]) for line in log if line.startswith(("systemui: 100 ", "systemui: 128 "))]

    noted, lost, taken, idle, idle_lost, _ = price()
    off, *_ = price("interrupts=off")
    print(f"an interrupt: {(noted - idle) / 100:g} instructions, lost {(lost - idle_lost) / 100:g}, to perfd "
          f"{taken / 108:g}; without a session {(idle - off) / 100:g} more than turned off")
    checks.true(0 < noted - idle <= 100 * 80 and 0 < lost - idle_lost <= noted - idle, (noted, lost, idle, idle_lost))
    checks.true(taken <= 108 * 1200, taken)
    checks.true(off <= idle <= off + 100 * 10, (idle, off))


def names_of_lanes(image, *options):
    with harness.Lined(image=image, options=("seconds=1", *options)) as guest, \
            link.Bridge(guest.line_path) as bridge, harness.folder() as folder:
        return set(exported(guest, bridge, folder).tids)


@checks.check
def other_images_have_no_such_lanes():
    checks.equal(names_of_lanes(FULL) & set(LANES), set(LANES))
    checks.equal(names_of_lanes(FULL, "interrupts=off") & set(LANES), set())
    checks.equal(names_of_lanes(FULL, "clock=scripted") & set(LANES), set(), "a script's time is not the machine's")
    for image in (harness.IMAGE, harness.LANES):
        checks.equal(names_of_lanes(image) & set(LANES), set(), image)
        symbols = subprocess.run(["riscv64-unknown-elf-nm", os.path.join(machine.IMAGES, image)], check=True,
                                 capture_output=True, text=True).stdout
        checks.true("notes_on" not in symbols and "virt_board_take_note" not in symbols, image)
        with open(os.path.join(machine.IMAGES, image), "rb") as file:
            checks.true(b"lost interrupts" not in file.read(), image)


checks.main()
