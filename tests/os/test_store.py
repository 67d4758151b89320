#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""/state in the image, on disks that are new, used, full, faulty, somebody else's and not there at all."""
import json
import os
import random
import re

import harness
import machine
from harness import checks
import guest as link  # beside checks: harness has shown the way

SECTOR = 512
MEBIBYTE = 1 << 20
SLOW = 40
UNAVAILABLE = "statefs: /state is unavailable: "
NOT_STORED = "systemui: the trace is not in the store"


class Disk:
    """A disk image, full of zeros or of `data`, in a folder of its own."""

    def __init__(self, size=16 * MEBIBYTE, data=b""):
        self.folder = harness.folder()
        self.path = os.path.join(self.folder.name, "state.img")
        with open(self.path, "wb") as file:
            file.write(data)
            file.truncate(max(size, len(data)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def bytes(self):
        with open(self.path, "rb") as file:
            return file.read()

    def faulty(self, rules):
        path = os.path.join(self.folder.name, "rules")
        with open(path, "w", encoding="ascii") as file:
            file.write(rules)
        return machine.faulty_disk(self.path, path)

    def keys(self):
        """Every key's value's length."""
        return {entry["key"]: entry["bytes"] for entry in json.loads(harness.perfctl("state", "ls", self.path, "-j"))}

    def value(self, key):
        return harness.perfctl("state", "cat", self.path, key)

    def extracted(self, key):
        harness.perfctl("state", "extract", self.path, key, "-o", self.folder.name)
        with open(os.path.join(self.folder.name, key.removeprefix("/state/")), "rb") as file:
            return file.read()


def key_of(log):
    """Of the one trace that the log speaks of."""
    lines = [line for line in log if line.startswith("perf: trace")]
    checks.equal(len(lines), 1, log)
    match = harness.TRACE.fullmatch(lines[0])
    checks.true(match, lines[0])
    return "/state/" + match[1]


def session(*arguments, seconds=1):
    return harness.run(*arguments, options=(f"seconds={seconds}",))


def without_store(why, *arguments):
    """perfd serves, SystemUI draws, and the export's answer is a status."""
    log = session(*arguments)
    harness.in_order(log, "perfd: ready", "perf: start systemui", "perf: stop systemui", NOT_STORED)
    checks.equal([line for line in log if line.startswith("statefs:")], [UNAVAILABLE + why])
    checks.equal(harness.count(log, "perf: trace"), 0, log)


@checks.check
def the_trace_on_the_disk_is_the_one_that_is_read():
    with Disk() as disk:
        with harness.Lined(machine.disk(disk.path), options=("seconds=2",)) as guest, \
                link.Bridge(guest.line_path) as bridge:
            guest.wait_for("perf: trace")
            pulled = os.path.join(disk.folder.name, "pulled.json")
            bridge.perfctl("export", "-o", pulled)
            harness.clean(guest.log)
            harness.in_order(guest.log, "perf: start systemui", "perf: stop systemui", "perf: trace")
        key = key_of(guest.log)
        with open(pulled, "rb") as file:
            expected = file.read()
        trace = json.loads(expected)
        checks.equal(trace["otherData"]["session"]["name"], "systemui")
        checks.equal(disk.keys(), {key: len(expected)})
        checks.true(disk.extracted(key) == expected, "the bytes differ")
        stop_ms = trace["otherData"]["session"]["endNs"] // 1000000
        checks.equal(key, f"/state/perf/traces/systemui-{stop_ms}.json")


@checks.check
def the_newest_eight_traces_stay_across_reboots():
    with Disk() as disk:
        names = []
        for _ in range(10):
            log = harness.run(machine.disk(disk.path), image="user_script.elf", options=("clock=scripted",))
            names.append(key_of(log))
        times = [int(re.fullmatch(r"/state/perf/traces/scripted-(\d+)\.json", name)[1]) for name in names]
        checks.equal(times, sorted(set(times)), "each is later than those that are there")
        keys = disk.keys()
        checks.equal(sorted(keys), sorted(names[-8:]))
        checks.equal(len({disk.value(name) for name in keys}), 1, "the same script, the same trace")


@checks.check
def random_bytes_are_not_touched():
    data = random.Random(5).randbytes(2 * MEBIBYTE)
    with Disk(size=0, data=data) as disk:
        without_store("not a statefs disk", machine.disk(disk.path))
        checks.true(disk.bytes() == data, "the disk was written to")


@checks.check
def another_file_system_is_not_touched():
    # Where ext2 to ext4 have their superblock, and its magic number; all else is zero.
    data = bytearray(4 * MEBIBYTE)
    data[1024:1032] = b"\x00\x04\x00\x00\x00\x10\x00\x00"
    data[1024 + 56:1024 + 58] = b"\x53\xef"
    with Disk(size=0, data=bytes(data)) as disk:
        without_store("not a statefs disk", machine.disk(disk.path))
        checks.true(disk.bytes() == data, "the disk was written to")


@checks.check
def a_disk_that_is_too_small():
    with Disk(size=100 * SECTOR) as disk:
        without_store("disk too small", machine.disk(disk.path))
        checks.true(not any(disk.bytes()), "the disk was written to")


def scripted(disk):
    """A session whose trace has the same length each time."""
    return harness.run(machine.disk(disk.path), image="user_script.elf", options=("clock=scripted",))


def not_stored(arguments, status):
    """A session whose trace does not get to the disk; and what perfctl is told."""
    with harness.Lined(arguments, image="user_script.elf", options=("clock=scripted",)) as guest, \
            link.Bridge(guest.line_path) as bridge:
        guest.wait_for("systemui: refused 1")
        result = bridge.call("export", "--store")
        checks.equal(result.returncode, 1)
        checks.true(result.stderr.decode().startswith(f"perfctl: export: {status} "), result.stderr)
        bridge.perfctl("metrics")
        harness.clean(guest.log, allowed=(UNAVAILABLE,))
        checks.equal(harness.count(guest.log, "perf: trace"), 0, guest.log)


@checks.check
def a_full_disk():
    with Disk() as disk:
        key = key_of(scripted(disk))
        length = disk.keys()[key]
    # Room for one trace like that, and not for two.
    with Disk(size=(258 + length * 3 // 2 // SECTOR) * SECTOR) as disk:
        first = key_of(scripted(disk))
        before = disk.value(first)
        not_stored(machine.disk(disk.path), "noSpace")
        checks.equal(disk.keys(), {first: length})
        checks.true(disk.value(first) == before, "the trace that was there has changed")


@checks.check
def no_disk():
    without_store("no disk")
    not_stored([], "unsupported")


@checks.check
def flushes_that_do_not_work():
    with Disk() as disk:
        first = key_of(scripted(disk))
        before = disk.value(first)
        not_stored(disk.faulty('[inject-error]\nevent = "flush_to_disk"\nerrno = "5"\n'), "io")
        checks.true(disk.value(first) == before, "the trace that was there has changed")
        # And with a disk that works again, as ever.
        second = key_of(scripted(disk))
        checks.equal(sorted(disk.keys()), sorted([first, second]))


@checks.check
def a_disk_that_nobody_can_read():
    with Disk() as disk:
        first = key_of(scripted(disk))
        before = disk.bytes()
        not_stored(disk.faulty('[inject-error]\nevent = "read_aio"\nerrno = "5"\n'), "io")
        checks.true(disk.bytes() == before, "the disk was written to")
        checks.equal(list(disk.keys()), [first])


@checks.check
def what_took_too_long_is_taken_back_when_it_is_done():
    def throttle(guest, bytes_a_second):
        guest.monitor.command("block_set_io_throttle", device="disk", iops=0, iops_rd=0, iops_wr=0, bps=0, bps_rd=0,
                              bps_wr=bytes_a_second)

    def flushes(guest):
        return guest.monitor.command("query-blockstats")[0]["stats"]["flush_operations"]

    with Disk() as disk, harness.Lined(machine.disk(disk.path), options=("seconds=1",)) as guest, \
            link.Bridge(guest.line_path) as bridge:
        guest.wait_for("perf: trace")
        key = key_of(guest.log)
        bridge.perfctl("start", "late")
        bridge.perfctl("stop")
        before = flushes(guest)
        # A sync writes four sectors there, and has two seconds.
        throttle(guest, SECTOR * 3 // 2)
        result = bridge.call("export", "--store")
        checks.equal(result.returncode, 1)
        checks.true(result.stderr.decode().startswith("perfctl: export: io "), result.stderr)
        throttle(guest, 0)
        # Nobody exports again. The late sync has two flushes, and so has the one behind the trace's deletion.
        while flushes(guest) < before + 4:
            pass
        checks.equal(sorted(disk.keys()), [key])
        harness.clean(guest.log)
        checks.equal(harness.count(guest.log, "perf: trace"), 1, guest.log)


def slowest_answer(disk_ms, seconds):
    """The log, and what the slowest frameTick took, in microseconds. The store is mounted, and the boot's trace
    exported, on a disk each of whose requests takes so long: time is the count of instructions."""
    log = harness.run(harness.COUNTED, image="user_ticks.elf",
                      options=("boot-trace", f"disk-ms={disk_ms}", f"seconds={seconds}"))
    # The export begins when the boot's session stops.
    *_, ticks, slowest = harness.in_order(log, "perf: start ticks", "perf: stop boot", "systemui: ticks",
                                          "systemui: slowest us ")
    checks.equal(ticks, f"systemui: ticks {60 * seconds}")
    print(f"a disk of {disk_ms} ms a request: the slowest of {60 * seconds} ticks was answered in "
          f"{slowest.split()[-1]} us")
    return log, int(slowest.split()[-1])


@checks.check
def a_tick_never_waits_for_the_disk():
    # A sync is five requests, and has two seconds.
    for disk_ms, seconds, traces in ((300, 80, 1), (1000, 200, 0)):
        log, slowest_us = slowest_answer(disk_ms, seconds)
        checks.true(slowest_us <= 20000, f"{slowest_us} us")
        checks.equal(harness.count(log, "perf: trace state://perf/traces/boot-"), traces, log)


@checks.check
def frames_go_on_while_the_disk_takes_its_time():
    with Disk() as disk, harness.Lined(machine.DISPLAY, machine.disk(disk.path)) as guest, \
            link.Bridge(guest.line_path) as bridge:
        def frames():
            return json.loads(bridge.perfctl("metrics", "--json"))["sessionFrames"]
        while frames() < 30:
            pass
        bridge.perfctl("export", "--store")
        guest.monitor.command("block_set_io_throttle", device="disk", iops=SLOW, iops_rd=0, iops_wr=0, bps=0,
                              bps_rd=0, bps_wr=0)
        before = frames()
        bridge.perfctl("export", "--store")
        during = frames() - before
        for _ in range(2):
            guest.wait_for("perf: trace")
        harness.clean(guest.log)
        print(f"{during} frames while the disk was written, {SLOW} operations a second")
        checks.true(during > 30, f"{during} frames in the seconds that it took")


checks.main()
