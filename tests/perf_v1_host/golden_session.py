# SPDX-License-Identifier: Apache-2.0
"""The scripted session whose traces are recorded: every kind of mark, loss, drops, warm-up, idle, two lanes and more."""
import driver

MS = 1000000
CAPS = (5000, 20000, 65536, 1 << 24)


def marks_of_frame(number, at):
    """What lanes get in one frame: nested, unfinished, orphan, mismatched, too deep, and all kinds."""
    def mark(kind, lane, name, offset, **more):
        return driver.line("mark", kind=kind, lane=lane, name=name, at=at + offset, **more)

    yield mark("begin", 1, "frame", 1000)
    yield mark("begin", 1, "layout", 200000)
    yield mark("counter", 1, "boxes", 300000, value=number * 37 - 500)
    yield mark("end", 1, "layout", 1500001)
    yield mark("begin", 1, "paint", 1500001)
    if number % 7 == 0:
        yield mark("end", 1, "never begun", 1600000)
    if number % 5 == 0:
        for depth in range(6):
            yield mark("begin", 1, f"level {depth}", 1700000 + depth)
        for depth in reversed(range(6)):
            yield mark("end", 1, f"level {depth}", 1800000 - depth)
    if number % 3:
        yield mark("end", 1, "paint", 9000000)
    yield mark("end", 1, "frame", 9500000)  # closes paint, too, where it was left open
    yield mark("flowstart", 1, "tile", 9600000, value=number)
    yield mark("flowend", 2, "tile", 9700000, value=number)
    yield mark("asyncbegin", 2, "fetch", 9700000, value=1000 + number)
    if number % 4:
        yield mark("asyncend", 2, "fetch", 12000000, value=1000 + number)
    yield mark("instant", 2, 'quote " \\ \n PANIC', 12000001)
    yield mark("instant", 2, b"\xff\xc3\x28\xe2\x82\xac", 12000002)
    for index in range(number % 6):  # a short ring: older ones are overwritten
        yield mark("begin", 3, "io", 13000000 + index * 1000)
        yield mark("end", 3, "io", 13000900 + index * 1000)


def script():
    lines = ["config span_depth=5 lane_records=4096 sessions=2",
             driver.line("start", name="golden", budget=16666667, warmup=3, idle=400 * MS),
             driver.line("lane", name="ui", records=2048), driver.line("lane", name="io \"2\"", records=1024),
             driver.line("lane", name="", records=64),
             driver.line("mark", kind="end", lane=1, name="orphan", at=1000000500)]
    at, frame = 1000 * MS, 0
    for number in range(150):
        lines += marks_of_frame(number, at)
        frame += 1
        if number % 31 == 30:
            lines.append(driver.line("tick", id=frame, thrown=1))
            frame += 1
        gap = 16666667 * (1 + (number % 17 == 16) + 3 * (number % 61 == 60)) + number * 7919 % 2001 - 1000
        begin, at = at, at + gap + (500 * MS if number == 100 else 0)
        tick = {"id": frame, "at": at, "input": begin, "deadline": at - number % 13 * MS}
        if number % 8:
            tick |= {"began": begin + 1000, "ui": 1000000 + number, "layout": 1300001, "render": 7500000,
                     "present": 500000 + (20 * MS if number % 17 == 16 else 0)}
        if number == 70:
            tick["idle"] = 1
        if number % 40 == 39:
            tick["budget"] = 8333333
        lines.append(driver.line("tick", **tick))
    lines += [driver.line("tick", id=frame + 1, thrown=1),
              driver.line("mark", kind="end", lane=3, name="began long ago", at=at),
              driver.line("mark", kind="begin", lane=2, name="open at the end", at=at + 1),
              f"now {at + 5 * MS}", "metrics phases=1"]
    lines += [driver.line("trace", cap=CAPS[-1])]  # of the running session
    lines += ["stop"] + [driver.line("trace", cap=cap) for cap in CAPS] + ["health", "markers"]
    return lines
