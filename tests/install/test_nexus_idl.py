#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nexus-idl as another project uses it: the files of docs/nexus-idl.md, built by its own commands against an installed
tree, outside of this one, and run against each other, a stock client and the official tool."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading

from installed import STRICT, checks, make

LIMIT_S = 60
PAGE = os.path.join(checks.ROOT, "docs/nexus-idl.md")


def blocks():
    """Name: text, of what stands between fences."""
    with open(PAGE, encoding="utf-8") as file:
        found = re.findall(r"^```\S+ (\S+)\n(.*?)^```$", file.read(), re.M | re.S)
    checks.equal(len(found), len(dict(found)), "each name once")
    return dict(found)


class Project:
    """A stranger's folder with the page's files, and the tree that is installed, made once for all checks."""

    whole = tempfile.TemporaryDirectory(prefix="nexus-idl-")

    def __enter__(self):
        self.prefix = os.path.join(self.whole.name, "opt")
        if not os.path.isdir(self.prefix):
            make("install", f"PREFIX={self.prefix}")
        self.work = tempfile.mkdtemp(dir=self.whole.name)
        self.files = blocks()
        function = re.search(r"^static int64_t read_message.*?^}\n", self.files["server.c"], re.M | re.S)[0]
        self.files["client.c"] = self.files["client.c"].replace("/* read_message() as in server.c */\n", function)
        for name, text in self.files.items():
            with open(os.path.join(self.work, name), "w", encoding="utf-8") as file:
                file.write(text)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work)

    def sh(self, command):
        env = {**os.environ, "PATH": os.path.join(self.prefix, "bin") + os.pathsep + os.environ["PATH"],
               "PKG_CONFIG_PATH": os.path.join(self.prefix, "lib/pkgconfig"), "PWD": self.work}
        done = subprocess.run(["sh", "-ec", command], cwd=self.work, env=env, capture_output=True, text=True,
                              timeout=LIMIT_S)
        checks.equal((done.returncode, done.stderr), (0, ""), command)
        return done.stdout

    def build(self):
        self.sh(self.files["build"])

    def build_main(self, text):
        with open(os.path.join(self.work, "main.c"), "w", encoding="ascii") as file:
            file.write(text)
        self.sh("capnp compile -onexus-c counter.capnp; gcc -std=c11 main.c $(pkg-config --cflags --libs nexus-idl)"
                " -o main")

    def listen(self):
        """As inetd: each connection of one after another is a server's standard input and output."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(self.work, "counter.sock"))
        listener.listen()
        listener.settimeout(LIMIT_S)

        def serve():
            peer, _ = listener.accept()
            with peer, listener:
                subprocess.run([os.path.join(self.work, "server")], stdin=peer, stdout=peer, timeout=LIMIT_S)

        thread = threading.Thread(target=serve)
        thread.start()
        return thread


# --- the service ---

@checks.check
def it_has_50_lines():
    files = blocks()
    lines = files["counter.capnp"].count("\n") + files["server.c"].count("\n")
    checks.true(lines <= 50, f"{lines} lines")
    checks.true(max(map(len, files["server.c"].splitlines())) <= 100, "of 100 columns")


@checks.check
def our_client_is_answered():
    with Project() as project:
        project.build()
        project.sh("gcc -std=c11 client.c $(pkg-config --cflags --libs nexus-idl) -o client")
        checks.equal(project.sh("mkfifo back; ./client <back 2>said | ./server >back; cat said"), "2\n")


@checks.check
def a_client_may_have_the_source_without_the_handlers():
    with Project() as project:
        project.sh("capnp compile -onexus-c counter.capnp; gcc -std=c11 -O0 -ffunction-sections -Wl,--gc-sections "
                   "client.c counter.capnp.c $(pkg-config --cflags --libs nexus-idl) -o client")


@checks.check
def a_stock_client_is_answered():
    with Project() as project:
        project.build()
        project.sh("mkdir stock; capnp compile -oc++:stock counter.capnp; g++ -std=c++17 -O1 stock.cc "
                   "stock/counter.capnp.c++ -lcapnp-rpc -lcapnp -lkj-async -lkj -o stock-client")
        server = project.listen()
        checks.equal(project.sh("./stock-client"), "2\n")
        server.join(LIMIT_S)


@checks.check
def the_official_tool_reads_its_answer():
    with Project() as project:
        project.build()
        project.sh("gcc -std=c11 client.c $(pkg-config --cflags --libs nexus-idl) -o client")
        project.sh("mkfifo back; ./client <back 2>said | tee call | ./server | tee answer >back")
        said = {name: project.sh(f"capnp decode /usr/include/capnp/rpc.capnp Message <{name} | tr -d '\\n'")
                for name in ("call", "answer")}
        checks.true("bootstrap" in said["call"] and "methodId = 0" in said["call"], said["call"])
        checks.equal(said["answer"].count("results = ("), 2, said["answer"])
        checks.true("exception" not in said["answer"], said["answer"])


@checks.check
def garbage_ends_its_connection_alone():
    with Project() as project:
        project.build()
        for garbage in (b"\xff" * 64, b"GET / HTTP/1.0\r\n\r\n", b"\0" * 7, b""):
            done = subprocess.run([os.path.join(project.work, "server")], input=garbage, capture_output=True,
                                  timeout=LIMIT_S)
            checks.equal((done.returncode, done.stderr), (0, b""), garbage)


# --- in others' builds ---

@checks.check
def all_of_it_compiles_without_a_warning():
    with Project() as project:
        project.build()
        flags = project.sh("pkg-config --cflags nexus-idl").split()
        for compiler in ("gcc", "clang"):
            for level in ("-O0", "-O3"):
                for name in ("server.c", "client.c", "message.c", "packed.c", "counter.capnp.c"):
                    project.sh(" ".join([compiler, "-std=c11", level, *STRICT, "-Wunused", "-Wcast-align", *flags, "-c",
                                         name, "-o", "object.o"]))


@checks.check
def messages_by_themselves():
    with Project() as project:
        project.build_main('#include "message.c"\n#include <stdio.h>\nint main(void) { uint8_t m[64]; uint64_t t = 0;'
                           " size_t n = save(m, sizeof(m), 77); fwrite(m, 1, n, stdout);"
                           " return load(m, n, &t) || t != 77 || load(m, n - 1, &t) == 0 || save(m, 16, 1); }\n")
        checks.equal(project.sh("./main | capnp decode --short counter.capnp Total"), "(total = 77)\n")


@checks.check
def packed_messages_one_behind_the_other():
    """The official tool packs two and reads what comes back as two."""
    with Project() as project:
        project.build_main('#include "packed.c"\n#include <stdio.h>\nint main(void) { uint8_t f[256], m[64], p[80];'
                           " size_t n = fread(f, 1, sizeof(f), stdin), at = 0; int64_t got;"
                           " while (at < n && (got = unpack(f, n, &at, m, sizeof(m))) > 0)"
                           " if ((got = pack(m, (size_t)got, p, sizeof(p))) > 0) fwrite(p, 1, (size_t)got, stdout);"
                           " return at != n || unpack(f, 1, &(size_t){0}, m, sizeof(m)) != NX_TRUNCATED; }\n")
        for total in (77, 256):
            project.sh(f"echo '(total = {total})' | capnp convert text:packed counter.capnp Total >>both")
        project.sh("./main <both >again; cmp both again")
        checks.equal(project.sh("capnp convert packed:text --short counter.capnp Total <again"),
                     "(total = 77)\n(total = 256)\n")


@checks.check
def in_a_shared_object_that_exports_none_of_it():
    with Project() as project:
        project.build()
        project.sh("gcc -std=c11 -fPIC -shared -Wl,-z,defs message.c $(pkg-config --cflags --libs nexus-idl) -o m.so")
        names = {line.split()[-1] for line in project.sh("nm -D --defined-only m.so").splitlines()}
        checks.equal(names, {"save", "load"})


@checks.check
def the_generator_is_where_the_variable_says():
    with Project() as project:
        project.sh("capnp compile -o$(pkg-config --variable=capnpc_nexus_c nexus-idl) counter.capnp")
        checks.true(os.path.exists(os.path.join(project.work, "counter.capnp.h")), "made")


@checks.check
def freestanding_it_needs_nothing_but_the_handler():
    with Project() as project:
        project.build()
        checks.equal(project.sh(project.files["freestanding"]).split(), ["U", "counter_on_add"])


@checks.check
def each_source_file_compiles_by_itself_for_small_machines():
    with Project() as project:
        folder = project.sh("pkg-config --variable=sources nexus-idl").strip()
        for flags in ("-march=rv64gc -mabi=lp64d -mcmodel=medany -msave-restore", "-march=rv32imac -mabi=ilp32"):
            assembly = f"{folder}/riscv64/*.S" if "rv64" in flags else ""
            project.sh(f"riscv64-unknown-elf-gcc {flags} -std=c11 {' '.join(STRICT)} -Os -ffreestanding -nostdlib -r "
                       f"$(pkg-config --cflags nexus-idl) {folder}/*.c {assembly} -o all.o")
            checks.equal(project.sh("riscv64-unknown-elf-nm -u all.o"), "", flags)


checks.main()
