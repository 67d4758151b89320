#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Both settings of FEATURE_STATEFS: without it not a byte of the store is in the image, and all else works."""
import subprocess

import harness
import machine
from harness import checks

WITHOUT = "perfd-nostate.elf"


def names_of_the_store(image):
    """What in an image has to do with the store: symbols by their names, and its words."""
    path = f"{machine.IMAGES}/{image}"
    symbols = subprocess.run(["riscv64-unknown-elf-nm", path], check=True, capture_output=True, text=True).stdout
    found = [line.split()[-1] for line in symbols.splitlines() if "statefs" in line or "blk_" in line]
    with harness.folder() as folder:
        flat = f"{folder}/image"
        subprocess.run(["riscv64-unknown-elf-objcopy", "-O", "binary", path, flat], check=True)
        with open(flat, "rb") as file:
            memory = file.read()
    return found + [word for word in (b"/state/perf", b"state://", b"statefs:") if word in memory]


@checks.check
def nothing_of_the_store_is_in_the_image_without_it():
    checks.equal(names_of_the_store(WITHOUT), [])


@checks.check
def what_is_looked_for_is_in_the_image_with_it():
    found = names_of_the_store("perfd.elf")
    for name in ("statefs_serve", "blk_open", b"state://"):
        checks.true(name in found, name)


@checks.check
def an_image_without_a_store_serves():
    log = harness.run(image=WITHOUT, options=("seconds=1",))
    harness.in_order(log, "perfd: ready", "perf: start systemui", "perf: stop systemui",
                     "systemui: the trace is not in the store")
    checks.equal(harness.count(log, "perf: trace"), 0)


checks.main()
