# SPDX-License-Identifier: Apache-2.0
"""Reads the pictures that QEMU's screendump writes: PNG of 8 bits, RGB or RGBA, not interlaced; and PPM, which is
read a hundred times as fast."""
import re
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}  # by colour type


class Picture:
    """width, height and rows: bytes of each, three a pixel (red, green, blue)."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def pixel(self, x, y):
        return tuple(self.rows[y][3 * x:3 * x + 3])

    def crop(self, x, y, width, height):
        return [self.rows[row][3 * x:3 * (x + width)] for row in range(y, y + height)]


def chunks(data):
    if data[:8] != SIGNATURE:
        raise ValueError("no PNG file")
    at = 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        crc, = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(kind + body) != crc:
            raise ValueError(f"{kind}: wrong check sum")
        yield kind, body
        at += 12 + length


def paeth(left, up, corner):
    estimate = left + up - corner
    return min((left, up, corner), key=lambda near: abs(estimate - near))


def unfilter(kind, line, above, step):
    """Undoes one row's filter, in place. The most frequent ones are spelt out, for their speed."""
    if kind == 1:
        for i in range(step, len(line)):
            line[i] = line[i] + line[i - step] & 255
    elif kind == 2:
        for i, up in enumerate(above):
            line[i] = line[i] + up & 255
    elif kind == 3:
        for i, up in enumerate(above):
            line[i] = line[i] + ((line[i - step] if i >= step else 0) + up >> 1) & 255
    elif kind == 4:
        for i, up in enumerate(above):
            left, corner = (line[i - step], above[i - step]) if i >= step else (0, 0)
            line[i] = line[i] + paeth(left, up, corner) & 255
    elif kind != 0:
        raise ValueError(f"filter {kind}")


def without_alpha(line):
    colours = bytearray(line)
    del colours[3::4]
    return bytes(colours)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    return read_png(data) if data[:8] == SIGNATURE else read_ppm(data)


def read_ppm(data):
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    if not head:
        raise ValueError("no picture file")
    width, height = int(head[1]), int(head[2])
    if len(data) != head.end() + 3 * width * height:
        raise ValueError("not all pixels are there")
    starts = range(head.end(), len(data), 3 * width)
    return Picture(width, height, [data[start:start + 3 * width] for start in starts])


def read_png(data):
    parts = list(chunks(data))
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", parts[0][1])
    if parts[0][0] != b"IHDR" or depth != 8 or colour not in CHANNELS or interlace:
        raise ValueError("not a kind of PNG that is read here")
    step = CHANNELS[colour]
    raw = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    stride = width * step
    if len(raw) != height * (stride + 1):
        raise ValueError("not all pixels are there")
    rows = []
    above = bytearray(stride)
    for y in range(height):
        at = y * (stride + 1)
        line = bytearray(raw[at + 1:at + 1 + stride])
        unfilter(raw[at], line, above, step)
        above = line
        rows.append(bytes(line) if step == 3 else without_alpha(line))
    return Picture(width, height, rows)
