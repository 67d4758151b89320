/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_messages.h"

/* The segment in front of an echo: the root pointer and a Message whose body lies in segment 1. */
#define ECHO_WORDS       3U
#define ECHO_TABLE_BYTES 16U /* two segments: count, two sizes, padding */
#define ROOT_POINTER     ((uint64_t)MESSAGE_WORDS << 32 | (uint64_t)MESSAGE_PTRS << 48)
#define FAR_TO_SEGMENT_1 (UINT64_C(2) | UINT64_C(1) << 32)

struct nx_struct_builder nx_rpc_begin(struct nx_builder *builder, uint8_t *out, size_t out_size,
                                      enum message_tag tag, uint16_t data_words, uint16_t pointers)
{
    nx_builder_init(builder, out, out_size);
    struct nx_struct_builder root = nx_builder_root(builder, MESSAGE_WORDS, MESSAGE_PTRS);
    nx_set_u16(root, MESSAGE_TAG_AT, (uint16_t)tag);
    return nx_init_struct(root, MESSAGE_BODY_PTR, data_words, pointers);
}

static void fill_exception(struct nx_struct_builder exception, enum exception_type type,
                           const char *reason)
{
    nx_set_u16(exception, EXCEPTION_TYPE_AT, (uint16_t)type);
    nx_set_text(exception, EXCEPTION_REASON_PTR, nx_text_of(reason));
}

void nx_rpc_make_exception(struct nx_struct_builder parent, uint32_t index,
                           enum exception_type type, const char *reason)
{
    fill_exception(nx_init_struct(parent, index, EXCEPTION_WORDS, EXCEPTION_PTRS), type, reason);
}

size_t nx_rpc_write_abort(uint8_t *out, size_t out_size, const char *reason)
{
    struct nx_builder builder;
    fill_exception(
        nx_rpc_begin(&builder, out, out_size, MESSAGE_ABORT, EXCEPTION_WORDS, EXCEPTION_PTRS),
        EXCEPTION_FAILED, reason);
    return nx_builder_finish(&builder);
}

/* A far pointer may lead to a struct pointer and to nothing else. */
static bool root_is_plain(const struct nx_message *message)
{
    return message->words != 0 && (nx_load32(message->body) & 3) == 0 &&
           nx_load64(message->body) != 0;
}

static size_t write_echo(uint8_t *out, const struct nx_message *message)
{
    uint8_t *at = out;
    nx_store32(at, 1); /* one more than this many segments */
    nx_store32(at + 4, ECHO_WORDS);
    nx_store32(at + 8, message->words);
    nx_store32(at + 12, 0);
    at += ECHO_TABLE_BYTES;
    nx_store64(at, ROOT_POINTER);
    nx_store64(at + 8, MESSAGE_UNIMPLEMENTED);
    nx_store64(at + 16, FAR_TO_SEGMENT_1);
    at += ECHO_WORDS * 8;
    size_t bytes = (size_t)message->words * 8;
    for (size_t i = 0; i < bytes; i++)
        at[i] = message->body[i];
    return ECHO_TABLE_BYTES + ECHO_WORDS * 8 + bytes;
}

size_t nx_rpc_write_unimplemented(uint8_t *out, size_t out_size, const struct nx_message *message,
                                  uint16_t tag)
{
    size_t overhead = ECHO_TABLE_BYTES + ECHO_WORDS * 8;
    if (message->segments == 1 && root_is_plain(message) && out_size >= overhead &&
        message->words <= (out_size - overhead) / 8)
        return write_echo(out, message);
    struct nx_builder builder;
    struct nx_struct_builder inner =
        nx_rpc_begin(&builder, out, out_size, MESSAGE_UNIMPLEMENTED, MESSAGE_WORDS, MESSAGE_PTRS);
    nx_set_u16(inner, MESSAGE_TAG_AT, tag);
    return nx_builder_finish(&builder);
}
