# SPDX-License-Identifier: Apache-2.0
"""RPC messages as they lie on the wire, read without any library and without this project's code.

Where the fields of rpc.capnp lie is asked of the official compiler; how pointers work is written down
here once more.
"""
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "perf_v1_host", "idl"))
from schema import Schema  # noqa: E402

_rpc = Schema(["rpc.capnp"], "/usr/include/capnp")
NODES = {node.path: node for node in _rpc.structs()}

FORMS = {"bool": "B", "uint16": "H", "uint32": "I", "uint64": "Q"}
STRUCT, LIST, FAR = 0, 1, 2
COMPOSITE = 7


def split(buffer):
    """Takes the whole frames off the front of a bytearray."""
    frames = []
    while len(buffer) >= 4:
        count = struct.unpack_from("<I", buffer)[0] + 1
        table = (4 + 4 * count + 7) & ~7
        if len(buffer) < table:
            break
        length = table + 8 * sum(struct.unpack_from(f"<{count}I", buffer, 4))
        if len(buffer) < length:
            break
        frames.append(bytes(buffer[:length]))
        del buffer[:length]
    return frames


def segments_of(frame):
    count = struct.unpack_from("<I", frame)[0] + 1
    at = (4 + 4 * count + 7) & ~7
    segments = []
    for words in struct.unpack_from(f"<{count}I", frame, 4):
        segments.append(frame[at:at + 8 * words])
        at += 8 * words
    return segments


def word(segments, place):
    return struct.unpack_from("<Q", segments[place[0]], place[1])[0]


def land(segments, place):
    """Through far pointers to (the pointer itself, segment of its target, byte of its target)."""
    pointer = word(segments, place)
    if pointer & 3 != FAR:
        offset = (pointer & 0xFFFFFFFF) >> 2
        offset -= 1 << 30 if offset >> 29 else 0
        return pointer, place[0], place[1] + 8 + 8 * offset
    pad = (pointer >> 32, 8 * (pointer >> 3 & 0x1FFFFFFF))
    if not pointer & 4:
        return land(segments, pad)
    target = word(segments, pad)
    return word(segments, (pad[0], pad[1] + 8)), target >> 32, 8 * (target >> 3 & 0x1FFFFFFF)


class Struct:
    """Of a type of rpc.capnp; of a null pointer each field is 0."""

    def __init__(self, segments, place, node):
        self.segments, self.node = segments, node
        self.segment = self.at = self.data = self.pointers = 0
        if place is not None and word(segments, place) != 0:
            pointer, self.segment, self.at = land(segments, place)
            if pointer & 3 != STRUCT:
                raise ValueError(f"{node.path}: {pointer:#x} is no struct's pointer")
            self.data, self.pointers = 8 * (pointer >> 32 & 0xFFFF), pointer >> 48

    def number(self, kind, offset):
        form = FORMS[kind]
        size = struct.calcsize(form)
        at = offset // 8 if kind == "bool" else offset * size
        value = struct.unpack_from("<" + form, self.segments[self.segment], self.at + at)[0] \
            if at + size <= self.data else 0
        return value >> offset % 8 & 1 if kind == "bool" else value

    def which(self):
        """The name of the union's member; None: not known to rpc.capnp."""
        chosen = self.number("uint16", int(self.node.raw["struct"]["discriminantOffset"]))
        return next((field.name for field in self.node.fields if field.member == chosen), None)

    def field(self, name):
        return next(field for field in self.node.fields if field.name == name)

    def place(self, name):
        """Of a pointer: (segment, byte); None where the struct has no room for it."""
        index = self.field(name).offset
        return (self.segment, self.at + self.data + 8 * index) if index < self.pointers else None

    def __getitem__(self, name):
        field = self.field(name)
        if field.type.kind == "struct":
            return Struct(self.segments, self.place(name), field.type.node)
        value = self.number(field.type.kind, field.offset)
        return bool(value ^ (field.default == "true")) if field.type.kind == "bool" else value

    def list_form(self, name):
        """How a list is written that should be empty."""
        place = self.place(name)
        if place is None or word(self.segments, place) == 0:
            return "null"
        pointer, segment, at = land(self.segments, place)
        if pointer & 3 != LIST:
            raise ValueError(f"{name}: {pointer:#x} is no list's pointer")
        if pointer >> 32 & 7 == COMPOSITE:
            return f"a composite list of {(word(self.segments, (segment, at)) & 0xFFFFFFFF) >> 2}"
        return f"a list of {pointer >> 35}"


class Message:
    """kind is the union member's name in rpc.capnp, body the struct in it; id its question's."""

    IDS = {"bootstrap": "questionId", "call": "questionId", "finish": "questionId", "return": "answerId"}

    def __init__(self, frame):
        root = Struct(segments_of(frame), (0, 0), NODES["Message"])
        self.kind = root.which()
        self.body = root[self.kind] if self.kind in self.IDS else None
        self.id = self.body[self.IDS[self.kind]] if self.body else None
        self.target = self.transform = None
        if self.kind == "call":
            target = self.body["target"]
            self.target = target.which()
            if self.target == "promisedAnswer":
                self.promised = target["promisedAnswer"]["questionId"]
                self.transform = target["promisedAnswer"].list_form("transform")

    def __repr__(self):
        return f"{self.kind} {self.id}" + (f" on {self.target}" if self.target else "")
