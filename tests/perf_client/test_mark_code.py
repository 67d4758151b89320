#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compilers make of the marks: nothing where they are disabled; no fence where they stand, and in the library
one for each ring, between the announcement and the first record, on machines that reorder stores as well."""
import os
import re
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT = os.path.join(checks.ROOT, "source/libs/perf-client")
INCLUDES = ["-I" + os.path.join(checks.ROOT, path) for path in (
    "source/libs/perf-client/include", "source/services/perfd/include", "source/libs/nexus-idl-runtime/include")]
INCLUDES.append("-I" + os.path.join(os.path.dirname(checks.HOST), "gen"))
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]

COMPILERS = {
    "x86-64": ["gcc", "-std=c11"],
    "x86-64, for a shared object": ["gcc", "-std=c11", "-fPIC"],
    "x86-64, clang": ["clang", "-std=c11"],
    "riscv64": ["riscv64-unknown-elf-gcc", "-std=c11", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-ffreestanding",
                "-DPERF_THREADS=1"],
    "aarch64": ["clang", "-std=c11", "--target=aarch64-linux-gnu", "-ffreestanding"],
}
FENCE = {
    "x86-64": r"\b[lms]fence\b|\block\b|\bxchg\b",
    "riscv64": r"\bfence\b|\bamo|\blr\.|\bsc\.",
    "aarch64": r"\bdmb\b|\bdsb\b|\bisb\b|\bstlr|\bldar|\bldx|\bstx|\bcas|\bswp|\bldadd",
}
CLOCK = {"x86-64": r"\brdtsc\b", "riscv64": r"\brdtime\b|\bcsrr\w*\s+\w+,\s*time", "aarch64": r"(?i)\bmrs\b.*cntvct_el0"}


def fences_of(machine):
    return FENCE[machine.split(",")[0]]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def compiled(machine, source, *flags):
    """The assembler text of a source, comments and directives left out."""
    text = run(*COMPILERS[machine], "-O2", "-S", *INCLUDES, *STRICT, *flags, source, "-o", "-")
    lines = (re.sub(r"\s*(#|//|;).*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line and (not line.startswith(".") or line.startswith((".size", ".L")))]


def function(lines, name):
    start = lines.index(name + ":")
    return lines[start:next(i for i in range(start, len(lines)) if lines[i].startswith(".size"))]


def sections(path):
    """Name and contents of each section that a program would have, and its symbols."""
    contents = {}
    for line in run("objdump", "-h", "-w", path).splitlines():
        match = re.match(r"\s*\d+ (\S+)\s+([0-9a-f]+)", line)
        if match and match[1] not in (".comment", ".note.GNU-stack") and int(match[2], 16):
            contents[match[1]] = run("objdump", "-s", "-j", match[1], path).split("\n", 3)[3]
    return contents, [line.split() for line in run("nm", path).splitlines()]


@checks.check
def disabled_marks_leave_nothing():
    source = os.path.join(HERE, "every_mark.c")
    for compiler in (["gcc", "-std=c11"], ["clang", "-std=c11"], ["g++", "-std=c++17", "-xc++"]):
        for level in ("-O1", "-O2", "-Os"):
            with tempfile.TemporaryDirectory() as place:
                built = {}
                for name in ("PERF_DISABLED", "NO_MARKS", "MARKS"):
                    path = os.path.join(place, name + ".o")
                    run(*compiler, level, *STRICT, *INCLUDES, "-D" + name, "-c", source, "-o", path)
                    built[name] = sections(path)
                checks.equal(built["PERF_DISABLED"], built["NO_MARKS"], " ".join((*compiler, level)))
                checks.true(built["MARKS"][0][".text"] != built["NO_MARKS"][0][".text"], "marks are something")


@checks.check
def marks_have_no_fence():
    for machine in COMPILERS:
        lines = compiled(machine, os.path.join(HERE, "cost_marks.c"))
        text = "\n".join(lines)
        clocks = len(re.findall(CLOCK[machine.split(",")[0]], text))
        checks.equal(clocks, 6, f"looks at the clock on {machine}")
        checks.equal(re.findall(fences_of(machine), text), [], f"fences on {machine}")


@checks.check
def a_lap_is_announced_behind_a_fence():
    for machine in ("riscv64", "aarch64"):
        lines = compiled(machine, os.path.join(CLIENT, "src/lane.c"), "-fno-inline")
        announced = function(lines, "perf_lane_announce")
        at = [i for i, line in enumerate(announced) if re.search(fences_of(machine), line)]
        checks.equal(len(at), 1, f"fences of the announcement on {machine}")
        stores = [i for i, line in enumerate(announced) if re.match(r"(call|bl)\s+perf_lane_store$", line)]
        checks.true(stores and stores[0] < at[0], f"the count of laps is stored before the fence on {machine}")
        expected = {"riscv64": r"fence\s+(io)?rw,\s*(i?o?r?)w$", "aarch64": r"dmb\s+ish$"}[machine]
        checks.true(re.match(expected, announced[at[0]]), announced[at[0]])
        slot = "\n".join(function(lines, "take_slot"))
        checks.equal(len(re.findall(r"\b(?:call|tail|bl|b|j)\s+perf_lane_announce\b", slot)), 1, machine)


@checks.check
def nothing_else_of_the_library_is_fenced():
    """One fence in all of lane.c as it is built: the ring's."""
    for machine, fence in (("riscv64", r"\bfence\b"), ("aarch64", r"\bdmb\b|\bdsb\b")):
        text = "\n".join(compiled(machine, os.path.join(CLIENT, "src/lane.c"), "-Os"))
        checks.equal(len(re.findall(fence, text)), 1, machine)


@checks.check
def the_guide_s_example_compiles():
    with open(os.path.join(checks.ROOT, "docs/perf/integration.md"), encoding="utf-8") as file:
        lines = file.read().split("## The first minute\n\n")[1].splitlines()
    code = []
    for line in lines:
        if line and not line.startswith("    "):
            break
        code.append(line[4:])
    checks.true("perf_open(NULL)" in "".join(code), "the example")
    around = "#include <stdio.h>\nvoid build_layout(void);\nvoid draw_shadows(void);\nvoid show(void);\n"
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "app.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(around + "\n".join(code) + "\n")
        for standard in ("-std=c11", "-std=gnu17"):
            run("gcc", standard, *STRICT, *INCLUDES[:2], "-fsyntax-only", path)


checks.main()
