#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The metrics of docs/perf/metrics.md, computed the plain way: lists, sorting, integers.

Independent of the service: it knows the definitions and nothing else. A tick is a dict with the names of
the interface's FrameTick in ns (id, at, began, deadline, input, budget, ui, layout, render, present) and
`thrown`, `idle`; what is not there is not given.

As a program: frame times in ms, one a line, on stdin; the figures as JSON on stdout.
"""
import json
import sys
from decimal import Decimal

PHASES = ("ui", "layout", "render", "present")
DEFAULT_BUDGET = 16666667


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator) if denominator else 0


def nearest_rank(values, per_mille):
    """The ceil(per_mille * n / 1000)-th smallest; 0 of none."""
    if not values:
        return 0
    return sorted(values)[-(-per_mille * len(values) // 1000) - 1]


def histogram_edge(value):
    """The upper edge of the value's step: 128 steps an octave."""
    if value < 128:
        return value
    shift = value.bit_length() - 1 - 7
    return (((value >> shift) + 1) << shift) - 1


class Frame:
    """A presented frame, and what counts of it."""

    def __init__(self, tick, previous, thrown, counted, settings):
        self.counted = counted
        self.budget = tick.get("budget") or settings["budget"]
        self.after_idle = bool(tick.get("idle"))
        self.phases = {name: tick[name] for name in PHASES if tick.get(name)}
        self.work = sum(self.phases.values()) if self.phases else None
        self.latency = tick["at"] - tick["input"] if tick.get("input") else None
        gap = None if previous is None else tick["at"] - previous
        idle_gap = settings["idle"]
        if gap is not None and (self.after_idle or (idle_gap and gap > idle_gap)):
            self.after_idle, gap = True, None
        self.interval = gap
        limit = settings["long"] or -(-3 * self.budget // 2)
        self.long = gap is not None and gap >= limit
        missed = 0 if gap is None else max(0, (2 * gap + self.budget) // (2 * self.budget) - 1)
        self.dropped = max(missed, thrown)
        self.late = bool(tick.get("deadline")) and 2 * (tick["at"] - tick["deadline"]) > self.budget
        self.over = self.work is not None and self.work > self.budget
        janky = not self.after_idle and (self.long or self.late or missed > 0)
        self.cause = None
        if janky:
            self.cause = "app" if self.over else "unknown" if self.work is None else "pipeline"


def play(ticks, settings):
    """All presented frames, and (thrown away past the warm-up, of those since the last one shown)."""
    frames, thrown, all_thrown, previous = [], 0, 0, None
    for number, tick in enumerate(ticks):
        counted = number >= settings["warmup"]
        if tick.get("thrown"):
            thrown += counted
            all_thrown += counted
            continue
        frames.append(Frame(tick, previous, thrown, counted, settings))
        previous, thrown = tick["at"], 0
    return frames, all_thrown, thrown


def over_intervals(intervals):
    total = sum(intervals)
    return {
        "milli_fps": half_up(len(intervals) * 10**12, total),
        "avg_ns": half_up(total, len(intervals)),
        "longest_ns": max(intervals, default=0),
        **{f"p{name}_ns": nearest_rank(intervals, rank)
           for name, rank in (("50", 500), ("95", 950), ("99", 990), ("999", 999))},
    }


def window_figures(frames):
    intervals = [frame.interval for frame in frames if frame.interval is not None]
    works = [frame.work for frame in frames if frame.work is not None]
    latencies = [frame.latency for frame in frames if frame.latency is not None]
    out = over_intervals(intervals)
    out["has_intervals"] = int(bool(intervals))
    out["frames"] = len(frames)
    out["low1_milli_fps"] = half_up(10**12, out["p99_ns"])
    out["low01_milli_fps"] = half_up(10**12, out["p999_ns"]) if len(intervals) >= 1000 else 0
    out["long_frames"] = sum(frame.long for frame in frames)
    out["dropped"] = sum(frame.dropped for frame in frames)
    out["late"] = sum(frame.late for frame in frames)
    out["work_avg_ns"] = half_up(sum(works), len(works))
    out["work_p95_ns"] = nearest_rank(works, 950)
    out["work_p99_ns"] = nearest_rank(works, 990)
    out["over_budget"] = sum(frame.over for frame in frames)
    out["latency_count"] = len(latencies)
    for name, rank in (("p50", 500), ("p95", 950), ("p99", 990)):
        out[f"latency_{name}_ns"] = nearest_rank(latencies, rank)
    for phase in PHASES:
        given = [frame.phases[phase] for frame in frames if phase in frame.phases]
        out[f"{phase}_avg_ns"] = half_up(sum(given), len(given))
        out[f"{phase}_p95_ns"] = nearest_rank(given, 950)
        out[f"{phase}_worst_ns"] = max(given, default=0)
    return out


def figures(ticks, budget=DEFAULT_BUDGET, long=0, idle=0, warmup=0, ring=1200, stopped=True):
    """Every figure by the interface's name (snake case) of a session of these ticks."""
    settings = {"budget": budget, "long": long, "idle": idle, "warmup": warmup}
    frames, thrown, trailing = play(ticks, settings)
    counted = [frame for frame in frames if frame.counted]
    window = [frame for frame in frames[-ring:] if frame.counted]
    out = window_figures(window)
    out["budget_ns"] = budget
    out["long_frame_ns"] = long or -(-3 * budget // 2)
    intervals = [frame.interval for frame in counted if frame.interval is not None]
    # exact while every interval of the session is still in the window
    exact = len(intervals) == sum(frame.interval is not None for frame in window)
    shown = intervals if exact else [histogram_edge(value) for value in intervals]
    whole = over_intervals(intervals)
    for name in ("milli_fps", "longest_ns"):
        out[f"session_{name}"] = whole[name]
    for name in ("p50_ns", "p95_ns", "p99_ns", "p999_ns"):
        out[f"session_{name}"] = over_intervals(shown)[name]
    out["session_exact"] = int(exact)
    out["session_frames"] = len(counted)
    out["session_ns"] = sum(intervals)
    out["session_long"] = sum(frame.long for frame in counted)
    out["session_dropped"] = sum(frame.dropped for frame in counted) + (trailing if stopped else 0)
    out["session_late"] = sum(frame.late for frame in counted)
    out["jank_dropped"], out["jank_gpu"] = thrown, 0
    for cause in ("app", "pipeline", "unknown"):
        out[f"jank_{cause}"] = sum(frame.cause == cause for frame in counted)
    return out


def ns_of_ms(text):
    """Exactly: Decimal knows no binary fractions."""
    ns = Decimal(text) * 1000000
    if ns != int(ns):
        raise ValueError(f"{text} ms is no whole number of ns")
    return int(ns)


def ms_text(ns):
    """As the JSON outputs have it: ms with six decimals, from integers."""
    return f"{ns // 1000000}.{ns % 1000000:06d}"


if __name__ == "__main__":
    TIMES = [ns_of_ms(line) for line in sys.stdin.read().split()]
    json.dump(figures([{"at": at} for at in TIMES]), sys.stdout, indent=2)
    print()
