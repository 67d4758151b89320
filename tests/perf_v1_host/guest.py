# SPDX-License-Identifier: Apache-2.0
"""A guest's side of the serial link, the bridge in front of it, and a line between them that can be bad.

    with guest.Guest() as machine, guest.Bridge(machine.line) as bridge:
        bridge.perfctl("info")
"""
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import checks
from daemon import END_S, LIMIT_S, PERFCTL, run

SERIAL_GUEST = os.path.join(checks.HOST, "tests", "serial_guest")
HEADER, DATA = 24, 0


class Program:
    """A program whose standard output is read line by line, under a time limit that kills."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            ["timeout", "-k", str(END_S), str(LIMIT_S), *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )
        self.buffer = b""
        self.stderr = None

    def line_out(self):
        """The next line on its standard output, awaited."""
        deadline = time.monotonic() + LIMIT_S
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], deadline - time.monotonic())
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                raise AssertionError(f"it said nothing more; so far {self.buffer!r}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def finish(self, signal_number=None):
        """Its exit status; what it said on standard error is in .stderr."""
        if self.stderr is None:
            if signal_number is not None and self.process.poll() is None:
                # To the program itself as well: `timeout` may not have noticed yet that it has started.
                os.killpg(self.process.pid, signal_number)
            _, said = self.process.communicate(timeout=LIMIT_S)
            self.stderr = said.decode()
        return self.process.returncode


class Guest(Program):
    """perfd behind the link: `line` is where the bridge finds it."""

    def __init__(self, may="all", line=None, pty=False):
        self.work = tempfile.mkdtemp(prefix="perfd-guest-")
        self.exports = os.path.join(self.work, "exports")
        os.mkdir(self.exports)
        self.line = line or os.path.join(self.work, "line")
        super().__init__(SERIAL_GUEST, "pty" if pty else self.line, self.exports, may)
        if pty:
            self.line = self.line_out().split(" ", 1)[1]
        checks.equal(self.line_out(), "perfd: ready")

    def word(self, word):
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        code = self.finish()  # closes its standard input, and that ends it
        shutil.rmtree(self.work, ignore_errors=True)
        checks.equal(code, 0, f"the guest's exit status: {self.stderr}")


class Bridge(Program):
    def __init__(self, line, *arguments, path=None):
        self.work = tempfile.mkdtemp(prefix="perfd-bridge-")
        self.path = path or os.path.join(self.work, "perfd.sock")
        self.address = "unix:" + self.path
        super().__init__(PERFCTL, "bridge", "--serial", line, "--listen", self.address, *arguments)
        self.ready = False

    def await_ready(self):
        checks.equal(self.line_out(), f"perfctl: bridge ready at {self.address}")
        self.ready = True
        return self

    def __enter__(self):
        return self.await_ready()

    def __exit__(self, *_):
        self.finish(signal.SIGTERM)
        shutil.rmtree(self.work, ignore_errors=True)

    def call(self, *arguments):
        return run(PERFCTL, "--connect", self.address, *arguments)

    def perfctl(self, *arguments, code=0):
        result = self.call(*arguments)
        checks.equal(result.returncode, code, f"perfctl {arguments}: {result.stderr.decode()}")
        return result.stdout.decode()

    def start(self, *arguments):
        return Program(PERFCTL, "--connect", self.address, *arguments)

    def connect(self):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(LIMIT_S)
        peer.connect(self.path)
        return peer


class Line:
    """A line of its own between bridge and guest: passes frames on as `change` says.

    change(to_guest, frame) gives the bytes that go on instead. Called on the line's thread.
    """

    def __init__(self, guest_line, change):
        self.work = tempfile.mkdtemp(prefix="perfd-line-")
        self.path = os.path.join(self.work, "line")
        self.change = change
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.guest = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.guest.connect(guest_line)
        self.thread = threading.Thread(target=self._pass_on, daemon=True)

    def _pass_on(self):
        bridge, _ = self.listener.accept()
        pending = {bridge: b"", self.guest: b""}
        with bridge:
            while True:
                ready, _, _ = select.select(list(pending), [], [])
                for source in ready:
                    chunk = source.recv(65536)
                    if not chunk:
                        return
                    to_guest = source is bridge
                    out, pending[source] = self._frames(pending[source] + chunk, to_guest)
                    try:
                        (self.guest if to_guest else bridge).sendall(out)
                    except (BrokenPipeError, ConnectionResetError):
                        return

    def _frames(self, data, to_guest):
        """Both sides send whole frames and nothing else."""
        out = b""
        while len(data) >= HEADER:
            length = HEADER + int.from_bytes(data[6:8], "little")
            if data[:4] != b"NXLK" or length > 512:
                raise AssertionError(f"not a frame: {data[:HEADER]!r}")
            if len(data) < length:
                break
            out += self.change(to_guest, data[:length])
            data = data[length:]
        return out, data

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(LIMIT_S)
        self.guest.close()
        self.listener.close()
        shutil.rmtree(self.work, ignore_errors=True)
        checks.true(not self.thread.is_alive(), "the line's end")
