# SPDX-License-Identifier: Apache-2.0
"""A perfd of a test's own: started on a Unix socket in a fresh directory, ended by its process id.

    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "scroll")
        perfd.marker()          # the next line on its standard output, awaited
"""
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import checks

PERFD = os.path.join(checks.HOST, "perfd")
PERFCTL = os.path.join(checks.HOST, "perfctl")
LOAD = os.path.join(checks.HOST, "tests", "load")
DISK_FAULTS = os.path.join(checks.HOST, "tests", "disk_faults.so")
LIMIT_S = 60
# What is told to end has so long for it: a leak checker looks through all memory first.
END_S = 10


def run(*command, env=None, **options):
    """Runs to its end, under a time limit that kills."""
    return subprocess.run(
        command, capture_output=True, timeout=LIMIT_S, env={**os.environ, **(env or {})}, **options
    )


def children(pid):
    """Process ids of a process's children."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                # pid (name) state ppid ...: the name may hold anything.
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found.append(int(entry))
    return found


def closed(peer):
    """Reads until the other side hangs up; what it said before."""
    said = b""
    try:
        while chunk := peer.recv(65536):
            said += chunk
    except ConnectionResetError:
        pass
    return said


class Daemon:
    def __init__(self, *arguments, fault=None, socket_path=None, exports=True):
        self.work = tempfile.mkdtemp(prefix="perfd-test-")
        self.exports = os.path.join(self.work, "exports")
        os.mkdir(self.exports)
        self.path = socket_path or os.path.join(self.work, "perfd.sock")
        self.address = "unix:" + self.path
        self.command = ["timeout", "-k", str(END_S), str(LIMIT_S), PERFD, "--socket", self.path]
        self.command += ["--export-dir", self.exports] if exports else []
        self.command += arguments
        self.env = dict(os.environ)
        if fault:
            self.env.update(LD_PRELOAD=DISK_FAULTS, DISK_FAULT=fault)
            # A build with the address sanitizer would rather be loaded first; it works behind, too.
            self.env["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        self.process = None
        self.buffer = b""

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env
        )
        try:
            checks.equal(self.marker(), "perfd: ready")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Ends it where it still runs; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=LIMIT_S)
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()
        shutil.rmtree(self.work, ignore_errors=True)
        return self.process.returncode

    def marker(self, janks=False):
        """The next line on its standard output; one about a janky frame only where it is asked for."""
        line = self.line()
        while line.startswith("perf: jank ") and not janks:
            line = self.line()
        return line

    def line(self):
        deadline = time.monotonic() + LIMIT_S
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], deadline - time.monotonic())
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                raise AssertionError(f"perfd said nothing more; so far {self.buffer!r}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def pid(self):
        """The service's own process, below the time limit's."""
        return children(self.process.pid)[0]

    def memory_kb(self):
        with open(f"/proc/{self.pid()}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines["VmRSS"].split()[0])

    def perfctl(self, *arguments, code=0):
        """Runs perfctl, expects its exit code, gives what it printed on stdout."""
        result = run(PERFCTL, "--connect", self.address, *arguments)
        checks.equal(result.returncode, code, f"perfctl {arguments}: {result.stderr.decode()}")
        return result.stdout.decode()

    def json(self, *arguments):
        return json.loads(self.perfctl(*arguments, "--json"))

    def connect(self):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(LIMIT_S)
        peer.connect(self.path)
        return peer

    def load(self, *arguments, **options):
        return subprocess.Popen(
            ["timeout", "-k", "1", str(LIMIT_S), LOAD, self.address, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
        )
