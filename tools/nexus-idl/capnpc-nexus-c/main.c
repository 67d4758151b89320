/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capnpc-nexus-c: reads a CodeGeneratorRequest from stdin and writes <file>.capnp.h and .c for each
 * requested file below the current directory, as `capnp compile -onexus-c` expects of its plugins.
 * With --layout it prints where each field lies instead. Exits with 1, and changes no file, where a
 * schema uses what it does not do or something cannot be written.
 */
#include "check.h"
#include "emit.h"
#include "nexus-idl/framing.h"

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

/* A file to write, first by another name beside it. */
struct text {
    const char *path;
    const char *draft;
    char *bytes;
    size_t length;
    bool written;
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

static bool write_draft(struct arena *arena, struct text *text)
{
    FILE *file;

    make_parents(arena, text->path);
    file = fopen(text->draft, "wb");
    text->written = file;
    if (file && fwrite(text->bytes, 1, text->length, file) != text->length) {
        fclose(file);
        return false;
    }
    return file && fclose(file) == 0;
}

/* All drafts are written before the first takes its place. */
static bool write_all(struct arena *arena, struct text *texts, uint32_t count)
{
    bool good = true;

    for (uint32_t i = 0; good && i < count; i++) {
        good = write_draft(arena, &texts[i]);
        if (!good)
            fprintf(stderr, "capnpc-nexus-c: %s: %s\n", texts[i].path, strerror(errno));
    }
    for (uint32_t i = 0; good && i < count; i++) {
        good = rename(texts[i].draft, texts[i].path) == 0;
        texts[i].written = !good;
        if (!good)
            fprintf(stderr, "capnpc-nexus-c: %s: %s\n", texts[i].path, strerror(errno));
    }
    for (uint32_t i = 0; i < count; i++)
        if (texts[i].written)
            remove(texts[i].draft);
    return good;
}

/* Makes the text of one file; the caller frees it. */
static bool make_text(const struct model *model, struct nx_struct_reader requested, bool is_header,
                      struct text *text)
{
    const struct node *file = model_node(model, file_id(requested));
    const char *name = arena_text(model->arena, file_name(requested));
    FILE *memory = open_memstream(&text->bytes, &text->length);
    bool good;

    text->path = arena_printf(model->arena, "%s.%c", name, is_header ? 'h' : 'c');
    text->draft = arena_printf(model->arena, "%s.new", text->path);
    if (!memory) {
        fprintf(stderr, "capnpc-nexus-c: %s\n", strerror(errno));
        return false;
    }
    good = is_header ? emit_header(model, file, requested, memory)
                     : emit_source(model, file, name, memory);
    return fclose(memory) == 0 && good;
}

/* All texts are made before the first is written: a refused schema changes no file. */
static bool generate(const struct model *model, const struct nx_message *message)
{
    struct nx_list_reader files = request_files(model->request);
    struct text *texts = arena_take(model->arena, (files.count * 2U + 1) * sizeof(*texts));
    bool good = true;

    for (uint32_t i = 0; i < files.count; i++) {
        const struct node *file = model_node(model, file_id(nx_list_get_struct(files, i)));

        good = file && check_file(model, file) && good;
    }
    for (uint32_t i = 0; good && i < files.count * 2U; i++)
        good = make_text(model, nx_list_get_struct(files, i / 2), i % 2 == 0, &texts[i]);
    good = good && nx_message_error(message) == NX_OK &&
           write_all(model->arena, texts, files.count * 2U);
    for (uint32_t i = 0; i < files.count * 2U; i++)
        free(texts[i].bytes);
    return good;
}

static bool run(const struct input *input, struct arena *arena, bool layout)
{
    struct nx_message message;
    struct model model;
    int error = nx_message_open_limits(&message, input->bytes, input->length, NX_SEGMENTS_MAX,
                                       NX_BUDGET_NONE);
    bool good = false;

    if (error == NX_OK) {
        good = model_open(&model, arena, nx_message_root(&message));
        if (good && layout)
            print_layout(&model, stdout);
        else if (good)
            good = generate(&model, &message);
        error = nx_message_error(&message);
    }
    if (error != NX_OK)
        fprintf(stderr, "capnpc-nexus-c: the request: %s\n", nx_error_text(error));
    return error == NX_OK && good;
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
    good = read_all(stdin, &input) && run(&input, &arena, layout);
    arena_free(&arena);
    free(input.bytes);
    return good ? 0 : 1;
}
