#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The generator as a program: its layouts against the official compiler's, what it refuses and how, and
that what it writes depends on its input alone and is accepted by three compilers."""
import os
import re
import subprocess
import tempfile

import checks
from generating import IDL, RUNTIME, SCHEMAS, accepted, generate, generator
from schema import SCHEMA_CAPNP, compile_request

CAPNP_INCLUDE = os.path.dirname(SCHEMA_CAPNP)


# --- layouts ---

OPENS = re.compile(r"(?:(struct|enum|interface|annotation) )?(\w+)(?: @0x\w+)?(?: :group)?(?: \$.*)? \{")


def official_layout(path, folder):
    """What the comments of `capnp compile -ocapnp` say, in the words of --layout."""
    text = subprocess.run(["capnp", "compile", "-ocapnp", path], cwd=folder, check=True,
                          env=dict(os.environ, PWD=folder), stdout=subprocess.PIPE).stdout.decode()
    lines, scopes = set(), []
    for line in text.splitlines():
        code, _, comment = line.strip().partition("  # ")
        comment = comment.replace(", union tag", " union tag").replace("bits [", "bits[")
        path = ".".join(name for name, _ in scopes if name)
        if code == "}":
            scopes.pop()
        elif code == "union {":
            lines.add(f"{path} {comment}")
            scopes.append(("", "union"))
        elif code.endswith("{") and OPENS.match(code):
            kind, name = OPENS.match(code).groups()
            scopes.append((name, kind))
            path = f"{path}.{name}" if path else name
            if kind in (None, "struct"):
                lines.add(f"{path} {comment}".strip())
        elif scopes and scopes[-1][1] in (None, "struct", "union") and re.match(r"\w+ @\d+ :", code):
            lines.add(f"{path}.{code.split()[0]} {comment}".strip())
    return lines


def compare_layout(path, folder, at_least):
    request = compile_request([path], folder)
    done = generator(request, folder, "--layout")
    checks.equal(done.returncode, 0, done.stderr.decode())
    ours = {line for line in done.stdout.decode().splitlines() if "$" not in line.split()[0]}
    theirs = official_layout(path, folder)
    checks.equal(sorted(ours - theirs), [], "only ours")
    checks.equal(sorted(theirs - ours), [], "only the official one's")
    checks.true(len(theirs) >= at_least, f"{len(theirs)} lines compared")


@checks.check
def layout_of_perf():
    compare_layout("perf.capnp", SCHEMAS, 200)


@checks.check
def layout_of_the_test_schema():
    compare_layout("all.capnp", IDL, 100)


@checks.check
def layout_of_rpc():
    compare_layout("rpc.capnp", CAPNP_INCLUDE, 80)


@checks.check
def layout_of_schema():
    compare_layout("schema.capnp", CAPNP_INCLUDE, 100)


# --- refusals ---

def refused(text, *expected, others=None):
    """The schema is refused with these words, and nothing is written."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in dict(others or {}, **{"bad.capnp": text}).items():
            with open(os.path.join(folder, name), "w") as file:
                file.write("@0xb3f8c1d2e4a59607;\n" + content if name == "bad.capnp" else content)
        request = compile_request(["bad.capnp"], folder)
        os.mkdir(os.path.join(folder, "out"))
        done = generator(request, os.path.join(folder, "out"))
        checks.equal(done.returncode, 1)
        checks.equal(done.stderr.decode().splitlines(),
                     [f"capnpc-nexus-c: {line}" for line in expected])
        checks.equal(os.listdir(os.path.join(folder, "out")), [], "files written")


@checks.check
def refuses_any_pointer():
    refused("struct A { a @0 :AnyPointer; b @1 :AnyStruct; c @2 :AnyList; d @3 :Capability; }",
            "bad.capnp: A.a: AnyPointer is not supported",
            "bad.capnp: A.b: AnyPointer is not supported",
            "bad.capnp: A.c: AnyPointer is not supported",
            "bad.capnp: A.d: AnyPointer is not supported")


@checks.check
def refuses_generics():
    refused("struct Box(T) { a @0 :T; } struct A { b @0 :Box(Text); c @1 :List(Box(Data)); }",
            "bad.capnp: Box: generics are not supported",
            "bad.capnp: A.b: generics are not supported",
            "bad.capnp: A.c: generics are not supported")


@checks.check
def refuses_generic_methods():
    refused("struct E {} interface I { m @0 [T] (a :T) -> E; }",
            "bad.capnp: I.m: generics are not supported")


@checks.check
def refuses_interfaces_as_types():
    refused("interface I {} struct A { i @0 :I; g :group { l @1 :List(I); } }",
            "bad.capnp: A.i: interfaces as types are not supported",
            "bad.capnp: A.g.l: interfaces as types are not supported")


@checks.check
def refuses_superclasses():
    refused("interface I {} interface J extends(I) {}",
            "bad.capnp: J: superclasses are not supported")


@checks.check
def refuses_streaming():
    refused("struct E {} interface I { m @0 E -> stream; }",
            "bad.capnp: I.m: streaming is not supported")


@checks.check
def refuses_defaults_of_pointers():
    refused('struct B { x @0 :UInt8; t @1 :Text; } struct A { a @0 :Text = "x"; b @1 :Data = 0x"00";'
            ' c @2 :List(UInt8) = [1]; d @3 :B = (x = 1); e @4 :B = (t = "y"); f @5 :B = (); }',
            *[f"bad.capnp: A.{name}: defaults of pointer fields are not supported" for name in "abcde"])


@checks.check
def refuses_constants_of_types_that_it_refuses():
    refused("struct Box(T) { a @0 :T; } const c :Box(Text) = (a = \"x\"); const d :List(Box(Text)) = [(a = \"x\")];",
            "bad.capnp: Box: generics are not supported",
            "bad.capnp: c: generics are not supported",
            "bad.capnp: d: generics are not supported")


@checks.check
def refuses_types_of_files_that_are_not_imported():
    refused('using M = import "mid.capnp"; struct A { x @0 :M.Alias; }',
            "bad.capnp: A.x: its type comes from a file that this one does not import itself",
            others={"mid.capnp": '@0xb3f8c1d2e4a59608; using Alias = import "far.capnp".Far;',
                    "far.capnp": "@0xb3f8c1d2e4a59609; struct Far {}"})


@checks.check
def refuses_two_names_that_are_one_in_c():
    refused("struct A { fooBar @0 :UInt8; b :group { c @1 :UInt8; } struct B { c @0 :UInt8; } }",
            "bad.capnp: A.B: its name in C, bad_a_b_reader, is taken by A.b")


@checks.check
def refuses_a_list_that_is_called_as_a_struct():
    refused("struct A {} struct AList {}",
            "bad.capnp: AList: its name in C, bad_a_list_reader, is taken by A")


# --- input that is no request ---

@checks.check
def refuses_input_that_is_cut_short():
    request = compile_request(["perf.capnp"], SCHEMAS)
    with tempfile.TemporaryDirectory() as folder:
        for length in (0, 3, 8, len(request) // 2, len(request) - 1):
            done = generator(request[:length], folder)
            checks.equal(done.returncode, 1)
            checks.equal(done.stderr, b"capnpc-nexus-c: the request: the message is cut short\n")
        checks.equal(os.listdir(folder), [], "files written")


@checks.check
def survives_input_that_is_changed():
    request = bytearray(compile_request(["all.capnp", "part/other.capnp"], IDL))
    with tempfile.TemporaryDirectory() as folder:
        for step in range(300):
            at = (step * 7919) % len(request)
            kept = request[at]
            request[at] ^= 1 << step % 8
            status = generator(bytes(request), folder).returncode
            request[at] = kept
            checks.true(status in (0, 1), f"exit status {status} with byte {at} changed")


@checks.check
def refuses_arguments_it_does_not_have():
    checks.equal(generator(b"", ".", "--colour").returncode, 2)


# --- output ---

@checks.check
def same_input_same_bytes_out():
    outputs = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            outputs.append(generate(folder, ["all.capnp", "part/other.capnp"], IDL))
    checks.equal(sorted(outputs[0]), ["all.capnp.c", "all.capnp.h", "part/other.capnp.c",
                                      "part/other.capnp.h"])
    checks.true(outputs[0] == outputs[1], "the same bytes")


@checks.check
def a_file_comes_out_the_same_alone_and_with_others():
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        alone = generate(one, ["part/other.capnp"], IDL)
        both = generate(two, ["all.capnp", "part/other.capnp"], IDL)
    for name, text in alone.items():
        checks.true(both[name] == text, f"{name} is the same")


@checks.check
def constants_are_what_the_official_tool_says():
    with tempfile.TemporaryDirectory() as folder:
        source = generate(folder, ["all.capnp", "part/other.capnp"], IDL)["all.capnp.c"].decode()
    env = dict(os.environ, PWD=IDL)
    for name, message, kind in (("aPlain", "all_a_plain_message", "Plain"),
                                ("aUnion", "all_a_union_message", "Unions"),
                                ("somePointers", "all_some_pointers_message", "Pointers")):
        numbers = re.search(rf"^const uint8_t {message}\[\d+\] = {{(.*?)}};", source, re.M | re.S)[1]
        ours = bytes(int(number, 16) for number in re.findall(r"0x\w\w", numbers))
        read = subprocess.run(["capnp", "convert", "binary:text", "all.capnp", kind], input=ours, cwd=IDL, env=env,
                              check=True, stdout=subprocess.PIPE).stdout
        official = subprocess.run(["capnp", "eval", "all.capnp", name], cwd=IDL, env=env, check=True,
                                  stdout=subprocess.PIPE).stdout
        checks.equal("".join(read.decode().split()), "".join(official.decode().split()), name)


@checks.check
def requests_of_several_segments():
    """5,000 fields: capnp's request has several segments, and far pointers between them."""
    fields = "".join(f"  f{i} @{i} :UInt{(8, 16, 32, 64)[i % 4]} = {i % 256};\n" for i in range(5000))
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "big.capnp"), "w") as file:
            file.write("@0xb3f8c1d2e4a59610;\nstruct Big {\n" + fields + "}\n")
        request = compile_request(["big.capnp"], folder)
        checks.true(int.from_bytes(request[:4], "little") + 1 >= 2, "several segments")
        header = generate(folder, ["big.capnp"], folder, request)["big.capnp.h"].decode()
        checks.equal(len(re.findall(r"\bbig_get_f\d+\(", header)), 5000)
        compare_layout("big.capnp", folder, 5001)


@checks.check
def comments_of_the_schema_are_kept():
    with tempfile.TemporaryDirectory() as folder:
        header = generate(folder, ["all.capnp"], IDL)["all.capnp.h"].decode()
    checks.true("/* ends a comment: * / starts one: / * (default 7) */\nstatic inline int8_t all_plain_get_int8_more("
                in header, "a comment cannot end or start another")
    checks.true("     * A comment that goes on for so long that it does not fit in one line of the generated file, in\n"
                "     * which it has to be broken.\n" in header, "a long line's rest is in front of the next")
    checks.true("/* A method's comment. */\nenum nx_outcome all_calls_on_plain(" in header, "a method's, at its handler")
    checks.true("ALL_CALLS_METHOD_PLAIN = 0, /* A method's comment. */" in header, "and in the list of methods")
    checks.true("ALL_SHAPE_CIRCLE = 0, /* round */" in header, "an enumerant's")
    checks.true("/* Every plain type, without and with a default. */" in header, "a struct's")
    checks.true(" * Everything that the generator does, once.\n *\n * The file's comment" in header, "the file's")


@checks.check
def three_compilers_accept_it():
    with tempfile.TemporaryDirectory() as folder:
        generate(folder, ["all.capnp", "part/other.capnp"], IDL)
        for name in ("all.capnp", "part/other.capnp"):
            accepted(folder, name)


@checks.check
def lines_have_100_columns():
    with tempfile.TemporaryDirectory() as folder:
        files = generate(folder, ["perf.capnp", "runlog.capnp"], SCHEMAS)
    for name, text in files.items():
        long = [line for line in text.decode().splitlines() if len(line) > 100]
        checks.equal(long, [], name)


checks.main()
