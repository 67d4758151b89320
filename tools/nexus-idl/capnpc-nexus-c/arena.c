/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    NX_HANDLE unsigned char bytes[]; /* handles are stricter than what malloc knows of */
};

void *arena_take(struct arena *arena, size_t size)
{
    size_t align = _Alignof(struct block);
    struct block *block = NULL;

    if (size <= SIZE_MAX / 2)
        block = aligned_alloc(align, (sizeof(*block) + size + align - 1) / align * align);
    if (!block) {
        fputs("capnpc-nexus-c: out of memory\n", stderr);
        exit(1);
    }
    memset(block, 0, sizeof(*block) + size);
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text = arena_take(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

char *arena_text(struct arena *arena, struct nx_text text)
{
    char *copy = arena_take(arena, (size_t)text.length + 1);

    memcpy(copy, text.bytes, text.length);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
}
