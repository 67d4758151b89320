/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capnpc-nexus-c: reads a CodeGeneratorRequest from stdin and writes <file>.capnp.h and .c for each
 * requested file below the current directory, as `capnp compile -onexus-c` expects of its plugins.
 * With --layout it prints where each field lies instead. Exits with 1, and changes no file, where a
 * schema uses what it does not do or something cannot be written.
 */
#include "generate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct input {
    uint8_t *bytes;
    size_t length;
};

static const char USAGE[] =
    "usage: capnp compile -onexus-c[:FOLDER] [--src-prefix=FOLDER] FILE.capnp...\n"
    "\n"
    "capnp runs capnpc-nexus-c, found on PATH, to make C of schemas: FILE.capnp.h and FILE.capnp.c "
    "for\n"
    "each, in the FOLDER behind -o or here. By itself it reads the request that capnp makes on "
    "stdin:\n"
    "\n"
    "    capnpc-nexus-c [--layout] < CodeGeneratorRequest\n"
    "\n"
    "    --layout   print where each field lies, and write nothing\n"
    "    --version  print the version\n"
    "    --help     print this\n";

static bool read_all(FILE *from, struct input *input)
{
    size_t room = 0;
    size_t got;

    do {
        if (input->length == room) {
            uint8_t *bytes;

            room = room > 0 ? room * 2 : 65536;
            bytes = realloc(input->bytes, room);
            if (!bytes)
                return false;
            input->bytes = bytes;
        }
        got = fread(input->bytes + input->length, 1, room - input->length, from);
        input->length += got;
    } while (got > 0);
    return !ferror(from);
}

/* Makes the directories that lead to the file. */
static void make_parents(struct arena *arena, const char *path)
{
    char *part = arena_printf(arena, "%s", path);

    for (char *at = strchr(part + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(part, 0777); /* where that fails, so does opening the file */
        *at = '/';
    }
}

/* The file's texts are written by another name beside it first. */
struct draft {
    const char *path;
    bool written;
};

static bool write_draft(struct arena *arena, const struct generated_file *text, struct draft *draft)
{
    FILE *file;

    draft->path = arena_printf(arena, "%s.new", text->path);
    make_parents(arena, text->path);
    file = fopen(draft->path, "wb");
    draft->written = file;
    if (file && fwrite(text->bytes, 1, text->length, file) != text->length) {
        fclose(file);
        return false;
    }
    return file && fclose(file) == 0;
}

static bool complain(const char *path)
{
    fprintf(stderr, "capnpc-nexus-c: %s: %s\n", path, strerror(errno));
    return false;
}

/* All drafts are written before the first takes its place. */
static bool write_all(struct arena *arena, const struct generated *texts)
{
    struct draft *drafts = arena_take(arena, (texts->count + 1) * sizeof(*drafts));
    bool good = true;

    for (size_t i = 0; good && i < texts->count; i++)
        good = write_draft(arena, &texts->files[i], &drafts[i]) || complain(texts->files[i].path);
    for (size_t i = 0; good && i < texts->count; i++) {
        good = rename(drafts[i].path, texts->files[i].path) == 0 || complain(texts->files[i].path);
        drafts[i].written = !good;
    }
    for (size_t i = 0; i < texts->count; i++)
        if (drafts[i].written)
            remove(drafts[i].path);
    return good;
}

/* All texts are made before the first is written: a refused schema changes no file. */
static bool generate_files(struct arena *arena, const struct input *input)
{
    struct generated generated;
    bool good = generate(arena, input->bytes, input->length, &generated);

    good = good && write_all(arena, &generated);
    generated_free(&generated);
    return good;
}

int main(int argc, char **argv)
{
    bool layout = argc == 2 && strcmp(argv[1], "--layout") == 0;
    struct input input = {NULL, 0};
    struct arena arena = {NULL};
    bool good;

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("capnpc-nexus-c " NX_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(USAGE, stdout) < 0;
    /* A person at a terminal types no request. */
    if ((argc > 1 && !layout) || isatty(STDIN_FILENO)) {
        fputs(USAGE, stderr);
        return 2;
    }
    good = read_all(stdin, &input);
    if (good)
        good = layout ? generate_layout(&arena, input.bytes, input.length, stdout)
                      : generate_files(&arena, &input);
    arena_free(&arena);
    free(input.bytes);
    return good ? 0 : 1;
}
