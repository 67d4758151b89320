/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/bootargs.h"

#include <stdbool.h>
#include <stdint.h>

#include "drivers/mmio.h"

/* Where virt's first instructions keep the tree's address, which they pass in a1. */
#define BOOT_ROM_TREE 0x1020u

#define TREE_MAGIC   0xd00dfeedu
#define TREE_MAX     0x100000u /* bytes; QEMU's own limit */
#define TOKENS_MAX   65536u    /* virt's has a thousand */
#define CHOSEN_DEPTH 2u        /* the root is 1 */

enum token {
    TOKEN_NODE = 1,
    TOKEN_NODE_END = 2,
    TOKEN_PROPERTY = 3,
    TOKEN_NOTHING = 4,
};

/* Offsets in the tree's header, of big-endian words of 32 bits. */
enum header {
    HEADER_MAGIC = 0,
    HEADER_BYTES = 4,
    HEADER_TOKENS = 8,
    HEADER_STRINGS = 12,
};

struct tree {
    const uint8_t *bytes;
    uint32_t size; /* nothing is read behind it */
    uint32_t at;   /* the next token */
};

static uint32_t word(const struct tree *tree, uint32_t at)
{
    if (at > tree->size - 4u)
        return 0;
    const uint8_t *b = tree->bytes + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool text_is(const struct tree *tree, uint32_t at, const char *text)
{
    for (; at < tree->size; at++, text++) {
        if (tree->bytes[at] != (uint8_t)*text)
            return false;
        if (*text == '\0')
            return true;
    }
    return false;
}

static void skip(struct tree *tree, uint32_t bytes)
{
    uint32_t left = tree->size - tree->at;
    uint32_t whole = bytes > left ? left : (bytes + 3u) & ~3u;
    tree->at += whole > left ? left : whole;
}

static void skip_name(struct tree *tree)
{
    uint32_t length = 0;
    while (tree->at + length < tree->size && tree->bytes[tree->at + length] != '\0')
        length++;
    skip(tree, length + 1);
}

static bool open_tree(struct tree *tree)
{
    tree->bytes = (const uint8_t *)(uintptr_t)mmio_read64(BOOT_ROM_TREE);
    tree->size = 40;
    if (tree->bytes == NULL || word(tree, HEADER_MAGIC) != TREE_MAGIC)
        return false;
    uint32_t bytes = word(tree, HEADER_BYTES);
    uint32_t tokens = word(tree, HEADER_TOKENS);
    if (bytes < tree->size || bytes > TREE_MAX || tokens > bytes)
        return false;
    tree->size = bytes;
    tree->at = tokens;
    return true;
}

/* Goes to the next property of a node `chosen` below the root. false: there is no more. Its value
 * is at tree->at then. */
static bool find(struct tree *tree, const char *name, uint32_t *length)
{
    uint32_t strings = word(tree, HEADER_STRINGS);
    unsigned depth = 0;
    bool chosen = false;
    for (unsigned tokens = 0; tokens < TOKENS_MAX; tokens++) {
        uint32_t token = word(tree, tree->at);
        skip(tree, 4);
        if (token == TOKEN_NODE) {
            depth++;
            chosen = depth == CHOSEN_DEPTH && text_is(tree, tree->at, "chosen");
            skip_name(tree);
        } else if (token == TOKEN_NODE_END) {
            depth--;
            chosen = false;
        } else if (token == TOKEN_PROPERTY) {
            *length = word(tree, tree->at);
            uint32_t name_at = word(tree, tree->at + 4u);
            skip(tree, 8);
            if (chosen && name_at <= tree->size && text_is(tree, strings + name_at, name))
                return true;
            skip(tree, *length);
        } else if (token != TOKEN_NOTHING) {
            return false;
        }
    }
    return false;
}

size_t bootargs_read(char *text, size_t size)
{
    struct tree tree;
    uint32_t length = 0;
    size_t held = 0;
    if (open_tree(&tree) && find(&tree, "bootargs", &length))
        while (held < size - 1 && held < length && tree.at + held < tree.size &&
               tree.bytes[tree.at + held] != '\0') {
            text[held] = (char)tree.bytes[tree.at + held];
            held++;
        }
    text[held] = '\0';
    return held;
}
