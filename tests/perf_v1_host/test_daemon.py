#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon from outside: its socket, its markers, its memory, and clients that mean no good."""
import json
import os
import random
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import tempfile

import checks
from daemon import LIMIT_S, PERFCTL, PERFD, Daemon, children, closed, run


@checks.check
def markers_tell_a_session():
    with Daemon() as perfd:
        perfd.perfctl("start", "scroll", "--budget-ms", "16.667")
        checks.equal(perfd.marker(), "perf: start scroll (budget=16.667ms)")
        perfd.perfctl("stop")
        checks.equal(perfd.marker(), "perf: stop scroll fps=- p95=- long=0")
        uri = perfd.perfctl("export", "--store").strip()
        checks.equal(perfd.marker(), "perf: trace " + uri)
        checks.true(re.fullmatch(r"file:///\S+/scroll-\d+\.json", uri), uri)
        with open(uri[len("file://"):], encoding="utf-8") as file:
            checks.equal(json.load(file)["otherData"]["session"]["name"], "scroll")


@checks.check
def stored_and_pulled_traces_are_the_same_bytes():
    with Daemon() as perfd:
        load = perfd.load("ticks", "1000", "1000")
        checks.equal(load.stdout.readline(), "paused\n")
        perfd.perfctl("stop")
        stored = perfd.perfctl("export", "--store").strip()[len("file://"):]
        pulled = os.path.join(perfd.work, "pulled.json")
        perfd.perfctl("export", "-o", pulled)
        with open(stored, "rb") as one, open(pulled, "rb") as other:
            checks.equal(one.read() == other.read(), True, "same bytes")
        checks.true(os.path.getsize(pulled) > 200000, "several chunks were pulled")
        load.communicate("\n\n", timeout=LIMIT_S)


@checks.check
def sigterm_ends_it_cleanly():
    perfd = Daemon()
    with perfd:
        perfd.perfctl("start", "a")
        perfd.perfctl("export", "--store")  # now there is a disk process, too
        peer = perfd.connect()
        service = perfd.pid()
        disk = children(service)
        checks.equal(len(disk), 1, "the disk process")
        os.kill(service, signal.SIGTERM)
        checks.equal(closed(peer), b"", "clients see the end")
        checks.equal(perfd.process.wait(timeout=LIMIT_S), 0, "exit status")
        checks.true(not os.path.exists(perfd.path), "its socket is gone")
        checks.true(not os.path.exists(f"/proc/{disk[0]}"), "the disk process has ended")


@checks.check
def a_stale_socket_is_replaced():
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "perfd.sock")
        stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stale.bind(path)
        stale.close()
        with Daemon(socket_path=path) as perfd:
            perfd.perfctl("info")
            mode = stat.S_IMODE(os.stat(path).st_mode)
            checks.equal(oct(mode), oct(0o600), "nobody else may connect")


@checks.check
def a_live_socket_is_respected():
    with Daemon() as perfd:
        second = run("timeout", "-k", "1", "10", PERFD, "--socket", perfd.path)
        checks.equal(second.returncode, 1)
        checks.equal(second.stderr.decode(), f"perfd: {perfd.path}: another program serves it\n")
        perfd.perfctl("info")


@checks.check
def another_file_in_its_place_is_left_alone():
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"precious")
        file.flush()
        second = run("timeout", "-k", "1", "10", PERFD, "--socket", file.name)
        checks.equal(second.returncode, 1)
        checks.true(b"not a socket" in second.stderr, second.stderr)
        with open(file.name, "rb") as again:
            checks.equal(again.read(), b"precious")


@checks.check
def unusable_arguments_end_with_2():
    for arguments in (
        ["--frames", "0"],
        ["--frames", "12x"],
        ["--lanes", "65"],
        ["--allow", "me=mark"],
        ["--allow", "1000=everything"],
        ["--export-dir", "/nonexistent/dir"],
        ["stray"],
        ["--nonsense"],
    ):
        result = run("timeout", "-k", "1", "10", PERFD, *arguments)
        checks.equal(result.returncode, 2, str(arguments))
        checks.true(b"perfd: " in result.stderr, result.stderr)


@checks.check
def perfctl_exit_codes():
    with Daemon() as perfd:
        perfd.perfctl("stop", code=1)
        perfd.perfctl("start", "bad name", code=1)
        perfd.perfctl("start", code=2)
        perfd.perfctl("nonsense", code=2)
        perfd.perfctl("start", "a", "--budget-ms", "0", code=1)
        result = run(PERFCTL, "--connect", perfd.address, "metrics")
        checks.equal(result.stderr.decode(), "perfctl: metrics: notFound (no such session, or none at all)\n")
        path = perfd.path
    result = run(PERFCTL, "--connect", "unix:" + path, "info")
    checks.equal(result.returncode, 3, "nobody there")
    checks.equal(run(PERFCTL, "--connect", "tcp:1.2.3.4", "info").returncode, 2, "not an address")


@checks.check
def the_default_socket():
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o700)
        env = {"XDG_RUNTIME_DIR": work, "PERF_SOCKET": ""}
        with subprocess.Popen(
            ["timeout", "-k", "1", "20", PERFD], stdout=subprocess.PIPE, env={**os.environ, **env}
        ) as service:
            checks.equal(service.stdout.readline(), b"perfd: ready\n")
            checks.true(os.path.exists(os.path.join(work, "perfd.sock")), "its place")
            checks.equal(run(PERFCTL, "info", env=env).returncode, 0)
            service.send_signal(signal.SIGTERM)


@checks.check
def random_bytes_close_only_their_own_connection():
    dice = random.Random(7)
    with Daemon() as perfd:
        perfd.perfctl("start", "a")
        perfd.marker()
        for _ in range(50):
            peer = perfd.connect()
            # Odd first bytes: a segment count that no message has.
            peer.sendall(b"\xff\xff\xff\xff" + dice.randbytes(dice.randrange(1, 4096)))
            peer.shutdown(socket.SHUT_WR)
            closed(peer)
            peer.close()
        checks.equal(perfd.marker(), "perfd: reject malformed")
        health = perfd.json("metrics")["health"]
        checks.true(health["rejectMalformed"] >= 50, health)
        perfd.perfctl("stop")
        checks.equal(perfd.marker(), "perf: stop a fps=- p95=- long=0", "the marker came once")


@checks.check
def a_frame_too_large_is_answered_with_an_abort():
    with Daemon() as perfd:
        peer = perfd.connect()
        peer.sendall(struct.pack("<II", 0, 1 << 20))  # one segment of 8 MiB
        answer = closed(peer)
        checks.true(len(answer) > 8, "an Abort came back before the end")
        perfd.perfctl("info")


@checks.check
def half_a_frame_and_a_hang_up():
    with Daemon() as perfd:
        for length in (1, 4, 7, 8, 9, 40):
            peer = perfd.connect()
            peer.sendall((struct.pack("<II", 0, 6) + bytes(48))[:length])
            peer.close()
        perfd.perfctl("start", "a")
        perfd.perfctl("stop")


@checks.check
def a_client_that_never_reads_holds_nobody_up():
    with Daemon() as perfd:
        perfd.perfctl("start", "a")
        deaf = perfd.load("deaf", "100000")
        checks.true(deaf.stdout.readline().startswith("deaf after "), "it filled its socket")
        for _ in range(3):
            perfd.json("metrics")
        before = perfd.memory_kb()
        perfd.json("metrics")
        checks.equal(perfd.memory_kb(), before, "memory")
        deaf.communicate("\n", timeout=LIMIT_S)


@checks.check
def more_clients_than_there_is_room_for():
    with Daemon() as perfd:
        peers = [perfd.connect() for _ in range(64)]
        extra = perfd.connect()
        checks.equal(closed(extra), b"", "the 65th is turned away")
        checks.equal(perfd.marker(), "perfd: reject over_limit")
        for peer in peers:
            peer.close()
        perfd.perfctl("info")


@checks.check
def several_programs_at_once():
    with Daemon() as perfd:
        loads = [perfd.load("ticks", "20000", "20000") for _ in range(4)]
        for load in loads:
            checks.equal(load.stdout.readline(), "paused\n")
        perfd.perfctl("start", "fifth", code=1)  # busy: the four slots run
        for session in (1, 2, 3, 4):
            got = perfd.json("metrics", "--session", str(session))
            # 1 us between frames, by the load's own clock
            checks.equal((got["sessionFrames"], got["p99"], got["sessionTime"]),
                         (20000, 0.001, 19.999))
        checks.equal(perfd.json("metrics")["health"]["ledgerBalanced"], True)
        for load in loads:
            load.communicate("\n\n", timeout=LIMIT_S)


@checks.check
def a_million_ticks_leave_memory_where_it_was():
    with Daemon() as perfd:
        load = perfd.load("ticks", "1000000", "1000")
        checks.equal(load.stdout.readline(), "paused\n")
        arena = perfd.json("info")["arenaHighWater"]
        before = perfd.memory_kb()
        load.stdin.write("\n")
        load.stdin.flush()
        checks.equal(load.stdout.readline(), "done\n")
        got = perfd.json("metrics")
        checks.equal(got["sessionFrames"], 1000000)
        checks.equal(got["frames"], 1200)
        checks.equal(perfd.json("info")["arenaHighWater"], arena, "arena high-water")
        checks.equal(perfd.memory_kb(), before, "resident memory, KiB")
        print(f"# memory: {before} KiB, arena {arena} bytes, after 1,000 and 1,000,000 ticks")
        load.communicate("\n", timeout=LIMIT_S)


@checks.check
def markers_that_nobody_reads_hold_nobody_up():
    with Daemon() as perfd:
        # A pipe holds 64 KiB; a start and a stop are over 60 bytes.
        for _ in range(600):
            perfd.perfctl("start", "a")
            perfd.perfctl("stop")
        checks.equal(perfd.json("metrics")["session"], 600)


@checks.check
def another_user_may_do_what_was_allowed_and_nothing_else():
    other = 65534
    if os.geteuid() != 0:
        # Nobody but root can become somebody else: then the daemon's own rule is all there is to see.
        with Daemon() as perfd:
            checks.equal(perfd.json("info")["may"], ["control", "mark", "read", "export"])
        return
    with Daemon("--allow", f"{other}=read") as perfd:
        os.chmod(perfd.work, 0o755)
        as_other = {"user": other, "group": other}
        # A checkout may lie where only its owner can go.
        perfctl = shutil.copy(PERFCTL, perfd.work)
        result = run(perfctl, "--connect", perfd.address, "info", "--json", **as_other)
        checks.equal(result.returncode, 0, result.stderr)
        checks.equal(json.loads(result.stdout)["may"], ["read"])
        result = run(perfctl, "--connect", perfd.address, "start", "a", **as_other)
        checks.equal(result.returncode, 1)
        checks.true(b"accessDenied" in result.stderr, result.stderr)
        checks.equal(perfd.marker(), "perfd: reject denied")
        perfd.perfctl("start", "a")
        checks.equal(perfd.json("metrics")["health"]["rejectDenied"], 1)
    with Daemon() as perfd:
        os.chmod(perfd.work, 0o755)
        perfctl = shutil.copy(PERFCTL, perfd.work)
        result = run(perfctl, "--connect", perfd.address, "info", **as_other)
        checks.equal(result.returncode, 3, "without a rule not even a connection")


if __name__ == "__main__":
    checks.main()
