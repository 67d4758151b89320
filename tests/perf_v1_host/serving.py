# SPDX-License-Identifier: Apache-2.0
"""A perfctl serve of a test's own, and bare clients of it.

    with daemon.Daemon() as perfd, serving.Serve(perfd.address, "--metrics") as serve:
        status, headers, body = serve.get("/metrics")
        with serve.viewer() as viewer:
            viewer.message()
"""
import base64
import json
import os
import select
import signal
import socket
import struct
import subprocess
import time
from urllib.parse import urlsplit

import checks
import daemon

TEXT, BINARY, CLOSE = 1, 2, 8


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def answer_of(peer):
    """Status, headers and body of one answer on a connection."""
    said = b""
    while b"\r\n\r\n" not in said:
        chunk = peer.recv(65536)
        if not chunk:
            return None, {}, said
        said += chunk
    head, body = said.split(b"\r\n\r\n", 1)
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    wanted = int(headers.get("content-length", 0))
    while len(body) < wanted:
        chunk = peer.recv(65536)
        if not chunk:
            break
        body += chunk
    return int(first.split()[1]), headers, body


class Viewer:
    """A WebSocket by hand. What it does not read, it does not read."""

    def __init__(self, serve, buffer=None):
        self.peer = socket.socket()
        self.peer.settimeout(daemon.LIMIT_S)
        if buffer:
            self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.peer.connect(("127.0.0.1", serve.port))
        self.peer.sendall(serve.upgrade())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            chunk = self.peer.recv(1)
            checks.true(chunk, f"no upgrade: {self.buffer!r}")
            self.buffer += chunk
        checks.equal(self.buffer.split()[1], b"101", self.buffer)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.peer.close()

    def take(self, count):
        while len(self.buffer) < count:
            chunk = self.peer.recv(65536)
            if not chunk:
                raise EOFError
            self.buffer += chunk
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def frame(self):
        kind, length = self.take(2)
        if length == 126:
            length, = struct.unpack(">H", self.take(2))
        elif length == 127:
            length, = struct.unpack(">Q", self.take(8))
        return kind & 15, self.take(length)

    def message(self, wanted=lambda message: True):
        """The next message like that."""
        deadline = time.monotonic() + daemon.LIMIT_S
        while time.monotonic() < deadline:
            kind, data = self.frame()
            if kind == TEXT and wanted(message := json.loads(data)):
                return message
            checks.true(kind != CLOSE, f"closed: {data!r}")
        raise AssertionError("no such message")

    def answer(self, command):
        self.send(json.dumps(command).encode())
        return self.message(lambda message: "answer" in message)["answer"]

    def send(self, data, kind=TEXT, final=True):
        size = len(data)
        length = bytes([0x80 | size]) if size < 126 else struct.pack(">BH", 0xfe, size) if size < 65536 \
            else struct.pack(">BQ", 0xff, size)
        self.peer.sendall(bytes([kind | (0x80 if final else 0)]) + length + bytes(4) + data)

    def closed(self):
        """Reads until it is hung up on; the code that it was given."""
        code = None
        try:
            while True:
                kind, data = self.frame()
                if kind == CLOSE:
                    code, = struct.unpack(">H", data[:2])
        except (EOFError, ConnectionResetError):
            return code


class Serve:
    def __init__(self, address, *arguments):
        self.command = [daemon.PERFCTL, "--connect", address, "serve", *arguments]
        self.lines = 1 + ("--metrics" in arguments) + ("--listen" in arguments)

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], daemon.LIMIT_S)
        self.printed = [self.process.stdout.readline().strip() for _ in range(self.lines)] if ready else [""]
        self.url = self.printed[0]
        if not self.url:
            self.end()
            raise AssertionError(f"no address: {self.process.returncode}")
        parts = urlsplit(self.url)
        self.port, self.token = parts.port, parts.query.partition("token=")[2]
        self.host = f"127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, how=signal.SIGTERM):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=daemon.END_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()
        return self.process.returncode

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def raw(self, request, port=None):
        with socket.socket() as peer:
            peer.settimeout(daemon.LIMIT_S)
            peer.connect(("127.0.0.1", port or self.port))
            peer.sendall(request)
            return answer_of(peer)

    def get(self, path, host=None, port=None, **headers):
        lines = [f"GET {path} HTTP/1.1", f"Host: {host or self.host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()] + ["", ""]
        return self.raw("\r\n".join(lines).encode(), port)

    def upgrade(self, path=None, **changes):
        headers = {"Host": self.host, "Upgrade": "websocket", "Connection": "Upgrade",
                   "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Protocol": "perfctl", "Origin": f"http://{self.host}"}
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        lines = [f"GET {path or '/live?token=' + self.token} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value is not None] + ["", ""]
        return "\r\n".join(lines).encode()

    def viewer(self, **options):
        return Viewer(self, **options)
