#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfd with a socket that whoever starts it has made: the protocol of sd_listen_fds(3), and what is refused."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
from daemon import LIMIT_S, PERFCTL, PERFD, run  # noqa: E402

# Puts the socket, its own descriptor 0, where perfd looks for it; exec keeps the process ID.
STARTER = """
import os, sys
pid, count, program = sys.argv[1], sys.argv[2], sys.argv[3:]
if pid == "none-open":
    os.closerange(3, 64)
else:
    os.dup2(0, 3)
os.environ["LISTEN_FDNAMES"] = "perfd.socket"
os.environ["LISTEN_FDS"] = count
os.environ["LISTEN_PID"] = str(os.getppid() if pid == "parent" else os.getpid())
os.execv(program[0], program)
"""
PREFIX = "perfd: socket activation: "


class Activated:
    """A socket that listens, and perfd as its service; `at`: what stands at descriptor 3 in its place."""

    def __init__(self, *arguments, pid="own", count="1", at=None):
        self.work = tempfile.mkdtemp(prefix="perfd-activated-")
        self.path = os.path.join(self.work, "perfd.sock")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen(8)
        self.early = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.early.connect(self.path)
        env = {key: value for key, value in os.environ.items() if key != "XDG_RUNTIME_DIR"}
        env["TMPDIR"] = self.work
        self.process = subprocess.Popen(
            [sys.executable, "-c", STARTER, pid, count, PERFD, *arguments], stdin=at or self.listener, env=env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.early.close()
        self.listener.close()
        shutil.rmtree(self.work)

    def perfctl(self, *arguments):
        return run(PERFCTL, "--connect", "unix:" + self.path, *arguments)

    def refused(self):
        """What it says when it ends by itself."""
        out, err = self.process.communicate(timeout=LIMIT_S)
        checks.equal((self.process.returncode, out), (2, b""), err)
        return err.decode()


@checks.check
def the_first_call_is_answered_and_the_socket_stays():
    with Activated() as perfd:
        # It waits in the socket's queue, behind one who came before perfd was there.
        info = perfd.perfctl("info")
        checks.equal(info.returncode, 0, info.stderr)
        checks.equal(perfd.process.stdout.readline(), b"perfd: ready\n")
        checks.true(not os.path.exists(os.path.join(perfd.work, f"perfd-{os.getuid()}")), "no socket of its own")
        with open(f"/proc/{perfd.process.pid}/fdinfo/3", encoding="ascii") as file:
            flags = int(dict(line.split(":", 1) for line in file)["flags"], 8)
        checks.true(flags & os.O_CLOEXEC and flags & os.O_NONBLOCK, oct(flags))
        before = os.stat(perfd.path).st_ino
        perfd.process.terminate()
        checks.equal(perfd.process.wait(timeout=LIMIT_S), 0)
        checks.equal(os.stat(perfd.path).st_ino, before, "the socket's file")
        again = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        again.connect(perfd.path)  # its maker still listens
        again.close()


@checks.check
def what_is_no_listening_unix_stream_socket_is_refused():
    with tempfile.TemporaryFile() as file:
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.listen(1)
        datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        idle = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        for at in (file, tcp, datagrams, idle):
            with Activated(at=at) as perfd:
                checks.equal(perfd.refused(), PREFIX + "descriptor 3 is not a listening Unix stream socket\n", str(at))
        for at in (tcp, datagrams, idle):
            at.close()
    with Activated(pid="none-open") as perfd:
        checks.equal(perfd.refused(), PREFIX + "descriptor 3 is not open\n")


@checks.check
def another_process_s_socket_is_refused():
    with Activated(pid="parent") as perfd:
        checks.equal(perfd.refused(), PREFIX + "LISTEN_PID names another process (--socket overrides)\n")


@checks.check
def more_or_less_than_one_is_refused():
    for count in ("0", "2", "", "1x", "-1"):
        with Activated(count=count) as perfd:
            checks.equal(perfd.refused(), PREFIX + "LISTEN_FDS is not 1\n", count)


@checks.check
def a_socket_of_the_command_line_excludes_one_that_is_passed():
    with tempfile.TemporaryDirectory() as work:
        own = os.path.join(work, "own.sock")
        with Activated("--socket", own) as perfd:
            checks.equal(perfd.refused(), PREFIX + "--socket and a socket that is passed exclude each other\n")
        with Activated("--socket", own, pid="parent") as perfd:
            checks.equal(perfd.process.stdout.readline(), b"perfd: ready\n")
            checks.true(os.path.exists(own), own)
            with open(f"/proc/{perfd.process.pid}/environ", "rb") as file:
                checks.true(b"LISTEN_PID" in file.read(), "it had been told")
            perfd.process.terminate()
            checks.equal(perfd.process.wait(timeout=LIMIT_S), 0)
            checks.true(os.path.exists(perfd.path) and not os.path.exists(own), "its own alone is gone")


@checks.check
def systemd_s_own_activator_starts_it():
    activate = shutil.which("systemd-socket-activate")
    if not activate:
        return
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "perfd.sock")
        started = subprocess.Popen([activate, "-l", path, PERFD], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + LIMIT_S
            while not os.path.exists(path) and time.monotonic() < deadline:
                time.sleep(0.01)
            info = run(PERFCTL, "--connect", "unix:" + path, "info")
            checks.equal(info.returncode, 0, info.stderr)
        finally:
            started.terminate()
            started.communicate(timeout=LIMIT_S)
        checks.equal(started.returncode, 0)
        checks.true(os.path.exists(path), "the socket's file")


if __name__ == "__main__":
    checks.main()
