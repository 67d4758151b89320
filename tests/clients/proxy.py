# SPDX-License-Identifier: Apache-2.0
"""A Unix socket in front of perfd's that takes down what a client sends, and holds answers back.

    with proxy.Proxy(path, perfd.path, [1, 500, None]) as between:
        between.serve(process)      # until it ends

On the client's first connection no byte of the server reaches it before one Call of its own was seen; on
the second one before 500; on the third none ever does, and none is taken from the server either, so that
the client hangs up in mid call. No clock has a part in that.
"""
import os
import select
import socket

import wire


class Connection:
    """taken: what went by in its order, as ("client" or "server", wire.Message); a server's message is
    there from when the client can have it."""

    def __init__(self, client, server, gate):
        self.client, self.server, self.gate = client, server, gate
        self.calls = 0
        self.to_server, self.to_client = bytearray(), bytearray()
        self.from_client, self.from_server = bytearray(), bytearray()
        self.held = []
        self.taken = []
        self.ended = None  # by whom

    def reads(self):
        return [self.client] if self.gate is None else [self.client, self.server]

    def writes(self):
        return [peer for peer, data in ((self.client, self.to_client), (self.server, self.to_server)) if data]

    def take(self, side, data):
        if side == "client":
            self.to_server += data
            self.from_client += data
            for frame in wire.split(self.from_client):
                message = wire.Message(frame)
                self.calls += message.kind == "call"
                self.taken.append((side, message))
        else:
            self.from_server += data
            self.held += wire.split(self.from_server)
        if self.gate is not None and self.calls >= self.gate:
            for frame in self.held:
                self.to_client += frame
                self.taken.append(("server", wire.Message(frame)))
            self.held.clear()

    def read(self, peer):
        """Whether there was anything."""
        side = "client" if peer is self.client else "server"
        try:
            data = peer.recv(65536)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            data = b""
        if data:
            self.take(side, data)
        else:
            self.end(side)
        return bool(data)

    def write(self, peer):
        side, data = ("client", self.to_client) if peer is self.client else ("server", self.to_server)
        try:
            del data[:peer.send(data)]
        except (BrokenPipeError, ConnectionResetError):
            self.end(side)

    def end(self, side):
        self.ended = side
        self.client.close()
        self.server.close()


class Proxy:
    def __init__(self, path, server_path, gates):
        self.server_path = server_path
        self.gates = list(gates)
        self.connections = []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.open():
            connection.end("the proxy")
        self.listener.close()

    def open(self):
        return [connection for connection in self.connections if connection.ended is None]

    def accept(self):
        client, _ = self.listener.accept()
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.connect(self.server_path)
        except OSError:  # the client gets what it would have got
            client.close()
            server.close()
            return
        client.setblocking(False)
        server.setblocking(False)
        number = len(self.connections)
        # Who counts the connections sees that there is one too many.
        gate = self.gates[number] if number < len(self.gates) else 0
        self.connections.append(Connection(client, server, gate))

    def serve(self, process):
        """Until the process has ended and all that it sent was read. Its time limit is another's."""
        ended = os.pidfd_open(process.pid)
        try:
            while self.step(ended):
                pass
        finally:
            os.close(ended)
        for connection in self.open():
            while connection.ended is None and connection.read(connection.client):
                pass

    def step(self, ended):
        connections = self.open()
        reads, writes, _ = select.select(
            [ended, self.listener] + [peer for one in connections for peer in one.reads()],
            [peer for one in connections for peer in one.writes()], [])
        for connection in connections:
            for peer in (connection.client, connection.server):
                if connection.ended is None and peer in reads:
                    connection.read(peer)
                if connection.ended is None and peer in writes:
                    connection.write(peer)
        if self.listener in reads:
            self.accept()
        return ended not in reads
