#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What perfd was told, recorded and played again: the same figures and the same traces, byte for byte; and logs that
are cut off, altered, newer or none at all."""
import contextlib
import json
import os
import random
import re
import signal
import struct
import subprocess
import time
import zlib

import checks
import daemon
from trace_model import Parsed

MARK_PROGRAM = os.path.join(checks.HOST, "tests", "mark_program")
WRITE_FRAMES = os.path.join(checks.HOST, "tests", "write_frames")
SCHEMAS = os.path.join(checks.ROOT, "tools", "nexus-idl", "schemas")


class Recording:
    """perfctl record, under way; ended by the signal that Ctrl-C sends, to its last byte."""

    def __init__(self, perfd, *arguments):
        self.perfd = perfd
        self.log = os.path.join(perfd.work, "a.runlog")
        self.process = subprocess.Popen(
            [daemon.PERFCTL, "--connect", perfd.address, "record", "--json", "-o", self.log, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        checks.equal(perfd.marker(), "perf: start record (budget=16.667ms)")

    def end(self, code=0):
        """Its figures where it has some, else what it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=daemon.LIMIT_S)
        checks.equal(self.process.returncode, code, err)
        return json.loads(out) if code == 0 else err.decode()


def frames(perfd, way, count, ahead_ns=0):
    """Frames 1 to count of 10 ms, the last one shown so far ahead of now. What perfd refuses is in a log, too."""
    last_ns = time.monotonic_ns() + ahead_ns
    program = subprocess.run([WRITE_FRAMES, perfd.address, way, str(count), str(last_ns), "100000"],
                             input=b"", capture_output=True, timeout=daemon.LIMIT_S, check=False)
    checks.equal(program.stdout, b"written\n")


def marks(perfd):
    subprocess.run([MARK_PROGRAM], input=b"\n", capture_output=True, timeout=daemon.LIMIT_S, check=True,
                   env={**os.environ, "PERF_SOCKET": perfd.path})


def trace(perfd, name, *arguments):
    path = os.path.join(perfd.work, name)
    perfd.perfctl("export", "-o", path, *arguments)
    with open(path, "rb") as file:
        return file.read()


def replay(log, *arguments, code=0):
    """What it printed, and what it complained of."""
    done = daemon.run(daemon.PERFCTL, "replay", log, *arguments)
    checks.equal(done.returncode, code, done.stderr)
    return done.stdout, done.stderr.decode()


def as_replayed(live):
    """A trace but for its clock's name, which is the only difference."""
    changed = live.replace(b'"source":"CLOCK_MONOTONIC"', b'"source":"replay"')
    checks.true(changed != live, "no clock")
    return changed


@contextlib.contextmanager
def recorded():
    """A daemon, its log, its figures, and its traces in the middle and at the end, of a session with everything."""
    with daemon.Daemon() as perfd:
        recording = Recording(perfd)
        frames(perfd, "lane", 60)
        marks(perfd)
        middle = trace(perfd, "middle.json")
        small = trace(perfd, "small.json", "--max-bytes", "20000")
        frames(perfd, "calls", 100, ahead_ns=400000000)
        marks(perfd)
        figures = recording.end()
        yield perfd, recording.log, figures, [middle, small, trace(perfd, "end.json")]


@checks.check
def the_same_figures_and_traces():
    with recorded() as (perfd, log, figures, (middle, small, end)):
        checks.true(figures["sessionFrames"] > 80 and figures["sessionDropped"] > 0, figures)
        checks.true(b'"name":"blur"' in end and b'"value":43' in end, "the marks are there")
        traces = os.path.join(perfd.work, "traces")
        os.mkdir(traces)
        last = os.path.join(perfd.work, "last.json")
        out, err = replay(log, "--json", "--traces", traces, "-o", last)
        checks.equal(err, "")
        told = json.loads(out)
        checks.equal((told["sessions"], told["complete"]), ([figures], True))
        checks.equal(sorted(os.listdir(traces)), ["trace-1.json", "trace-2.json"])
        # Where the cap cuts depends on the length of the clock's name, too.
        checks.true(18000 < len(small) <= 20000, len(small))
        checks.true(18000 < os.path.getsize(os.path.join(traces, "trace-2.json")) <= 20000, "it has the log's cap")
        for name, live in (("traces/trace-1.json", middle), ("last.json", end)):
            with open(os.path.join(perfd.work, name), "rb") as file:
                checks.true(file.read() == as_replayed(live), name)
        # The pace makes no difference.
        slow, _ = replay(log, "--json", "--speed", "20", "-o", last)
        checks.equal(slow, out)
        with open(last, "rb") as file:
            checks.true(file.read() == as_replayed(end), "at another speed")
        markers, _ = replay(log, "--markers")
        checks.equal(markers.decode().splitlines()[0], "perf: start record (budget=16.667ms)")
        checks.equal(re.findall(r"^perf: stop record fps=\S+ p95=\S+ long=(\d+)$", markers.decode(), re.M),
                     [str(figures["sessionLongFrames"])])


def of_names(raw):
    """A trace's events with their lanes' names in place of their numbers."""
    parsed = Parsed(raw)
    names = {event["tid"]: event["args"]["name"] for event in parsed.metadata if event["name"] == "thread_name"}
    return [{**event, "tid": names[event["tid"]]} for event in parsed.events]


@checks.check
def what_was_there_before_is_in_it():
    """Labels and lanes of a program that had marked in a session before."""
    with daemon.Daemon() as perfd:
        program = subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), MARK_PROGRAM, "2"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env={**os.environ, "PERF_SOCKET": perfd.path})
        checks.equal(program.stdout.readline(), b"0\n")
        perfd.perfctl("start", "before")
        perfd.marker()
        program.stdin.write(b"\n")
        program.stdin.flush()
        checks.equal([program.stdout.readline() for _ in range(2)], [b"0\n"] * 2)
        perfd.perfctl("stop")
        perfd.marker()
        recording = Recording(perfd)
        program.stdin.write(b"\n")
        program.stdin.flush()
        checks.equal([program.stdout.readline() for _ in range(2)], [b"0\n"] * 2)
        figures = recording.end()
        live = trace(perfd, "live.json")
        program.communicate(b"\n", timeout=daemon.LIMIT_S)
        last = os.path.join(perfd.work, "last.json")
        out, err = replay(recording.log, "--json", "-o", last)
        checks.equal((json.loads(out)["sessions"], err), ([figures], ""))
        with open(last, "rb") as file:
            played = of_names(file.read())
        checks.equal(played, of_names(live))
        checks.equal(sum(event["name"] == "blur" for event in played), 4)


@checks.check
def a_session_of_some_categories():
    with daemon.Daemon("--run-log") as perfd:
        perfd.perfctl("start", "some", "--categories", "draw,work")
        marks(perfd)
        perfd.perfctl("stop")
        live = trace(perfd, "live.json")
        log, last = (os.path.join(perfd.work, name) for name in ("a.runlog", "last.json"))
        perfd.perfctl("record", "--attach", "--for", "1ms", "-o", log)
        _, err = replay(log, "-o", last)
        checks.equal(err, "")
        with open(last, "rb") as file:
            checks.true(file.read() == as_replayed(live), "another trace")
        checks.true(b'"categories":"draw,work"' in live and b'"name":"ui"' not in live, "some are left out")


@checks.check
def a_session_that_keeps_the_oldest():
    with daemon.Daemon("--run-log", "--frames", "8") as perfd:
        perfd.perfctl("start", "boot", "--oneshot")
        frames(perfd, "calls", 20)
        figures = perfd.json("stop")
        checks.equal((figures["frames"], figures["sessionFrames"]), (8, 8))
        live = trace(perfd, "live.json")
        log, last = (os.path.join(perfd.work, name) for name in ("a.runlog", "last.json"))
        perfd.perfctl("record", "--attach", "--for", "1ms", "-o", log)
        _, err = replay(log, "-o", last)
        checks.equal(err, "")
        with open(last, "rb") as file:
            checks.true(file.read() == as_replayed(live), "another trace")
        # Eight were shown, the eleventh would have been thrown away, and no tick behind the eighth was taken.
        checks.true(b'"oneshot":{"framesRefused":12}' in live, live[-2000:])


# --- Logs that are not what they were ---


def messages(log):
    """Where each of its messages begins, and where the last one ends."""
    at, found = 0, [0]
    while at < len(log):
        segments, words = struct.unpack_from("<II", log, at)
        checks.equal(segments, 0)
        at += 8 + 8 * words
        found.append(at)
    checks.equal(at, len(log))
    return found


CHECK_AT = 24  # of a message: behind the segment table, the root pointer and atNs


def with_checks(log):
    """The log with the checks that its entries should have."""
    out, crc = bytearray(log), 0
    places = messages(log)
    for begin, end in zip(places, places[1:]):
        out[begin + CHECK_AT:begin + CHECK_AT + 4] = bytes(4)
        crc = zlib.crc32(out[begin:end], crc)
        out[begin + CHECK_AT:begin + CHECK_AT + 4] = struct.pack("<I", crc)
    return bytes(out)


@checks.check
def the_official_reader_reads_it_and_the_checks_are_zlibs():
    with recorded() as (_, path, figures, _traces):
        with open(path, "rb") as file:
            log = file.read()
        checks.true(with_checks(log) == log, "zlib finds other checks")
        text = subprocess.run(["capnp", "convert", "binary:text", os.path.join(SCHEMAS, "runlog.capnp"), "Entry"],
                              input=log, capture_output=True, check=True, timeout=daemon.LIMIT_S).stdout.decode()
        entries = re.findall(r"^\( ?atNs = ", text, re.M)
        checks.equal(len(entries), len(messages(log)) - 1)
        checks.equal(len(re.findall(r"\btick = \(", text)), 167)  # 60 and 100, 2 of each mark_program, and, where the
        # first number of a program is taken, which is refused, that frame again
        checks.equal(len(re.findall(r"\bend = 0\b", text)), 1)


def refused(work, log, says):
    path = os.path.join(work, "bad.runlog")
    with open(path, "wb") as file:
        file.write(log)
    out, err = replay(path, code=2)
    checks.true(err.startswith(f"perfctl: replay: {path}: entry ") and err.count("\n") == 1, err)
    checks.true(re.search(says, err), f"{says} is not in: {err}")
    return out.decode(), err


@checks.check
def logs_that_are_not_what_they_were():
    with recorded() as (perfd, path, _, _traces):
        with open(path, "rb") as file:
            log = file.read()
        places = messages(log)
        # Cut off between two entries, and in one. What came before is played and told.
        out, _ = refused(perfd.work, log[:places[-2]], r": cut off: the log has no end$")
        checks.true("record  stopped" in out, out)
        out, _ = refused(perfd.work, log[:places[40]], r"entry 41 at byte \d+: cut off: the log has no end$")
        checks.true("record  runs" in out or "record  running" in out, out)
        refused(perfd.work, log[:places[40] + 20], r"entry 41 at byte \d+: cut off in the middle of an entry$")
        refused(perfd.work, log[:5], r"entry 1 at byte 0: not a run log$")
        refused(perfd.work, b"", r"entry 1 at byte 0: not a run log$")
        # A byte of an entry; an entry taken out; two of them in the other order.
        changed = bytearray(log)
        changed[places[30] + 40] ^= 1
        refused(perfd.work, changed, rf"entry 31 at byte {places[30]}: (altered|no entry)")
        refused(perfd.work, log[:places[30]] + log[places[31]:], rf"entry 31 at byte {places[30]}: altered")
        swapped = log[:places[30]] + log[places[31]:places[32]] + log[places[30]:places[31]] + log[places[32]:]
        refused(perfd.work, swapped, rf"entry 31 at byte {places[30]}: altered")
        # Of another format, of a later version, of a later kind.
        refused(perfd.work, b'{"traceEvents":[]}' * 40, r"entry 1 at byte 0: not a run log$")
        head_at = log.index(struct.pack("<I", 3), 8 + 8 + 32, places[1])
        newer = bytearray(log)
        newer[head_at] = 4
        refused(perfd.work, with_checks(newer), r"entry 1 at byte 0: made by a newer perfd$")


@checks.check
def hostile_logs_do_no_harm():
    """Their checks hold, so that everything else is looked at."""
    dice = random.Random(20261127)
    with recorded() as (perfd, path, _, _traces):
        with open(path, "rb") as file:
            log = file.read()
        places = messages(log)
        bad = os.path.join(perfd.work, "bad.runlog")
        codes = set()
        for _ in range(200):
            changed = bytearray(log)
            for _ in range(dice.randrange(1, 6)):
                entry = dice.randrange(len(places) - 1)
                at = dice.randrange(places[entry] + 16, places[entry + 1])
                if dice.random() < 0.5:
                    changed[at] ^= 1 << dice.randrange(8)
                else:
                    word = places[entry] + 16 + (at - places[entry] - 16) // 8 * 8
                    changed[word:word + 8] = dice.choice([bytes(8), b"\xff" * 8, dice.randbytes(8)])
            with open(bad, "wb") as file:
                file.write(with_checks(changed))
            done = daemon.run(daemon.PERFCTL, "replay", bad, "-o", os.path.join(perfd.work, "bad.json"))
            checks.true(done.returncode in (0, 1, 2), done)
            codes.add(done.returncode)
        checks.true({0, 2} <= codes, codes)


@checks.check
def what_cannot_be_opened():
    with daemon.Daemon() as perfd:
        _, err = replay(os.path.join(perfd.work, "none"), code=2)
        checks.true("No such file" in err, err)
        _, err = replay(perfd.work, code=2)
        checks.true("directory" in err, err)
    for arguments in ((), ("a", "b"), ("a", "--speed", "0"), ("a", "--speed", "fast")):
        checks.equal(daemon.run(daemon.PERFCTL, "replay", *arguments).returncode, 2)


# --- Frames that never were ---


def scenario(work, name, *arguments):
    """Its log and its figures, which a replay has, too."""
    path = os.path.join(work, f"{name}.runlog")
    done = daemon.run(daemon.PERFCTL, "scenario", name, "--json", "-o", path, *arguments)
    checks.equal((done.returncode, done.stderr), (0, b""))
    figures = json.loads(done.stdout)
    out, err = replay(path, "--json")
    checks.equal((json.loads(out)["sessions"], err), ([figures], ""))
    with open(path, "rb") as file:
        return file.read(), figures


def ticks(log):
    """What the official reader finds told of each frame."""
    text = subprocess.run(["capnp", "convert", "binary:text", os.path.join(SCHEMAS, "runlog.capnp"), "Entry"],
                          input=log, capture_output=True, check=True, timeout=daemon.LIMIT_S).stdout.decode()
    return re.findall(r"\btick = \((.*?)\)", text, re.S)


def jank(figures):
    return {cause: figures[f"jank{cause.capitalize()}"] for cause in ("dropped", "app", "gpu", "pipeline", "unknown")}


NO_JANK = {"dropped": 0, "app": 0, "gpu": 0, "pipeline": 0, "unknown": 0}


@checks.check
def scenarios_are_what_they_say():
    with daemon.tempfile.TemporaryDirectory(prefix="perfd-scenario-") as work:
        # A frame a vsync of 16.666667 ms, from the second on, while less than 10 s have passed.
        _, steady = scenario(work, "steady")
        checks.equal((steady["sessionFrames"], jank(steady), steady["p99"]), (599, NO_JANK, 16.666667))
        # Twenty frames in each 140 take more than a vsync of work: one vsync or two are missed, and the deadline.
        log, bursts = scenario(work, "bursts", "--seconds", "20")
        late = 20 * (bursts["sessionFrames"] // 140)
        checks.equal((jank(bursts), bursts["sessionLate"]), ({**NO_JANK, "app": late}, late))
        checks.true(late >= 100 and late < bursts["sessionDropped"] <= 2 * late, bursts)
        # Every ninetieth comes two to five vsyncs late, with little work.
        _, stalls = scenario(work, "stalls", "--seconds", "20")
        late = stalls["sessionFrames"] // 90
        checks.equal(jank(stalls), {**NO_JANK, "pipeline": late})
        checks.true(late >= 11 and 2 * late <= stalls["sessionDropped"] <= 5 * late, stalls)
        # Half a second to five of nothing after each sixty frames, and none of it is an interval.
        log, idle = scenario(work, "idle", "--seconds", "60")
        checks.equal((jank(idle), idle["longest"]), (NO_JANK, 16.666667))
        checks.equal(sum("afterIdle = true" in tick for tick in ticks(log)), (idle["sessionFrames"] - 1) // 60)
        # What is thrown away has a cause of its own; the frame after it comes two vsyncs after the one before.
        log, dropped = scenario(work, "dropped")
        thrown = sum("presented = false" in tick for tick in ticks(log))
        checks.true(15 <= thrown <= 50, thrown)  # of 599, one in 20
        checks.equal((dropped["jankDropped"], dropped["sessionFrames"]), (thrown, 599 - thrown))
        # Each frame has the budget of its own refresh.
        _, variable = scenario(work, "variable")
        checks.equal((jank(variable), variable["longest"]), (NO_JANK, 33.333333))
        # Twenty frames in a hundred answer forty events, and one in ten of the others one.
        _, storms = scenario(work, "storms")
        checks.equal(jank(storms), NO_JANK)
        checks.true(120 + 20 <= storms["latencyCount"] <= 120 + 90, storms["latencyCount"])


@checks.check
def seeds_and_their_streams():
    with daemon.tempfile.TemporaryDirectory(prefix="perfd-scenario-") as work:
        first, _ = scenario(work, "storms", "--seed", "5", "--seconds", "2")
        again, _ = scenario(work, "storms", "--seed", "5", "--seconds", "2")
        other, _ = scenario(work, "storms", "--seed", "6", "--seconds", "2")
        checks.true(first == again and first != other, "by its seed")
        text = subprocess.run(["capnp", "convert", "binary:text", os.path.join(SCHEMAS, "runlog.capnp"), "Entry"],
                              input=first[:messages(first)[1]], capture_output=True, check=True).stdout.decode()
        # SplitMix64 from 5 on, computed here.
        state, seeds = 5, []
        for _ in range(3):
            state = (state + 0x9e3779b97f4a7c15) % 2**64
            mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9 % 2**64
            mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb % 2**64
            seeds.append(mixed ^ mixed >> 31)
        checks.equal(re.findall(r'id = "(\w+)",\s+seed = (\d+)', text),
                     list(zip(("frames", "input", "spans"), map(str, seeds))))
    for arguments in ((), ("none",), ("steady", "x"), ("steady", "--seed", "-1"), ("steady", "--seconds", "0")):
        checks.equal(daemon.run(daemon.PERFCTL, "scenario", *arguments).returncode, 2)


# --- Recordings that go wrong ---


@checks.check
def a_daemon_that_goes_away_leaves_what_came():
    with daemon.Daemon() as perfd:
        recording = Recording(perfd)
        frames(perfd, "calls", 30)
        # What is fetched is written at the end: the recording sees only that the daemon is gone.
        os.kill(perfd.pid(), signal.SIGKILL)
        said = recording.end(code=3)
        checks.true("the recording ends here" in said, said)
        _, err = replay(recording.log, code=2)
        checks.true("cut off: the log has no end" in err, err)


@checks.check
def more_than_can_be_fetched():
    with daemon.Daemon("--log-buffer", "80000") as perfd:
        recording = Recording(perfd)
        recording.process.send_signal(signal.SIGSTOP)
        frames(perfd, "calls", 400)
        recording.process.send_signal(signal.SIGCONT)
        said = recording.end(code=1)
        checks.true("more came than could be fetched" in said, said)
        out, err = replay(recording.log, code=1)
        checks.true(re.search(r"incomplete: \d+ entries found no room when it was made", err), err)
        checks.true(b"record  runs" in out or b"record  running" in out, out)
        perfd.marker()
        # The next one is whole.
        recording = Recording(perfd)
        frames(perfd, "calls", 20)
        figures = recording.end()
        out, _ = replay(recording.log, "--json")
        checks.equal(json.loads(out)["sessions"], [figures])


@checks.check
def what_cannot_be_recorded():
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "mine")
        result = daemon.run(daemon.PERFCTL, "--connect", perfd.address, "record", "-o", os.path.join(perfd.work, "x"))
        checks.equal((result.returncode, result.stderr),
                     (1, b"perfctl: record: session 1 runs, and a recording has its own: stop it first\n"))
        checks.true(not os.path.exists(os.path.join(perfd.work, "x")), "nothing was recorded")
        perfd.perfctl("stop")
        for _ in range(2):
            perfd.marker()
        recording = Recording(perfd)
        perfd.perfctl("stop")  # its session: then another could begin
        result = daemon.run(daemon.PERFCTL, "--connect", perfd.address, "record", "-o", os.path.join(perfd.work, "x"))
        checks.equal((result.returncode, result.stderr), (1, b"perfctl: record: busy (in use; try again)\n"))
        recording.process.send_signal(signal.SIGINT)
        checks.equal((recording.process.communicate(timeout=daemon.LIMIT_S), recording.process.returncode),
                     ((b"", b""), 0))
        replay(recording.log)
    with daemon.Daemon("--log-buffer", "0") as perfd:
        result = daemon.run(daemon.PERFCTL, "--connect", perfd.address, "record", "-o", os.path.join(perfd.work, "x"))
        checks.equal((result.returncode, result.stderr),
                     (1, b"perfctl: record: unsupported (this service cannot do that)\n"))
    for arguments in (("--for", "0"), ("--for", "soon"), ("--for", "31d"), ("--budget-ms", "x"), ("extra",)):
        checks.equal(daemon.run(daemon.PERFCTL, "record", *arguments).returncode, 2)


checks.main()
