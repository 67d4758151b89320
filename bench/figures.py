# SPDX-License-Identifier: Apache-2.0
"""What is measured: times by the benchmark programs, instructions by callgrind, sizes and stack by the tools."""
import os
import re
import shutil
import statistics
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT_S = 300


class Missing(Exception):
    """A program that is not installed: the row says so."""


class Times:
    """Figures of the cases of one program's one run: nanoseconds, one a round."""

    def __init__(self, text):
        self.rounds = {}
        for line in text.splitlines():
            name, *values = line.split()
            if name in ("perf:", "perfd:"):
                continue  # a marker
            self.rounds[name] = [float(value) for value in values]

    def __contains__(self, name):
        return name in self.rounds

    def ns(self, name, less=None, each=1):
        """The median; of the difference to another case where it is named."""
        values = self.rounds[name]
        if less:
            values = [a - b for a, b in zip(values, self.rounds[less])]
        return statistics.median(values) / each

    def ratio(self, name, to, less=None):
        """The median of the ratios within the rounds, each less what the bare loop takes."""
        bare = self.rounds[less] if less else [0.0] * len(self.rounds[name])
        return statistics.median(
            (a - c) / (b - c) for a, b, c in zip(self.rounds[name], self.rounds[to], bare))


def run(*command, limit=LIMIT_S, env=None):
    result = subprocess.run(["timeout", "-k", "1", str(limit), *map(str, command)], capture_output=True, text=True,
                            env={**os.environ, **(env or {})})
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def times(program, *arguments, env=None):
    return Times(run(program, "time", *arguments, env=env))


def _inclusive(program, turns, env):
    """Instructions of each function with all that it calls, by its name."""
    with tempfile.TemporaryDirectory(prefix="perfd-bench-") as work:
        out = os.path.join(work, "callgrind.out")
        run("valgrind", "--tool=callgrind", "--callgrind-out-file=" + out, program, "count", turns, env=env)
        text = run("callgrind_annotate", "--inclusive=yes", "--threshold=100", "--auto=no", "--show=Ir", out)
    counts = {}
    for line in text.splitlines():
        match = re.match(r"\s*([\d,]+) \([\d. ]+%\)\s+\S*?:([A-Za-z_]\w*)(?: \[|$)", line)
        if match:
            count = int(match[1].replace(",", ""))
            counts[match[2]] = max(count, counts.get(match[2], 0))
    return counts


def instructions(program, env, few, many):
    """Instructions for each turn of each case's loop, by the name of its function: what more turns add."""
    if not shutil.which("valgrind"):
        raise Missing("valgrind is not installed")
    less, more = (_inclusive(program, turns, env) for turns in (few, many))
    return {name: (more[name] - less[name]) / (many - few) for name in more if name in less}


def text_bytes(path):
    """Code and constants of an object or an image."""
    return int(run("size", path).splitlines()[1].split()[0])


def struct_bytes(name, header):
    """As this machine's compiler lays it out: the size of an object of it."""
    text = f'#include "{header}"\nstruct {name} object;\n'
    include = os.path.join(ROOT, "source", "libs", "nexus-idl-runtime", "include")
    with tempfile.TemporaryDirectory(prefix="perfd-bench-") as work:
        source, out = os.path.join(work, "object.c"), os.path.join(work, "object.o")
        with open(source, "w", encoding="ascii") as file:
            file.write(text)
        run("gcc", "-std=c11", "-fno-common", "-I", include, "-c", source, "-o", out)
        return int(run("nm", "--print-size", out).split()[1], 16)


def sizes(build):
    """Text of core, server and runtime as an image links them, static RAM: bytes."""
    found = {}
    for target in ("x86_64", "riscv64"):
        for name, image in (("text ", "perfd.elf"), ("text without lanes ", "perfd-nolanes.elf"),
                            ("text of all ", "perfd-all.elf")):
            path = os.path.join(build, "free", target, image)
            if os.path.exists(path):
                found[name + target] = text_bytes(path)
    for name, part in (("nexus-idl, a server", "server"), ("nexus-idl, all", "all")):
        path = os.path.join(build, "free", "riscv64", f"nexus-idl-{part}.elf")
        if os.path.exists(path):
            found[name + " riscv64"] = text_bytes(path)
    found["state of a connection"] = struct_bytes("nx_vat", "nexus-idl/rpc.h")
    for line in run(os.path.join(build, "host", "arena-size")).splitlines():
        match = re.match(r"(\w+) configuration\s+(\d+)", line)
        if match:
            found[match[1] + " arena"] = int(match[2])
    return found


def stack(build):
    """The deepest stack, bytes, by target."""
    free = os.path.join(build, "free")
    targets = [t for t in ("x86_64", "riscv64") if os.path.exists(os.path.join(free, t, "perfd.o"))]
    text = run(os.path.join(ROOT, "scripts", "stack"), free, *targets)
    return {"stack " + target: int(count) for target, count in re.findall(r"(\w+): worst case (\d+) bytes", text)}
