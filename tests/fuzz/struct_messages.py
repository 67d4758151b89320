#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A message for each struct of a schema with something in every field, made by the official `capnp encode`.

    struct_messages.py SCHEMA FOLDER        writes FOLDER/<struct>.bin

Lists have one element, of structs within structs as well; the last member of a union is the one that is set.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host", "idl"))
from schema import INTEGERS, Schema  # noqa: E402

NESTED = 4


def value(kind, name, depth):
    if kind.kind in INTEGERS:
        bits = int(kind.kind.lstrip("uint"))
        return str(sum(map(ord, name)) % (1 << min(bits - 1, 31)) | 1)
    if kind.kind == "bool":
        return "true"
    if kind.kind in ("float32", "float64"):
        return "1.5"
    if kind.kind == "text":
        return f'"{name[:5]}"'
    if kind.kind == "data":
        return '0x"01 02 03"'
    if kind.kind == "enum":
        return kind.node.enumerants[-1]
    if kind.kind == "list":
        return "[" + value(kind.element, name, depth) + "]"
    if kind.kind == "struct":
        return struct(kind.node, depth + 1)
    return "void"


def struct(node, depth=0):
    fields = [field for field in node.fields if field.member is None] + node.members[-1:]
    texts = []
    for field in fields:
        if field.group:
            texts.append(f"{field.name} = {struct(field.group, depth)}")
        elif depth < NESTED or field.type.kind not in ("struct", "list"):
            texts.append(f"{field.name} = {value(field.type, field.name, depth)}")
    return "(" + ", ".join(texts) + ")"


def main():
    path, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    source = os.path.dirname(os.path.abspath(path))
    for node in Schema([os.path.basename(path)], source).structs():
        encoded = subprocess.run(["capnp", "encode", path, node.path], input=struct(node).encode(), check=True,
                                 stdout=subprocess.PIPE).stdout
        with open(os.path.join(folder, node.path + ".bin"), "wb") as file:
            file.write(encoded)


if __name__ == "__main__":
    main()
