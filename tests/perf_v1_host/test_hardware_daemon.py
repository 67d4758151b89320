#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfd --counters: what its clients see of the counters of this machine, whatever it lets perfd count."""
import os
import signal
import time

import checks
import daemon
from trace_model import Parsed

ALL = [
    "cpu-clock", "context-switches", "cpu-migrations", "page-faults", "cycles", "instructions", "branches",
    "branch-misses", "L1-dcache-loads", "L1-dcache-load-misses", "LLC-loads", "LLC-load-misses", "L1-icache-loads",
    "dTLB-loads", "dTLB-load-misses", "iTLB-loads", "iTLB-load-misses",
]


def groups(perfd):
    found = perfd.json("counters")["groups"]
    return {group["name"]: {counter["name"]: counter for counter in group["counters"]} | {"": group}
            for group in found}


def descriptors(perfd, kind):
    folder = f"/proc/{perfd.pid()}/fd"
    return sum(os.readlink(os.path.join(folder, name)) == kind for name in os.listdir(folder))


def await_samples(perfd, count):
    deadline = time.monotonic() + daemon.LIMIT_S
    while time.monotonic() < deadline:
        found = groups(perfd)
        if found["hardware"][""]["samples"] >= count:
            return found
        time.sleep(0.01)
    raise AssertionError("no samples")


@checks.check
def nobody_asked():
    with daemon.Daemon() as perfd:
        checks.true("hardware" not in groups(perfd), "a group")
        checks.equal(descriptors(perfd, "anon_inode:[perf_event]"), 0)
        checks.equal(descriptors(perfd, "anon_inode:[timerfd]"), 0)


@checks.check
def all_are_counted_or_say_why_not():
    with daemon.Daemon("--counters", "all", "--counter-interval-ms", "10") as perfd:
        first = await_samples(perfd, 3)["hardware"]
        then = await_samples(perfd, first[""]["samples"] + 5)
        hardware, running, source = (then[name] for name in ("hardware", "hardware-running", "hardware-source"))
        checks.equal([name for name in hardware if name], ALL)
        checks.equal([name for name in running if name], ALL)
        checks.equal((hardware[""]["process"], hardware[""]["pid"]), ("perfd", perfd.pid()))
        states = {name: counter["state"] for name, counter in hardware.items() if name}
        print(f"# {states}")
        counted = [name for name, state in states.items() if state in ("ok", "warming")]
        for name in ALL:
            if name not in counted:
                checks.true(states[name] in ("unsupported", "notPermitted", "failed"), states[name])
                checks.true(hardware[name]["reason"] != "", name)
                checks.equal(hardware[name]["samples"], 0, name)
        if states["cpu-clock"] == "ok":
            more = hardware["cpu-clock"]["total"] - first["cpu-clock"]["total"]
            took = hardware[""]["lastNs"] - first[""]["lastNs"]
            cpus = source["cpus"]["last"]
            checks.true(0.5 * took * cpus < more < 2 * took * cpus, (more, took, cpus))
            checks.equal(running["cpu-clock"]["last"], 1000)
        else:
            checks.equal(states["cpu-clock"], "notPermitted")
            checks.true("permitted" in hardware["cpu-clock"]["reason"]
                        or "perf_event_paranoid" in hardware["cpu-clock"]["reason"], hardware["cpu-clock"])
        checks.equal((source["interval"]["last"], source["interval"]["unit"]), (10000000, "ns"))
        checks.equal(source["cpus-missing"]["last"], 0)
        open_now = descriptors(perfd, "anon_inode:[perf_event]")
        online = os.sysconf("SC_NPROCESSORS_ONLN")
        checks.equal(open_now, len(counted) * online)


@checks.check
def what_is_missing_is_named_and_the_rest_goes_on():
    with daemon.Daemon("--counters", "no-such-event,page-faults", "--cpus", "0,1022-1023",
                       "--counter-interval-ms", "10") as perfd:
        found = await_samples(perfd, 2)
        checks.equal(found["hardware"]["no-such-event"]["state"], "unsupported")
        checks.equal(found["hardware"]["no-such-event"]["reason"], "libpfm4: event not found")
        checks.true(found["hardware"]["page-faults"]["state"] in ("ok", "notPermitted"), found)
        checks.equal(found["hardware-source"]["cpus-missing"]["last"], 2)
        checks.equal(found["hardware-source"]["cpus-missing"]["reason"], "1022-1023")
        checks.equal(found["hardware-source"]["cpus"]["reason"], "0")
        said = b""
        while said.count(b"\n") < 2:
            said += os.read(perfd.process.stderr.fileno(), 65536)
        lines = said.decode().splitlines()
        checks.equal(lines[0], "perfd: --cpus: not online: 1022-1023")
        checks.true("perfd: --counters: not counted, libpfm4: event not found: no-such-event" in lines, lines)


@checks.check
def intervals_that_were_slept_over_are_counted():
    with daemon.Daemon("--counters", "page-faults", "--counter-interval-ms", "20") as perfd:
        before = await_samples(perfd, 2)
        os.kill(perfd.pid(), signal.SIGSTOP)
        time.sleep(0.4)
        os.kill(perfd.pid(), signal.SIGCONT)
        after = await_samples(perfd, before["hardware"][""]["samples"] + 3)
        merged = after["hardware-source"]["intervals-merged"]["total"]
        checks.true(merged >= 15, merged)
        # Each interval has a sample, or is among the merged ones.
        intervals = (merged - before["hardware-source"]["intervals-merged"]["total"]
                     + after["hardware"][""]["samples"] - before["hardware"][""]["samples"])
        took = after["hardware"][""]["lastNs"] - before["hardware"][""]["lastNs"]
        checks.true(abs(intervals - took / 20e6) <= 2.5, (intervals, took))


@checks.check
def a_session_has_them_in_its_trace():
    with daemon.Daemon("--counters", "cpu-clock,no-such-event", "--counter-interval-ms", "10") as perfd:
        perfd.perfctl("start", "scroll")
        found = await_samples(perfd, groups(perfd)["hardware"][""]["samples"] + 5)
        perfd.perfctl("stop")
        path = os.path.join(perfd.work, "trace.json")
        perfd.perfctl("export", "-o", path)
        with open(path, "rb") as file:
            trace = Parsed(file.read())
        names = [event["name"] for event in trace.events if event["ph"] == "C"]
        counts = found["hardware"]["cpu-clock"]["state"] == "ok"
        checks.equal(names.count("cpu-clock") >= 5, counts)
        checks.true("no-such-event" not in names, names)


@checks.check
def lists_that_cannot_be_are_refused():
    for option, value, why in (
            ("--counters", "", "--counters '': an empty name"),
            ("--counters", "cycles,,branches", "--counters 'cycles,,branches': an empty name"),
            ("--counters", "a" * 48, f"--counters '{'a' * 48}': a name is longer than 47 bytes"),
            ("--cpus", "", "--cpus '': not a list of cpus, 0,2-3 say, below 1024"),
            ("--cpus", "3-2", "--cpus '3-2': a range ends before it begins"),
            ("--cpus", "0,all", "--cpus '0,all': not a list of cpus, 0,2-3 say, below 1024"),
            ("--counter-interval-ms", "0", "--counter-interval-ms takes a whole number from 1 to 3600000, not '0'"),
            ("--counter-interval-ms", "1s", "--counter-interval-ms takes a whole number from 1 to 3600000, not '1s'"),
    ):
        result = daemon.run(daemon.PERFD, option, value)
        checks.equal(result.returncode, 2, value)
        checks.equal(result.stderr.decode().splitlines()[0], "perfd: " + why)


checks.main()
