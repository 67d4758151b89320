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


def per_turn(counts, case):
    """Instructions of one turn, without the loop's own; None where they were not counted."""
    return counts[case] - counts["floor_empty"] if counts and case in counts else None


def number(value):
    return "-" if value is None else f"{value:.0f}"


def floors(times, counts):
    found = []
    for name, case in FLOORS:
        alone = times.ns(case, "floor_empty")
        around = times.ns(case + "_work", "floor_empty_work")
        instr = per_turn(counts, case)
        found.append(shown(f"floor: {name}", f"A {alone:.2f} ns, W {around:.2f} ns, {number(instr)} instructions",
                           alone_ns=alone, around_work_ns=around, instructions=instr))
    return found


def work_ratio(times, case, floor):
    """What the case adds to the work, against what the floor adds to it."""
    return times.ratio(case + "_work", floor + "_work", "floor_empty_work")


def lanes(times, counts):
    names = ["span pair in a lane, A / two clock reads", "span pair in a lane, W / two-record floor",
             "span pair in a lane, instructions", "phase mark, A / one clock read", "phase mark, instructions",
             "bytes a span in the ring", "bytes a phase in the ring"]
    targets = [1.02, 1.1, 34, 1.05, 18, 32, 16]
    if "lane_span" not in times:
        return [missing(name, f"<= {target}", "the service shares no lanes") for name, target in zip(names, targets)]

    def ns(case):
        return (f" ({times.ns(case, 'floor_empty'):.2f} ns alone, "
                f"{times.ns(case + '_work', 'floor_empty_work'):.2f} ns around work)")

    found = [
        at_most(names[0], times.ratio("lane_span", "floor_two_rdtsc", "floor_empty"), 1.02, " x", ns("lane_span")),
        at_most(names[1], work_ratio(times, "lane_span", "floor_two_records"), 1.1, " x"),
        at_most(names[3], times.ratio("lane_phase", "floor_rdtsc", "floor_empty"), 1.05, " x", ns("lane_phase")),
        at_most(names[5], int(times.ns("lane_span_bytes")), 32, " bytes"),
        at_most(names[6], int(times.ns("lane_phase_bytes")), 16, " bytes"),
        at_most("a frame's 64 counters, written", times.ns("frame_in_lane_64", "frame_in_lane"), 2000, " ns",
                f" (adding to one {times.ns('lane_group', 'floor_empty'):.2f} ns)"),
    ]
    for name, case, limit, place in ((names[2], "lane_span", 34, 2), (names[4], "lane_phase", 18, 4)):
        instr = per_turn(counts, case)
        found.insert(place, missing(name, f"<= {limit}", "not counted") if instr is None
                     else at_most(name, round(instr), limit, ""))
    return found


def off(times):
    return [at_most("recording off: a pair, above the empty loop", times.ns("lane_off_span", "lane_off_empty"), 0.3, " ns",
                    f" (a phase {times.ns('lane_off_phase', 'lane_off_empty'):.2f} ns,"
                    f" a group's counter {times.ns('lane_off_group', 'lane_off_empty'):.2f} ns)")]


def reads(times, case):
    """What it takes, in clock reads of the same run."""
    return f" = {times.ratio(case, 'floor_rdtsc', 'floor_empty'):.1f} clock reads"


def frames(times):
    tick, million = times.ns("frame_tick_plain"), times.ns("frame_tick_1m")
    return [
        at_most("frame tick, window 1,200", tick, 150, " ns", reads(times, "frame_tick_plain")),
        shown("... with phases and input (3 sorted lists)", f"{times.ns('frame_tick_whole'):.0f} ns{reads(times, 'frame_tick_whole')}"),
        shown("... window 10,000 / 100,000 / 1,000,000",
              f"{times.ns('frame_tick_10k'):.0f} / {times.ns('frame_tick_100k'):.0f} / {million:.0f} ns"),
        at_most("frame tick, 1,000,000 against 1,200", times.ratio("frame_tick_1m", "frame_tick_plain"), 6, " x"),
        shown("... janky, of 20 spans: what looking into it takes",
              f"{times.ns('frame_janky') - times.ns('frame_janky_counted'):.0f} ns"),
        at_most("a frame's 64 counters, taken in", times.ns("frame_counters", "frame_tick_plain"), 2000, " ns",
                reads(times, "frame_counters")),
        at_most("metrics snapshot", times.ns("frame_snapshot"), 200, " ns", reads(times, "frame_snapshot")),
    ]


EXPORT_SPANS = 100000


def at_least(figure, value, limit, unit="", note=""):
    return Row(figure, f">= {limit:,}{unit}", f"{value:.2f}{unit}{note}", value >= limit, value=value)


def export(times):
    formatting = times.ns("export_format", each=EXPORT_SPANS)
    return [
        at_most("JSON export, formatting a span", formatting, 25, " ns",
                f" ({times.ns('export_bytes') / EXPORT_SPANS:.0f} bytes) = "
                f"{times.ratio('export_format', 'export_copy'):.0f} copies of them"),
        shown("... pairing, ordering and measuring a span",
              f"{times.ns('export_prepare', each=EXPORT_SPANS):.0f} ns"),
        at_least("... against sprintf, formatting alone", times.ratio("sprintf_format", "export_format"), 20, " x",
                 f" (sprintf {times.ns('sprintf_format', each=EXPORT_SPANS):.0f} ns)"),
        at_least("... against sprintf, all of it, into /dev/shm", times.ratio("sprintf_whole", "export_whole"), 8,
                 " x", f" ({times.ns('export_whole') / 1e6:.1f} ms, {times.ns('sprintf_whole') / 1e6:.1f} ms)"),
    ]


def call(times, counts):
    note = f" ({times.ns('rpc_mark_begin'):.0f} ns{reads(times, 'rpc_mark_begin')})"
    if not counts:
        return [missing("one markBegin call served", "<= 1,500 instructions", "not counted" + note)]
    return [at_most("one markBegin call served", round(counts["rpc_mark_begin"]), 1500, " instructions", note)]


LESS_THAN_CAPNP = 3


def codec_ratio(counts, what):
    """How many times our instructions libcapnp takes, each without the loop's own."""
    return per_turn(counts, "capnp_" + what) / per_turn(counts, "mark_" + what)


def codec(times, counts):
    """A mark encoded and decoded, beside Cap'n Proto's own library in the same run."""
    found = []
    for what in ("encode", "decode"):
        name, ours, theirs = f"a mark {what}d, libcapnp / ours", "mark_" + what, "capnp_" + what
        ns = f"{times.ns(ours, 'floor_empty'):.0f} / {times.ns(theirs, 'floor_empty'):.0f} ns"
        if not counts:
            found.append(missing(name, f">= {LESS_THAN_CAPNP} x", f"not counted; {ns}"))
            continue
        instr = f"{per_turn(counts, ours):.0f} / {per_turn(counts, theirs):.0f} instructions"
        found.append(at_least(name, codec_ratio(counts, what), LESS_THAN_CAPNP, " x", f" ({instr}, {ns})"))
    by_hand, instr = "capnp_encode_by_hand", per_turn(counts, "capnp_encode_by_hand")
    ratio = f"{instr / per_turn(counts, 'mark_encode'):.2f} x, {instr:.0f} instructions, " if counts else ""
    ns = f"{times.ns(by_hand, 'floor_empty'):.0f} ns"
    found.insert(1, shown("... where its segment is copied by hand", ratio + ns))
    return found


def sizes(found):
    rows = []
    for lanes in ("", "without lanes "):
        if f"text {lanes}riscv64" in found:
            rows.append(at_most(f"core + server + runtime text {lanes}riscv64 -Os", found[f"text {lanes}riscv64"], 28 * 1024,
                                " bytes"))
    fast = "text of all riscv64"
    if fast in found:
        rows.append(shown("... with all that a host links", f"{found[fast]:,} bytes"))
    server, whole = "nexus-idl, a server riscv64", "nexus-idl, all riscv64"
    if server in found:
        rows.append(at_most("nexus-idl text, riscv64 -Os: reader, builder, server", found[server], 8192, " bytes",
                            f" ({found[whole]:,} with client, link and packing)"))
    rows.append(at_most("nexus-idl state of a connection", found["state of a connection"], 256, " bytes"))
    for target in ("riscv64", "x86_64"):
        if "stack " + target in found:
            rows.append(at_most(f"worst-case stack, {target}", found["stack " + target], 1536, " bytes"))
    rows.append(at_most("static RAM, default configuration", found["default arena"], 1 << 20, " bytes"))
    rows.append(at_most("static RAM, small configuration", found["small arena"], 1 << 16, " bytes"))
    return rows


def boot(instructions, why):
    name = "boot to `perfd: ready` in QEMU"
    if instructions is None:
        return [missing(name, "<= 1,000,000 instructions", why)]
    return [at_most(name, instructions, 1000000, " instructions")]


def cost(by_calls, in_lane):
    def middle(percents):
        return sorted(percents)[len(percents) // 2]

    return [at_most("perfd itself: 120 Hz by calls, HUD 5 Hz, 8 lanes", middle(by_calls), 0.5, " % of a core"),
            at_most("... with ticks in a lane", middle(in_lane), 0.05, " % of a core")]


def reports(large_s, memory_mib, compare_ms):
    return [at_most("perfctl report, a trace of 100 MB", large_s, 2, " s"),
            at_most("... memory at most", memory_mib, 512, " MiB"),
            at_most("perfctl compare, two artifacts of 1,200 frames", compare_ms, 50, " ms")]
