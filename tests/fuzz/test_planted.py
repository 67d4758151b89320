#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That the fuzz targets see faults: each one here is planted in a copy of a source of the runtime, and the corpus with
some mutations of it must end the program, or show that a class of disagreement is gone."""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "perf_v1_host"))
import checks  # noqa: E402

SOURCES = os.path.join(checks.ROOT, "source", "libs", "nexus-idl-runtime")
INCLUDE = os.path.join(SOURCES, "include")
ENVIRONMENT = {**os.environ, "ORACLE": os.path.join(checks.HOST, "tests", "fuzz_oracle")}
FLAGS = ["-std=c11", "-D_DEFAULT_SOURCE", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
FOLDERS = ["-I", INCLUDE, "-I", HERE, "-I", os.path.join(SOURCES, "src")]
JUDGED = ["compare.c", "shape.c", "walk.c", "oracle_ask.c", "driver.c", "mutate.c"]
# As images have it, and for size, so that no fault is hidden by code for speed that does the same well.
RUNTIME = ["builder.c", "bytes.c", "crc.c", "error.c", "fast_none.c", "framing.c", "link.c", "packed.c", "pointer.c",
           "reader.c", "text.c"]
# In whose place a file is linked.
INSTEAD = {"fast.c": "fast_none.c"}
# A header whose functions are compiled where they are called, there.
INLINE = "wire_inline.h"

# target, source, what is there, what is planted
FAULTS = [
    ("message", "pointer.c", "return object->at >= object->start && object->at <= object->end &&", "return"),
    ("message", "pointer.c", "words <= (uint64_t)(object->end - object->at);",
     "words <= (uint64_t)(object->end - object->at) + 1;"),
    ("message", "pointer.c", "elements * element_words > words", "elements * element_words > words + 1"),
    ("message", "pointer.c", "(tag & 3) != WIRE_STRUCT || ", ""),
    ("message", "pointer.c", "offset < 0x20000000 ? offset : offset - 0x40000000", "offset"),
    ("message", "pointer.c", "object->at = (int64_t)pad + 1;", "object->at = (int64_t)pad;"),
    ("message", "pointer.c", "if (object->pointer == 0 || (object->pointer & 3) == WIRE_FAR)",
     "if ((object->pointer & 3) == WIRE_FAR)"),
    ("message", "pointer.c", "offset + pad_words > object->end", "offset + 1 > object->end"),
    ("message", "pointer.c", "if (id >= message->segments)", "if (id > message->segments)"),
    ("message", "pointer.c", "list.count == 0 || bytes[list.count - 1] != '\\0'", "list.count == 0"),
    ("message", "pointer.c", "else if (pointer.depth >= NX_DEPTH_MAX)", "else if (pointer.depth > NX_DEPTH_MAX - 2)"),
    ("message", "pointer.c", "if (words == 0)\n        words = 1;", ""),
    ("message", "pointer.c", "element == NX_ELEMENT_VOID ? *count : words", "words"),
    ("message", "pointer.c", "(element_words == 0 ? elements : 0)", "0"),
    ("message", "pointer.c", "(wanted != ANY_ELEMENT && wanted != (int)element)", "0"),
    ("message", "reader.c", "section < size || byte > section - size", "byte > section"),
    ("message", "reader.c", "index >= list.count || list.element != (unsigned)kind", "list.element != (unsigned)kind"),
    ("message", "framing.c", "(uint64_t)nx_load32(bytes + 4 + 4 * i) * 8", "nx_load32(bytes + 4 + 4 * i) * 8"),
    ("message", "fast.c", "words > message->words - place", "words > message->words - place + 1"),
    ("message", "fast.c", "cost = words + (words == 0);", "cost = words;"),
    ("message", "fast.c", "depth < NX_DEPTH_MAX", "depth <= NX_DEPTH_MAX"),
    ("message", "fast.c", "(near >> 32 & 7) == NX_ELEMENT_8 &&\n", "\n"),
    ("message", INLINE, "last / 8 >= reader.data_words", "byte / 8 > reader.data_words"),
    ("message", INLINE, "index < reader.pointers", "index <= reader.pointers"),
    ("link", "link.c", "nx_load32(at + AT_CRC) == frame_crc(at, length)", "true"),
    ("link", "link.c", "payload > nx_link_payload_max(link)", "payload > nx_link_payload_max(link) + 1"),
    ("link", "link.c", "link->state != NX_LINK_OPEN || link->out_length > 0", "link->out_length > 0"),
    ("builder", "builder.c", "words > builder->capacity_words - builder->used_words",
     "words > builder->capacity_words - builder->used_words + 1"),
    ("builder", "builder.c", "nx_store64(word_at(builder, *at + i), 0);", "(void)i;"),
    ("builder", "builder.c", "*at &= (uint8_t)~mask;", "(void)mask;"),
    ("builder", "builder.c", "data_words + pointers > 0 ? target.data : pointer.word", "target.data"),
    ("builder", "builder.c", "index < list.count && list.element == (unsigned)kind", "list.element == (unsigned)kind"),
    ("builder", "builder.c", "nx_make_bytes(pointer, text.length + 1)", "nx_make_bytes(pointer, text.length)"),
    ("builder", "fast.c", "words > builder->capacity_words - builder->used_words",
     "words > builder->capacity_words - builder->used_words + 1"),
    ("builder", "fast.c", "words == 0 || !append", "!append"),
    ("builder", "fast.c", "from[0] | (uint64_t)from[length / 2] << 8 * (length / 2) |", "from[0] |"),
    ("builder", INLINE, "last / 8 >= target.data_words", "byte / 8 > target.data_words"),
    ("builder", INLINE, "index < target.pointers", "index <= target.pointers"),
    ("packed", "packed.c", "size - made < head_bytes || ", ""),
    ("packed", "packed.c", "run < words && run < RUN_MAX", "run < words"),
    ("packed", "packed.c", "if (words > u->run)\n        words = u->run;\n", ""),
    ("packed", "packed.c", "if (words > length / WORD)\n            words = length / WORD;\n", ""),
    ("packed", "packed.c", "if (wanted > size)\n            return NX_NO_SPACE;\n", ""),
    ("builder", "builder.c", "count << 2 | (uint64_t)data_words << 32", "(count + 1) << 2 | (uint64_t)data_words << 32"),
]


def compile_to(folder, source, out, *options):
    subprocess.run(["gcc", *FLAGS, *options, *FOLDERS, "-c", source, "-o", os.path.join(folder, out)], check=True)


def objects(folder, *names):
    return [os.path.join(folder, name) for name in names]


def plant_in_header(built, folder, target, header, planted_text):
    """What reads and sets fields is compiled anew, with this header in the place of the real one."""
    shutil.copytree(os.path.join(INCLUDE, "nexus-idl"), os.path.join(folder, "nexus-idl"))
    with open(os.path.join(folder, "nexus-idl", header), "w", encoding="utf-8") as file:
        file.write(planted_text)
    for name in (f"fuzz_{target}.c", "walk.c"):
        compile_to(folder, os.path.join(HERE, name), name[:-2] + ".o", "-O1", "-I", folder)
    others = [name[:-2] + ".o" for name in JUDGED + RUNTIME if name != "walk.c"]
    return objects(folder, f"fuzz_{target}.o", "walk.o") + objects(built, *others)


def plant_in_source(built, folder, target, source, planted_text):
    with open(os.path.join(folder, source), "w", encoding="utf-8") as file:
        file.write(planted_text)
    compile_to(folder, os.path.join(folder, source), "planted.o", "-O1" if source in INSTEAD else "-Os")
    others = [name[:-2] + ".o" for name in JUDGED + RUNTIME if name != INSTEAD.get(source, source)]
    return objects(folder, "planted.o") + objects(built, f"fuzz_{target}.o", *others)


def missed(built, target, source, there, planted):
    """What to say of the fault if it is not seen."""
    path = os.path.join(INCLUDE, "nexus-idl", source) if source == INLINE else os.path.join(SOURCES, "src", source)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(there) != 1:
        return f"{source} has {text.count(there)} times: {there}"
    plant = plant_in_header if source == INLINE else plant_in_source
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, f"fuzz_{target}")
        linked = plant(built, folder, target, source, text.replace(there, planted))
        subprocess.run(["gcc", *FLAGS, *linked, "-o", program], check=True)
        done = subprocess.run([program, "--runs", "30000", os.path.join(HERE, "corpus", target)], env=ENVIRONMENT,
                              capture_output=True, timeout=120)
    # Where ours becomes as lenient as the library, a class of disagreement is met no more.
    lenient = target == "message" and re.search(r"^class \S+ 0$", done.stderr.decode(errors="replace"), re.M)
    return None if done.returncode != 0 or lenient else f"not seen: {source}: {planted or 'without ' + there}"


@checks.check
def every_planted_fault_is_seen():
    with tempfile.TemporaryDirectory() as built, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        sources = [os.path.join(HERE, name) for name in JUDGED + [f"fuzz_{t}.c" for t in sorted({f[0] for f in FAULTS})]]
        sources += [os.path.join(SOURCES, "src", name) for name in RUNTIME]
        list(pool.map(lambda path: compile_to(built, path, os.path.basename(path)[:-2] + ".o", "-Os"), sources))
        found = pool.map(lambda fault: missed(built, *fault), FAULTS)
        checks.equal([words for words in found if words], [])


checks.main()
