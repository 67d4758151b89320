#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generated code against the official tool: each struct of perf.capnp and of the test schema with its
defaults, with every field set to something else, and with each member of its unions.

`capnp convert` writes the messages from text, in each of its binary formats; the program made by
idl/make_walker.py reads them field by field, which is compared with what was asked for here; then it builds them
anew, which gives the bytes that `capnp convert` writes. Messages of many segments and canonical ones are read as well,
and all of it is done on a big-endian machine, too.
"""
import os
import random
import struct
import subprocess
import sys

import checks

sys.path.insert(0, os.path.join(checks.HERE, "idl"))
from schema import INTEGERS, PLAIN, Schema  # noqa: E402

DEEPEST = 2  # structs below structs
SEGMENT_SIZES = (1, 2, 3, 7)  # words that the official tool is told to begin a segment with


def run(command, data, folder):
    """(stdout, stderr)"""
    done = subprocess.run(command, cwd=folder, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=dict(os.environ, PWD=folder), timeout=20)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}: {done.stderr.decode()}")
    return done.stdout, done.stderr


# --- values: a text for capnp, and the lines that the walker must print ---

def float_bits(kind, text):
    if kind == "float32":
        return struct.unpack("<I", struct.pack("<f", float(text)))[0]
    return struct.unpack("<Q", struct.pack("<d", float(text)))[0]


def shown(type_, text):
    """A plain value as the walker prints it."""
    if type_.kind in ("float32", "float64"):
        return str(float_bits(type_.kind, text))
    if type_.kind == "bool":
        return "1" if text == "true" else "0"
    if type_.kind == "enum" and not text.isdigit():
        return str(type_.node.enumerants.index(text))
    return str(text)


def plain_value(type_, default, dice):
    """A value as text that is not the default."""
    if type_.kind == "bool":
        return "false" if default == "true" else "true"
    if type_.kind == "enum":
        number = (int(default or 0) + 1) % len(type_.node.enumerants)
        return type_.node.enumerants[number]
    if type_.kind in ("float32", "float64"):
        return dice.choice(["0.375", "-1024.5", "inf", "-inf", "3e10"])
    bits = int(type_.kind.lstrip("uint"))
    low = 0 if type_.kind.startswith("u") else -(1 << (bits - 1))
    high = low + (1 << bits) - 1
    number = dice.choice([low, high, dice.randint(low, high), dice.randint(low, high)])
    return str(number if str(number) != default else (low if number != low else high))


def quoted(raw):
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in raw) + '"'


def value(type_, default, path, depth, member, dice):
    """(text, lines) of one value."""
    if type_.kind in PLAIN:
        text = plain_value(type_, default, dice)
        return text, [f"{path} {shown(type_, text)}"]
    if type_.kind == "void":
        return "void", []
    if type_.kind == "text":
        raw = f'"{path}"\n\\ é'.encode()[:dice.randint(0, 60)].decode(errors="ignore").encode()
        return quoted(raw), [f"{path} text {raw.hex()}"]
    if type_.kind == "data":
        raw = bytes(dice.randrange(256) for _ in range(dice.randint(0, 20)))
        return f'0x"{raw.hex()}"' if raw else '""', [f"{path} data {raw.hex()}"]
    if type_.kind == "struct":
        return struct_value(type_.node, path, depth + 1, member, dice)
    count = 3 if depth < 2 else 1  # a segment for each object: no reader takes more than 512
    parts, lines = [], [f"{path} length {count}"]
    for i in range(count):
        text, more = value(type_.element, None, f"{path}[{i}]", depth + 1, member + i, dice)
        parts.append(text)
        lines += more
    return f"[{', '.join(parts)}]", lines


def has_structs(type_):
    return type_.kind == "struct" or (type_.kind == "list" and has_structs(type_.element))


def default_lines(field, path):
    if field.group:
        return struct_default(field.group, path)
    if field.type.kind == "void":
        return []
    if field.type.kind in PLAIN:
        return [f"{path} {shown(field.type, field.default)}"]
    return [f"{path} null"]


def below(path, name):
    return f"{path}.{name}" if path else name


def struct_default(node, path):
    lines = [f"{below(path, 'which')} 0"] if node.members else []
    for field in node.fields:
        if not field.member:  # none, or the first
            lines += default_lines(field, below(path, field.name))
    return lines


def struct_value(node, path, depth, member, dice):
    parts, lines = [], []
    chosen = node.members[member % len(node.members)] if node.members else None
    if chosen:
        lines.append(f"{below(path, 'which')} {chosen.member}")
    for field in node.fields:
        here = below(path, field.name)
        if field.member is not None and field is not chosen:
            continue
        if field.group:
            text, more = struct_value(field.group, here, depth, member, dice)
        elif depth > DEEPEST and has_structs(field.type) and field is not chosen:
            lines += default_lines(field, here)
            continue
        elif depth > DEEPEST and has_structs(field.type):
            text, more = ("[]", [f"{here} length 0"]) if field.type.kind == "list" else \
                ("()", struct_default(field.type.node, here))
        else:
            text, more = value(field.type, field.default, here, depth, member, dice)
        parts.append(f"{field.name} = {text}")
        lines += more
    return f"({', '.join(parts)})", lines


def variants(node):
    """How many values show every member of every union in the struct itself."""
    inner = [variants(field.group) for field in node.fields if field.group]
    return max([1, len(node.members), *inner])


# --- the comparison ---

class Official:
    def __init__(self, folder, schema, name):
        self.folder, self.schema, self.name = folder, schema, name

    def convert(self, how, data, *options):
        # --quiet: it guesses at the format of the input, and refuses what looks like another.
        return run(["capnp", "convert", "--quiet", *options, how, self.schema, self.name], data, self.folder)[0]


def walk(walker, name, form, messages, folder):
    """What the walker reads, as lines; and what it builds."""
    built, read = run([*walker, name, form], messages, folder)
    return read.decode().splitlines(), built


def split(messages):
    """A stream of messages, one by one."""
    found = []
    while messages:
        count = struct.unpack_from("<I", messages)[0] + 1
        length = (4 + 4 * count + 7) // 8 * 8 + 8 * sum(struct.unpack_from(f"<{count}I", messages, 4))
        found.append(messages[:length])
        messages = messages[length:]
    return found


def framed(words):
    return struct.pack("<II", 0, len(words) // 8) + words


def sources(official, texts, theirs, canonical):
    """What the official tool makes of the texts: (what it is, its format, the messages, what we make of them)."""
    packed = official.convert("text:packed", texts)
    yield "one segment", "binary", b"".join(theirs), b"".join(theirs)
    yield "one segment", "packed", packed, packed
    for size in SEGMENT_SIZES:
        spread = official.convert("text:binary", texts, f"--segment-size={size}")
        yield f"segments of {size}", "binary", spread, b"".join(theirs)
    spread = official.convert("text:packed", texts, "--segment-size=1")
    yield "segments of 1", "packed", spread, packed
    yield "canonical", "binary", b"".join(map(framed, canonical)), b"".join(theirs)
    # Of the flat formats there is one message in a file.
    flat = theirs[-1][8:]
    flat_packed = official.convert("flat:flat-packed", flat)
    yield "one segment", "flat", flat, flat
    yield "one segment", "flat-packed", flat_packed, flat_packed
    yield "canonical", "flat", canonical[-1], flat


def compare(machines, folder, schema, node, cases):
    """Each case is a text, and the lines that the walker must print of what the official tool makes of it. What we
    build is, byte for byte, what the official tool builds."""
    official = Official(folder, schema, node.path)
    name = f"{schema}:{node.path}"
    texts = "\n".join(text for text, _ in cases).encode()
    theirs = split(official.convert("text:binary", texts))
    checks.equal(len(theirs), len(cases), f"{name}: messages")
    canonical = [official.convert("binary:canonical", one) for one in theirs]
    for what, form, data, expected in sources(official, texts, theirs, canonical):
        here = cases[-1:] if form.startswith("flat") else cases
        for machine, walker in machines.items():
            read, ours = walk(walker, name, form, data, folder)
            checks.equal(read, [line for _, lines in here for line in [*lines, "---"]],
                         f"{name}: {what}, {form}, {machine}: read")
            checks.true(ours == expected, f"{name}: {what}, {form}, {machine}: built")


def cases_of(node):
    """All defaults; every field set; each member of its unions."""
    yield "()", struct_default(node, "")
    for member in range(variants(node)):
        yield struct_value(node, "", 0, member, random.Random(f"{node.path} {member}"))


def add_checks(machines, folder, schema):
    for node in Schema([schema], folder).structs():
        def one(node=node):
            compare(machines, folder, schema, node, list(cases_of(node)))
        one.__name__ = f"{schema}: {node.path}"
        if "$" not in node.path:  # what a method takes has no name that the tool's command line takes
            checks.check(one)


@checks.check
def messages_of_many_segments_have_many():
    """The option of the official tool does what the comparisons above rely on."""
    folder = os.path.join(checks.HERE, "idl")
    spread = Official(folder, "all.capnp", "Pointers").convert(
        "text:binary", b'(text = "abc", plain = ())', "--segment-size=1")
    checks.true(struct.unpack("<I", spread[:4])[0] + 1 >= 3, "at least three segments")


TESTS = os.path.join(checks.HOST, "tests")
BIG = os.path.join(os.path.dirname(checks.HOST), "s390x")
IDL = os.path.join(checks.HERE, "idl")
SCHEMAS = os.path.join(checks.ROOT, "tools", "nexus-idl", "schemas")

for _name, _folder, _schemas in (("walker_perf", SCHEMAS, ("perf.capnp", "runlog.capnp")),
                                 ("walker_all", IDL, ("all.capnp", "part/other.capnp"))):
    for _schema in _schemas:
        add_checks({"here": [os.path.join(TESTS, _name)],
                    "on a big-endian machine": ["qemu-s390x", os.path.join(BIG, _name)]}, _folder, _schema)
checks.main()
