# SPDX-License-Identifier: Apache-2.0
"""Peers that Debian packages, beside the same floors in a run of their own; where one is not installed, its row says so.

Debian 12 has them: barectf in python3-barectf, LTTng-UST in liblttng-ust-dev and lttng-tools, nanopb in nanopb and
libnanopb-dev.
"""
import os
import shutil
import subprocess
import tempfile
import time

import figures
import rows


def _row(name, times, note=""):
    ratio = times.ratio("peer_span", "floor_two_rdtsc", "floor_empty")
    work = rows.work_ratio(times, "peer_span", "floor_two_records")
    alone, around = times.ns("peer_span", "floor_empty"), times.ns("peer_span_work", "floor_empty_work")
    return rows.shown(f"peer: {name}, a span pair",
                      f"A {alone:.1f} ns = {ratio:.2f} x two clock reads, W {around:.1f} ns = {work:.2f} x two records{note}",
                      alone_ns=alone, around_work_ns=around, alone_ratio=ratio, around_work_ratio=work)


def _instructions(program, env):
    counts = figures.instructions(program, env, 1000, 3000)
    return f", {counts['peer_span'] - counts['floor_empty']:.0f} instructions"


def barectf(program):
    note = ""
    try:
        note = _instructions(program, None)
    except figures.Missing:
        pass
    return _row("barectf", figures.times(program), note)


def lttng(program):
    """Its session daemon and its traces are in a home of their own, and gone afterwards."""
    for tool in ("lttng", "lttng-sessiond"):
        if not shutil.which(tool):
            raise figures.Missing(f"{tool} is not installed (lttng-tools)")
    with tempfile.TemporaryDirectory(prefix="perfd-bench-", dir="/dev/shm") as home:
        env = {"LTTNG_HOME": home, "HOME": home, "LTTNG_UST_REGISTER_TIMEOUT": "-1"}
        daemon = subprocess.Popen(["lttng-sessiond", "--no-kernel"], env={**os.environ, **env},
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                if daemon.poll() is not None:
                    raise RuntimeError("lttng-sessiond has ended")
                if subprocess.run(["lttng", "list"], env={**os.environ, **env}, capture_output=True,
                                  timeout=20).returncode == 0:
                    break
                time.sleep(0.1)
            # Overwriting, as a lane does; nothing reads it.
            figures.run("lttng", "create", "bench", "--snapshot", "--output", os.path.join(home, "out"), env=env)
            figures.run("lttng", "enable-event", "--userspace", "perfd_bench:*", env=env)
            figures.run("lttng", "start", env=env)
            times = figures.times(program, env=env)
            figures.run("lttng", "destroy", "bench", env=env)
        finally:
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
    return _row("LTTng-UST", times)


def nanopb(program):
    """A mark encoded and decoded, beside ours."""
    times, counts = figures.times(program), None
    try:
        counts = figures.instructions(program, None, 1000, 3000)
    except figures.Missing:
        pass
    found, values = [], {}
    for what in ("encode", "decode"):
        case = f"nanopb_{what}"
        ns, instr = times.ns(case, "floor_empty"), rows.per_turn(counts, case)
        values[what + "_ns"], values[what + "_instructions"] = ns, instr
        found.append(f"{what}d {rows.number(instr)} instructions, {ns:.0f} ns")
    return rows.shown("peer: nanopb, a mark", "; ".join(found), **values)


def measure(build):
    found = []
    for name, what, package, function in (("barectf", "a span pair", "python3-barectf", barectf),
                                          ("LTTng-UST", "a span pair", "liblttng-ust-dev", lttng),
                                          ("nanopb", "a mark", "nanopb, libnanopb-dev", nanopb)):
        program = os.path.join(build, "host", "bench", "peer_" + name.split("-")[0].lower())
        try:
            if not os.path.exists(program):
                raise figures.Missing(f"not installed ({package})")
            found.append(function(program))
        except (figures.Missing, RuntimeError) as why:
            found.append(rows.shown(f"peer: {name}, {what}", str(why).splitlines()[0]))
    return found
