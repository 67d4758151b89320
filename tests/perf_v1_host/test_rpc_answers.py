#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The vat of images, without the runtime's code for speed alone, against that of hosts: to 160,000 random and mutated
messages both give the same answers, to the byte."""
import os
import re
import subprocess

import checks


def answers(program):
    done = subprocess.run([os.path.join(checks.HOST, "tests", program)], capture_output=True, text=True, timeout=60,
                          check=True)
    found = re.findall(r"^answers ([0-9a-f]{16})$", done.stdout, re.M)
    checks.equal(len(found), 1, done.stdout)
    return found[0]


@checks.check
def both_give_the_same_answers():
    checks.equal(answers("test_rpc_fuzz"), answers("test_rpc_fuzz_plain"))


checks.main()
