# SPDX-License-Identifier: Apache-2.0
"""Where `perfctl run` is run in tests: a folder with temporary files and a default socket of its own.

    with run_place.place() as here:
        here.run("glxgears")
        here.frames()
"""
import contextlib
import json
import os
import re
import select
import signal
import subprocess
import tempfile

import checks
import daemon

# Whoever runs the tests may have these ignored (nohup), and what is ignored stays so in programs.
for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(ignored) == signal.SIG_IGN:
        signal.signal(ignored, signal.SIG_DFL)

class Place:
    def __init__(self, work):
        self.work = work
        self.temporary = os.path.join(work, "tmp")
        os.mkdir(self.temporary)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PERF_")}
        kept.pop("XDG_RUNTIME_DIR", None)
        self.env = {**kept, "TMPDIR": self.temporary, "HOME": self.temporary}

    def command(self, *arguments, options=()):
        return ["timeout", "-k", "1", str(daemon.LIMIT_S), daemon.PERFCTL, "run", *options, "--", *arguments]

    def run(self, *arguments, options=(), env=None, code=0):
        done = subprocess.run(self.command(*arguments, options=options), cwd=self.work, capture_output=True,
                              env={**self.env, **(env or {})}, timeout=daemon.LIMIT_S, check=False)
        checks.equal(done.returncode, code, f"{arguments}: {done.stderr.decode()}")
        return done

    def start(self, *arguments, options=(), env=None):
        """perfctl itself, so that it can be told to end."""
        return subprocess.Popen(self.command(*arguments, options=options)[4:], cwd=self.work, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**self.env, **(env or {})})

    def path(self, name):
        return os.path.join(self.work, name)

    def perf_json(self, name="perf.json"):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)["runs"][0]

    def trace(self, name="trace.json"):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)

    def frames(self, name="perf.json"):
        return self.perf_json(name)["frame_metrics"]["total"]["frames"]

    def nothing_left(self):
        checks.equal([name for name in os.listdir(self.temporary) if name.startswith("perfctl-")], [])
        checks.equal(processes_that_name(self.temporary), [])
        checks.equal([name for name in os.listdir(self.work) if re.search(r"json\.", name)], [])


def processes_that_name(text):
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                line = file.read()
            if text.encode() in line:
                found.append((int(entry), line))
    return found


@contextlib.contextmanager
def place():
    with tempfile.TemporaryDirectory(prefix="perfctl-run-test-") as work:
        here = Place(work)
        yield here
        here.nothing_left()


def ready(process):
    """The process id that `swap_program forever` says it has."""
    return int(process.stdout.readline().split()[1])


def finish(process, code):
    out, err = process.communicate(timeout=daemon.LIMIT_S)
    checks.equal(process.returncode, code, err)
    return out, err


def gone(pid):
    """Waits for the end of a process that is not our child."""
    fd = os.pidfd_open(pid)
    try:
        checks.true(select.select([fd], [], [], daemon.LIMIT_S)[0], "it ends")
    finally:
        os.close(fd)
