#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets without libFuzzer: each one's corpus and some mutations of it, on 64 bits and on 32; every flip of
one bit of perf.capnp's messages, and of two bits of the smaller ones; and that docs/fuzzing.md has the classes of
disagreement that the code has."""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "perf_v1_host"), HERE]
import checks  # noqa: E402
import seeds  # noqa: E402

CORPUS = os.path.join(HERE, "corpus")
BUILD = os.path.dirname(checks.HOST)
ENVIRONMENT = {**os.environ, "ORACLE": os.path.join(checks.HOST, "tests", "fuzz_oracle")}
FLIPS = os.path.join(checks.HOST, "tests", "fuzz_flips")
TARGETS = sorted(name[5:-2] for name in os.listdir(HERE) if re.fullmatch(r"fuzz_\w+\.c", name))
# Some seconds for all.
MUTATIONS = {"message": 20000, "builder": 20000, "generator": 1000, "vat": 8000}
# Pairs of bits: of calls of up to so many bits, of other messages of up to half as many; `make flips` does all.
PAIRS_BITS = 960
FILE_BYTES, CORPORA_BYTES = 2688, 150000


def run(*command):
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT, timeout=200)
    text = (done.stdout + done.stderr).decode(errors="replace")
    checks.equal(done.returncode, 0, f"{os.path.basename(command[0])}: {text[-6000:]}\nstatus")
    return text


def classes(text):
    return {name: int(count) for name, count in re.findall(r"^class (\S+) (\d+)$", text, re.M)}


def known_classes():
    return dict(line.split("\t") for line in run(FLIPS, "--classes").splitlines())


def replay(folder, target, *options):
    return run(os.path.join(folder, f"fuzz_{target}"), *options, os.path.join(CORPUS, target))


def add_target(target):
    options = "--runs", str(MUTATIONS.get(target, 50000)), "--seed", "1"

    def on_64_bits():
        replay(os.path.join(checks.HOST, "tests"), target, *options)

    def on_32_bits():
        replay(os.path.join(BUILD, "m32"), target, *options)

    for function in (on_64_bits, on_32_bits):
        function.__name__ = f"{target}_{function.__name__}"
        checks.check(function)


for each in TARGETS:
    add_target(each)


@checks.check
def each_class_of_disagreement_has_an_input():
    met = classes(replay(os.path.join(checks.HOST, "tests"), "message"))
    checks.equal(set(met), set(known_classes()))
    checks.equal([name for name, count in met.items() if count == 0], [])


@checks.check
def the_classes_are_in_the_documentation():
    with open(os.path.join(checks.ROOT, "docs", "fuzzing.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", file.read(), re.M)
    checks.equal(dict(rows), known_classes())


@checks.check
def flips_of_one_bit_and_of_two():
    folder = os.path.join(BUILD, "gen-flips")
    files = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".bin")]
    text = run(FLIPS, "--pairs", str(PAIRS_BITS), *files)
    print(text.splitlines()[-len(known_classes()) - 2])
    lines = re.findall(r"^(\w+)(.*?) +(\d+) bits, (all pairs|one)$", text, re.M)
    checks.true(len(lines) > 50 + len(files), "calls, answers, and files")
    ones, twos = map(int, re.search(r"(\d+) flips of one bit, (\d+) of two", text).groups())
    checks.equal(ones, sum(int(bits) for _, _, bits, _ in lines))
    checks.equal(twos, sum(int(bits) * (int(bits) - 1) // 2 for _, _, bits, how in lines if how != "one"))
    wrong = [line for line in lines if line[0] in ("answer", "struct", "call") and (line[3] != "one") !=
             (int(line[2]) <= (PAIRS_BITS if line[0] == "call" else PAIRS_BITS // 2))]
    checks.equal(wrong, [])
    checks.true(sum(line[0] == "call" and line[3] != "one" for line in lines) >= 8, "a third of the calls, by pairs, too")


@checks.check
def the_named_seeds_are_as_made():
    for target, made in seeds.SEEDS.items():
        for name, data in made.items():
            with open(os.path.join(CORPUS, target, name), "rb") as file:
                checks.equal(file.read(), data, f"{target}/{name}")


@checks.check
def seeds_of_calls_are_as_made():
    """What each method's call and answer is today."""
    with tempfile.TemporaryDirectory() as folder:
        for target in ("vat", "client"):
            os.mkdir(os.path.join(folder, target))
        run(FLIPS, "--seeds", folder)
        for target in ("vat", "client"):
            for name in os.listdir(os.path.join(folder, target)):
                with open(os.path.join(folder, target, name), "rb") as made, \
                        open(os.path.join(CORPUS, target, name), "rb") as kept:
                    checks.true(made.read() == kept.read(), f"{target}/{name}: run `make fuzz-seeds`")


@checks.check
def corpora_are_small():
    sizes = {os.path.join(folder, name): os.path.getsize(os.path.join(folder, name))
             for folder, _, names in os.walk(CORPUS) for name in names}
    checks.equal({name: size for name, size in sizes.items() if size > FILE_BYTES}, {})
    checks.true(sum(sizes.values()) < CORPORA_BYTES, f"{sum(sizes.values())} bytes")
    checks.equal(sorted(os.listdir(CORPUS)), TARGETS)


checks.main()
