# SPDX-License-Identifier: Apache-2.0
"""Reads a statefs image as docs/perf/statefs-disk.md describes it, and checks every bit that it says."""
import struct
import zlib

SECTOR, PAYLOAD, POINTERS = 512, 508, 127


class Wrong(Exception):
    pass


class Image:
    def __init__(self, data):
        self.data = data
        self.headers = {}
        for slot in (0, 1):
            for place in (0, 127):
                header = self.header(slot * 128 + place)
                if header:
                    self.headers[slot, place] = header
        if not self.headers:
            raise Wrong("no header")
        (self.slot, _), self.newest = max(self.headers.items(), key=lambda item: item[1]["sequence"])
        self.taken = {}
        self.values = dict(self.entry(i) for i in range(self.newest["entries"]))

    def raw(self, sector):
        return self.data[sector * SECTOR:(sector + 1) * SECTOR]

    def sealed(self, sector, number, place):
        raw = self.raw(sector)
        return zlib.crc32(struct.pack("<QI", number, place) + raw[:PAYLOAD]) == struct.unpack("<I", raw[PAYLOAD:])[0]

    def payload(self, sector, number, place):
        if not self.sealed(sector, number, place):
            raise Wrong(f"sector {sector} is not {number}, {place}")
        return self.raw(sector)[:PAYLOAD]

    def header(self, sector):
        raw = self.raw(sector)
        magic, version, entries, sequence, next_id, sectors = struct.unpack("<8sIIQQQ", raw[:40])
        if magic != b"statefs\n" or not self.sealed(sector, 0, 0):
            return None
        if version != 1 or entries > 126 or sequence == 0 or any(raw[40:PAYLOAD]):
            raise Wrong(f"header {sector}")
        return {"entries": entries, "sequence": sequence, "next_id": next_id, "sectors": sectors}

    def take(self, sector, whose):
        if not 256 <= sector < self.newest["sectors"] or sector in self.taken:
            raise Wrong(f"sector {sector} of {whose}")
        self.taken[sector] = whose

    def entry(self, i):
        raw = self.payload(self.slot * 128 + 1 + i, self.newest["sequence"], i)
        number, length, key_length = struct.unpack("<QII", raw[:16])
        key = raw[16:16 + key_length].decode()
        if number >= self.newest["next_id"] or length > 1 << 20 or not 8 <= key_length <= 255:
            raise Wrong(f"entry {i}")
        if any(raw[16 + key_length:272]) or not key.startswith("/state/"):
            raise Wrong(f"key of entry {i}")
        data_sectors = -(-length // PAYLOAD)
        index_sectors = -(-data_sectors // POINTERS)
        places = struct.unpack("<59I", raw[272:])
        if any(places[index_sectors:]):
            raise Wrong(f"index of entry {i}")
        return key, self.value(key, number, length, data_sectors, places[:index_sectors])

    def value(self, key, number, length, data_sectors, places):
        pointers = []
        for j, place in enumerate(places):
            self.take(place, key)
            pointers += struct.unpack("<127I", self.payload(place, number, 0x80000000 + j))
        if any(pointers[data_sectors:]):
            raise Wrong(f"index of {key}")
        value = b""
        for i, pointer in enumerate(pointers[:data_sectors]):
            self.take(pointer, key)
            value += self.payload(pointer, number, i)
        if any(value[length:]):
            raise Wrong(f"what is behind {key}")
        return value[:length]
