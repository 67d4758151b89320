#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lanes in memory that the daemon shares: written by hand, by a client that dies, by one that means no good."""
import json
import os
import random
import signal
import subprocess

import checks
from daemon import LIMIT_S, Daemon

LANE_CLIENT = os.path.join(checks.HOST, "tests", "lane_client")
BEGIN, END, INSTANT, COUNTER, PHASE, BEGIN_VALUE = 0, 1, 2, 3, 9, 10
OK, NOT_FOUND, NO_SPACE = 0, 1, 7
EPERM, EACCES = 1, 13


class Writer:
    """A client that does what it is told."""

    def __init__(self, perfd):
        self.process = subprocess.Popen(
            [LANE_CLIENT, perfd.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(timeout=LIMIT_S)
        self.process.stdout.close()

    def say(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def numbers(self, *words):
        return [int(word) for word in self.say(*words).split()]

    def open(self, name, records=256):
        """Its status, and the lane's id."""
        status, lane, granted, size, _ = self.numbers("open", name, records)
        if status == OK:
            checks.equal(size, granted * 16)
        return status, lane

    def label(self, name):
        return self.numbers("label", name)[0]

    def span(self, label):
        self.say("mark", BEGIN, label, 0)
        self.say("mark", END, label, 0)

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=LIMIT_S)
        self.process.stdin.close()


def trace_of(perfd):
    path = os.path.join(perfd.work, "trace.json")
    perfd.perfctl("export", "-o", path)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def events(trace, lane):
    """What a lane holds: name, kind and arguments, in order; metadata left out."""
    return [
        (event["name"], event["ph"], event.get("args", {}))
        for event in trace["traceEvents"]
        if event["tid"] == lane and event["ph"] != "M"
    ]


def health(perfd):
    return perfd.json("metrics")["health"]


def shared_mappings(perfd):
    with open(f"/proc/{perfd.pid()}/maps", encoding="utf-8") as maps:
        return sum("memfd:perfd" in line for line in maps)


def descriptors(perfd):
    folder = f"/proc/{perfd.pid()}/fd"
    return sum("memfd:perfd" in os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder))


@checks.check
def what_a_client_writes_is_in_the_trace():
    with Daemon() as perfd, Writer(perfd) as writer:
        checks.equal(writer.open("main"), (OK, 1))
        draw, count = writer.label("draw"), writer.label("count")
        checks.equal(writer.say("enabled"), "0")
        perfd.perfctl("start", "by-hand")
        checks.equal(writer.say("enabled"), "1")
        writer.say("mark", PHASE, draw, 0)
        writer.say("mark", COUNTER, count, 0)
        writer.say("value", -5)
        writer.say("mark", BEGIN_VALUE, count, 0)
        writer.say("value", 77)
        writer.say("mark", END, count, 0)
        writer.say("mark", PHASE, 0, 0)
        writer.say("mark", INSTANT, draw, 0)
        before = health(perfd)
        perfd.perfctl("stop")
        checks.equal(writer.say("enabled"), "0")
        trace = trace_of(perfd)
        names = [e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "thread_name"]
        checks.equal(names, ["frames", "main"])
        checks.equal(
            events(trace, 1),
            [("draw", "X", {}), ("count", "C", {"value": -5}), ("count", "X", {"arg": 77}), ("draw", "i", {})],
        )
        session = trace["otherData"]["session"]
        for event in trace["traceEvents"]:
            if event["ph"] != "M":
                checks.true(0 <= event["ts"] <= (session["endNs"] - session["startNs"]) / 1000, "in its time")
        checks.equal((before["written"], before["resident"]), (6, 6))
        checks.equal(writer.numbers("close", 1), [OK])
        after = health(perfd)
        checks.equal((after["written"], after["resident"], after["ledgerBalanced"]), (6, 6, True))


@checks.check
def info_says_what_marks_are_stamped_with():
    with Daemon() as perfd, Writer(perfd) as writer:
        mult = writer.numbers("open", "main", 256)[4]
        ticks = perfd.json("info")["ticks"]
        checks.equal(ticks["name"] != "", mult != 0, "a counter has a multiplier")
        line = [line for line in perfd.perfctl("info").splitlines() if line.startswith("ticks ")]
        if mult != 0:
            checks.true(10**6 < ticks["perSecond"] < 10**11, ticks)
            checks.true(line[0].startswith(f"ticks {ticks['name']}, "), line)
        else:
            checks.equal((line, ticks["perSecond"]), ([], 10**9))


@checks.check
def lanes_by_calls_are_as_they_were():
    with Daemon() as perfd, Writer(perfd) as writer:
        checks.equal(writer.numbers("plain", "calls", 64), [OK, 1, 64, 0, 0])
        checks.equal(writer.open("memory"), (OK, 2))
        perfd.perfctl("start", "calls")
        checks.equal(writer.numbers("call", 1, "span"), [OK])
        checks.equal(writer.numbers("call", 2, "span"), [NOT_FOUND])
        checks.equal(writer.numbers("call", 0, "span"), [OK])


@checks.check
def memory_is_what_the_client_may_have_of_it():
    with Daemon() as perfd, Writer(perfd) as writer:
        writer.open("main")
        perfd.perfctl("start", "attacked")
        tried = dict(word.split("=") for word in writer.say("attack").split())
        checks.equal(
            {what: int(error) for what, error in tried.items()},
            {
                "lane-shrink": EPERM, "lane-grow": EPERM, "lane-seal": EPERM,
                "enable-write": EPERM, "enable-map": EPERM, "enable-protect": EACCES, "enable-shrink": EPERM,
                "enable-punch": EPERM, "enable-reopened-write": EPERM, "enable-reopened-map": EPERM, "end": 0,
            },
        )
        checks.equal(writer.say("enabled"), "1")
        checks.equal(health(perfd)["ledgerBalanced"], True)


@checks.check
def a_killed_writers_marks_stay_until_the_session_ends():
    with Daemon("--lanes", "2") as perfd:
        perfd.perfctl("start", "killed")
        with Writer(perfd) as writer:
            checks.equal(writer.open("victim"), (OK, 1))
            draw = writer.label("draw")
            for _ in range(5):
                writer.span(draw)
            writer.say("mark", BEGIN, draw, 0)
            writer.kill()
        with Writer(perfd) as other:
            # The place beside it; not its own while the session runs.
            checks.equal(other.open("other"), (OK, 2))
            other.span(other.label("draw"))
            checks.equal(shared_mappings(perfd), 2)  # its lane and the enable word
            marks = health(perfd)
            checks.equal((marks["written"], marks["resident"]), (13, 13))
            perfd.perfctl("stop")
            trace = trace_of(perfd)
            checks.equal(events(trace, 1), [("draw", "X", {})] * 5 + [("draw", "X", {"unfinished": True})])
            checks.equal(events(trace, 2), [("draw", "X", {})])
            with Writer(perfd) as third:
                checks.equal(third.open("third"), (OK, 3))
        checks.equal(health(perfd)["ledgerBalanced"], True)


@checks.check
def nothing_is_left_of_lanes_that_are_closed():
    with Daemon() as perfd:
        for _ in range(40):
            with Writer(perfd) as writer:
                writer.open("one")
                _, lane = writer.open("two")
                writer.say("close", lane)
        perfd.perfctl("start", "after")
        checks.equal(health(perfd)["ledgerBalanced"], True)
        checks.equal((shared_mappings(perfd), descriptors(perfd)), (1, 1))


@checks.check
def a_closed_lane_is_the_services_alone():
    with Daemon() as perfd, Writer(perfd) as writer:
        writer.open("main")
        draw = writer.label("draw")
        perfd.perfctl("start", "closed")
        writer.span(draw)
        writer.say("close", 1)
        # Its mapping is still there, and harms nobody.
        writer.say("noise", 4711, 100000)
        perfd.perfctl("stop")
        checks.equal(events(trace_of(perfd), 1), [("draw", "X", {})])
        marks = health(perfd)
        checks.equal((marks["written"], marks["resident"], marks["droppedMalformed"]), (2, 2, 0))


@checks.check
def a_client_has_half_of_the_lanes():
    with Daemon("--lanes", "4") as perfd, Writer(perfd) as writer, Writer(perfd) as other:
        # The default is a fourth of all records.
        checks.equal(writer.open("a", 0), (OK, 1))
        checks.equal(writer.open("b", 0), (OK, 2))
        checks.equal(writer.open("c")[0], NO_SPACE)
        checks.equal(other.open("d"), (OK, 3))
        checks.equal(other.open("e", 0), (OK, 4))


@checks.check
def noise_beside_an_honest_client():
    dice = random.Random(20260101)
    with Daemon() as perfd, Writer(perfd) as honest, Writer(perfd) as worse:
        honest.open("honest")
        draw = honest.label("draw")
        worse.open("worse", 4096)
        worse.label("noise")
        for round_number in range(30):
            perfd.perfctl("start", "noise")
            honest.span(draw)
            worse.say("noise", dice.getrandbits(62) | 1, 10 ** dice.randrange(6))
            honest.span(draw)
            checks.equal(health(perfd)["ledgerBalanced"], True)
            perfd.perfctl("stop")
            checks.equal(events(trace_of(perfd), 1), [("draw", "X", {})] * 2, f"round {round_number}")
        # And without a pause, while the service reads.
        worse.process.stdin.write("noise 20260101 1000000000000\n")
        worse.process.stdin.flush()
        for round_number in range(30):
            perfd.perfctl("start", "noise")
            honest.span(draw)
            checks.equal(health(perfd)["ledgerBalanced"], True)
            perfd.perfctl("stop")
            checks.equal(events(trace_of(perfd), 1), [("draw", "X", {})], f"round {round_number}")
        worse.kill()
        checks.equal(health(perfd)["ledgerBalanced"], True)
        checks.true(perfd.process.poll() is None, "the service goes on")


@checks.check
def a_writer_killed_in_the_middle():
    """Marks go round and round while it is killed: what is left is whole, and adds up."""
    dice = random.Random(1)
    with Daemon() as perfd:
        perfd.perfctl("start", "middle")
        torn = 0
        for _ in range(100):
            with Writer(perfd) as writer:
                writer.open("spinning")
                draw = writer.label("draw")
                writer.process.stdin.write(f"spin {draw}\n")
                writer.process.stdin.flush()
                checks.equal(writer.process.stdout.readline(), "spinning\n")
                for _ in range(dice.randrange(2000)):
                    pass
                os.kill(writer.process.pid, signal.SIGKILL)
                writer.process.wait(timeout=LIMIT_S)
                writer.process.stdin.close()
            marks = health(perfd)
            checks.equal(marks["ledgerBalanced"], True)
            checks.equal(marks["droppedMalformed"], 0)
            checks.true(marks["droppedTorn"] - torn in (0, 1), "the slot in which it was killed, and no other")
            torn = marks["droppedTorn"]


checks.main()
