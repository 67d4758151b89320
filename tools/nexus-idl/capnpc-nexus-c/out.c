/* SPDX-License-Identifier: Apache-2.0 */
#include "out.h"

#include <ctype.h>
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

/* --- names --- */

/* Words of two parts that a compiler or a standard header may have taken. */
static bool is_word_of_c(const char *name)
{
    static const char *const WORDS[] = {
        "and_eq",        "char16_t",       "char32_t",         "char8_t",   "co_await",
        "co_return",     "co_yield",       "const_cast",       "double_t",  "dynamic_cast",
        "float_t",       "max_align_t",    "not_eq",           "nullptr_t", "or_eq",
        "ptrdiff_t",     "PTRDIFF_MAX",    "PTRDIFF_MIN",      "size_t",    "SIZE_MAX",
        "static_assert", "static_cast",    "reinterpret_cast", "ssize_t",   "thread_local",
        "wchar_t",       "WCHAR_MAX",      "WCHAR_MIN",        "WINT_MAX",  "WINT_MIN",
        "xor_eq",        "SIG_ATOMIC_MAX", "SIG_ATOMIC_MIN",
    };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(name, WORDS[i]) == 0)
            return true;
    return false;
}

/* int32_t, uint_fast8_t, INT_LEAST16_MAX, UINT64_C, INTMAX_MIN, uintptr_t and the like. */
static bool is_name_of_stdint(const char *name)
{
    static const char *const ENDS[] = {"_t", "_MAX", "_MIN", "_C", "_WIDTH"};

    name += *name == 'u' || *name == 'U';
    if (strncmp(name, "int", 3) != 0 && strncmp(name, "INT", 3) != 0)
        return false;
    name += 3;
    if (strncmp(name, "_least", 6) == 0 || strncmp(name, "_LEAST", 6) == 0)
        name += 6;
    else if (strncmp(name, "_fast", 5) == 0 || strncmp(name, "_FAST", 5) == 0)
        name += 5;
    else if (strncmp(name, "max", 3) == 0 || strncmp(name, "MAX", 3) == 0 ||
             strncmp(name, "ptr", 3) == 0 || strncmp(name, "PTR", 3) == 0)
        name += 3;
    name += strspn(name, "0123456789");
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        if (strcmp(name, ENDS[i]) == 0)
            return true;
    return false;
}

static void taken(struct out *out, const char *name, const char *path, const char *by)
{
    if (!out->failed)
        fprintf(stderr, "capnpc-nexus-c: %s: %s: its name in C, %s, is taken by %s\n", out->schema,
                path, name, by);
    out->failed = true;
}

void out_declare(struct out *out, const char *name, const char *path)
{
    struct out_name *entry;
    uint32_t hash = 2166136261U; /* FNV-1a */

    if (is_word_of_c(name) || is_name_of_stdint(name)) {
        taken(out, name, path, "the language");
        return;
    }
    for (const char *at = name; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    for (entry = out->names[hash % HASH_SLOTS]; entry; entry = entry->next) {
        if (strcmp(entry->name, name) == 0) {
            taken(out, name, path, entry->path);
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

/* Where a line that is too long is broken: behind a word, if there is one that fits. */
static size_t break_at(const char *line, size_t room)
{
    size_t length = strlen(line);
    size_t take = room;

    if (length <= room)
        return length;
    while (take > 0 && line[take] != ' ')
        take--;
    return take > 0 ? take : strcspn(line, " ");
}

/* Whether words that did not fit may go in front of this line: it goes on with a paragraph. */
static bool goes_on(const char *line)
{
    return isalpha((unsigned char)*line) || *line == '(';
}

/* The schema's lines. What is too long behind our indent goes in front of the next. */
static void comment_lines(struct out *out, const char *indent, const char *words)
{
    const size_t room = OUT_COLUMNS - strlen(indent) - 3;
    const char *line = "";

    while (*words != '\0' || *line != '\0') {
        size_t length = strcspn(words, "\n");
        size_t take;

        if (*line == '\0' || goes_on(words)) {
            line = arena_printf(out->arena, "%s%s%.*s", line, *line == '\0' ? "" : " ", (int)length,
                                words);
            words += length + (words[length] == '\n');
        }
        take = break_at(line, room);
        out_printf(out, "%s *%s%.*s\n", indent, take > 0 ? " " : "", (int)take, line);
        line += take + strspn(line + take, " ");
    }
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
    comment_lines(out, indent, words);
    out_printf(out, "%s */\n", indent);
}

void out_comment_with(struct out *out, struct nx_text text, const char *more)
{
    const char *words = comment_words(out->arena, text);

    if (more)
        text = nx_text_of(*words == '\0' ? more : arena_printf(out->arena, "%s (%s)", words, more));
    out_comment(out, "", text);
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
