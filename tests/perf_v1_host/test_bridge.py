#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfctl bridge: clients of a guest's perfd on a serial line that is good, bad, or not there at all."""
import json
import os
import random
import re
import signal
import socket
import stat
import subprocess
import tempfile

import checks
import guest
from daemon import LIMIT_S, LOAD, PERFCTL, closed, run
from guest import Bridge, Guest, Line

CLIENT_CPP = os.path.join(checks.HOST, "tests", "client_cpp")
PROBE, HELLO = 1, 3


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def stock_client(bridge, trace):
    """The whole session of the C++ client; its last line."""
    result = run("timeout", "-k", "1", str(LIMIT_S), CLIENT_CPP, bridge.path, trace, "alone", text=True)
    checks.equal(result.returncode, 0, result.stdout + result.stderr)
    return result.stdout.splitlines()[-1]


@checks.check
def info_metrics_and_export_from_an_image():
    with Guest("image") as machine, Bridge(machine.line) as bridge:
        info = json.loads(bridge.perfctl("info", "--json"))
        checks.equal(info["may"], ["control", "read", "export"])
        bridge.perfctl("start", "scroll")
        checks.equal(machine.line_out(), "perf: start scroll (budget=16.667ms)")
        checks.equal(json.loads(bridge.perfctl("metrics", "--json"))["name"], "scroll")
        bridge.perfctl("stop")
        checks.equal(machine.line_out(), "perf: stop scroll fps=- p95=- long=0")
        stored = bridge.perfctl("export", "--store").strip()
        checks.equal(machine.line_out(), "perf: trace " + stored)
        pulled = os.path.join(bridge.work, "pulled.json")
        bridge.perfctl("export", "-o", pulled)
        checks.equal(contents(pulled), contents(stored[len("file://"):]), "the trace")


@checks.check
def a_stock_client_does_a_whole_session():
    with Guest() as machine, Bridge(machine.line) as bridge:
        trace = os.path.join(bridge.work, "trace.json")
        last = stock_client(bridge, trace)
        checks.true(re.fullmatch(r"\d{3} passed, 0 failed", last), last)
        stored = [name for name in os.listdir(machine.exports) if name.startswith("cpp.whole")]
        checks.equal(len(stored), 1)
        checks.equal(contents(trace), contents(os.path.join(machine.exports, stored[0])), "the trace")
        checks.true(os.path.getsize(trace) > 100000, "several chunks, each of many frames")


@checks.check
def the_second_client_waits_for_the_first_to_leave():
    with Guest() as machine, Bridge(machine.line) as bridge:
        first, second = bridge.connect(), bridge.connect()
        # What is no message at all is answered with an Abort: the first one is served, ...
        second.sendall(b"\xff" * 8)
        first.sendall(b"\xff" * 8)
        checks.true(len(closed(first)) > 8, "an Abort")
        first.close()
        # ... and then the second, with what it had said long before.
        checks.true(len(closed(second)) > 8, "an Abort")
        second.close()
        health = json.loads(bridge.perfctl("info", "--json"))
        checks.equal(health["version"], "0.1.0")
        checks.equal(bridge.finish(signal.SIGTERM), 0)


@checks.check
def a_client_that_goes_away_in_mid_call_leaves_nothing_behind():
    with Guest() as machine, Bridge(machine.line) as bridge:
        bridge.perfctl("start", "a")
        machine.line_out()
        machine.word("stall")
        for _ in range(3):
            caller = bridge.start("export", "--store")
            checks.equal(machine.line_out(), "job waits")
            caller.finish(signal.SIGTERM)
            # One connection was all there was of it, and it is another one now.
            bridge.perfctl("metrics")
            machine.word("restart")
            checks.equal(machine.line_out(), "perfd: ready")
            bridge.perfctl("start", "a")
            machine.line_out()
            machine.word("stall")


@checks.check
def a_guest_that_restarts_in_mid_call():
    with Guest() as machine, Bridge(machine.line) as bridge:
        for _ in range(3):
            bridge.perfctl("start", "a")
            machine.line_out()
            machine.word("stall")
            caller = bridge.start("export", "--store")
            checks.equal(machine.line_out(), "job waits")
            machine.word("restart")
            checks.equal(machine.line_out(), "perfd: ready")
            checks.equal(caller.finish(), 3, "the caller's exit code")
            checks.true("the service hung up" in caller.stderr, caller.stderr)
            bridge.perfctl("metrics", code=1)  # there was no session since
        checks.equal(bridge.finish(signal.SIGTERM), 0)
        checks.equal(bridge.stderr.count("the session was lost; its client has been disconnected\n"), 3)


@checks.check
def a_client_that_never_reads_is_held_and_gone_when_it_leaves():
    # Calls that wait in the line are served before the next client is: they are few.
    waiting = most = 0

    def change(to_guest, frame):
        nonlocal waiting, most
        if to_guest and frame[5] == guest.DATA:
            waiting += len(frame) - guest.HEADER
            most = max(most, waiting)
        elif frame[5] == (HELLO if to_guest else PROBE):
            waiting = 0
        return frame

    with Guest() as machine, Line(machine.line, change) as line, Bridge(line.path) as bridge:
        bridge.perfctl("start", "a")
        deaf = guest.Program(LOAD, bridge.address, "deaf", "100000")
        calls = int(re.fullmatch(r"deaf after (\d+)", deaf.line_out())[1])
        checks.true(calls < 100000, "it could send for ever")
        deaf.process.stdin.write(b"\n")
        checks.equal(deaf.finish(), 0)
        bridge.perfctl("stop")
        checks.equal(bridge.finish(signal.SIGTERM), 0)
        checks.equal(bridge.stderr, "")
    # A window of 1024, and the frame that filled it.
    checks.true(1024 <= most < 1024 + 512 - guest.HEADER, f"{most} bytes")


@checks.check
def noise_between_frames_changes_nothing():
    dice = random.Random(11)
    noise = {True: 0, False: 0}

    def change(to_guest, frame):
        # Bytes of frames, and the beginning of a header now and then.
        bits = dice.choices([b"N", b"NX", b"NXLK", b"NXLK\x01\x00", b"\x00", b"~"], k=dice.randrange(30))
        noise[to_guest] += len(b"".join(bits))
        return b"".join(bits) + frame

    with Guest() as machine, Line(machine.line, change) as line, Bridge(line.path) as bridge:
        trace = os.path.join(bridge.work, "trace.json")
        last = stock_client(bridge, trace)
        checks.true(re.fullmatch(r"\d{3} passed, 0 failed", last), last)
    checks.true(min(noise.values()) > 10000, f"{noise} bytes of it")


def pull(bridge, trace):
    """The first session's trace; a client that left may have left a job behind, which ends by itself."""
    for _ in range(1000):
        result = bridge.call("export", "--session", "1", "-o", trace)
        if b"busy" not in result.stderr:
            break
    checks.equal(result.returncode, 0, result.stderr)
    return contents(trace)


class Fault:
    """Does one thing to one frame of data in one direction, once it is told to."""

    def __init__(self):
        self.kind = self.held = None
        self.to_guest, self.countdown = True, 0

    def plant(self, kind, to_guest, countdown):
        self.kind, self.to_guest, self.countdown = kind, to_guest, countdown

    def __call__(self, to_guest, frame):
        if to_guest != self.to_guest or frame[5] != guest.DATA:
            return frame
        if self.held:
            frame, self.held = frame + self.held, None
        if not self.kind:
            return frame
        self.countdown -= 1
        if self.countdown > 0:
            return frame
        kind, self.kind = self.kind, None
        middle = guest.HEADER + (len(frame) - guest.HEADER) // 2
        if kind == "swapped":
            self.held = frame
        return {
            "lost": b"", "truncated": frame[:middle], "swapped": b"", "twice": frame + frame,
            "damaged": frame[:middle] + bytes([frame[middle] ^ 0x10]) + frame[middle + 1:],
            "spliced": frame[:middle] + b"~" + frame[middle:],
        }[kind]


@checks.check
def a_frame_gone_wrong_ends_the_connection_and_nothing_else():
    fault = Fault()
    with Guest() as machine, Line(machine.line, fault) as line, Bridge(line.path) as bridge:
        trace = os.path.join(bridge.work, "trace.json")
        stock_client(bridge, os.path.join(bridge.work, "first.json"))
        whole = pull(bridge, trace)
        os.remove(trace)
        for kind in ("twice", "lost", "truncated", "damaged", "spliced", "swapped"):
            for to_guest in (True, False):
                fault.plant(kind, to_guest, 2)
                result = bridge.call("export", "--session", "1", "-o", trace)
                checks.equal(fault.kind, None, "it came to pass")
                checks.equal(result.returncode, 0 if kind == "twice" else 3,
                             f"{kind}, to the guest: {to_guest}")
                # A client that was told of no failure has the right bytes, one that was has none.
                checks.equal(os.path.exists(trace), kind == "twice")
                checks.equal(pull(bridge, trace), whole, f"{kind}, to the guest: {to_guest}")
                os.remove(trace)


@checks.check
def a_hello_that_is_lost_is_said_again():
    lost = []

    def change(to_guest, frame):
        if to_guest and frame[5] == HELLO and len(lost) < 2:
            lost.append(frame)
            return b""
        return frame

    with Guest() as machine, Line(machine.line, change) as line, Bridge(line.path) as bridge:
        bridge.perfctl("info")
        checks.equal(lost[0], lost[1], "the same session is asked for")


@checks.check
def a_pty_will_do():
    with Guest(pty=True) as machine, Bridge(machine.line) as bridge:
        last = stock_client(bridge, os.path.join(bridge.work, "trace.json"))
        checks.true(re.fullmatch(r"\d{3} passed, 0 failed", last), last)
        second = run("timeout", "-k", "1", "10", PERFCTL, "bridge", "--serial", machine.line,
                     "--listen", bridge.address + "2")
        checks.equal(second.returncode, 3)
        checks.equal(second.stderr.decode(), f"perfctl: {machine.line}: in use by another program\n")
        checks.equal(bridge.finish(signal.SIGINT), 0)


@checks.check
def a_line_that_goes_away_ends_it():
    with Guest() as machine, Bridge(machine.line) as bridge:
        peer = bridge.connect()
        machine.finish()
        checks.equal(closed(peer), b"", "the client sees the end")
        checks.equal(bridge.finish(), 3)
        checks.equal(bridge.stderr, f"perfctl: {machine.line}: the serial side has gone away\n")
        checks.true(not os.path.exists(bridge.path), "its socket is gone")
        peer.close()


@checks.check
def with_retry_it_waits_for_the_line():
    with tempfile.TemporaryDirectory() as work:
        line = os.path.join(work, "line")
        bridge = Bridge(line, "--retry")
        for _ in range(2):
            with Guest(line=line) as machine:
                if not bridge.ready:
                    bridge.await_ready()
                bridge.perfctl("start", "a")
                machine.line_out()
        checks.equal(bridge.finish(signal.SIGTERM), 0)
        checks.equal(bridge.stderr.count("the serial side has gone away"), 2)
        os.rmdir(bridge.work)


@checks.check
def sigterm_and_sigint_end_it_cleanly():
    for number in (signal.SIGTERM, signal.SIGINT):
        with Guest() as machine, Bridge(machine.line) as bridge:
            bridge.perfctl("info")
            checks.equal(oct(stat.S_IMODE(os.stat(bridge.path).st_mode)), oct(0o600), "nobody else may connect")
            peer = bridge.connect()
            checks.equal(bridge.finish(number), 0)
            checks.equal(bridge.stderr, "")
            checks.equal(closed(peer), b"", "the client sees the end")
            checks.true(not os.path.exists(bridge.path), "its socket is gone")
            peer.close()


@checks.check
def sockets_that_are_stale_live_or_none():
    with Guest() as machine, tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "perfd.sock")
        stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stale.bind(path)
        stale.close()
        with Bridge(machine.line, path=path) as bridge:
            bridge.perfctl("info")
            with Guest() as other:
                second = run("timeout", "-k", "1", "10", PERFCTL, "bridge", "--serial", other.line,
                             "--listen", "unix:" + path)
                checks.equal(second.returncode, 1)
                checks.equal(second.stderr.decode(), f"perfctl: {path}: another program serves it\n")
            bridge.perfctl("info")
        with open(path, "wb") as file:
            file.write(b"precious")
        with Guest() as other:
            second = run("timeout", "-k", "1", "10", PERFCTL, "bridge", "--serial", other.line,
                         "--listen", "unix:" + path)
            checks.equal(second.returncode, 1)
        checks.equal(contents(path), b"precious")


@checks.check
def a_guest_that_does_not_answer():
    with tempfile.TemporaryDirectory() as work:
        line = os.path.join(work, "line")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
            silent.bind(line)
            silent.listen(1)
            with Bridge(line) as bridge:
                result = bridge.call("info")
                checks.equal(result.returncode, 3, result.stderr)
                checks.equal(bridge.finish(signal.SIGTERM), 0)
                checks.equal(bridge.stderr,
                             f"perfctl: {line}: the guest does not answer; its client has been disconnected\n")


@checks.check
def arguments_that_make_no_sense():
    with tempfile.NamedTemporaryFile() as file:
        good = ["--serial", "/nonexistent", "--listen", "unix:/nonexistent/socket"]
        for code, arguments in (
            (2, []),
            (2, good[:2]),
            (2, good[2:]),
            (2, good[:3] + ["tcp:1.2.3.4"]),
            (2, good[:3] + ["unix:"]),
            (2, good + ["--frame-bytes", "63"]),
            (2, good + ["--frame-bytes", "32769"]),
            (2, good + ["stray"]),
            (2, ["--serial", file.name, *good[2:], "--retry"]),
            (3, good),
            (1, ["--serial", "/dev/null", *good[2:]]),
        ):
            result = run("timeout", "-k", "1", "10", PERFCTL, "bridge", *arguments)
            checks.equal(result.returncode, code, f"{arguments}: {result.stderr}")
            checks.true(result.stderr.startswith(b"perfctl"), result.stderr)


if __name__ == "__main__":
    checks.main()
