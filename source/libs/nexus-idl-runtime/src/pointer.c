/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening messages and following pointers: the only place where input becomes a position.
 *
 * Positions are words of the body, which is all segments one after the other, and are compared as
 * 64-bit numbers before an address is formed. Which segment a pointer lies in follows from its
 * position, so that handles need not carry it.
 */
#include "fast.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/wire.h"

enum wire_kind { WIRE_STRUCT = 0, WIRE_LIST = 1, WIRE_FAR = 2, WIRE_OTHER = 3 };

#define ANY_ELEMENT (-1)

/* What a pointer, its landing pad behind it, points to; not yet compared with the segment. */
struct object {
    uint64_t pointer;
    int64_t at;     /* the first word of the object */
    uint32_t start; /* the segment's words, from start up to before end */
    uint32_t end;
};

/* Not copied to where it is called from: that is many places, and seldom. */
__attribute__((noinline)) static bool fail(struct nx_message *message, enum nx_error error)
{
    if (message->error == NX_OK)
        message->error = error;
    return false;
}

static uint64_t word(const struct nx_message *message, uint32_t index)
{
    return nx_load64(message->body + (size_t)index * 8);
}

/* --- opening --- */

int nx_message_open_limits(struct nx_message *message, const uint8_t *bytes, size_t length,
                           uint32_t segments_max, uint32_t budget_factor)
{
    int64_t whole = nx_frame_length(bytes, length, SIZE_MAX, segments_max);
    uint64_t segments;
    uint64_t header;
    uint64_t words;

    *message = (struct nx_message){.table = bytes, .body = bytes, .error = (int32_t)whole};
    if (whole < 0)
        return message->error;
    message->error = NX_TRUNCATED;
    if (whole == 0)
        return message->error;
    segments = (uint64_t)nx_load32(bytes) + 1;
    header = (4 + 4 * segments + 7) / 8 * 8;
    words = ((uint64_t)whole - header) / 8;
    if (words > NX_WORDS_MAX)
        message->error = NX_TOO_BIG;
    else if (words <= (length - header) / 8)
        message->error = NX_OK;
    if (message->error != NX_OK)
        return message->error;
    message->table = bytes + 4;
    message->body = bytes + header;
    message->words = (uint32_t)words;
    message->segments = (uint32_t)segments;
    message->budget_words = budget_factor == NX_BUDGET_NONE ? UINT64_MAX : words * budget_factor;
    return NX_OK;
}

struct nx_pointer_reader nx_message_pointer(struct nx_message *message)
{
    struct nx_pointer_reader pointer = {message, 0, 0};

    /* The root lies in the first segment, which may be empty where the others are not. */
    if (message->words == 0 || nx_load32(message->table) == 0) {
        fail(message, NX_BOUNDS);
        pointer.message = NULL;
    }
    return pointer;
}

/* --- following --- */

/* Puts the words of segment `id` into the object. */
static bool segment_by_id(const struct nx_message *message, size_t id, struct object *object)
{
    object->start = 0;
    if (id >= message->segments)
        return false;
    for (size_t i = 0; i < id; i++)
        object->start += nx_load32(message->table + 4 * (size_t)i);
    object->end = object->start + nx_load32(message->table + 4 * (size_t)id);
    return true;
}

/* Puts the words of the segment that `index` lies in into the object. */
static void segment_of_word(const struct nx_message *message, uint32_t index, struct object *object)
{
    object->end = 0;
    for (size_t i = 0; object->end <= index && i < message->segments; i++) {
        object->start = object->end;
        object->end += nx_load32(message->table + 4 * (size_t)i);
    }
}

static bool follow_far(struct nx_message *message, struct object *object)
{
    uint64_t far = object->pointer;
    uint32_t offset = (uint32_t)far >> 3;
    uint32_t pad_words = (far & 4) != 0 ? 2 : 1;
    uint32_t pad;

    if (!segment_by_id(message, (uint32_t)(far >> 32), object))
        return fail(message, NX_FAR);
    if ((uint64_t)object->start + offset + pad_words > object->end)
        return fail(message, NX_BOUNDS);
    pad = object->start + offset;
    object->pointer = word(message, pad);
    object->at = (int64_t)pad + 1;
    if (pad_words == 1) {
        /* A pad that leads on, or nowhere, is not a pad. */
        if (object->pointer == 0 || (object->pointer & 3) == WIRE_FAR)
            return fail(message, NX_FAR);
        return true;
    }
    /* Two words: a far pointer to the object itself, then a tag with what it is and no offset. */
    far = object->pointer;
    object->pointer = word(message, pad + 1);
    if ((far & 7) != WIRE_FAR || (uint32_t)object->pointer > WIRE_LIST ||
        !segment_by_id(message, (uint32_t)(far >> 32), object))
        return fail(message, NX_FAR);
    object->at = (int64_t)object->start + ((uint32_t)far >> 3);
    return true;
}

/* False where the pointer is null, and where it is malformed: that is recorded. */
static bool follow(struct nx_pointer_reader pointer, struct object *object)
{
    int64_t offset;

    if (!pointer.message)
        return false;
    object->pointer = word(pointer.message, pointer.word);
    if (object->pointer == 0)
        return false;
    object->at = (int64_t)pointer.word + 1;
    if ((object->pointer & 3) != WIRE_FAR)
        segment_of_word(pointer.message, pointer.word, object);
    else if (!follow_far(pointer.message, object))
        return false;
    offset = (int64_t)(object->pointer >> 2 & 0x3FFFFFFF);
    object->at += offset < 0x20000000 ? offset : offset - 0x40000000;
    return true;
}

__attribute__((always_inline)) static inline bool inside(const struct object *object,
                                                         uint64_t words)
{
    return object->at >= object->start && object->at <= object->end &&
           words <= (uint64_t)(object->end - object->at);
}

/* Everything that is followed costs something, whatever it points to. */
static bool charge(struct nx_message *message, uint64_t words)
{
    if (words == 0)
        words = 1;
    if (words > message->budget_words) {
        message->budget_words = 0;
        return fail(message, NX_BUDGET);
    }
    message->budget_words -= words;
    return true;
}

bool nx_pointer_is_null(struct nx_pointer_reader pointer)
{
    return !pointer.message || word(pointer.message, pointer.word) == 0;
}

enum nx_kind nx_pointer_kind(struct nx_pointer_reader pointer)
{
    struct object object;

    if (nx_pointer_is_null(pointer))
        return NX_KIND_NULL;
    if (!follow(pointer, &object))
        return NX_KIND_BAD;
    switch (object.pointer & 3) {
    case WIRE_STRUCT:
        return NX_KIND_STRUCT;
    case WIRE_LIST:
        return NX_KIND_LIST;
    default:
        if ((uint32_t)object.pointer == WIRE_OTHER)
            return NX_KIND_CAPABILITY;
        fail(pointer.message, NX_KIND);
        return NX_KIND_BAD;
    }
}

struct nx_pointer_reader nx_get_pointer(struct nx_struct_reader reader, uint32_t index)
{
    struct nx_pointer_reader pointer = {NULL, 0, 0};

    if (index >= reader.pointers)
        return pointer;
    pointer.message = reader.message;
    pointer.word = (reader.data + reader.data_words + index) & NX_WORDS_MAX;
    pointer.depth = reader.depth;
    return pointer;
}

struct nx_struct_reader nx_usual_struct(struct nx_pointer_reader pointer)
{
    struct nx_struct_reader reader = {NULL, 0, 0, 0, 0};
    struct nx_message *message = pointer.message;
    struct object object;
    uint16_t data_words;
    uint16_t pointers;

    if (!follow(pointer, &object))
        return reader;
    data_words = (uint16_t)(object.pointer >> 32);
    pointers = (uint16_t)(object.pointer >> 48);
    if ((object.pointer & 3) != WIRE_STRUCT)
        fail(message, NX_KIND);
    else if (pointer.depth >= NX_DEPTH_MAX)
        fail(message, NX_DEPTH);
    else if (!inside(&object, (uint64_t)data_words + pointers))
        fail(message, NX_BOUNDS);
    else if (charge(message, (uint64_t)data_words + pointers)) {
        reader.message = message;
        reader.data = (uint32_t)object.at & NX_WORDS_MAX;
        reader.depth = (pointer.depth + 1U) & NX_DEPTH_MAX;
        reader.data_words = data_words;
        reader.pointers = pointers;
    }
    return reader;
}

/* --- lists --- */

/* Checks the tag of a list of structs and makes the object start behind it. */
static bool enter_struct_list(struct nx_message *message, struct object *object, uint32_t *count)
{
    uint64_t words = object->pointer >> 35;
    uint64_t elements;
    uint64_t element_words;
    uint64_t tag;

    if (!inside(object, words + 1))
        return fail(message, NX_BOUNDS);
    tag = word(message, (uint32_t)object->at);
    elements = tag >> 2 & 0x3FFFFFFF;
    element_words = (tag >> 32 & 0xFFFF) + (tag >> 48);
    if ((tag & 3) != WIRE_STRUCT || elements > NX_COUNT_MAX || elements * element_words > words)
        return fail(message, NX_TAG);
    object->at++;
    *count = (uint32_t)elements;
    return charge(message, words + 1 + (element_words == 0 ? elements : 0));
}

static bool enter_plain_list(struct nx_message *message, const struct object *object,
                             enum nx_element element, uint32_t *count)
{
    static const uint8_t element_bits[] = {0, 1, 8, 16, 32, 64, 64};
    uint64_t words;

    *count = (uint32_t)(object->pointer >> 35);
    words = ((uint64_t)*count * element_bits[element] + 63) / 64;
    if (!inside(object, words))
        return fail(message, NX_BOUNDS);
    /* Elements of no size are elements to whoever loops over them. */
    return charge(message, element == NX_ELEMENT_VOID ? *count : words);
}

/* `wanted` is an enum nx_element or ANY_ELEMENT. Without a message: null or malformed. */
static struct nx_list_reader enter_list(struct nx_pointer_reader pointer, int wanted)
{
    struct nx_list_reader list = {NULL, 0, 0, 0, 0};
    struct nx_message *message = pointer.message;
    struct object object;
    enum nx_element element;
    uint32_t count = 0;
    bool entered;

    if ((wanted == NX_ELEMENT_8 && nx_fast_bytes(pointer, &list)) || !follow(pointer, &object))
        return list;
    element = (enum nx_element)(object.pointer >> 32 & 7);
    if ((object.pointer & 3) != WIRE_LIST || (wanted != ANY_ELEMENT && wanted != (int)element)) {
        fail(message, NX_KIND);
        return list;
    }
    if (pointer.depth >= NX_DEPTH_MAX) {
        fail(message, NX_DEPTH);
        return list;
    }
    entered = element == NX_ELEMENT_STRUCT ? enter_struct_list(message, &object, &count)
                                           : enter_plain_list(message, &object, element, &count);
    if (!entered)
        return list;
    list.message = message;
    list.data = (uint32_t)object.at & NX_WORDS_MAX;
    list.depth = (pointer.depth + 1U) & NX_DEPTH_MAX;
    list.count = count & NX_COUNT_MAX;
    list.element = (unsigned)element & 7;
    return list;
}

struct nx_list_reader nx_pointer_list(struct nx_pointer_reader pointer, enum nx_element element)
{
    return enter_list(pointer, (int)element);
}

uint32_t nx_pointer_list_count(struct nx_pointer_reader pointer)
{
    return enter_list(pointer, ANY_ELEMENT).count;
}

struct nx_data nx_pointer_data(struct nx_pointer_reader pointer)
{
    static const uint8_t nothing[1];
    struct nx_list_reader list = enter_list(pointer, NX_ELEMENT_8);
    struct nx_data data = {nothing, 0};

    if (list.message) {
        data.bytes = list.message->body + (size_t)list.data * 8;
        data.length = list.count;
    }
    return data;
}

struct nx_text nx_usual_text(struct nx_pointer_reader pointer)
{
    struct nx_list_reader list = enter_list(pointer, NX_ELEMENT_8);
    struct nx_text text = {"", 0};
    const char *bytes;

    if (!list.message)
        return text;
    bytes = (const char *)list.message->body + (size_t)list.data * 8;
    if (list.count == 0 || bytes[list.count - 1] != '\0') {
        fail(list.message, NX_TEXT);
        return text;
    }
    text.bytes = bytes;
    text.length = list.count - 1U;
    return text;
}

bool nx_pointer_capability(struct nx_pointer_reader pointer, uint32_t *index)
{
    struct object object;

    if (!follow(pointer, &object))
        return false;
    if ((uint32_t)object.pointer != WIRE_OTHER)
        return fail(pointer.message, NX_KIND);
    *index = (uint32_t)(object.pointer >> 32);
    return true;
}
