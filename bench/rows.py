# SPDX-License-Identifier: Apache-2.0
"""The table: what was measured, against what it should be."""


class Row:
    """met: True, False, or None where there is nothing to meet or nothing was measured."""

    def __init__(self, figure, target, measured, met=None, **values):
        self.figure, self.target, self.measured, self.met, self.values = figure, target, measured, met, values

    def as_json(self):
        return {"figure": self.figure, "target": self.target, "measured": self.measured, "met": self.met,
                "values": self.values}


def at_most(figure, value, limit, unit="", note="", **values):
    shown = f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
    return Row(figure, f"<= {limit:,}{unit}", f"{shown}{unit}{note}", value <= limit, value=value, **values)


def missing(figure, target, why):
    return Row(figure, target, why)


def shown(figure, measured, **values):
    return Row(figure, "", measured, None, **values)


def table(rows):
    words = {True: "met", False: "MISSED", None: "-"}
    cells = [("figure", "target", "measured", "")] + [(r.figure, r.target, r.measured, words[r.met] if r.target else "")
                                                      for r in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)


FLOORS = [
    ("two clock reads", "floor_two_rdtsc"),
    ("two 16-byte records", "floor_two_records"),
    ("one 16-byte record", "floor_one_record"),
    ("phase switch", "floor_phase"),
]


def marks(times, counts):
    rows = []
    for name, case in FLOORS:
        alone = times.ns(case, "floor_empty")
        around = times.ns(case + "_work", "floor_empty_work")
        instr = f"{counts[case] - counts['floor_empty']:.0f}" if counts else "-"
        rows.append(shown(f"floor: {name}", f"A {alone:.2f} ns, W {around:.2f} ns, {instr} instructions",
                          alone_ns=alone, around_work_ns=around))
    return rows


def frames(times, counts):
    tick, million = times.ns("frame_tick_plain"), times.ns("frame_tick_1m")
    growth = times.ratio("frame_tick_1m", "frame_tick_plain")
    rows = [
        at_most("frame tick, window 1,200", tick, 150, " ns", clock_reads=tick),
        shown("... with phases and input (3 trees)", f"{times.ns('frame_tick_whole'):.2f} ns"),
        shown("... window 10,000 / 100,000 / 1,000,000",
              f"{times.ns('frame_tick_10k'):.0f} / {times.ns('frame_tick_100k'):.0f} / {million:.0f} ns"),
        at_most("frame tick, 1,000,000 against 1,200", growth, 6, " x"),
        at_most("metrics snapshot", times.ns("frame_snapshot"), 200, " ns"),
    ]
    return rows
