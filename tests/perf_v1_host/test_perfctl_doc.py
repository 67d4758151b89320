#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/perf/perfctl.md shows what perfctl prints: each of its commands is run, one after the other, and prints that.

Of a section marked `<!-- live -->` only the words must be the same: there a service runs, whose numbers differ from run
to run. `test_perfctl_doc.py --write` puts into the file what is printed today; look at the difference before you keep it.
"""
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

import checks
import daemon

DOC = os.path.join(checks.ROOT, "docs", "perf", "perfctl.md")
LIVE = "<!-- live -->"
INDENT = "    "
# What a user has of his own.
PROGRAMS = {"app": "mark_program", "interpreter": "interpreter", "game": "swap_program"}


class Block:
    """One command and what it prints, from a line on."""

    def __init__(self, line, command, is_live):
        self.line, self.command, self.is_live = line, command, is_live
        self.output = []


def blocks_of(lines):
    found, live, inside = [], False, False
    for number, line in enumerate(lines):
        if line.startswith("#"):
            live = False
        live = live or line == LIVE
        if line.startswith(INDENT + "$ "):
            found.append(Block(number, line[len(INDENT) + 2:], live))
            inside = True
        elif inside and (line.startswith(INDENT) or (not line and number + 1 < len(lines)
                                                     and lines[number + 1].startswith(INDENT)
                                                     and not lines[number + 1].startswith(INDENT + "$ "))):
            found[-1].output.append(line[len(INDENT):])
        else:
            inside = False
    return found


def environment(work):
    """A folder with perfctl and the programs on the path, and a service of its own."""
    names = os.path.join(work, "bin")
    os.mkdir(names)
    os.symlink(daemon.PERFCTL, os.path.join(names, "perfctl"))
    for name, program in PROGRAMS.items():
        os.symlink(os.path.join(checks.HOST, "tests", program), os.path.join(names, name))
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PERF_")}
    return {**kept, "PATH": names + os.pathsep + os.environ["PATH"], "COLUMNS": "80", "LC_ALL": "C",
            "PERF_TARGET": "x86_64-linux"}


def run(block, work, env):
    done = subprocess.run(["sh", "-c", block.command], cwd=work, env=env, capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=daemon.LIMIT_S, check=False)
    return (done.stdout + done.stderr).decode().rstrip("\n").split("\n")


def dateless(lines):
    """Without the time at which it was run."""
    return [re.sub(r"20\d\d-\d\d-\d\dT[\d:]+Z", "TIME", line) for line in lines]


def words(lines):
    """Without numbers, what stands for one, and the blanks between them."""
    text = "\n".join(re.sub(r"(?<![\w.])-(?![\w-])|0x[0-9a-f]+|\d+(\.\d+)?", "#", line) for line in lines)
    return [" ".join(line.split()) for line in text.split("\n")]


@contextlib.contextmanager
def results():
    with open(DOC, encoding="utf-8") as file:
        lines = file.read().split("\n")
    work = tempfile.mkdtemp(prefix="perfd-doc-")
    os.mkdir(os.path.join(work, "here"))
    shutil.copy(os.path.join(checks.ROOT, "docs/perf/thresholds.example.json"), os.path.join(work, "here"))
    try:
        with daemon.Daemon() as perfd:
            env = {**environment(work), "PERF_SOCKET": perfd.path}
            blocks = blocks_of(lines)
            yield lines, blocks, (run(block, os.path.join(work, "here"), env) for block in blocks)
    finally:
        shutil.rmtree(work)


def write():
    with results() as (lines, blocks, outputs):
        printed = list(outputs)
    for block, output in reversed(list(zip(blocks, printed))):
        end = block.line + 1 + len(block.output)
        lines[block.line + 1:end] = [(INDENT + line).rstrip() for line in output if output != [""]]
    with open(DOC, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


@checks.check
def each_command_prints_what_the_page_shows():
    with results() as (_, blocks, outputs):
        checks.true(len(blocks) > 20, "there are commands")
        for block, output in zip(blocks, outputs):
            output = [line.rstrip() for line in output] if output != [""] else []
            look = words if block.is_live else dateless
            got, shown = look(output), look(block.output)
            checks.equal(got, shown, f"line {block.line + 1}: {block.command}")


@checks.check
def each_command_is_on_the_page():
    listed = re.findall(r"^  (\w+)  ", daemon.run(daemon.PERFCTL, "--help").stdout.decode().split("Commands:")[1], re.M)
    with open(DOC, encoding="utf-8") as file:
        text = file.read()
    checks.true(len(listed) > 15, listed)
    checks.equal([name for name in listed if f"perfctl {name}" not in text], [])


if "--write" in sys.argv[1:]:
    write()
else:
    checks.main()
