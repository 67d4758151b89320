# SPDX-License-Identifier: Apache-2.0
"""What the tests of the generator share: how it is run, and what compilers say of what it wrote."""
import os
import subprocess
import sys

import checks

IDL = os.path.join(checks.HERE, "idl")
sys.path.insert(0, IDL)
from schema import compile_request  # noqa: E402

GENERATOR = os.path.join(checks.HOST, "capnpc-nexus-c")
SCHEMAS = os.path.join(checks.ROOT, "tools", "nexus-idl", "schemas")
RUNTIME = os.path.join(checks.ROOT, "source", "libs", "nexus-idl-runtime", "include")


def generator(request, folder, *options):
    return subprocess.run([GENERATOR, *options], input=request, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=20)


def generate(folder, paths, source, request=None):
    done = generator(request or compile_request(paths, source), folder)
    checks.equal(done.returncode, 0, done.stderr.decode())
    return checks.files_below(folder)


def make_flags():
    """The flags of the core, as the makefiles have them."""
    shown = subprocess.run(["make", "-s", "-f", "mk/config.mk", "--eval",
                            "show:\n\t@echo $(WARN) $(FREESTANDING)", "show"], cwd=checks.ROOT,
                           check=True, stdout=subprocess.PIPE).stdout.decode()
    checks.true("-Wconversion" in shown and "-Werror" in shown, "the flags were found")
    return shown.split()


def accepted(folder, name):
    """gcc and clang take a file's source with the flags of the core, g++ its header."""
    flags = ["-I", RUNTIME, "-I", folder, "-fsyntax-only"]
    clang = [flag for flag in make_flags() if not flag.startswith("-Wstack-usage")]
    source = os.path.join(folder, name)
    for command in (["gcc", "-std=c11", *make_flags(), *flags, source + ".c"],
                    ["clang", "-std=c11", *clang, *flags, source + ".c"],
                    ["g++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *flags,
                     "-x", "c++", "-include", source + ".h", "/dev/null"]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        checks.equal(done.returncode, 0, f"{command[0]} {name}: {done.stdout.decode()}")
