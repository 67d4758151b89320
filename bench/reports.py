# SPDX-License-Identifier: Apache-2.0
"""What perfctl takes for a large trace, and to compare two artifacts: medians over several runs."""
import os
import re
import resource
import statistics
import subprocess
import tempfile
import time

TIMES = 7
LARGE_BYTES = 100_000_000


def enlarge(trace, path):
    """The trace's events over and over, each time ten seconds later. How many bytes, and how often."""
    with open(trace, encoding="utf-8") as file:
        head, rest = file.read().split(',\n{"name":"session start"', 1)
    events, tail = ('{"name":"session start"' + rest).split("\n],", 1)
    with open(path, "w", encoding="utf-8") as file:
        size = file.write(head)
        turn = 0
        while size < LARGE_BYTES:
            later = re.sub(r'"ts":(\d+)', lambda match, by=turn * 10**7: f'"ts":{int(match[1]) + by}', events)
            size += file.write(",\n" + later)
            turn += 1
        file.write("\n]," + tail)
    return size, turn


def timed(*command):
    """Seconds: the median."""
    took = []
    for _ in range(TIMES):
        before = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
        took.append(time.monotonic() - before)
    return statistics.median(took)


def measure(build):
    """(seconds for a large trace, its MiB of memory at most, ms to compare two artifacts)"""
    perfctl = os.path.join(build, "host", "perfctl")
    with tempfile.TemporaryDirectory(prefix="perfd-bench-") as folder:
        def path(name):
            return os.path.join(folder, name)

        def quietly(*arguments):
            subprocess.run([perfctl, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=60)

        for name in ("jank", "steady"):
            quietly("scenario", name, "-n", "20", "-o", path(name))
            quietly("report", path(name), "--perf-json", path(name + ".json"))
        quietly("replay", path("jank"), "-o", path("trace.json"))
        enlarge(path("trace.json"), path("large.json"))
        large_s = timed(perfctl, "report", path("large.json"))
        # Of the one child that needs the most: everything else here is small.
        memory_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        compare_ms = 1000 * timed(perfctl, "compare", path("jank.json"), "-b", path("steady.json"))
    return large_s, memory_mib, compare_ms
