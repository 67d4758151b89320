#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Core, server and runtime need of their host exactly what port.h declares; and the audit that says so can fail."""
import glob
import os
import subprocess
import tempfile

import checks

AUDIT = os.path.join(checks.ROOT, "scripts", "audit-symbols")
PORT_H = os.path.join(checks.ROOT, "source", "services", "perfd", "ports", "port.h")
FREE = os.path.join(os.path.dirname(checks.HOST), "free")


def audit(port_h, *objects):
    return subprocess.run([AUDIT, port_h, *objects], capture_output=True, text=True, timeout=60)


def compile_c(folder, text):
    source, out = os.path.join(folder, "planted.c"), os.path.join(folder, "planted.o")
    with open(source, "w", encoding="ascii") as file:
        file.write(text)
    subprocess.run(["gcc", "-ffreestanding", "-c", source, "-o", out], check=True, timeout=60)
    return out


@checks.check
def the_undefined_symbols_are_port_h():
    objects = glob.glob(os.path.join(FREE, "*", "perfd.o"))
    checks.true(len(objects) >= 1, f"freestanding objects below {FREE}")
    result = audit(PORT_H, *objects)
    checks.equal(result.returncode, 0, result.stdout + result.stderr)
    checks.equal(result.stdout.count("exactly the 12 functions"), len(objects))


@checks.check
def a_symbol_that_port_h_does_not_declare_is_found():
    with tempfile.TemporaryDirectory() as work:
        planted = compile_c(work, "void *malloc(unsigned long);\nvoid *get(void) { return malloc(1); }\n")
        both = os.path.join(work, "both.o")
        subprocess.run(
            ["ld", "-r", "-o", both, os.path.join(FREE, "x86_64", "perfd.o"), planted], check=True, timeout=60
        )
        result = audit(PORT_H, both)
        checks.equal(result.returncode, 1)
        checks.true("needs malloc, which" in result.stdout, result.stdout)


@checks.check
def a_function_that_nothing_calls_is_found():
    with tempfile.TemporaryDirectory() as work:
        more = os.path.join(work, "port.h")
        with open(PORT_H, encoding="utf-8") as file:
            text = file.read()
        with open(more, "w", encoding="utf-8") as file:
            file.write(text.replace("#endif", "void perfd_port_extra(struct perfd_port *port);\n#endif"))
        result = audit(more, os.path.join(FREE, "x86_64", "perfd.o"))
        checks.equal(result.returncode, 1)
        checks.true("never calls perfd_port_extra" in result.stdout, result.stdout)


@checks.check
def the_stack_has_a_worst_case():
    targets = [os.path.basename(os.path.dirname(path)) for path in glob.glob(os.path.join(FREE, "*", "perfd.o"))]
    script = os.path.join(checks.ROOT, "scripts", "stack")
    result = subprocess.run([script, FREE, *targets], capture_output=True, text=True, timeout=60)
    checks.equal(result.returncode, 0, result.stdout)
    worst = [int(line.split()[3]) for line in result.stdout.splitlines() if "worst case" in line]
    checks.equal(len(worst), len(targets))
    checks.true(max(worst) <= 1536, f"1.5 KiB: {result.stdout}")


def stack_of(**sources):
    """What the script says of planted files."""
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, "planted")
        os.mkdir(folder)
        for name, text in sources.items():
            source = os.path.join(folder, name + ".c")
            with open(source, "w", encoding="ascii") as file:
                file.write(text)
            subprocess.run(
                ["gcc", "-O0", "-fcallgraph-info=su", "-c", source, "-o", os.path.join(folder, name + ".o")],
                check=True, timeout=60,
            )
        script = os.path.join(checks.ROOT, "scripts", "stack")
        return subprocess.run([script, work, "planted"], capture_output=True, text=True, timeout=60)


@checks.check
def recursion_is_found():
    result = stack_of(loop="int odd(int n);\nint even(int n) { return n == 0 ? 1 : !odd(n - 1); }\n"
                           "int odd(int n) { return n == 0 ? 0 : 1 + even(n - 1); }\n")
    checks.equal(result.returncode, 1)
    checks.true("recursion" in result.stdout, result.stdout)


@checks.check
def of_twins_the_larger_one_counts():
    """A part and its twin that does nothing have one function: a program links one of them."""
    big = "int part(int n) { volatile char room[5000]; room[n] = 1; return room[0]; }\n"
    result = stack_of(part=big, part_none="int part(int n) { return n; }\n")
    checks.equal(result.returncode, 0, result.stdout)
    checks.true(4800 <= int(result.stdout.splitlines()[0].split()[3]) <= 5200, result.stdout)


if __name__ == "__main__":
    checks.main()
