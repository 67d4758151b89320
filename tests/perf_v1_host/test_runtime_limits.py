#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a program pays for nexus-idl: state for each connection, text on riscv64, symbols of others; and that each of
these guards can fail."""
import os
import subprocess
import tempfile

import checks
from generating import RUNTIME

STATE_BYTES = 256
TEXT_BYTES = 8192
FREE = os.path.join(os.path.dirname(checks.HOST), "free")
CROSS = "riscv64-unknown-elf-"
MACHINES = [["gcc", "-m64"], ["gcc", "-m32"], [CROSS + "gcc", "-march=rv64gc", "-mabi=lp64d"],
            [CROSS + "gcc", "-march=rv32imac", "-mabi=ilp32"]]


def fits(machine, struct, header, most):
    """Whether the struct has at most so many bytes there."""
    text = f'#include "nexus-idl/{header}"\n_Static_assert(sizeof(struct {struct}) <= {most}, "larger");\n'
    done = subprocess.run([*machine, "-std=c11", "-ffreestanding", "-I", RUNTIME, "-fsyntax-only", "-xc", "-"],
                          input=text, capture_output=True, text=True, timeout=60)
    checks.true(done.returncode == 0 or "larger" in done.stderr, done.stderr)
    return done.returncode == 0


def text_bytes(path):
    out = subprocess.run([CROSS + "size", path], capture_output=True, text=True, check=True).stdout
    return int(out.splitlines()[1].split()[0])


@checks.check
def a_connection_costs_at_most_256_bytes():
    for machine in MACHINES:
        for struct, header in (("nx_vat", "rpc.h"), ("nx_client", "rpc_client.h")):
            checks.true(fits(machine, struct, header, STATE_BYTES), f"{struct}: {machine}")
        checks.true(not fits(machine, "nx_vat", "rpc.h", 43), "a vat that is larger is found")


@checks.check
def reader_builder_and_server_have_at_most_8_kib():
    size = text_bytes(os.path.join(FREE, "riscv64", "nexus-idl-server.elf"))
    checks.true(size <= TEXT_BYTES, f"{size} bytes")
    checks.true(size > TEXT_BYTES // 2, f"{size} bytes: not all of it is there")


@checks.check
def all_of_it_is_kept_in_what_is_measured():
    path = os.path.join(FREE, "riscv64", "nexus-idl-server.elf")
    names = subprocess.run([CROSS + "nm", path], capture_output=True, text=True, check=True).stdout
    for name in ("nx_vat_receive", "nx_vat_resume", "nx_list_set_bool", "nx_frame_length", "nx_error_text", "memcmp"):
        checks.true(f" T {name}\n" in names, name)


def undefined(folder, *sources):
    out = os.path.join(folder, "linked.o")
    subprocess.run([CROSS + "gcc", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-std=c11", "-Os", "-ffreestanding",
                    "-nostdlib", "-I", RUNTIME, "-r", *sources, "-o", out], check=True, timeout=60)
    return subprocess.run([CROSS + "nm", "-u", out], capture_output=True, text=True, check=True).stdout.split()[1::2]


@checks.check
def it_needs_nothing_of_others():
    source = os.path.join(os.path.dirname(RUNTIME), "src")
    files = [os.path.join(source, name) for name in sorted(os.listdir(source)) if name.endswith(".c")]
    files.remove(os.path.join(source, "fast.c"))
    with tempfile.TemporaryDirectory() as folder:
        checks.equal(undefined(folder, *files), [])
        planted = os.path.join(folder, "planted.c")
        with open(planted, "w", encoding="ascii") as file:
            file.write("void *malloc(unsigned long);\nvoid *get(void);\nvoid *get(void) { return malloc(1); }\n")
        checks.equal(undefined(folder, *files, planted), ["malloc"])


checks.main()
