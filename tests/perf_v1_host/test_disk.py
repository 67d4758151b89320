#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exports and the disk: slow, full, gone; whole files or none, and never one over another."""
import json
import os
import signal

import checks
from daemon import LIMIT_S, Daemon, children, run


def names(perfd):
    return sorted(os.listdir(perfd.exports))


@checks.check
def a_disk_that_takes_a_second_holds_no_tick_up():
    with Daemon(fault="fsync-ms=1000") as perfd:
        out, _ = perfd.load("export").communicate(timeout=LIMIT_S)
        result = json.loads(out)
        checks.equal(result["status"], 0)
        checks.true(result["exportNs"] >= 1000000000, f"the disk was slow: {result}")
        # The ticks ran one after another while the export waited: had one waited with it, there
        # would be a handful, and one of a second.
        checks.true(result["ticks"] > 1000, result)
        checks.true(result["worstTickNs"] < 500000000, result)
        print(f"# {result['ticks']} ticks in {result['exportNs'] / 1e6:.0f} ms of export, "
              f"the slowest {result['worstTickNs'] / 1e6:.3f} ms")
        checks.equal(len(names(perfd)), 1)


@checks.check
def a_second_export_meanwhile_is_busy():
    with Daemon(fault="fsync-ms=1000") as perfd:
        perfd.perfctl("start", "a")
        perfd.marker()
        first = perfd.load("export")
        # The load starts its session before it exports; the reply to `busy` is at once.
        checks.equal(perfd.marker(), "perf: start load (budget=16.667ms)")
        while not any(name.endswith(".part") for name in names(perfd)):
            perfd.perfctl("info")
        perfd.perfctl("export", "--store", code=1)
        perfd.perfctl("export", "-o", os.path.join(perfd.work, "x.json"), code=1)
        checks.equal(os.path.exists(os.path.join(perfd.work, "x.json")), False, "nothing half written")
        out, _ = first.communicate(timeout=LIMIT_S)
        checks.equal(json.loads(out)["status"], 0)
        perfd.perfctl("export", "--store")


def fails_then_works(perfd, words, break_it, mend_it):
    perfd.perfctl("start", "a")
    perfd.marker()
    perfd.perfctl("stop")
    perfd.marker()
    break_it()
    result = run(os.path.join(checks.HOST, "perfctl"), "--connect", perfd.address, "export", "--store")
    checks.equal(result.returncode, 1)
    checks.true(words in result.stderr.decode(), result.stderr)
    mend_it()
    checks.equal(names(perfd), [], "no partial file")
    uri = perfd.perfctl("export", "--store").strip()
    checks.equal(perfd.marker(), "perf: trace " + uri, "no marker for the one that failed")
    checks.equal(len(names(perfd)), 1)


@checks.check
def a_directory_that_is_gone():
    with Daemon() as perfd:
        fails_then_works(perfd, "io", lambda: os.rmdir(perfd.exports), lambda: os.mkdir(perfd.exports))


def kill_disk_process(perfd):
    """A full disk is one disk process's whole life here: end it, and the next one finds room."""
    for child in children(perfd.pid()):
        os.kill(child, signal.SIGKILL)


@checks.check
def a_full_disk():
    # The first export of about 2,000 bytes does not fit; what is written counts for the process's life.
    with Daemon(fault="space=1000") as perfd:
        perfd.perfctl("start", "a")
        perfd.marker()
        result = run(os.path.join(checks.HOST, "perfctl"), "--connect", perfd.address, "export", "--store")
        checks.equal(result.returncode, 1)
        checks.true(b"noSpace" in result.stderr, result.stderr)
        checks.equal(names(perfd), [], "no partial file")
        perfd.perfctl("stop")
        checks.true(perfd.marker().startswith("perf: stop a"), "no trace marker came before")
        pulled = os.path.join(perfd.work, "pulled.json")
        perfd.perfctl("export", "-o", pulled)  # the trace itself is fine
        with open(pulled, encoding="utf-8") as file:
            json.load(file)


@checks.check
def a_disk_that_cannot_sync():
    with Daemon(fault="fsync-error") as perfd:
        perfd.perfctl("start", "a")
        perfd.perfctl("export", "--store", code=1)
        checks.equal(names(perfd), [], "no partial file")


@checks.check
def a_killed_disk_process_is_replaced_and_its_leavings_removed():
    with Daemon() as perfd:
        perfd.perfctl("start", "a")
        perfd.perfctl("export", "--store")
        kill_disk_process(perfd)
        with open(os.path.join(perfd.exports, ".a-1.json.part"), "wb") as file:
            file.write(b"half")
        perfd.perfctl("export", "--store")
        checks.equal([name for name in names(perfd) if name.startswith(".")], [])
        checks.equal(len(names(perfd)), 2)


@checks.check
def an_existing_trace_is_never_overwritten():
    with Daemon() as perfd:
        perfd.perfctl("start", "a")
        perfd.perfctl("stop")
        later = 10**15
        path = os.path.join(perfd.exports, f"other-{later}.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("keep me")
        for raised in (1, 2, 3):
            uri = perfd.perfctl("export", "--store").strip()
            checks.equal(os.path.basename(uri), f"a-{later + raised}.json")
        with open(path, encoding="utf-8") as file:
            checks.equal(file.read(), "keep me")


@checks.check
def without_a_directory_exports_are_unsupported_and_pulls_work():
    with Daemon(exports=False) as perfd:
        perfd.perfctl("start", "a")
        perfd.perfctl("export", "--store", code=1)
        perfd.perfctl("export", "-o", os.path.join(perfd.work, "a.json"))


@checks.check
def a_name_for_the_file():
    with Daemon() as perfd:
        perfd.perfctl("start", "a")
        uri = perfd.perfctl("export", "--store", "--name", "mine").strip()
        checks.true(os.path.basename(uri).startswith("mine-"), uri)
        for bad in ("../a", ".hidden", "a/b", "a b", "x" * 49):
            perfd.perfctl("export", "--store", "--name", bad, code=1)
        checks.equal(len(names(perfd)), 1)


if __name__ == "__main__":
    checks.main()
