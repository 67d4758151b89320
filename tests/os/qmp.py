# SPDX-License-Identifier: Apache-2.0
"""QEMU's monitor: commands over a Unix socket (-qmp unix:PATH,server=on,wait=off).

    with qmp.Monitor(path) as monitor:
        monitor.command("screendump", filename="screen.png", format="png")
        monitor.press("down", "h")
"""
import json
import os
import select
import socket
import time


class Error(Exception):
    pass


class Monitor:
    def __init__(self, path, seconds=10):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        connect(self.socket, path, seconds)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        if "QMP" not in json.loads(self.lines.readline()):
            raise Error("no greeting")
        self.command("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.lines.close()
        self.socket.close()

    def send(self, name, **arguments):
        """Waits for no answer: for the last command, after which QEMU may end at once."""
        self.socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())

    def command(self, name, **arguments):
        """Returns when QEMU has carried it out, with what it says."""
        self.send(name, **arguments)
        while True:
            line = self.lines.readline()
            if not line:
                raise Error(f"{name}: QEMU is gone")
            answer = json.loads(line)
            if "error" in answer:
                raise Error(f"{name}: {answer['error'].get('desc')}")
            if "return" in answer:
                return answer["return"]

    def key(self, qcode, down, last=False):
        event = {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": qcode}}}
        (self.send if last else self.command)("input-send-event", events=[event])

    def press(self, *qcodes):
        for qcode in qcodes:
            self.key(qcode, True)
            self.key(qcode, False)

    def screenshot(self, path):
        """As a PNG or a PPM file, by the path's end."""
        self.command("screendump", filename=path, format=path.rsplit(".", 1)[1])


def connect(sock, path, seconds=10):
    """Connects to a socket that QEMU is about to create: there is no event to wait for but the file's."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return sock.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline:
                raise
            select.select([], [], [], 0.01)
