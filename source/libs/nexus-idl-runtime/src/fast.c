/* SPDX-License-Identifier: Apache-2.0 */
#include "fast.h"

#include "rpc_layout.h"

enum { STRUCT_POINTER = 0, LIST_POINTER = 1 };

static inline uint64_t load(const uint8_t *at)
{
    uint64_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(value) : value;
}

static inline void store(uint8_t *at, uint64_t value)
{
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        value = __builtin_bswap64(value);
    __builtin_memcpy(at, &value, sizeof value);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* Whether a pointer at this depth can be followed here at all. */
static inline bool is_near(const struct nx_message *message, uint32_t depth)
{
    return message != NULL && message->segments == 1 && depth < NX_DEPTH_MAX;
}

static inline uint64_t pointer_at(const struct nx_message *message, uint64_t word)
{
    return load(message->body + word * 8);
}

/* Whether so many words are there, where the pointer in this word says, and may be looked at. Then
 * that is charged, and *at is where. */
static inline bool enter(struct nx_message *message, uint64_t word, uint64_t pointer,
                         uint64_t words, uint32_t *at)
{
    /* An offset of 30 bits with its sign; where it leads before the message the sum is huge. */
    uint64_t offset = ((pointer >> 2 & 0x3FFFFFFF) ^ 0x20000000) - 0x20000000;
    uint64_t place = word + 1 + offset, cost = words + (words == 0);
    if (place > message->words || words > message->words - place || cost > message->budget_words)
        return false;
    message->budget_words -= cost;
    *at = (uint32_t)place;
    return true;
}

/* The struct that the pointer in this word, which is one of the message, leads to. */
static inline bool enter_struct(struct nx_message *message, uint64_t word, uint32_t depth,
                                struct nx_struct_reader *reader)
{
    uint64_t pointer = pointer_at(message, word);
    uint16_t data_words = (uint16_t)(pointer >> 32), pointers = (uint16_t)(pointer >> 48);
    uint32_t at;
    if (pointer == 0 || (pointer & 3) != STRUCT_POINTER ||
        !enter(message, word, pointer, (uint32_t)data_words + pointers, &at))
        return false;
    *reader = (struct nx_struct_reader){message, at & NX_WORDS_MAX, (depth + 1) & NX_DEPTH_MAX,
                                        data_words, pointers};
    return true;
}

struct nx_struct_reader nx_message_root(struct nx_message *message)
{
    struct nx_struct_reader reader;
    if (message->segments == 1 && message->words > 0 && enter_struct(message, 0, 0, &reader))
        return reader;
    return nx_usual_struct(nx_message_pointer(message));
}

struct nx_struct_reader nx_pointer_struct(struct nx_pointer_reader pointer)
{
    struct nx_struct_reader reader;
    if (is_near(pointer.message, pointer.depth) &&
        enter_struct(pointer.message, pointer.word, pointer.depth, &reader))
        return reader;
    return nx_usual_struct(pointer);
}

struct nx_struct_reader nx_get_struct(struct nx_struct_reader from, uint32_t index)
{
    return nx_pointer_struct(nx_get_pointer(from, index));
}

/* The bytes that the pointer leads to: how many, and at which word. */
static inline bool enter_bytes(struct nx_pointer_reader pointer, uint64_t *count, uint32_t *at)
{
    struct nx_message *message = pointer.message;
    if (!is_near(message, pointer.depth))
        return false;
    uint64_t near = pointer_at(message, pointer.word);
    *count = near >> 35;
    return (near & 3) == LIST_POINTER && (near >> 32 & 7) == NX_ELEMENT_8 &&
           enter(message, pointer.word, near, (*count + 7) / 8, at);
}

bool nx_fast_bytes(struct nx_pointer_reader pointer, struct nx_list_reader *list)
{
    uint64_t count;
    uint32_t at;
    if (!enter_bytes(pointer, &count, &at))
        return false;
    *list = (struct nx_list_reader){pointer.message, at & NX_WORDS_MAX,
                                    (pointer.depth + 1U) & NX_DEPTH_MAX, count & NX_COUNT_MAX,
                                    NX_ELEMENT_8};
    return true;
}

struct nx_text nx_pointer_text(struct nx_pointer_reader pointer)
{
    struct nx_message *message = pointer.message;
    uint64_t count;
    uint32_t at;
    if (enter_bytes(pointer, &count, &at)) {
        const char *bytes = (const char *)message->body + (uint64_t)at * 8;
        if (count > 0 && bytes[count - 1] == '\0')
            return (struct nx_text){bytes, (uint32_t)count - 1};
        /* The usual code says what it is, and charges for it. */
        message->budget_words += (count + 7) / 8 + (count == 0);
    }
    return nx_usual_text(pointer);
}

/* --- Calls ------------------------------------------------------------------------------------ */

/* How many words the one segment has that a message starts with: 0 where it has more segments, or
 * none in it, or its start is not all there. */
static inline uint64_t words_of(const uint8_t *bytes, size_t length)
{
    uint64_t table = length < 8 ? 0 : load(bytes);
    return (uint32_t)table == 0 ? table >> 32 : 0;
}

int64_t nx_fast_frame_length(const uint8_t *bytes, size_t length, size_t max_bytes)
{
    uint64_t words = words_of(bytes, length), total = 8 + 8 * words;
    return words != 0 && total <= max_bytes ? (int64_t)total : 0;
}

static inline bool open_near(struct nx_message *message, const uint8_t *bytes, size_t length)
{
    uint64_t words = words_of(bytes, length);
    if (words == 0 || words > NX_WORDS_MAX || words > (length - 8) / 8)
        return false;
    *message = (struct nx_message){
        bytes + 4, bytes + 8, (uint32_t)words, 1, words * NX_BUDGET_DEFAULT, NX_OK};
    return true;
}

int nx_message_open(struct nx_message *message, const uint8_t *bytes, size_t length)
{
    if (open_near(message, bytes, length))
        return NX_OK;
    return nx_message_open_limits(message, bytes, length, NX_SEGMENTS_DEFAULT, NX_BUDGET_DEFAULT);
}

/* The struct in a pointer field, of at least so many words of data. */
static inline bool enter_field(struct nx_struct_reader from, uint32_t index, uint32_t data_words,
                               struct nx_struct_reader *reader)
{
    return index < from.pointers &&
           enter_struct(from.message, (uint64_t)from.data + from.data_words + index, from.depth,
                        reader) &&
           reader->data_words >= data_words;
}

/* What starts at this byte of the data, which is there. */
static inline uint64_t data_at(struct nx_struct_reader from, uint32_t byte)
{
    return load(from.message->body + (uint64_t)from.data * 8 + byte / 8 * 8) >> byte % 8 * 8;
}

bool nx_fast_call(const uint8_t *frame, size_t length, uint32_t export_id, struct nx_call *call)
{
    struct nx_message *message = &call->message;
    struct nx_struct_reader root, body, target;
    if (!open_near(message, frame, length) || !enter_struct(message, 0, 0, &root) ||
        root.data_words < MESSAGE_WORDS ||
        (uint16_t)data_at(root, MESSAGE_TAG_AT) != MESSAGE_CALL ||
        !enter_field(root, MESSAGE_BODY_PTR, CALL_WORDS, &body) ||
        (uint16_t)data_at(body, CALL_RESULTS_TO_AT) != RESULTS_TO_CALLER ||
        !enter_field(body, CALL_TARGET_PTR, TARGET_WORDS, &target) ||
        (uint16_t)data_at(target, TARGET_TAG_AT) != TARGET_IMPORTED ||
        (uint32_t)data_at(target, TARGET_IMPORT_AT) != export_id)
        return false;
    call->body = body;
    call->question = (uint32_t)data_at(body, CALL_QUESTION_AT);
    call->interface_id = data_at(body, CALL_INTERFACE_AT);
    call->method_id = (uint16_t)data_at(body, CALL_METHOD_AT);
    return true;
}

/* Both ways or none: what the general code follows anew is not charged twice. */
bool nx_fast_params(struct nx_call *call, struct nx_struct_reader *reader)
{
    struct nx_message *message = &call->message;
    uint64_t budget_words = message->budget_words;
    struct nx_struct_reader payload;
    if (call->body.message == NULL || message->segments != 1)
        return false;
    if (enter_field(call->body, CALL_PARAMS_PTR, 0, &payload) &&
        enter_field(payload, PAYLOAD_CONTENT_PTR, 0, reader))
        return true;
    message->budget_words = budget_words;
    return false;
}

/* --- Building --------------------------------------------------------------------------------- */

/* Room for so many words, which may be none; where they are. They are not zero yet. */
static inline bool append(struct nx_builder *builder, uint64_t words, uint32_t *at)
{
    if (builder == NULL || builder->error != NX_OK ||
        words > builder->capacity_words - builder->used_words)
        return false;
    *at = builder->used_words;
    builder->used_words += (uint32_t)words;
    return true;
}

/* The segment, behind the stream's header. */
static inline uint8_t *segment_of(const struct nx_builder *builder)
{
    return builder->bytes + 8;
}

/* The offset in a pointer in `from` to what is at `to`, behind it. */
static inline uint64_t offset(uint32_t from, uint32_t to)
{
    return (uint64_t)(to - from - 1) << 2;
}

struct nx_struct_builder nx_make_struct(struct nx_pointer_builder pointer, uint16_t data_words,
                                        uint16_t pointers)
{
    struct nx_builder *builder = pointer.builder;
    uint32_t words = (uint32_t)data_words + pointers, at;
    if (words == 0 || !append(builder, words, &at))
        return nx_usual_make_struct(pointer, data_words, pointers);
    uint8_t *segment = segment_of(builder);
    for (uint32_t i = at; i < at + words; i++)
        store(segment + (uint64_t)i * 8, 0);
    store(segment + (uint64_t)pointer.word * 8,
          offset(pointer.word, at) | (uint64_t)data_words << 32 | (uint64_t)pointers << 48);
    return (struct nx_struct_builder){builder, at, data_words, pointers};
}

/* The last bytes of a text, 7 at most, as a word with zeros behind them. */
static inline uint64_t load_rest(const uint8_t *from, uint32_t length)
{
    if (length >= 4) /* two fours, the second one over some of the first */
        return nx_load32(from) | (uint64_t)nx_load32(from + length - 4) << 8 * (length - 4);
    if (length == 0)
        return 0;
    return from[0] | (uint64_t)from[length / 2] << 8 * (length / 2) |
           (uint64_t)from[length - 1] << 8 * (length - 1);
}

void nx_make_text(struct nx_pointer_builder pointer, struct nx_text text)
{
    struct nx_builder *builder = pointer.builder;
    uint64_t count = (uint64_t)text.length + 1;
    uint32_t at;
    if (count > NX_COUNT_MAX || !append(builder, (count + 7) / 8, &at)) {
        nx_usual_make_text(pointer, text);
        return;
    }
    uint8_t *segment = segment_of(builder), *to = segment + (uint64_t)at * 8;
    const uint8_t *from = (const uint8_t *)text.bytes;
    uint32_t left = text.length;
    for (; left >= 8; left -= 8, from += 8, to += 8)
        store(to, load(from));
    store(to, load_rest(from, left)); /* with the NUL */
    store(segment + (uint64_t)pointer.word * 8,
          offset(pointer.word, at) | LIST_POINTER | (uint64_t)NX_ELEMENT_8 << 32 | count << 35);
}

/* --- Answering -------------------------------------------------------------------------------- */

/* A struct pointer to `words` words behind the word after it. */
#define POINTER(words, data_words, pointers)                                                       \
    ((uint64_t)(words) << 2 | (uint64_t)(data_words) << 32 | (uint64_t)(pointers) << 48)

/* Where things lie in a Return with results, in words of the segment. */
enum {
    ROOT,
    MESSAGE,
    BODY = MESSAGE + MESSAGE_WORDS,
    RETURN,
    PAYLOAD = RETURN + RETURN_WORDS,
    CONTENT,
    CAPS,
    RESULTS
};
_Static_assert(MESSAGE_PTRS == 1 && RETURN_PTRS == 1 && PAYLOAD_WORDS == 0 && PAYLOAD_PTRS == 2 &&
                   MESSAGE_TAG_AT == 0 && RETURN_ANSWER_AT == 0 && RETURN_NO_FINISH_BIT == 33 &&
                   RETURN_TAG_AT == 6 && RETURN_RESULTS == 0 && RESULTS_TO_CALLER == 0,
               "as nx_fast_results() writes them");

bool nx_fast_results(struct nx_call *call, uint16_t data_words, uint16_t pointers,
                     struct nx_struct_builder *results)
{
    uint32_t words = (uint32_t)data_words + pointers;
    if (words == 0 || call->out_size < 8 || (call->out_size - 8) / 8 < RESULTS + words ||
        (call->out_size - 8) / 8 > NX_WORDS_MAX)
        return false;
    uint8_t *segment = call->out + 8; /* behind the stream's header */
    store(segment + 8 * ROOT, POINTER(0, MESSAGE_WORDS, MESSAGE_PTRS));
    store(segment + 8 * MESSAGE, MESSAGE_RETURN);
    store(segment + 8 * BODY, POINTER(0, RETURN_WORDS, RETURN_PTRS));
    store(segment + 8 * RETURN, call->question | UINT64_C(1) << RETURN_NO_FINISH_BIT);
    store(segment + 8 * (RETURN + 1), 0);
    store(segment + 8 * PAYLOAD, POINTER(0, PAYLOAD_WORDS, PAYLOAD_PTRS));
    store(segment + 8 * CONTENT, POINTER(CAPS - CONTENT, data_words, pointers));
    store(segment + 8 * CAPS, 0);
    for (uint32_t i = 0; i < words; i++)
        store(segment + 8 * (RESULTS + i), 0);
    call->builder.bytes = call->out;
    call->builder.capacity_words = (uint32_t)((call->out_size - 8) / 8);
    call->builder.used_words = RESULTS + words;
    call->builder.error = NX_OK;
    results->builder = &call->builder;
    results->data = RESULTS;
    results->data_words = data_words;
    results->pointers = pointers;
    return true;
}
