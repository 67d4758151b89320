# SPDX-License-Identifier: Apache-2.0
"""A daemon of the benchmark's own, with a session; what it costs; and the image's boot."""
import os
import re
import select
import shutil
import subprocess
import tempfile
import time

import figures

READY_S = 20


class Daemon:
    """with Daemon(build) as perfd: figures.times(program, env=perfd.env)"""

    def __init__(self, build, *arguments):
        self.host = os.path.join(build, "host")
        self.arguments = arguments

    def __enter__(self):
        self.work = tempfile.mkdtemp(prefix="perfd-bench-")
        path = os.path.join(self.work, "perfd.sock")
        self.env = {"PERF_SOCKET": "unix:" + path}
        self.process = subprocess.Popen(
            [os.path.join(self.host, "perfd"), "--socket", path, "--export-dir", self.work, *self.arguments],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            readable, _, _ = select.select([self.process.stdout], [], [], READY_S)
            if not readable or self.process.stdout.readline() != b"perfd: ready\n":
                raise RuntimeError("the daemon does not start")
            self.perfctl("start", "bench")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.work)

    def perfctl(self, *arguments):
        return figures.run(os.path.join(self.host, "perfctl"), *arguments, env=self.env)

    def cpu_ns(self):
        """What its thread has run so far."""
        with open(f"/proc/{self.process.pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0])


def cost_percent(build, arguments, rounds=7, round_s=2.0):
    """Percent of a processor that a daemon takes while `bench/load ARGUMENTS` runs: one figure a round."""
    with Daemon(build, "--lanes", "20") as perfd:  # half of them are one client's
        load = subprocess.Popen([os.path.join(build, "host", "bench", "load"), *arguments],
                                env={**os.environ, **perfd.env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            if load.stdout.readline() != b"loaded\n":
                raise RuntimeError("the load does not start")
            found = []
            for _ in range(rounds):
                began_s, began_ns = time.monotonic(), perfd.cpu_ns()
                time.sleep(round_s)
                found.append((perfd.cpu_ns() - began_ns) / ((time.monotonic() - began_s) * 1e7))
        finally:
            load.stdin.close()  # it ends
            load.stdout.close()
            if load.wait(10) != 0:
                raise RuntimeError("the load failed")
        return found


def boot_instructions(build):
    """Instructions from reset to `perfd: ready`, as the image counts them where instructions are time."""
    image = os.path.join(build, "os", "perfd.elf")
    if not shutil.which("qemu-system-riscv64"):
        raise figures.Missing("qemu-system-riscv64 is not installed")
    if not os.path.exists(image):
        raise figures.Missing("not built: make os")
    # The status is the image's, and no matter: what it says is.
    text = subprocess.run(
        ["timeout", "-k", "1", "60", "qemu-system-riscv64", "-nodefaults", "-machine", "virt", "-bios", "none", "-smp",
         "3", "-m", "128M", "-display", "none", "-global", "virtio-mmio.force-legacy=false", "-serial", "stdio",
         "-icount", "shift=0,sleep=off", "-append", "instructions seconds=1", "-kernel", image],
        capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    match = re.search(r"boot: instructions=(\d+)", text)
    if not match:
        raise RuntimeError("the image does not say how long it took:\n" + text)
    return int(match[1])
