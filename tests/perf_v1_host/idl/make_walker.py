#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C program that goes through every field of every struct of a schema by generated accessors.

    make_walker.py FOLDER SCHEMA... > walker.c
    walker FILE:STRUCT FORMAT < messages

prints each field that is read, one a line, and after each message `---`, at stderr; and builds the same messages
anew, in the same format, at stdout. A format is binary, packed, flat or flat-packed, as `capnp convert` has them; of
the flat ones there is one message.
"""
import sys

from schema import INTEGERS, Schema

PREFACE = r"""
#include "nexus-idl/float.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/lists.h"
#include "nexus-idl/packed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 512

struct path {
    char text[PATH_BYTES];
};

static inline struct path below(const char *path, const char *name)
{
    struct path joined;

    if (snprintf(joined.text, PATH_BYTES, "%s%s%s", path, path[0] ? "." : "", name) >= PATH_BYTES)
        exit(4);
    return joined;
}

static inline struct path at(const char *path, uint32_t i)
{
    struct path joined;

    if (snprintf(joined.text, PATH_BYTES, "%s[%" PRIu32 "]", path, i) >= PATH_BYTES)
        exit(4);
    return joined;
}

static inline void print_bytes(const char *path, const char *kind, const void *bytes, uint32_t length)
{
    const unsigned char *from = bytes;

    fprintf(stderr, "%s %s ", path, kind);
    for (uint32_t i = 0; i < length; i++)
        fprintf(stderr, "%02x", from[i]);
    fprintf(stderr, "\n");
}

static inline void print_count(const char *path, uint32_t count)
{
    fprintf(stderr, "%s length %" PRIu32 "\n", path, count);
}

static inline void print_null(const char *path)
{
    fprintf(stderr, "%s null\n", path);
}

static inline void print_signed(const char *path, int64_t value)
{
    fprintf(stderr, "%s %" PRId64 "\n", path, value);
}

static inline void print_unsigned(const char *path, uint64_t value)
{
    fprintf(stderr, "%s %" PRIu64 "\n", path, value);
}
"""

MAIN = r"""
static uint8_t raw[1 << 20];    /* what comes, and what goes out where that is packed */
static uint8_t input[1 << 20];  /* messages with their tables */
static uint8_t output[1 << 20]; /* one message */

static size_t must(int64_t result)
{
    if (result < 0) {
        fprintf(stderr, "%%s\n", nx_error_text((int)result));
        exit(1);
    }
    return (size_t)result;
}

/* Reads what comes: gives the bytes of the messages. */
static size_t read_messages(bool flat, bool packed)
{
    size_t length = fread(raw, 1, sizeof(raw), stdin);
    size_t made = 0, used;

    if (flat) {
        made = packed ? must(nx_unpack(raw, length, input + 8, sizeof(input) - 8)) : length;
        if (!packed)
            memcpy(input + 8, raw, length);
        nx_store32(input + 4, (uint32_t)(made / 8));
        return 8 + made;
    }
    if (!packed) {
        memcpy(input, raw, length);
        return length;
    }
    for (size_t at = 0; at < length; at += used)
        made += must(nx_unpack_message(raw + at, length - at, input + made, sizeof(input) - made,
                                       NX_SEGMENTS_MAX, &used));
    return made;
}

static void write_message(size_t length, bool flat, bool packed)
{
    const uint8_t *from = output + (flat ? 8 : 0);

    length -= flat ? 8 : 0;
    if (packed) {
        length = must(flat ? nx_pack(from, length, raw, sizeof(raw))
                           : nx_pack_message(from, length, raw, sizeof(raw)));
        from = raw;
    }
    if (fwrite(from, 1, length, stdout) != length)
        exit(5);
}

int main(int argc, char **argv)
{
    struct nx_message message;
    struct nx_builder builder;

    if (argc != 3)
        return 2;
    bool flat = strncmp(argv[2], "flat", 4) == 0, packed = strstr(argv[2], "packed") != NULL;
    size_t length = read_messages(flat, packed), size;

    for (size_t at = 0; at < length; at += size) {
        bool found = false;

        size = must(nx_frame_length(input + at, length - at, length - at, NX_SEGMENTS_MAX));
        must(nx_message_open_limits(&message, input + at, length - at, NX_SEGMENTS_MAX,
                                    NX_BUDGET_NONE));
        nx_builder_init(&builder, output, sizeof(output));
%s
        must(nx_message_error(&message));
        must(nx_builder_error(&builder));
        if (size == 0 || !found)
            return 3;
        fprintf(stderr, "---\n");
        write_message(nx_builder_finish(&builder), flat, packed);
    }
    return 0;
}
"""

CASE = """        if (strcmp(argv[1], "{file}:{path}") == 0) {{
            dump_{c}("", {c}_root(&message));
            copy_{c}({c}_root(&message), {c}_init_root(&builder));
            found = true;
        }}"""


def print_plain(kind, path, value):
    if kind == "float32":
        return f"print_unsigned({path}, nx_float_bits({value}));"
    if kind == "float64":
        return f"print_unsigned({path}, nx_double_bits({value}));"
    if kind in INTEGERS and kind.startswith("int"):
        return f"print_signed({path}, {value});"
    return f"print_unsigned({path}, {value});"


def dump_value(type_, path, value, owner, lines, depth):
    """Appends C that prints `value`, an expression, which is of this type."""
    pad = "    " * (depth + 1)
    if type_.kind == "void":
        return
    if type_.kind in ("text", "data"):
        lines.append(f"{pad}struct nx_{type_.kind} v{depth} = {value};")
        lines.append(f'{pad}print_bytes({path}, "{type_.kind}", v{depth}.bytes, v{depth}.length);')
    elif type_.kind == "struct":
        lines.append(f"{pad}dump_{type_.node.c}({path}, {value});")
    elif type_.kind == "list":
        name = type_.element.list_name(owner)
        lines.append(f"{pad}struct {name}_reader l{depth} = {value};")
        lines.append(f"{pad}print_count({path}, {name}_length(l{depth}));")
        if type_.element.kind == "void":
            return
        lines.append(f"{pad}for (uint32_t i{depth} = 0; i{depth} < {name}_length(l{depth}); i{depth}++) {{")
        lines.append(f"{pad}    struct path p{depth} = at({path}, i{depth});")
        dump_value(type_.element, f"p{depth}.text", f"{name}_at(l{depth}, i{depth})", name, lines, depth + 1)
        lines.append(f"{pad}}}")
    else:
        lines.append(pad + print_plain(type_.kind, path, value))


def copy_value(type_, node, from_, set_, init, owner, lines, depth):
    """Appends C that copies `from_`. `set_` and `init` are formats of the calls that put it there."""
    pad = "    " * (depth + 1)
    if type_.kind == "struct":
        lines.append(f"{pad}copy_{type_.node.c}({from_}, {init.format('')});")
    elif type_.kind == "list":
        name = type_.element.list_name(owner)
        lines.append(f"{pad}struct {name}_reader l{depth} = {from_};")
        lines.append(f"{pad}struct {name}_builder t{depth} = "
                     f"{init.format(f', {name}_length(l{depth})')};")
        if type_.element.kind == "void":
            lines.append(f"{pad}(void)t{depth};")
            return
        lines.append(f"{pad}for (uint32_t i{depth} = 0; i{depth} < {name}_length(l{depth}); i{depth}++) {{")
        edit = "edit" if type_.element.kind == "struct" else "init"
        copy_value(type_.element, node, f"{name}_at(l{depth}, i{depth})",
                   f"{name}_set(t{depth}, i{depth}, {{}})",
                   f"{name}_{edit}(t{depth}, i{depth}{{}})", name, lines, depth + 1)
        lines.append(f"{pad}}}")
    else:
        lines.append(f"{pad}{set_.format(from_)};")


def open_member(node, field, lines):
    """Only the member that is set is looked at."""
    lines.append(f"    if ({node.c}_which(r) == {node.constant(field.name)}) {{"
                 if field.member is not None else "    {")


def dump_function(node):
    lines = [f"static void dump_{node.c}(const char *path, struct {node.c}_reader r)", "{",
             "    (void)path;", "    (void)r;"]
    if node.members:
        lines.append(f'    print_unsigned(below(path, "which").text, {node.c}_which(r));')
    for field in node.fields:
        get, has = f"{node.c}_get_{field.c}(r)", f"{node.c}_has_{field.c}(r)"
        open_member(node, field, lines)
        lines.append(f'        struct path p = below(path, "{field.name}");')
        lines.append("        (void)p;")
        if field.group:
            lines.append(f"        dump_{field.group.c}(p.text, {get});")
        elif field.type.kind in ("text", "data", "list", "struct"):
            lines.append(f"        if ({has}) {{")
            dump_value(field.type, "p.text", get, f"{node.c}_{field.c}", lines, 2)
            lines.append("        } else {")
            lines.append("            print_null(p.text);")
            lines.append("        }")
        else:
            dump_value(field.type, "p.text", get, None, lines, 1)
        lines.append("    }")
    return lines + ["}", ""]


def copy_function(node):
    lines = [f"static void copy_{node.c}(struct {node.c}_reader r, struct {node.c}_builder b)", "{",
             "    (void)r;", "    (void)b;"]
    for field in node.fields:
        get, has = f"{node.c}_get_{field.c}(r)", f"{node.c}_has_{field.c}(r)"
        set_, init = f"{node.c}_set_{field.c}(b, {{}})", f"{node.c}_init_{field.c}(b{{}})"
        open_member(node, field, lines)
        if field.group:
            lines.append(f"        copy_{field.group.c}({get}, {init.format('')});")
        elif field.type.kind == "void":
            if field.member is not None:
                lines.append(f"        {node.c}_set_{field.c}(b);")
        elif field.type.kind in ("text", "data", "list", "struct"):
            lines.append(f"        if ({has}) {{")
            copy_value(field.type, node, get, set_, init, f"{node.c}_{field.c}", lines, 2)
            lines.append("        }")
        else:
            copy_value(field.type, node, get, set_, init, None, lines, 1)
        lines.append("    }")
    return lines + ["}", ""]


def main():
    schema = Schema(sys.argv[2:], sys.argv[1])
    structs = schema.structs(groups=True)
    out = ["/* Made by make_walker.py. */"]
    out += [f'#include "{file}.h"' for file in schema.files]
    out.append(PREFACE)
    for node in structs:
        out.append(f"static void dump_{node.c}(const char *path, struct {node.c}_reader r);")
        out.append(f"static void copy_{node.c}(struct {node.c}_reader r, struct {node.c}_builder b);")
    out.append("")
    for node in structs:
        out += dump_function(node) + copy_function(node)
    roots = [CASE.format(file=node.file, path=node.path, c=node.c) for node in structs if not node.is_group]
    out.append(MAIN % "\n".join(roots))
    print("\n".join(out))


if __name__ == "__main__":
    main()
