# SPDX-License-Identifier: Apache-2.0
"""Reads a trace strictly, and says what must be in one: from the format's definition, not from the code.

Times are integer ns. A recorded session is kept beside the script that plays it (class Recording).
"""
import json
import re

import checks
import driver
import figures

FRAMES_TID = 0
SESSION_PID = 1  # of the frames, and of lanes whose client's process is not known
TIME = re.compile(r'"(?:ts|dur)":(-?[0-9.eE+-]+)')
THREE_DECIMALS = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]{3}")


def no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    checks.true(len(keys) == len(set(keys)), f"a key twice in {keys}")
    return dict(pairs)


def not_json(word):
    raise AssertionError(f"{word} is not JSON")


def ns_of_us(text):
    """A time with exactly three decimals of a microsecond, in ns."""
    checks.true(THREE_DECIMALS.fullmatch(text), f"a time: {text}")
    return int(text.replace(".", ""))


class Parsed:
    """A trace file taken apart, with what holds for every one of them checked."""

    def __init__(self, raw):
        text = raw.decode("utf-8")  # strict
        for match in TIME.finditer(text):
            checks.true(THREE_DECIMALS.fullmatch(match[1]), f"a time: {match[1]}")
        self.text = text
        self.root = json.loads(text, object_pairs_hook=no_duplicates, parse_float=str,
                               parse_constant=not_json)
        checks.equal(list(self.root), ["traceEvents", "displayTimeUnit", "otherData"])
        checks.equal(self.root["displayTimeUnit"], "ms")
        self.other = self.root["otherData"]
        self.events = self.root["traceEvents"]
        self.metadata = [event for event in self.events if event["ph"] == "M"]
        checks.equal(self.events[:len(self.metadata)], self.metadata, "metadata comes first")
        self.events = self.events[len(self.metadata):]
        for event in self.events:
            event["ts"] = ns_of_us(event["ts"])
            checks.equal("dur" in event, event["ph"] == "X", str(event))
            if "dur" in event:
                event["dur"] = ns_of_us(event["dur"])
        self.check_processes()
        self.check_white_space()
        self.check_order()
        self.check_nesting()
        self.check_ledger()

    def check_processes(self):
        """A lane is in one process, which is named once, before its first lane."""
        self.pids = {event["tid"]: event["pid"] for event in self.metadata if event["name"] == "thread_name"}
        self.processes = {event["pid"]: event["args"]["name"] for event in self.metadata
                          if event["name"] == "process_name"}
        for event in self.events:
            checks.equal(event["pid"], self.pids[event["tid"]], str(event))
        checks.equal(self.pids[FRAMES_TID], SESSION_PID)
        named = [(event["pid"], event["name"] == "process_name") for event in self.metadata]
        checks.equal([pid for pid, is_process in named if is_process], list(self.processes), "named once")
        for pid in self.processes:
            checks.true(named.index((pid, True)) < named.index((pid, False)), f"{pid} is named before its lanes")

    def check_white_space(self):
        """A newline after each event, and no other white space outside of texts."""
        lines = self.text.rstrip("\n").split("\n")
        checks.equal(len(lines), len(self.events) + len(self.metadata) + 1, "one event a line")
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', self.text)
        checks.true(not re.search(r"[ \t\r]", bare), "white space outside of texts")

    def check_order(self):
        keys = [(event["ts"], event["tid"]) for event in self.events]
        checks.equal(keys, sorted(keys), "events are in order of time and lane")
        tids = [event["tid"] for event in self.metadata]
        checks.equal(tids, sorted(tids), "metadata is in order of lanes")
        named = {event["tid"] for event in self.metadata if event["name"] == "thread_name"}
        checks.true({event["tid"] for event in self.events} <= named, "every lane has a name")

    def check_nesting(self):
        """Spans of a lane are within each other or apart, and a parent comes before its child."""
        for tid in {event["tid"] for event in self.events}:
            open_ends = []
            for event in self.lane(tid, "X"):
                start, end = event["ts"], event["ts"] + event["dur"]
                while open_ends and open_ends[-1] <= start and end > open_ends[-1]:
                    open_ends.pop()
                checks.true(not open_ends or end <= open_ends[-1],
                            f"lane {tid}: {event} ends after its parent")
                open_ends.append(end)

    def check_ledger(self):
        for counts in [self.other["ledger"], *self.other["lanes"].values()]:
            checks.equal(counts["written"], sum(counts[name] for name in (
                "resident", "overwritten", "torn", "malformed", "rate", "noSession")), "written")
        out = self.other["export"]
        checks.equal(out["copied"], sum(out[name] for name in (
            "exported", "cut", "filtered", "unpaired", "outside")), "copied")
        spans = self.other["spans"]
        checks.equal(spans["begins"], sum(spans[name] for name in (
            "paired", "closedAtExport", "closedByParent", "beginsTooDeep")), "begins")
        checks.equal(spans["ends"], sum(spans[name] for name in (
            "paired", "orphan", "mismatched", "endsTooDeep")), "ends")
        for lane, counts in self.other["lanes"].items():
            lost = counts["written"] - counts["resident"]
            checks.equal(self.other["droppedRecordsByThread"][lane], lost, f"lane {lane} lost")

    def lane(self, tid, phases=None):
        return [event for event in self.events
                if event["tid"] == tid and (phases is None or event["ph"] in phases)]

    def frames(self):
        return self.lane(FRAMES_TID, "X")

    def names(self):
        return {event["tid"]: event["args"]["name"] for event in self.metadata
                if event["name"] == "thread_name"}


def text_of(name):
    """How a label reads in the trace: each run of what is no UTF-8 as one mark, for comparing."""
    data = name.encode() if isinstance(name, str) else name
    return re.sub("\ufffd+", "\ufffd", data.decode("utf-8", "replace"))


def pair(marks, end_ns, depth=32, lossy=False):
    """The spans of one lane: {index of begin: (end, unfinished)}, and what became of each mark."""
    stack, spans, skipped = [], {}, 0
    counts = dict.fromkeys(("begins", "paired", "closedAtExport", "closedByParent", "beginsTooDeep",
                            "ends", "orphan", "mismatched", "endsTooDeep"), 0)
    for index, (kind, at, name, _) in enumerate(marks):
        if kind == "begin":
            counts["begins"] += 1
            if len(stack) == depth:
                counts["beginsTooDeep"] += 1
                skipped += 1
            else:
                stack.append(index)
        elif kind == "end":
            counts["ends"] += 1
            if skipped:
                skipped -= 1
                counts["endsTooDeep"] += 1
            elif name not in [marks[i][2] for i in stack]:
                counts["orphan" if lossy else "mismatched"] += 1
            else:
                while marks[stack[-1]][2] != name:
                    spans[stack.pop()] = (at, True)
                    counts["closedByParent"] += 1
                spans[stack.pop()] = (at, False)
                counts["paired"] += 1
    for index in stack:
        spans[index] = (end_ns, True)
        counts["closedAtExport"] += 1
    return spans, counts


PHASE_OF = {"begin": "X", "instant": "i", "counter": "C", "flowstart": "s", "flowstep": "t",
            "flowend": "f", "asyncbegin": "b", "asyncend": "e"}


class Recording:
    """A session's calls: the script that plays them, and what they mean."""

    def __init__(self, start_ns=1000000000, **settings):
        self.start_ns = self.now = start_ns
        self.settings = settings
        self.lines = [f"now {start_ns}", driver.line("start", name="test", **settings)]
        self.lanes, self.ticks, self.categories, self.labels = {}, [], {}, 0
        self.lane_names = {}

    def lane(self, name, records=0):
        tid = len(self.lane_names) + 1
        self.lane_names[tid] = name
        self.lanes[tid] = []
        self.lines.append(driver.line("lane", name=name, records=records))
        return tid

    def mark(self, tid, kind, name, at, value=None, category=None):
        """category: a label is made first."""
        words = {"kind": kind, "lane": tid, "at": at}
        if category is not None:
            if (name, category) not in self.categories:
                self.labels += 1
                self.categories[name, category] = self.labels
                self.lines.append(driver.line("label", name=name, category=category))
            words["label"] = self.categories[name, category]
        else:
            words["name"] = name
        if value is not None:
            words["value"] = value
        self.lines.append(driver.line("mark", **words))
        self.lanes[tid].append((kind, at, name, (value, category)))
        self.now = max(self.now, at)

    def tick(self, **tick):
        tick.setdefault("id", len(self.ticks) + 1)
        self.lines.append(driver.line("tick", **tick))
        self.ticks.append(tick)
        self.now = max(self.now, tick.get("at", 0))

    def play(self, *more, machine="host", config=None):
        """Plays it with these lines after it: the answers to those, the others being fine."""
        head = [driver.line("config", **config)] if config else []
        answers = driver.play(head + self.lines + list(more), machine)
        plain = len([line for line in self.lines if not line.startswith("now")])
        for command, result, _ in answers[:plain]:
            checks.true(result >= 0, f"{command} answered {result}")
        return answers[plain:]

    def lane_events(self, tid, depth=32):
        """What this lane must hold, in order: (name, phase, ts, dur, unfinished, value, category)."""
        marks = self.lanes[tid]
        spans, _ = pair(marks, self.now, depth)
        out = []
        for index, (kind, at, name, (value, category)) in enumerate(marks):
            if kind == "end" or kind == "begin" and index not in spans:
                continue
            end, unfinished = spans.get(index, (None, False))
            out.append((text_of(name), PHASE_OF[kind], at - self.start_ns,
                        None if end is None else end - at, unfinished, value, category or None))
        return out

    def span_counts(self, depth=32):
        total = {}
        for marks in self.lanes.values():
            for name, count in pair(marks, self.now, depth)[1].items():
                total[name] = total.get(name, 0) + count
        return total

    def figures(self, **options):
        return figures.figures(self.ticks, **self.settings, **options)


def as_expected(event):
    """An event of a lane as lane_events() says it."""
    value = None
    if event["ph"] == "C":
        value = event["args"]["value"]
    elif "id" in event:
        value = int(event["id"], 16)
    category = event.get("cat")
    if category == {"s": "flow", "t": "flow", "f": "flow", "b": "async", "e": "async"}.get(event["ph"]):
        category = None  # what stands there where none was given
    return (re.sub("\ufffd+", "\ufffd", event["name"]), event["ph"], event["ts"], event.get("dur"),
            event.get("args", {}).get("unfinished", False), value, category)
