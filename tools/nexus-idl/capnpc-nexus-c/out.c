/* SPDX-License-Identifier: Apache-2.0 */
#include "out.h"

#include <stdarg.h>
#include <string.h>

#define HASH_SLOTS 4096U

struct out_name {
    struct out_name *next;
    const char *name;
    const char *path;
};

void out_init(struct out *out, struct arena *arena, FILE *file, const char *schema)
{
    *out = (struct out){.file = file, .arena = arena, .schema = schema};
    out->names = arena_take(arena, HASH_SLOTS * sizeof(struct out_name *));
}

void out_printf(struct out *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(out->file, format, arguments);
    va_end(arguments);
}

void out_declare(struct out *out, const char *name, const char *path)
{
    struct out_name *entry;
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (const char *at = name; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    for (entry = out->names[hash % HASH_SLOTS]; entry; entry = entry->next) {
        if (strcmp(entry->name, name) == 0) {
            if (!out->failed)
                fprintf(stderr, "capnpc-nexus-c: %s: %s: its name in C, %s, is taken by %s\n",
                        out->schema, path, name, entry->path);
            out->failed = true;
            return;
        }
    }
    entry = arena_take(out->arena, sizeof(*entry));
    entry->next = out->names[hash % HASH_SLOTS];
    entry->name = arena_printf(out->arena, "%s", name);
    entry->path = path;
    out->names[hash % HASH_SLOTS] = entry;
}

/* --- comments --- */

/* Keeps the schema's words from ending the comment, or from starting one inside it. */
static char *comment_words(struct arena *arena, struct nx_text text)
{
    char *words = arena_take(arena, 2 * (size_t)text.length + 1);
    size_t length = 0;

    for (uint32_t i = 0; i < text.length; i++) {
        char here = text.bytes[i];
        char before = length > 0 ? words[length - 1] : '\0';

        if ((before == '*' && here == '/') || (before == '/' && here == '*'))
            words[length++] = ' ';
        words[length++] = here;
    }
    while (length > 0 && (words[length - 1] == '\n' || words[length - 1] == ' '))
        length--;
    words[length] = '\0';
    return words;
}

/* One line of the schema, broken between words where it is too long even there: to break what fits
 * in the schema but not behind our indent would leave a word on every other line. */
static void comment_line(struct out *out, const char *indent, const char *line, size_t length)
{
    size_t room = OUT_COLUMNS;

    do {
        size_t take = length;

        if (length > room) {
            take = room;
            while (take > 0 && line[take] != ' ')
                take--;
            if (take == 0)
                take = length;
        }
        out_printf(out, "%s *%s%.*s\n", indent, take > 0 ? " " : "", (int)take, line);
        while (take < length && line[take] == ' ')
            take++;
        line += take;
        length -= take;
    } while (length > 0);
}

void out_comment(struct out *out, const char *indent, struct nx_text text)
{
    const char *words = comment_words(out->arena, text);

    if (*words == '\0')
        return;
    if (!strchr(words, '\n') && strlen(indent) + strlen(words) + 6 <= OUT_COLUMNS) {
        out_printf(out, "%s/* %s */\n", indent, words);
        return;
    }
    out_printf(out, "%s/*\n", indent);
    while (*words != '\0') {
        size_t length = strcspn(words, "\n");

        comment_line(out, indent, words, length);
        words += length;
        if (*words == '\n')
            words++;
    }
    out_printf(out, "%s */\n", indent);
}

void out_enumerator(struct out *out, const char *name, unsigned value, struct nx_text comment)
{
    const char *line = arena_printf(out->arena, "    %s = %u", name, value);
    const char *words = comment_words(out->arena, comment);

    if (*words == '\0') {
        out_printf(out, "%s,\n", line);
    } else if (!strchr(words, '\n') && strlen(line) + strlen(words) + 8 <= OUT_COLUMNS) {
        out_printf(out, "%s, /* %s */\n", line, words);
    } else {
        out_comment(out, "    ", comment);
        out_printf(out, "%s,\n", line);
    }
}

/* --- functions --- */

/* Parameters behind an opening parenthesis at `column`, as many to a line as fit. */
static void parameter_list(struct out *out, size_t column, const char *parameters,
                           size_t end_length)
{
    size_t at = column;

    while (*parameters != '\0') {
        const char *comma = strstr(parameters, ", ");
        size_t length = comma ? (size_t)(comma - parameters) + 1 : strlen(parameters);

        if (at > column && at + 1 + length + (comma ? 0 : end_length) > OUT_COLUMNS) {
            out_printf(out, "\n%*s", (int)column, "");
            at = column;
        } else if (at > column) {
            out_printf(out, " ");
            at++;
        }
        out_printf(out, "%.*s", (int)length, parameters);
        at += length;
        parameters += length + (comma ? 1 : 0);
    }
}

static size_t longest_parameter(const char *parameters)
{
    size_t longest = 0;

    while (*parameters != '\0') {
        const char *comma = strstr(parameters, ", ");
        size_t length = comma ? (size_t)(comma - parameters) + 1 : strlen(parameters);

        if (length > longest)
            longest = length;
        parameters += length + (comma ? 1 : 0);
    }
    return longest;
}

void out_prototype(struct out *out, const char *type, const char *name, const char *parameters,
                   const char *end)
{
    const char *space = type[strlen(type) - 1] == '*' ? "" : " ";
    size_t column = strlen(type) + strlen(space) + strlen(name) + 1;
    size_t end_length = 1 + strcspn(end, "\n");

    if (column + longest_parameter(parameters) + end_length > OUT_COLUMNS) {
        space = "\n";
        column = strlen(name) + 1;
    }
    out_printf(out, "%s%s%s(", type, space, name);
    parameter_list(out, column, parameters, end_length);
    out_printf(out, ")%s", end);
}

void out_inline(struct out *out, const char *path, const char *type, const char *name,
                const char *parameters)
{
    out_declare(out, name, path);
    out_prototype(out, arena_printf(out->arena, "static inline %s", type), name, parameters,
                  "\n{\n");
}
