# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole image share: how it is booted, and what its serial log must and must not say."""
import os
import re
import socket
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import machine  # noqa: E402
import qmp  # noqa: E402

IMAGE = "perfd.elf"
LANES = "perfd-lanes.elf"  # in which SystemUI has a lane
# Virtual time is the count of instructions, and stands still for nobody: two runs are alike.
COUNTED = ["-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm"]
STOP = re.compile(r"perf: stop (\S+) fps=(\d+\.\d+) p95=(\d+\.\d{3}) long=(\d+)")
TRACE = re.compile(r"perf: trace state://(perf/traces/(\S+)-(\d+)\.json)")
FORBIDDEN = re.compile(r"PANIC|perfd: reject|error|fail|denied|err=", re.I)


def boot(*arguments, image=IMAGE, options=(), seconds=30):
    return machine.Machine(image, *arguments, machine.options(*options), seconds=seconds)


def run(*arguments, image=IMAGE, options=(), seconds=30, allowed=()):
    """Boots an image that ends by itself; its log, in which nothing bad stands but what is allowed."""
    with boot(*arguments, image=image, options=("poweroff", *options), seconds=seconds) as guest:
        status = guest.end()
        clean(guest.log, allowed)
        checks.equal(status, 0, "\n".join(guest.log))
        return guest.log


class Lined(machine.Machine):
    """The image with a line to it, the Unix socket at line_path. Entered, its session has begun."""

    def __init__(self, *arguments, image=IMAGE, options=(), seconds=30):
        self.work = folder()
        self.line_path = os.path.join(self.work.name, "line")
        super().__init__(image, machine.console(self.line_path), *arguments, machine.options(*options),
                         seconds=seconds)

    def __enter__(self):
        self.wait_for("perf: start")
        return self

    def __exit__(self, *_):
        super().__exit__()
        self.work.cleanup()

    def connect(self):
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(20)
        qmp.connect(peer, self.line_path)
        return peer


def clean(log, allowed=()):
    bad = [line for line in log if FORBIDDEN.search(line) and not line.startswith(tuple(allowed))]
    checks.true(not bad, f"{bad} in the log:\n" + "\n".join(log))


def in_order(log, *starts):
    """Each of these starts a line, one after the other; the lines."""
    found = []
    lines = iter(log)
    for start in starts:
        line = next((line for line in lines if line.startswith(start)), None)
        checks.true(line is not None, f"no `{start}` after {found}; the log:\n" + "\n".join(log))
        found.append(line)
    return found


def count(log, start):
    return sum(line.startswith(start) for line in log)


def folder():
    return tempfile.TemporaryDirectory(prefix="perfd-image-")


def perfctl(*arguments, seconds=20):
    """What perfctl prints, as bytes."""
    done = subprocess.run([os.path.join(machine.HOST, "perfctl"), *arguments], capture_output=True,
                          timeout=seconds, check=False)
    checks.equal(done.returncode, 0, f"perfctl {' '.join(arguments)}: {done.stderr.decode()}")
    return done.stdout
