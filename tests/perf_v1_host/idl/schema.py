# SPDX-License-Identifier: Apache-2.0
"""A schema as the official compiler sees it: `capnp compile -o-`, turned into text by `capnp decode`.

Nothing here comes from capnpc-nexus-c: the names that it makes in C are worked out again, so that the
tests written with them notice when it makes others.
"""
import ast
import os
import re
import subprocess

SCHEMA_CAPNP = "/usr/include/capnp/schema.capnp"

TOKEN = re.compile(r'\s*(<opaque pointer>|0x"[^"]*"|"(?:[^"\\]|\\.)*"|[()\[\]=,]|[^\s()\[\]=,]+)')
INTEGERS = {f"{u}int{bits}" for u in ("", "u") for bits in (8, 16, 32, 64)}
PLAIN = INTEGERS | {"bool", "float32", "float64", "enum"}


def compile_request(paths, folder):
    """The CodeGeneratorRequest, in bytes."""
    # capnp believes PWD where it is set.
    return subprocess.run(["capnp", "compile", "-o-", *paths], cwd=folder, check=True,
                          env=dict(os.environ, PWD=os.path.abspath(folder)),
                          stdout=subprocess.PIPE).stdout


def parse_text(text):
    """capnp's text form as Python values: dicts, lists, strings, and other words as they are."""
    tokens = TOKEN.findall(text)
    at = 0

    def value():
        nonlocal at
        token = tokens[at]
        at += 1
        if token == "(":
            result = {}
            while tokens[at] != ")":
                name = tokens[at]
                at += 2
                result[name] = value()
                if tokens[at] == ",":
                    at += 1
            at += 1
            return result
        if token == "[":
            result = []
            while tokens[at] != "]":
                result.append(value())
                if tokens[at] == ",":
                    at += 1
            at += 1
            return result
        return ast.literal_eval(token) if token[0] == '"' else token

    return value()


def snake(name):
    name = re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"\W", "_", name).lower()


def only(union, choices):
    """The member of a union that is set: (name, value)."""
    for name in choices:
        if name in union:
            return name, union[name]
    raise KeyError(f"none of {choices} in {union}")


TYPES = ["void", "bool", *sorted(INTEGERS), "float32", "float64", "text", "data", "list", "enum",
         "struct", "interface", "anyPointer"]


class Field:
    def __init__(self, schema, raw):
        self.name = raw["name"]
        self.c = snake(self.name)
        self.member = None if raw["discriminantValue"] == "65535" else int(raw["discriminantValue"])
        self.order = int(raw["codeOrder"])
        self.group = schema.nodes[raw["group"]["typeId"]] if "group" in raw else None
        if not self.group:
            self.type = Type(schema, raw["slot"]["type"])
            self.offset = int(raw["slot"]["offset"])
            self.default = only(raw["slot"]["defaultValue"], TYPES)[1]
            if self.default == "<opaque pointer>":
                self.default = None


class Type:
    def __init__(self, schema, raw):
        self.schema = schema
        self.kind, value = only(raw, TYPES)
        self.element = Type(schema, value["elementType"]) if self.kind == "list" else None
        self.id = value["typeId"] if self.kind in ("enum", "struct", "interface") else None

    @property
    def node(self):
        return self.schema.nodes[self.id]

    def list_name(self, owner):
        """The base of the C names of a list of this type; `owner` is the field's, for lists of lists."""
        if self.kind == "list":
            return f"{owner}_lists"
        if self.kind in ("struct", "enum"):
            return f"{self.node.c}_list"
        short = self.kind.replace("uint", "u").replace("int", "i").replace("float", "f")
        return f"nx_{short}_list"


class Node:
    def __init__(self, raw):
        self.raw = raw
        self.id = raw["id"]
        display = raw["displayName"]
        self.file, _, self.path = display.partition(":")
        stem = snake(os.path.basename(self.file).removesuffix(".capnp"))
        parts = [snake(part) for part in self.path.split(".")]
        self.c = "_".join([stem] + (parts[1:] if parts[0] == stem else parts))
        self.kind = only(raw, ["file", "struct", "enum", "interface", "const", "annotation"])[0]
        self.is_group = self.kind == "struct" and raw["struct"]["isGroup"] == "true"
        self.fields = []
        self.enumerants = [e["name"] for e in raw["enum"]["enumerants"]] if self.kind == "enum" else []

    @property
    def members(self):
        """Of its union, by number."""
        return sorted((f for f in self.fields if f.member is not None), key=lambda f: f.member)

    def constant(self, name):
        upper = snake(name).upper()
        own = upper in ("UNKNOWN", "DATA_WORDS", "POINTERS")
        return f"{self.c.upper()}_{upper}{'_' if own else ''}"


class Schema:
    def __init__(self, paths, folder):
        self.request = compile_request(paths, folder)
        text = subprocess.run(["capnp", "decode", "--short", SCHEMA_CAPNP, "CodeGeneratorRequest"],
                              input=self.request, check=True, stdout=subprocess.PIPE).stdout
        self.raw = parse_text(text.decode())
        self.nodes = {raw["id"]: Node(raw) for raw in self.raw["nodes"]}
        for node in self.nodes.values():
            if node.kind == "struct":
                node.fields = [Field(self, raw) for raw in node.raw["struct"].get("fields", [])]
                node.fields.sort(key=lambda field: field.order)
        self.files = [file["filename"] for file in self.raw["requestedFiles"]]

    def structs(self, groups=False):
        """The structs of the requested files, by path."""
        return sorted((node for node in self.nodes.values()
                       if node.kind == "struct" and node.file in self.files and
                       (groups or not node.is_group)), key=lambda node: (node.file, node.path))
