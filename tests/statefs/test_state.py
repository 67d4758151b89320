#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfctl state on images that the store made, and what a reader of its own makes of them."""
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "perf_v1_host")]
import checks  # noqa: E402
from disk_reader import Image, Wrong  # noqa: E402

PERFCTL = os.path.join(checks.HOST, "perfctl")
STATE_PUT = os.path.join(checks.HOST, "tests", "state_put")
TRACE = "/state/perf/traces/s-12.json"

rng = random.Random(4)
VALUES = {
    TRACE: b'{"traceEvents":[]}\n' * 4000,
    "/state/a": b"",
    "/state/b": b"x",
    "/state/edge/508": rng.randbytes(508),
    "/state/edge/64515": rng.randbytes(64515),
    "/state/edge/64516": rng.randbytes(64516),
    "/state/edge/64517": rng.randbytes(64517),
    "/state/large": rng.randbytes(1 << 20),
    "/state/" + "k" * 248: b"long key",
    "/state/\u00e4\u4e16": b"beyond ASCII",
}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def blank(folder, sectors=8192):
    path = os.path.join(folder, "state.img")
    with open(path, "wb") as file:
        file.truncate(sectors * 512)
    return path


def put(image, values):
    """Puts all of them in one transaction; None deletes."""
    arguments = []
    with tempfile.TemporaryDirectory() as folder:
        for i, (key, value) in enumerate(values.items()):
            path = os.path.join(folder, str(i)) if value is not None else "-"
            if value is not None:
                with open(path, "wb") as file:
                    file.write(value)
            arguments += [key, path]
        subprocess.run([STATE_PUT, image, *arguments], check=True, timeout=60)


def perfctl(*arguments, cwd=None, status=0):
    done = subprocess.run([PERFCTL, "state", *arguments], capture_output=True, timeout=60, cwd=cwd, check=False)
    checks.equal(done.returncode, status, f"{arguments} {done.stderr.decode()}")
    return done.stdout, done.stderr.decode()


@checks.check
def the_page_describes_the_disk():
    with tempfile.TemporaryDirectory() as folder:
        image = blank(folder)
        put(image, {})
        empty = Image(read(image))
        checks.equal(empty.newest, {"entries": 0, "sequence": 1, "next_id": 1, "sectors": 8192})
        checks.equal(sorted(empty.headers), [(0, 0), (0, 127)])
        state = {}
        for turn, change in enumerate([VALUES, {"/state/a": b"new", "/state/large": None}, {TRACE: b"t" * 999}]):
            put(image, change)
            state = {key: value for key, value in {**state, **change}.items() if value is not None}
            found = Image(read(image))
            checks.equal(found.values, state)
            checks.equal(found.newest["sequence"], turn + 2)
            checks.equal(found.slot, (turn + 1) % 2)
            checks.equal(found.headers[found.slot, 0], found.headers[found.slot, 127])


@checks.check
def the_reader_sees_a_wrong_bit():
    with tempfile.TemporaryDirectory() as folder:
        image = blank(folder, 300)
        put(image, {"/state/a": b"value"})
        data = bytearray(read(image))
        for sector in [129, *Image(bytes(data)).taken]:
            data[sector * 512 + 2] ^= 4
            try:
                Image(bytes(data))
            except Wrong:
                pass
            else:
                raise AssertionError(f"sector {sector} passed")
            data[sector * 512 + 2] ^= 4
        Image(bytes(data))


@checks.check
def perfctl_lists_prints_and_extracts():
    with tempfile.TemporaryDirectory() as folder:
        image = blank(folder)
        put(image, VALUES)
        before = read(image)
        os.chmod(image, 0o444)
        out, _ = perfctl("ls", image)
        lines = [line.split(maxsplit=1) for line in out.decode().splitlines()]
        checks.equal([(key, int(length)) for length, key in lines],
                     sorted(((key, len(value)) for key, value in VALUES.items()), key=lambda e: e[0].encode()))
        out, _ = perfctl("ls", image, "--json", "/state/edge")
        checks.equal([entry["bytes"] for entry in json.loads(out)], [508, 64515, 64516, 64517])
        checks.equal({entry["status"] for entry in json.loads(out)}, {"ok"})
        for key, value in VALUES.items():
            checks.equal(perfctl("cat", image, key)[0], value)
        checks.equal(perfctl("cat", image, "state://perf/traces/s-12.json")[0], VALUES[TRACE])
        out_folder = os.path.join(folder, "out")
        perfctl("extract", image, "-o", out_folder)
        for key, value in VALUES.items():
            checks.equal(read(out_folder + key[len("/state"):]), value)
        found = sum(len(files) for _, _, files in os.walk(out_folder))
        checks.equal(found, len(VALUES), "files")
        perfctl("extract", image, "state://perf/traces/", cwd=folder)
        checks.equal(read(os.path.join(folder, "perf/traces/s-12.json")), VALUES[TRACE])
        checks.equal(sorted(os.listdir(folder)), ["out", "perf", "state.img"])
        checks.equal(read(image), before, "the image")


@checks.check
def what_is_not_there_and_what_is_wrong():
    with tempfile.TemporaryDirectory() as folder:
        image = blank(folder, 600)
        put(image, {"/state/a": b"fine", TRACE: b"t" * 600})
        for arguments in (("cat", image, "/state/no"), ("extract", image, "/state/no"), ("cat", image, "/etc/passwd")):
            out, error = perfctl(*arguments, cwd=folder, status=1)
            checks.equal(out, b"")
            checks.equal(error.count("\n"), 1)
        for arguments in ((), ("ls",), ("cat", image), ("look", image), ("ls", image, "/state/a", "more")):
            perfctl(*arguments, status=2)
        perfctl("ls", os.path.join(folder, "none.img"), status=2)
        # A trace whose second sector rots.
        found = Image(read(image))
        sector = [at for at, key in found.taken.items() if key == TRACE][2]
        data = bytearray(read(image))
        data[sector * 512] ^= 1
        with open(image, "wb") as file:
            file.write(data)
        out, _ = perfctl("ls", image, status=1)
        checks.equal(out.decode().splitlines(), ["       4  /state/a", f"       -  {TRACE}  integrity violated"])
        out, error = perfctl("cat", image, TRACE, status=1)
        checks.equal(out, b"", "nothing of a value that is not whole")
        checks.true("integrity" in error, error)
        perfctl("extract", image, TRACE, cwd=folder, status=1)
        checks.equal(os.listdir(os.path.join(folder, "perf/traces")), [])
        checks.equal(perfctl("cat", image, "/state/a")[0], b"fine")


@checks.check
def images_of_something_else():
    with tempfile.TemporaryDirectory() as folder:
        for content in (b"", bytes(100), bytes(400 * 512), random.Random(1).randbytes(400 * 512)):
            image = os.path.join(folder, "x.img")
            with open(image, "wb") as file:
                file.write(content)
            _, error = perfctl("ls", image, status=2)
            checks.equal(error.count("\n"), 1)
            checks.equal(read(image), content)
            if any(content):
                done = subprocess.run([STATE_PUT, image, "/state/a", image], capture_output=True, timeout=60, check=False)
                checks.equal(done.returncode, 1)
                checks.true(b"not a statefs disk" in done.stderr, done.stderr)
                checks.equal(read(image), content, "a foreign disk")


@checks.check
def the_library_needs_a_block_device_and_nothing_else():
    sources = glob.glob(os.path.join(checks.ROOT, "source", "libs", "statefs", "src", "*.c"))
    include = os.path.join(checks.ROOT, "source", "libs", "statefs", "include")
    with tempfile.TemporaryDirectory() as folder:
        whole = os.path.join(folder, "statefs.o")
        subprocess.run(["gcc", "-std=c11", "-Os", "-ffreestanding", "-fno-builtin", "-nostdlib", "-fno-pie",
                        "-r", "-I", include, *sources, "-o", whole], check=True, timeout=120)
        symbols = subprocess.run(["nm", whole], check=True, capture_output=True, text=True).stdout.split("\n")
        needed = {line.split()[-1] for line in symbols if " U " in line}
        checks.equal(needed - {"memcpy", "memset"},
                     {f"statefs_block_{name}" for name in ("count", "read", "write", "flush")})
        checks.equal([line for line in symbols if re.search(" [bBdDC] ", line)], [], "state of its own")


if __name__ == "__main__":
    checks.main()
