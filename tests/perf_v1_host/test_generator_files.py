#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The generator as people run it, `capnp compile -onexus-c`: several files, names that C cannot take, folders
that cannot be written to, and the command line by itself."""
import os
import pty
import subprocess
import tempfile

import checks
from generating import GENERATOR, RUNTIME, accepted

FILES = {
    "a.capnp": '@0xa000000000000002; using B = import "b.capnp"; struct A { b @0 :B.B; e @1 :B.E = y; }'
               " interface IA { call @0 A -> B.B; }",
    "b.capnp": '@0xa000000000000003; using A = import "a.capnp"; struct B { a @0 :A.A; l @1 :List(A.A); }'
               " enum E { x @0; y @1; }",
    "one/same.capnp": "@0xa000000000000004; struct S { a @0 :UInt8; }",
    "two/same.capnp": "@0xa000000000000005; struct T { a @0 :UInt8; }",
    "two/both.capnp": '@0xa000000000000006; using One = import "../one/same.capnp"; using Two = import "same.capnp";'
                      " struct Both { s @0 :One.S; t @1 :Two.T; }",
    "two/clash.capnp": '@0xa000000000000007; using Two = import "same.capnp"; using One = import "/same.capnp";'
                       " struct Clash { s @0 :One.T; t @1 :Two.T; }",
    "include/same.capnp": "@0xa000000000000008; struct T { b @0 :UInt8; }",
    "absolute.capnp": '@0xa000000000000009; using One = import "/same.capnp"; struct A { t @0 :List(One.T); }',
    "x-y.z.capnp": "@0xa00000000000000a; struct S { a @0 :UInt8; }",
    "3d-scene.capnp": "@0xa00000000000000b; struct S { a @0 :UInt8; }",
    "nx.capnp": "@0xa00000000000000c; struct Text {}",
    "int32.capnp": "@0xa00000000000000d; const max :UInt8 = 1;",
    "static.capnp": "@0xa00000000000000e; enum Assert { a @0; }",
    "bare.capnp": "@0xa00000000000000f; enum Nothing {} struct A { n @0 :Nothing; l @1 :List(Nothing); }"
                  " interface I { m @0 () -> (); n @1 (a :UInt8) -> (b :A); } interface J {}",
    "long.capnp": "@0xa000000000000010; struct %s { %s @0 :List(List(Int8)) ; }" % ("A" + 99 * "b", "a" + 99 * "b"),
    "own.capnp": "@0xa000000000000011; struct S { root @0 :UInt8; reader @1 :UInt8; list @2 :List(S); which @3 :S; }"
                 " interface I { call @0 S -> S; results @1 S -> S; resume @2 S -> S; dispatch @3 S -> S; }"
                 " struct Root { union { a @0 :Void; which @1 :Void; } }",
}


class Folder:
    """The files, and `out` to compile them into."""

    def __enter__(self):
        self.whole = tempfile.TemporaryDirectory()
        self.path = self.whole.name
        for name, text in FILES.items():
            os.makedirs(os.path.dirname(os.path.join(self.path, name)), exist_ok=True)
            with open(os.path.join(self.path, name), "w", encoding="ascii") as file:
                file.write(text + "\n")
        self.out = os.path.join(self.path, "out")
        os.mkdir(self.out)
        return self

    def __exit__(self, *_):
        self.whole.cleanup()

    def compile(self, *arguments, limits=None):
        """The exit status and what our program said; capnp adds a line to that."""
        path = os.path.dirname(GENERATOR) + os.pathsep + os.environ["PATH"]
        done = subprocess.run([*(limits or []), "capnp", "compile", "-onexus-c:out", *arguments], cwd=self.path,
                              env={**os.environ, "PATH": path, "PWD": self.path}, capture_output=True, text=True,
                              timeout=20)
        said = [line for line in done.stderr.splitlines() if line != "nexus-c: plugin failed: exit code 1"]
        return done.returncode, said

    def refused(self, *arguments):
        status, said = self.compile(*arguments)
        checks.equal((status, checks.files_below(self.out)), (1, {}))
        return said

    def accepted(self, *arguments, names=None):
        checks.equal(self.compile(*arguments), (0, []))
        for name in names or arguments:
            accepted(self.out, name)


# --- several files ---

@checks.check
def files_that_import_each_other():
    with Folder() as folder:
        folder.accepted("a.capnp", "b.capnp")


@checks.check
def files_of_one_name_in_two_folders():
    with Folder() as folder:
        folder.accepted("one/same.capnp", "two/same.capnp", "two/both.capnp")


@checks.check
def types_of_one_name_in_two_files_are_refused_where_one_includes_both():
    with Folder() as folder:
        checks.equal(folder.refused("-Iinclude", "two/clash.capnp"),
                     ["capnpc-nexus-c: same.capnp: T: its name in C, same_t, is taken by two/same.capnp: T"])


@checks.check
def an_absolute_import_is_looked_for_along_the_include_path():
    with Folder() as folder:
        folder.accepted("-Iinclude", "--src-prefix=include", "include/same.capnp", "absolute.capnp",
                        names=["absolute.capnp", "same.capnp"])
        with open(os.path.join(folder.out, "absolute.capnp.h"), encoding="ascii") as file:
            checks.true("#include <same.capnp.h>\n" in file.read(), "in angle brackets")


@checks.check
def a_prefix_of_the_source_is_left_out():
    with Folder() as folder:
        folder.accepted("--src-prefix=one", "one/same.capnp", names=["same.capnp"])


# --- names ---

@checks.check
def names_of_files():
    with Folder() as folder:
        folder.accepted("x-y.z.capnp")
        with open(os.path.join(folder.out, "x-y.z.capnp.h"), encoding="ascii") as file:
            checks.true("struct x_y_z_s_reader {" in file.read(), "what is no letter or digit is _")
    with Folder() as folder:
        checks.equal(folder.refused("3d-scene.capnp"),
                     ["capnpc-nexus-c: 3d-scene.capnp: a file's name starts with a letter"])
        checks.equal(folder.refused("nx.capnp"),
                     ["capnpc-nexus-c: nx.capnp: names that start with nx are the runtime's"])


@checks.check
def names_of_the_language():
    with Folder() as folder:
        checks.equal(folder.refused("int32.capnp"),
                     ["capnpc-nexus-c: int32.capnp: max: its name in C, INT32_MAX, is taken by the language"])
        checks.equal(folder.refused("static.capnp"),
                     ["capnpc-nexus-c: static.capnp: Assert: its name in C, static_assert, is taken by the language"])


@checks.check
def names_that_the_generator_uses_itself():
    with Folder() as folder:
        folder.accepted("own.capnp")


@checks.check
def long_names():
    with Folder() as folder:
        folder.accepted("long.capnp")


@checks.check
def enums_and_interfaces_with_nothing_in_them():
    with Folder() as folder:
        folder.accepted("bare.capnp")
        program = os.path.join(folder.path, "program.c")
        with open(program, "w", encoding="ascii") as file:
            file.write('#include "bare.capnp.h"\nint main(void) { return bare_nothing_of(0) != 65535; }\n')
        done = subprocess.run(["gcc", "-I", RUNTIME, "-I", folder.out, program, "-Wl,--gc-sections", "-o",
                               os.path.join(folder.path, "program"), "-ffunction-sections"], capture_output=True)
        checks.equal(done.stderr, b"")
        checks.equal(subprocess.run([os.path.join(folder.path, "program")]).returncode, 0)


# --- folders and the command line ---

@checks.check
def what_cannot_be_written_leaves_everything_as_it_was():
    with Folder() as folder:
        os.makedirs(os.path.join(folder.out, "a.capnp.h"))
        checks.equal(folder.compile("a.capnp", "b.capnp"), (1, ["capnpc-nexus-c: a.capnp.h: Is a directory"]))
        checks.equal(checks.files_below(folder.out), {})
    with Folder() as folder:
        with open(os.path.join(folder.out, "one"), "w", encoding="ascii"):
            pass
        checks.equal(folder.compile("a.capnp", "one/same.capnp"),
                     (1, ["capnpc-nexus-c: one/same.capnp.h: Not a directory"]))
        checks.equal(checks.files_below(folder.out), {"one": b""})


@checks.check
def a_full_disk_leaves_what_was_there():
    with Folder() as folder:
        for name in ("a.capnp.h", "a.capnp.c"):
            with open(os.path.join(folder.out, name), "w", encoding="ascii") as file:
                file.write("old")
        # No file may be longer than 1 KiB: for a writer, that is a disk that is full.
        limits = ["sh", "-c", 'trap "" XFSZ; ulimit -f 2; exec "$@"', "sh"]
        checks.equal(folder.compile("a.capnp", limits=limits), (1, ["capnpc-nexus-c: a.capnp.h: File too large"]))
        checks.equal(checks.files_below(folder.out), {"a.capnp.h": b"old", "a.capnp.c": b"old"})


@checks.check
def it_says_how_to_use_it():
    helped = subprocess.run([GENERATOR, "--help"], capture_output=True, text=True)
    checks.equal((helped.returncode, helped.stderr), (0, ""))
    checks.true(helped.stdout.startswith("usage: capnp compile -onexus-c"), helped.stdout)
    wrong = subprocess.run([GENERATOR, "--colour"], capture_output=True, text=True)
    checks.equal((wrong.returncode, wrong.stdout, wrong.stderr), (2, "", helped.stdout))
    versions = [subprocess.run([os.path.join(checks.HOST, name), "--version"], capture_output=True, text=True).stdout
                for name in ("capnpc-nexus-c", "perfd")]
    checks.equal(versions[0], versions[1].replace("perfd", "capnpc-nexus-c"))


@checks.check
def at_a_terminal_it_does_not_wait_for_a_request():
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run([GENERATOR], stdin=theirs, capture_output=True, text=True, timeout=20)
    finally:
        os.close(ours)
        os.close(theirs)
    checks.equal((done.returncode, done.stderr.splitlines()[0][:30]), (2, "usage: capnp compile -onexus-c"))


checks.main()
