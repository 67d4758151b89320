#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The packed encoding against Cap'n Proto's own library and tool.

Messages of any segments with any words in them: what we pack is byte for byte what the library packs, each
unpacks the other's, whole and in pieces. Messages of the schemas are in test_wire_official.py.
"""
import os
import random
import struct
import subprocess

import checks

TESTS = os.path.join(checks.HOST, "tests")
IDL = os.path.join(checks.HERE, "idl")


def run(program, *arguments, data, fails=False):
    done = subprocess.run([os.path.join(TESTS, program), *map(str, arguments)], input=data, capture_output=True,
                          timeout=60)
    if fails != (done.returncode != 0):
        raise AssertionError(f"{program} {arguments}: {done.returncode} {done.stderr.decode()}")
    return done.stderr.decode().strip() if fails else done.stdout


def ours(*how, data, fails=False):
    return run("packer", *how, data=data, fails=fails)


def theirs(*how, data, fails=False):
    return run("packed_judge", *how, data=data, fails=fails)


def message(*segments):
    table = struct.pack("<I", len(segments) - 1) + b"".join(struct.pack("<I", len(s) // 8) for s in segments)
    return table + bytes(-len(table) % 8) + b"".join(segments)


def word(dice, zero_share):
    return bytes(0 if dice.random() < zero_share else dice.randrange(1, 256) for _ in range(8))


def words(dice, count):
    """Runs of one kind of word after the other: zeros, no zeros, one zero, few, many."""
    out = bytearray()
    while len(out) < 8 * count:
        kind, length = dice.randrange(5), dice.choice([1, 1, 2, 3, 9, 300])
        for _ in range(length):
            one = bytearray(word(dice, [1, 0, 0, 0.15, 0.7][kind]))
            if kind == 2:
                one[dice.randrange(8)] = 0
            out += one
    return bytes(out[:8 * count])


def compare(*messages):
    """Each message is its segments."""
    data = b"".join(message(*segments) for segments in messages)
    packed = theirs("pack", data=data)
    checks.true(ours("pack", data=data) == packed, "packed as the library does")
    checks.true(ours("unpack", data=packed) == data, "what the library packed comes back")
    checks.true(theirs("unpack", data=packed) == b"".join(map(b"".join, messages)), "and to the library what we packed")
    for piece in (1, 3, 8, 1021):
        checks.true(ours("unpack-pieces", piece, data=packed) == data, f"{piece} bytes at a time")


@checks.check
def messages_of_no_words():
    compare([b""])
    compare([b"", b""], [bytes(8), b"", bytes(16)], [b""], [b"", b"\x01" * 8])


@checks.check
def runs_about_as_long_as_a_count():
    for count in (254, 255, 256, 257, 258, 511, 512, 513, 600):
        for one in (bytes(8), b"\x01" * 8, b"\x01" * 7 + b"\0", b"\x01" * 6 + b"\0\0"):
            compare([one * count])
            compare([b"\x02" * 8 + one * count + bytes(8) + b"\x03" * 8])


@checks.check
def any_words():
    dice = random.Random("any words")
    for _ in range(60):
        compare(*[[words(dice, dice.randrange(1200))] for _ in range(dice.randrange(1, 6))])


@checks.check
def any_segments():
    """Runs of zeros and of raw words that meet at the segments' ends."""
    dice = random.Random("any segments")
    for most in (1, 2, 3, 40):
        for _ in range(30):
            compare([words(dice, dice.randrange(most + 1)) for _ in range(dice.randrange(1, 30))])
    compare([bytes(8)] * 511)  # the most that the library reads
    compare([b"\x01" * 8] * 511)  # the most that the library reads


@checks.check
def the_library_refuses_a_run_over_a_messages_end():
    """And so do we; it is why messages are packed one by one."""
    two = message(bytes(8)) + message(b"")
    over = ours("pack-words", data=two)
    checks.equal(over, bytes.fromhex("1001 0001"), "one run over both")
    checks.true("boundary" in theirs("unpack", data=over, fails=True), "the library refuses")
    checks.equal(ours("unpack", data=over, fails=True), "the message is too big")
    checks.equal(ours("unpack-words", data=over), two)


@checks.check
def the_tool_packs_as_the_library_does():
    """Its flat formats have words alone."""
    dice = random.Random("tool")

    def convert(how, data):
        return subprocess.run(["capnp", "convert", "--quiet", how, "all.capnp", "Pointers"], input=data, cwd=IDL,
                              env=dict(os.environ, PWD=IDL), check=True, capture_output=True, timeout=20).stdout

    for length in (0, 1, 7, 8, 100, 2040, 2048, 2056, 5000):
        data = words(dice, (length + 7) // 8)[:length]
        binary = convert("text:binary", f'(data = 0x"{data.hex()}")'.encode() if data else b"()")
        checks.equal(ours("pack", data=binary), convert("binary:packed", binary))
        checks.equal(convert("packed:binary", ours("pack", data=binary)), binary)
        flat = convert("binary:flat", binary)
        checks.equal(ours("pack-words", data=flat), convert("flat:flat-packed", flat))
        checks.equal(convert("flat-packed:flat", ours("pack-words", data=flat)), flat)
        checks.equal(ours("unpack-words", data=convert("binary:flat-packed", binary)), flat)


@checks.check
def what_is_cut_short_is_refused_by_both():
    packed = ours("pack", data=message(b"\x01" * 24 + bytes(32) + b"\x07" + bytes(7)))
    for cut in range(1, len(packed)):
        theirs("unpack", data=packed[:cut], fails=True)
        checks.equal(ours("unpack", data=packed[:cut], fails=True), "the message is cut short")


checks.main()
