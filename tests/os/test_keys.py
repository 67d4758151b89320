#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys pressed on the guest's keyboard: they scroll the list on its screen, are its frames' inputs, and make a frame
heavy in its trace."""
import json
import os

import harness
import machine
import png
import screen
from harness import checks
import guest as link  # beside checks: harness has shown the way
from trace_model import Parsed

INK = screen.colour("INK_SOFT")
# The list's rows are 24 pixels high; these are the figures of its first rows, and of those that come
# first when it is scrolled as far as it goes (24 rows, of which 10 and two thirds are in view).
TOP = ("612 K", "96 K", "148 K")
END = ("1024 K", "192 K")
ROW = 24


def picture(guest):
    path = os.path.join(guest.folder.name, "screen.ppm")
    guest.monitor.screenshot(path)
    return png.read(path)


def rows_start_with(guest, figures):
    """These figures are one below the other in the list's first rows."""
    now = picture(guest)
    places = [screen.find(now, figure, INK) for figure in figures]
    if None in places:
        return False
    first = places[0][1]
    return first < 130 and [y for _, y in places] == [first + ROW * i for i in range(len(places))]


@checks.check
def arrows_scroll_the_list():
    # By itself the list is never scrolled to its end; and once it is scrolled on by a key, never to its start.
    with harness.boot(machine.DISPLAY, machine.KEYBOARD) as guest:
        guest.wait_for("perf: start systemui")
        while not rows_start_with(guest, END):
            guest.monitor.press("down")
        while not rows_start_with(guest, TOP):
            guest.monitor.press("up")
        harness.clean(guest.log)


def ends(event):
    return event["ts"] + event.get("dur", 0)


def is_scripted(frame):
    """SystemUI makes these heavy by itself."""
    return frame % 90 == 59 or frame % 240 == 199


def heavy_by_key(trace):
    """The frames that are heavy without being scripted so, and what else is in them. A frame that was thrown away
    has no event: it lies in that of the next."""
    frames = [event for event in trace.events if event["name"] == "frame" and event["ph"] == "X"]
    found = {}
    before = None
    for frame in frames:
        number = frame["args"]["frameId"]
        inside = [event["name"] for event in trace.events if event["ph"] in "Xi" and event["tid"] != frame["tid"]
                  and frame["ts"] <= event["ts"] and ends(event) <= ends(frame)]
        numbers = range((number if before is None else before + 1), number + 1)
        if "heavy blur" in inside and not any(map(is_scripted, numbers)):
            found[number] = inside
        before = number
    return found


class Traces:
    """Exports of the running session, one after the other."""

    def __init__(self, bridge, path):
        self.bridge, self.path = bridge, path

    def next(self):
        """Heavy frames by keys, and the newest frame's number."""
        self.bridge.perfctl("export", "--output", self.path)
        with open(self.path, "rb") as file:
            trace = Parsed(file.read())
        numbers = [event["args"]["frameId"] for event in trace.events if event["name"] == "frame"]
        return heavy_by_key(trace), max(numbers, default=0)


def latencies_are_of_keys(guest, bridge):
    """Keys are pressed until more frames answer an input than the scene by itself makes: not one in three does."""
    while True:
        figures = json.loads(bridge.perfctl("metrics", "--json"))
        if figures["latencyCount"] * 2 > figures["frames"]:
            break
        for _ in range(20):
            guest.monitor.press("up")
    checks.true(figures["latencyP50"] > 0, figures)


def press_and_look(guest, traces):
    found, newest = traces.next()
    while newest < 70:  # one that is heavy by itself is among them
        found, newest = traces.next()
    checks.equal(found, {})
    pressed = {}
    for times in (1, 2, 3):
        guest.monitor.press("l")
        while len(pressed) < times:
            pressed.update(traces.next()[0])
    checks.equal(len(pressed), 3, pressed)
    for inside in pressed.values():
        checks.true("input" in inside, f"no input in the frame of a key: {inside}")


@checks.check
def keys_have_latencies_and_the_load_key_makes_a_frame_heavy():
    with harness.folder() as work:
        line = os.path.join(work, "line")
        with harness.boot(machine.DISPLAY, machine.KEYBOARD, machine.console(line)) as guest:
            guest.wait_for("perf: start systemui")
            with link.Bridge(line) as bridge:
                latencies_are_of_keys(guest, bridge)
                press_and_look(guest, Traces(bridge, os.path.join(work, "trace.json")))
            harness.clean(guest.log)


checks.main()
