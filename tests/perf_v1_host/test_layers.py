#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom, held against every #include."""
import glob
import os
import re
import tempfile

import checks

FREESTANDING = {"<stdint.h>", "<stddef.h>", "<stdbool.h>", "<stdatomic.h>", "<limits.h>"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")', re.M)

# Folder: whether a C library may be used, and which of the project's headers (besides the folder's own). What
# lies in a folder below that is listed too is judged there.
LAYERS = {
    "source/services/perfd/core": (False, r"perfd/|ports/port\.h"),
    "source/services/perfd/server": (False, r"perfd/|ports/port\.h|server/|nexus-idl/|(perf|runlog)\.capnp\.h"),
    "source/services/perfd/replay": (False, r"perfd/|ports/port\.h|replay/|server/read\.h|nexus-idl/|(perf|runlog)\.capnp\.h"),
    "source/services/perfd/include": (False, r"perfd/"),
    "source/services/perfd/ports/posix": (
        True, r"perfd/|ports/port\.h|server/|nexus-idl/|posix-paths/|perf\.capnp\.h"),
    "source/services/perfd/ports/virt": (
        True, r"perfd/|ports/port\.h|ports/virt/|server/|nexus-idl/|channel/|statefs/|perf\.capnp\.h"),
    "source/libs/channel": (True, r"channel/"),
    "source/libs/nexus-idl-runtime": (False, r"nexus-idl/"),
    "source/libs/perf-client": (
        True, r"perf-client/|nexus-idl/|posix-paths/|perf\.capnp\.h|perfd/lane_layout\.h"),
    "source/libs/posix-paths": (True, r"posix-paths/"),
    "source/apps/systemui": (True, r"perf-client/|nexus-idl/|perf\.capnp\.h"),
    "source/apps/systemui/virt": (
        True, r"perf-client/|nexus-idl/|perf\.capnp\.h|channel/|drivers/|monitor/user_call\.h|[a-z_]+\.h"),
    "tools/perfctl": (
        True, r"perfd/|replay/|server/|perf-client/|nexus-idl/|posix-paths/|perf\.capnp\.h|statefs/|image_file\.h"),
    "tools/nexus-idl": (True, r"nexus-idl/"),
}


def violations(root, folder, hosted, allowed):
    found = []
    base = os.path.join(root, folder)
    below = tuple(os.path.join(root, other) + "/" for other in LAYERS if other.startswith(folder + "/"))
    for path in sorted(glob.glob(os.path.join(base, "**", "*.[chS]"), recursive=True)):
        if path.startswith(below):
            continue
        with open(path, encoding="utf-8") as file:
            for name in INCLUDE.findall(file.read()):
                if name.startswith("<"):
                    fine = hosted or name in FREESTANDING
                else:
                    header = name.strip('"')
                    here = os.path.dirname(path)
                    own = any(os.path.exists(os.path.join(place, header)) for place in (here, base))
                    fine = own or re.match(allowed, header) is not None
                if not fine:
                    found.append(f"{os.path.relpath(path, root)} includes {name}")
    return found


@checks.check
def every_include_is_allowed():
    found = []
    for folder, (hosted, allowed) in LAYERS.items():
        checks.true(os.path.isdir(os.path.join(checks.ROOT, folder)), folder)
        found += violations(checks.ROOT, folder, hosted, allowed)
    checks.equal(found, [])


@checks.check
def systemui_draws_with_nothing_of_a_c_library_but_memory_functions():
    base = "source/apps/systemui"
    found = violations(checks.ROOT, base, False, LAYERS[base][1])
    portable = [line for line in found if not re.match(base + r"/(host|virt)/", line)]
    checks.equal([line for line in portable if not line.endswith(" <string.h>")], [])


@checks.check
def a_forbidden_include_is_found():
    with tempfile.TemporaryDirectory() as root:
        folder = "source/services/perfd/core"
        os.makedirs(os.path.join(root, folder))
        with open(os.path.join(root, folder, "planted.c"), "w", encoding="ascii") as file:
            file.write('#include <string.h>\n#include "server/server.h"\n#include <stdint.h>\n'
                       '#include "nexus-idl/wire.h"\n#include "perfd/perfd.h"\n')
        checks.equal(violations(root, folder, *LAYERS[folder]), [
            f"{folder}/planted.c includes {name}"
            for name in ("<string.h>", '"server/server.h"', '"nexus-idl/wire.h"')
        ])


if __name__ == "__main__":
    checks.main()
