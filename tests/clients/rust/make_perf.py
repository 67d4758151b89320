#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints perf.capnp as a Rust module for the stock crate `capnp`.

    make_perf.py FOLDER SCHEMA >perf.rs

Debian packages the runtime and the RPC of capnproto-rust and not its generator, capnpc. So the few
accessors are made here, from what the official compiler says of the schema: its offsets, sizes and ids.
They are calls of the crate's own layout functions, as capnpc's are; the names are capnpc's, too.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "perf_v1_host", "idl"))
from schema import INTEGERS, Schema, snake  # noqa: E402

RUST = {name: name.replace("uint", "u").replace("int", "i") for name in INTEGERS}
RUST |= {"enum": "u16", "float32": "f32", "float64": "f64"}


def module(node):
    return snake(node.path.replace(".", "_"))


def list_owned(element):
    if element.kind == "struct":
        return f"capnp::struct_list::Owned<super::{module(element.node)}::Owned>"
    if element.kind == "text":
        return "capnp::text_list::Owned"
    if element.kind in RUST and element.kind != "enum":
        return f"capnp::primitive_list::Owned<{RUST[element.kind]}>"
    sys.exit(f"make_perf: there is no code for a list of {element.kind}")


def owned(kind):
    """The crate's type for what a pointer leads to."""
    if kind.kind in ("text", "data"):
        return f"capnp::{kind.kind}::Owned"
    if kind.kind == "struct":
        return f"super::{module(kind.node)}::Owned"
    if kind.kind == "list":
        return list_owned(kind.element)
    sys.exit(f"make_perf: there is no code for {kind.kind}")


def number(field, offset):
    """Getter and setter of a bool or a number."""
    is_bool = field.type.kind == "bool"
    rust = "bool" if is_bool else RUST[field.type.kind]
    call, of = ("bool_field", "") if is_bool else ("data_field", f"::<{rust}>")
    mask = "" if field.default in ("0", "false", None) else f", {field.default}"
    call += "_mask" if mask else ""
    name = snake(field.name)
    return (f"pub fn get_{name}(&self) -> {rust} {{ self.reader.get_{call}{of}({offset}{mask}) }}",
            f"self.builder.set_{call}{of}({offset}, value{mask});", rust)


def accessors(node, field):
    """(of the reader, of the builder), a line each."""
    name = snake(field.name)
    chosen = ""
    if field.member is not None:
        at = node.raw["struct"]["discriminantOffset"]
        chosen = f"self.builder.set_data_field::<u16>({at}, {field.member}); "
    if field.group:
        return None, (f"pub fn init_{name}(self) -> super::{module(field.group)}::Builder<'a> "
                      f"{{ {chosen}traits::FromStructBuilder::new(self.builder) }}")
    if field.type.kind == "void":
        return None, f"pub fn set_{name}(&mut self) {{ {chosen}}}"
    slot = field.offset
    if field.type.kind == "bool" or field.type.kind in RUST:
        getter, setter, rust = number(field, slot)
        return getter, f"pub fn set_{name}(&mut self, value: {rust}) {{ {chosen}{setter} }}"
    kind = owned(field.type)
    getter = (f"pub fn get_{name}(&self) -> capnp::Result<<{kind} as traits::Owned<'a>>::Reader> "
              f"{{ FromPointerReader::get_from_pointer(&self.reader.get_pointer_field({slot}), None) }}")
    if field.type.kind == "text":
        return getter, (f"pub fn set_{name}(&mut self, value: &str) "
                        f"{{ {chosen}self.builder.get_pointer_field({slot}).set_text(value); }}")
    size = "_size: u32" if field.type.kind == "struct" else "size: u32"
    argument, passed = ("", "0") if field.type.kind == "struct" else (f", {size}", "size")
    return getter, (f"pub fn init_{name}(self{argument}) -> <{kind} as traits::Owned<'a>>::Builder "
                    f"{{ {chosen}FromPointerBuilder::init_pointer(self.builder.get_pointer_field({slot}), "
                    f"{passed}) }}")


def print_struct(node):
    size = node.raw["struct"]
    print(f"pub mod {module(node)} {{")
    print("    use capnp::traits::{self, FromPointerBuilder, FromPointerReader};")
    print(f"    crate::stock_struct!({size['dataWordCount']}, {size['pointerCount']});")
    lines = [accessors(node, field) for field in node.fields]
    for owner, which in (("Reader", 0), ("Builder", 1)):
        print(f"    impl<'a> {owner}<'a> {{")
        for line in lines:
            if line[which]:
                print(f"        {line[which]}")
        print("    }")
    print("}\n")


def print_interface(schema, node):
    print(f"pub mod {module(node)} {{")
    print("    crate::stock_client!();")
    print("    impl Client {")
    for number_, method in enumerate(node.raw["interface"]["methods"]):
        types = [f"super::{module(schema.nodes[method[which + 'StructType']])}::Owned"
                 for which in ("param", "result")]
        print(f"        pub fn {snake(method['name'])}_request(&self) -> capnp::capability::Request<"
              f"{', '.join(types)}> {{ self.client.new_call({node.id}, {number_}, None) }}")
    print("    }\n}\n")


def main():
    folder, path = sys.argv[1:]
    schema = Schema([path], folder)
    print("// Made by make_perf.py.")
    # As of all generated code: what the client does not call is there all the same.
    print("#![allow(dead_code, unused_imports)]\n")
    for node in schema.structs(groups=True):
        print_struct(node)
    for node in schema.nodes.values():
        if node.kind == "interface":
            print_interface(schema, node)


main()
