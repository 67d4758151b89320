#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the corpora that have a telling name: messages put together word by word, one for each class of
disagreement and each attack that has one.

    tests/fuzz/seeds.py            writes tests/fuzz/corpus/<target>/<name>
"""
import os
import struct

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
VOID, BIT, BYTE, TWO, FOUR, EIGHT, POINTER, STRUCT = range(8)


def struct_ptr(offset, data, pointers):
    return (offset & 0x3FFFFFFF) << 2 | data << 32 | pointers << 48


def list_ptr(offset, element, count):
    return (offset & 0x3FFFFFFF) << 2 | 1 | element << 32 | count << 35


def far(segment, offset, double=False):
    return offset << 3 | 2 | (4 if double else 0) | segment << 32


def capability(index):
    return 3 | index << 32


def message(*segments):
    """Each a list of words."""
    table = struct.pack("<I", len(segments) - 1) + b"".join(struct.pack("<I", len(s)) for s in segments)
    table += bytes(-len(table) % 8)
    return table + b"".join(struct.pack("<Q", word) for s in segments for word in s)


def deep(levels):
    """That many structs in each other."""
    return message([struct_ptr(0, 0, 1) for _ in range(levels - 1)] + [struct_ptr(0, 1, 0), 7])


def deep_lists(levels):
    """Lists of one struct of one pointer in each other, below the root."""
    words = [struct_ptr(0, 0, 1)]
    for _ in range(levels):
        words += [list_ptr(0, STRUCT, 1), struct_ptr(1, 0, 1)]
    return message(words + [0])


MESSAGES = {
    # The classes of disagreement.
    "empty-out-of-range": message([struct_ptr(0, 0, 2), struct_ptr(100, 0, 0), list_ptr(-200, BYTE, 0)]),
    "null-landing-pad": message([far(0, 1), 0]),
    "pad-marked-double": message([far(0, 1, True), far(0, 0, True), struct_ptr(0, 0, 0)]),
    "pad-tag-with-offset": message([far(0, 1, True), far(0, 3), struct_ptr(5, 1, 0), 7]),
    "capability-by-double-far": message([far(0, 1, True), far(0, 3), capability(2), 7]),
    "tag-count-of-30-bits": message([struct_ptr(0, 0, 1), list_ptr(0, STRUCT, 0), struct_ptr(0x20000000, 0, 0)]),
    "many-segments": struct.pack("<I", 512) + struct.pack("<I", 1) + bytes(4 * 512) + bytes(8),
    "segment-count-0xffffffff": struct.pack("<III", 0xFFFFFFFF, 1, 0),
    "other-element-size": message([struct_ptr(0, 0, 2), list_ptr(1, EIGHT, 1), list_ptr(1, STRUCT, 1), 5,
                                   struct_ptr(1, 1, 0), 6]),
    "object-in-empty-segment": message([far(0, 1, True), far(1, 0), 0], [], [1]),
    "elements-are-a-level": deep_lists(40),
    # The attacks.
    "depth-63": deep(63),
    "depth-64": deep(64),
    "void-list": message([struct_ptr(0, 0, 1), list_ptr(0, VOID, 0x1FFFFFFF)]),
    "zero-structs": message([struct_ptr(0, 0, 1), list_ptr(0, STRUCT, 0), struct_ptr(0x1FFFFFFF, 0, 0)]),
    "shared-target": message([struct_ptr(0, 0, 20)] + [list_ptr(19 - i, EIGHT, 10) for i in range(20)] + [7] * 10),
    "list-overflows-8-bytes": message([struct_ptr(0, 0, 1), list_ptr(0, EIGHT, 0x1FFFFFFF), 0]),
    "list-overflows-bits": message([struct_ptr(0, 0, 1), list_ptr(0, BIT, 65), 0]),
    "list-overflows-structs": message([struct_ptr(0, 0, 1), list_ptr(0, STRUCT, 0), struct_ptr(0x10000, 0xFFFF, 1)]),
    "tag-past-the-end": message([struct_ptr(0, 0, 1), list_ptr(0, STRUCT, 0)]),
    "tag-with-more-than-words": message([struct_ptr(0, 0, 1), list_ptr(0, STRUCT, 2), struct_ptr(3, 1, 0), 1, 2, 3]),
    "tag-is-a-list": message([struct_ptr(0, 0, 1), list_ptr(0, STRUCT, 1), struct_ptr(1, 1, 0) | 1, 1]),
    "self-loop": message([far(0, 0)]),
    "far-to-far": message([far(0, 1), far(0, 2), struct_ptr(-1, 0, 0)]),
    "bad-segment-id": message([far(0xFFFFFFFF, 0), 0]),
    "double-far-at-the-last-word": message([far(0, 1, True), far(0, 0)], [0]),
    "negative-offset": message([struct_ptr(1, 0, 1), 0x00696C6F, list_ptr(-2, BYTE, 4)]),
    "cycle": message([struct_ptr(0, 0, 1), struct_ptr(-1, 0, 1)]),
    "text-without-nul": message([struct_ptr(0, 0, 1), list_ptr(0, BYTE, 8), 0x4141414141414141]),
    "text-of-length-0": message([struct_ptr(0, 0, 1), list_ptr(0, BYTE, 0), 0x41]),
    "pointers-as-structs": message([struct_ptr(0, 0, 1), list_ptr(0, POINTER, 2), struct_ptr(1, 1, 0), 0]),
    "sums-that-wrap": struct.pack("<IIII", 1, 0x80000000, 0x80000001, 0) + bytes(16),
    "truncated": message([struct_ptr(0, 2, 0), 1, 2])[:-5],
    # What is well formed.
    "three-segments": message(
        [struct_ptr(0, 2, 6), 0x0123456789ABCDEF, 0xFEDCBA9876543210, list_ptr(5, BYTE, 6), far(1, 0),
         far(1, 4, True), capability(3), struct_ptr(1, 0, 1), list_ptr(2, BIT, 20), 0x6F6C6C6568,
         list_ptr(-2, TWO, 3), 0x0F0F0F],
        [list_ptr(0, STRUCT, 2), struct_ptr(1, 1, 1), 99, list_ptr(-3, FOUR, 2), far(2, 0), list_ptr(0, POINTER, 3), 0,
         0, list_ptr(0, VOID, 4), 0],
        [list_ptr(2, BYTE, 2), struct_ptr(0, 1, 0), far(0, 9), 0x41]),
    "512-segments": struct.pack("<II", 511, 1) + bytes(4 * 511) + bytes(4) + struct.pack("<Q", 0),
}

SEND, OUT_AND_IN, IN, DATA, NOISE, LOSE, SPOIL, QUIET, OPEN, CLOSE, POKE, FORGE = range(12)
OPENER, ACCEPTOR = 0, 1
OPENED = [(OPENER, OPEN, 0), (OPENER, OUT_AND_IN, 0), (ACCEPTOR, OUT_AND_IN, 0)]


def line(*steps):
    """Steps on a serial line, each (end, which, how much, bytes besides); the frames are of 104 bytes."""
    codes = bytes([10])
    for end, which, much, *more in steps:
        codes += bytes([which if end == OPENER else 128 + (which + 4) % 12, much]) + b"".join(more)
    return codes


LINES = {
    "a-session": line(*OPENED, (OPENER, DATA, 3, b"abc"), (OPENER, OUT_AND_IN, 0), (ACCEPTOR, DATA, 2, b"de"),
                      (ACCEPTOR, SEND, 3), (ACCEPTOR, SEND, 90), (OPENER, IN, 2), (OPENER, IN, 90), (OPENER, CLOSE, 0),
                      (OPENER, OUT_AND_IN, 0)),
    "bytes-lost": line(*OPENED, (OPENER, DATA, 3, b"abc"), (OPENER, SEND, 90), (ACCEPTOR, LOSE, 5), (ACCEPTOR, IN, 90),
                       (OPENER, DATA, 3, b"def"), (OPENER, OUT_AND_IN, 0), (ACCEPTOR, QUIET, 0)),
    "bytes-spoiled": line(*OPENED, (OPENER, DATA, 3, b"abc"), (OPENER, SEND, 90), (ACCEPTOR, SPOIL, 25, b"\x08"),
                          (ACCEPTOR, IN, 90), (OPENER, POKE, 0), (OPENER, OUT_AND_IN, 0), (ACCEPTOR, OUT_AND_IN, 0)),
    "noise": line((ACCEPTOR, NOISE, 6, b"NXLKNX"), *OPENED, (OPENER, NOISE, 8, b"NXLK\x01\x00\xff\xff"),
                  (OPENER, IN, 90)),
    "a-byte-too-long": line((ACCEPTOR, NOISE, 8, b"NXLK\x01\x00\x51\x00"), (ACCEPTOR, NOISE, 110, bytes(110)),
                            (ACCEPTOR, IN, 255)),
    "forged": line(*OPENED, *[(end, FORGE, 4, bytes([kind, other]), b"data") for end in (0, 1) for kind in range(6)
                              for other in (8, 9)], (OPENER, IN, 255), (ACCEPTOR, IN, 255)),
    # The acceptor is in its second session while the opener takes in what was sent in the first.
    "a-session-left-behind": line((OPENER, OPEN, 0), (OPENER, OUT_AND_IN, 0), (ACCEPTOR, SEND, 90),
                                  (ACCEPTOR, DATA, 1, b"x"), (ACCEPTOR, SEND, 90), (ACCEPTOR, CLOSE, 0),
                                  (OPENER, POKE, 0), (OPENER, OUT_AND_IN, 0), (OPENER, IN, 255),
                                  (ACCEPTOR, OUT_AND_IN, 0)),
    "opened-again": line(*OPENED, (OPENER, OPEN, 0), (OPENER, OUT_AND_IN, 0), (ACCEPTOR, DATA, 1, b"x"),
                         (ACCEPTOR, OUT_AND_IN, 0), (ACCEPTOR, OUT_AND_IN, 0), (ACCEPTOR, CLOSE, 0),
                         (ACCEPTOR, OUT_AND_IN, 0)),
}

A_STRUCT, A_LIST, STRUCTS, TEXT, A_DATA, A_CAPABILITY, A_NULL = range(7)
ROOT_OF_SIX = bytes([15, A_STRUCT, 2, 5])


def calls(size, *steps):
    """Calls of the builder, on a buffer of this size."""
    return size.to_bytes(2, "big") + b"".join(steps)


def make(pointer, kind, *more):
    """Through a pointer of the first object."""
    return bytes([0, 0, pointer, kind, *more])


BUILDERS = {
    "each-kind": calls(1024, ROOT_OF_SIX, make(0, A_STRUCT, 1, 1), make(1, A_LIST, 4, 3, 0), make(2, STRUCTS, 1, 1, 2),
                       make(3, TEXT, 2, 104, 105), make(4, A_CAPABILITY, 7), bytes([1, 0, 8, 4]) + b"12345678",
                       make(3, A_DATA, 2, 1, 2), make(4, A_NULL)),
    "each-element": calls(1024, ROOT_OF_SIX, *[make(i % 5, A_LIST, i, 5, 0) + bytes([1, i + 1, 1, i - 1]) + b"abcdefgh"
                                               for i in range(1, 7)]),
    "no-room": calls(48, ROOT_OF_SIX, make(0, STRUCTS, 3, 3, 4)),
    "room-to-the-word": calls(8 + 8 + 56 + 8, ROOT_OF_SIX, make(0, TEXT, 7, *b"letters"), make(1, A_DATA, 1, 1)),
    "no-such-field": calls(256, ROOT_OF_SIX, bytes([1, 0, 16, 1]) + bytes(8)),
    "no-such-element": calls(256, ROOT_OF_SIX, make(0, A_LIST, 2, 3, 0), bytes([1, 1, 3, 1]) + bytes(8)),
    "empty-struct": calls(256, bytes([15, A_STRUCT, 0, 0])),
    "buffer-of-15": calls(15, ROOT_OF_SIX),
}

# A message of one word, and what may stand where one is due. Tags, bytes, counts: docs/nexus-idl.md has the encoding.
ONE_WORD = bytes.fromhex("1001 0107")
PACKED = {
    "nothing": b"",
    "a-few-bytes": bytes.fromhex("5108 0302 3119 aa01"),
    "zeros-256": bytes.fromhex("00ff"),
    "raw-3": bytes.fromhex("ff 0102030405060708 02") + bytes(range(1, 17)),
    "cut-in-a-word": bytes.fromhex("ff0102"),
    "cut-before-a-count": bytes.fromhex("00"),
    "cut-in-a-raw-run": bytes.fromhex("ff 0102030405060708 02 01"),
    "two-messages": ONE_WORD + ONE_WORD,
    "message-of-no-words": bytes.fromhex("0000"),
    "message-of-two-segments": bytes.fromhex("1101 01 01 02 0107 0000 0109"),
    "run-past-the-message": bytes.fromhex("1001 0005"),
    "segments-0xffffffff": bytes.fromhex("1fffffffff01"),
    "longer-than-memory": bytes.fromhex("f0ffffffff 0107"),
}

def echo(words):
    """A message of so many words that a client does not know, which it sends back; its buffer has 512 bytes."""
    return bytes(8) + message([struct_ptr(0, 1, 1), 14] + [0] * (words - 2))


CLIENTS = {"echo-that-just-fits": echo(59), "echo-that-just-does-not-fit": echo(60), "echo-of-the-buffers-size": echo(63)}


def text_words(text):
    data = text.encode() + b"\0"
    data += bytes(-len(data) % 8)
    return list(struct.unpack(f"<{len(data) // 8}Q", data))


def request(children):
    """A CodeGeneratorRequest for a file 'f' with these nodes in it: {id: ids of those nested in it}; 1 is the file's."""
    node_words, node_pointers = 5, 6
    words = [struct_ptr(0, 0, 2), 0, 0]
    nodes = len(words)
    words += [struct_ptr(len(children), node_words, node_pointers)] + [0] * (11 * len(children))
    words[1] = list_ptr(nodes - 2, STRUCT, 11 * len(children))
    for i, (number, below) in enumerate(children.items()):
        at = nodes + 1 + 11 * i
        words[at] = number
        words[at + 1] = 0 if number == 1 else 1 << 32  # a file, a struct
        for pointer, content in ((0, text_words("f" if number == 1 else f"f:N{number}")), (1, None)):
            place = at + node_words + pointer
            if content is not None:
                words[place] = list_ptr(len(words) - place - 1, BYTE, 2 if number == 1 else 4 + len(str(number)))
                words += content
            elif below:
                words[place] = list_ptr(len(words) - place - 1, STRUCT, 2 * len(below))
                words += [struct_ptr(len(below), 1, 1)] + [word for child in below for word in (child, 0)]
    words[2] = list_ptr(len(words) - 3, STRUCT, 3)
    words += [struct_ptr(1, 1, 2), 1, list_ptr(1, BYTE, 2), 0, *text_words("f")]
    return message(words)


GENERATORS = {
    "a-tree": request({1: [2, 3], 2: [4], 3: [], 4: []}),
    "nodes-that-lie-in-two-places": request({1: [2], **{i: [i + 1, i + 1] for i in range(2, 19)}, 19: []}),
    "nodes-in-a-ring": request({1: [2], 2: [3], 3: [2]}),
    "a-file-in-itself": request({1: [1]}),
}

SEEDS = {"client": CLIENTS, "generator": GENERATORS, "message": MESSAGES, "link": LINES, "builder": BUILDERS,
         "packed": PACKED}


def main():
    for target, seeds in SEEDS.items():
        os.makedirs(os.path.join(CORPUS, target), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(CORPUS, target, name), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    main()
