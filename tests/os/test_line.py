#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients on the host and the perfd in the image, through the console: good ones, and those that are not. Whatever
they do, SystemUI's frames go on."""
import json
import os
import random
import re
import signal

import harness
import machine
from harness import checks
import daemon  # beside checks: harness has shown the way
import guest as link
import serving
from trace_model import Parsed

CLIENT_CPP = os.path.join(machine.HOST, "tests", "client_cpp")


def boot(seconds=0):
    return harness.Lined(machine.DISPLAY, options=("poweroff", f"seconds={seconds}") if seconds else ())


def metrics(bridge):
    return json.loads(bridge.perfctl("metrics", "--session", "1", "--json"))


def frames_go_on(bridge):
    """Waits for frames that were not there before."""
    before = metrics(bridge)["sessionFrames"]
    while metrics(bridge)["sessionFrames"] <= before:
        pass


@checks.check
def info_says_what_the_line_may():
    with boot() as guest, link.Bridge(guest.line_path) as bridge:
        info = json.loads(bridge.perfctl("info", "--json"))
        checks.equal(info["may"], ["control", "read", "export"])
        checks.equal(info["clock"]["name"], "rdtime")
        checks.equal(info["clock"]["stepNs"], 100)
        harness.clean(guest.log)


@checks.check
def figures_of_the_running_session():
    with boot() as guest, link.Bridge(guest.line_path) as bridge:
        checks.equal(metrics(bridge)["name"], "systemui")
        frames_go_on(bridge)
        harness.clean(guest.log)


@checks.check
def the_running_sessions_trace():
    with boot() as guest, link.Bridge(guest.line_path) as bridge:
        while metrics(bridge)["sessionFrames"] < 30:
            pass
        path = os.path.join(guest.work.name, "trace.json")
        bridge.perfctl("export", "-o", path)
        with open(path, "rb") as file:
            trace = Parsed(file.read())
        checks.equal(trace.other["session"]["name"], "systemui")
        checks.equal(trace.other["session"]["running"], True)
        checks.equal(trace.other["clock"]["source"], "rdtime")
        names = {event["name"] for event in trace.events}
        for name in ("ui", "layout", "render", "present", "perfd calls"):
            checks.true(name in names, f"{name}: {sorted(names)}")
        harness.clean(guest.log)


@checks.check
def a_guest_is_watched_live():
    """On the page, as metrics, and in the terminal: what the running guest has. The line takes one client at a time."""
    with boot() as guest, link.Bridge(guest.line_path) as bridge:
        with serving.Serve(bridge.address, "--metrics") as serve:
            with serve.viewer() as viewer:
                viewer.message(lambda message: "systemui" in json.dumps(message))
            frames = 0
            while frames <= 10:
                _, _, body = serve.get("/metrics")
                found = re.search(rb'^perfd_frames_total{session="systemui"} (\d+)$', body, re.M)
                frames = int(found[1]) if found else 0
            checks.true(b"perfd_up 1\n" in body, body)
        screen = bridge.perfctl("hud", "--once", "--size=80x24")
        checks.true("systemui" in screen and "running" in screen, screen)
        harness.clean(guest.log)


@checks.check
def a_stock_client_reads_the_figures():
    with boot() as guest, link.Bridge(guest.line_path) as bridge:
        client = daemon.run(CLIENT_CPP, bridge.path, "look", "systemui", text=True)
        checks.equal(client.stdout, "7 passed, 0 failed\n")
        harness.clean(guest.log)


@checks.check
def what_the_line_may_not_is_denied():
    with boot() as guest, link.Bridge(guest.line_path) as bridge:
        ticks = daemon.run(daemon.LOAD, bridge.address, "ticks", "64", "64")
        checks.equal((ticks.returncode, ticks.stderr), (1, b"load: accepted: 0\n"))
        guest.wait_for("perf: start load")
        guest.wait_for("perfd: reject denied")
        checks.equal(metrics(bridge)["health"]["rejectDenied"], 1, "one call")
        frames_go_on(bridge)
        harness.clean(guest.log, allowed=("perfd: reject denied",))
        checks.equal(harness.count(guest.log, "perfd: reject"), 1, guest.log)


def bad_client(do, seconds=3):
    """The session goes on to its end while `do` is done on the line; the log."""
    with boot(seconds) as guest:
        do(guest)
        checks.equal(guest.end(), 0)
        harness.clean(guest.log, allowed=("perfd: reject malformed",))
        stop = harness.in_order(guest.log, "perf: start systemui", "perf: stop systemui")[1]
        checks.true(float(harness.STOP.fullmatch(stop)[2]) > 1, stop)
        for word in ("connection lost", "connected again"):
            checks.true(not any(word in line for line in guest.log), guest.log)
        return guest.log


@checks.check
def noise_on_the_line_is_noise():
    def noise(guest):
        with guest.connect() as peer:
            peer.sendall(random.Random(3).randbytes(300000))
        with link.Bridge(guest.line_path) as bridge:
            checks.equal(metrics(bridge)["name"], "systemui")

    log = bad_client(noise)
    checks.equal(harness.count(log, "perfd: reject"), 0, "noise is the line's business, not perfd's")


@checks.check
def a_client_that_is_none():
    def garbage(guest):
        with link.Bridge(guest.line_path) as bridge:
            for _ in range(3):
                with bridge.connect() as peer:
                    peer.sendall(b"\xff" * 64)
                    while peer.recv(4096):
                        pass
            checks.equal(metrics(bridge)["name"], "systemui")

    log = bad_client(garbage)
    checks.equal(harness.count(log, "perfd: reject malformed"), 1, log)


@checks.check
def a_client_that_never_reads():
    with boot() as guest, link.Bridge(guest.line_path) as bridge:
        before = metrics(bridge)["sessionFrames"]
        load = link.Program(daemon.LOAD, bridge.address, "deaf", "100000")
        calls = int(re.fullmatch(r"deaf after (\d+)", load.line_out())[1])
        checks.true(calls < 100000, "it could send for ever")
        load.process.stdin.write(b"\n")
        checks.equal(load.finish(), 0)
        checks.true(metrics(bridge)["sessionFrames"] > before, "no frames meanwhile")
        frames_go_on(bridge)
        harness.clean(guest.log)
        # It was held, not cut off, and nothing that it was answered was lost on the way.
        checks.equal(bridge.finish(signal.SIGTERM), 0)
        checks.equal(bridge.stderr, "")


checks.main()
