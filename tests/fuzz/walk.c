/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every step is taken twice: once in a copy of the message whose budget has no end, which tells
 * what the step costs, and once in the message itself, whose budget must then have become less by
 * that, or be overdrawn. The error is taken out of the message after each step, so that one bad
 * pointer hides no other.
 */
#include "walk.h"

struct walk {
    struct nx_message *message;
    struct transcript *transcript;
    bool reads;
};

/* The place of a step among those around it. */
struct place {
    uint8_t level, depth, through;
};

static struct record *add(struct walk *walk, struct place place, enum record_kind kind,
                          uint32_t where)
{
    static struct record spare;
    struct transcript *t = walk->transcript;
    struct record *record = t->count < TRANSCRIPT_RECORDS ? &t->records[t->count++] : &spare;
    *record = (struct record){.level = place.level,
                              .kind = (uint8_t)kind,
                              .depth = place.depth,
                              .through = place.through,
                              .where = where};
    return record;
}

static bool is_full(const struct walk *walk)
{
    return walk->transcript->count == TRANSCRIPT_RECORDS;
}

/* --- values --- */

/* The smaller accessors see the same bytes as that of a whole word. */
static void check_word(struct nx_struct_reader reader, uint32_t word, uint64_t value)
{
    for (uint32_t byte = 0; byte < 8; byte++)
        FUZZ_CHECK(nx_get_u8(reader, word * 8 + byte) == (uint8_t)(value >> byte * 8));
    for (uint32_t byte = 0; byte < 8; byte += 2)
        FUZZ_CHECK(nx_get_u16(reader, word * 8 + byte) == (uint16_t)(value >> byte * 8));
    for (uint32_t byte = 0; byte < 8; byte += 4)
        FUZZ_CHECK(nx_get_u32(reader, word * 8 + byte) == (uint32_t)(value >> byte * 8));
    for (uint32_t bit = 0; bit < 64; bit++)
        FUZZ_CHECK(nx_get_bool(reader, word * 64 + bit) == (value >> bit & 1));
}

static uint64_t hash_data(const struct walk *walk, struct nx_struct_reader reader)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < reader.data_words; i++) {
        uint64_t value = nx_get_u64(reader, i * 8);
        if (walk->reads && (i == 0 || i + 1U == reader.data_words))
            check_word(reader, i, value);
        hash = transcript_mix(hash, value);
    }
    if (walk->reads)
        check_word(reader, reader.data_words, 0); /* behind the end all is 0 */
    FUZZ_CHECK(nx_pointer_is_null(nx_get_pointer(reader, reader.pointers)));
    return hash;
}

static uint64_t element_of(struct nx_list_reader list, uint32_t index)
{
    switch (list.element) {
    case NX_ELEMENT_BIT:
        return nx_list_get_bool(list, index);
    case NX_ELEMENT_8:
        return nx_list_get_u8(list, index);
    case NX_ELEMENT_16:
        return nx_list_get_u16(list, index);
    case NX_ELEMENT_32:
        return nx_list_get_u32(list, index);
    default:
        return nx_list_get_u64(list, index);
    }
}

/* What is no element of this list is 0, null, empty. */
static void check_no_element(struct nx_list_reader list, uint32_t index)
{
    FUZZ_CHECK(!nx_list_get_bool(list, index));
    FUZZ_CHECK((nx_list_get_u8(list, index) | nx_list_get_u16(list, index)) == 0);
    FUZZ_CHECK((nx_list_get_u32(list, index) | nx_list_get_u64(list, index)) == 0);
    FUZZ_CHECK(nx_pointer_is_null(nx_list_get_pointer(list, index)));
    FUZZ_CHECK(nx_list_get_struct(list, index).message == NULL);
}

static uint64_t hash_elements(struct nx_list_reader list)
{
    uint64_t hash = 0;
    check_no_element(list, list.count);
    if (list.element >= NX_ELEMENT_BIT && list.element <= NX_ELEMENT_64)
        for (uint32_t i = 0; i < list.count; i++)
            hash = transcript_mix(hash, element_of(list, i));
    return hash;
}

/* --- steps --- */

/* What a step has cost, given what it would have found with any budget. True: it was allowed. */
static bool charged(const struct nx_message *message, uint64_t before, uint64_t cost)
{
    if (cost == 0)
        cost = 1;
    if (cost > before) {
        FUZZ_CHECK(message->error == NX_BUDGET && message->budget_words == 0);
        return false;
    }
    FUZZ_CHECK(message->error == NX_OK);
    FUZZ_CHECK(message->budget_words == before - cost);
    return true;
}

static struct nx_message unlimited(const struct nx_message *message)
{
    struct nx_message copy = *message;
    copy.budget_words = UINT64_MAX;
    copy.error = NX_OK;
    return copy;
}

static enum nx_error take_error(struct nx_message *message)
{
    enum nx_error error = (enum nx_error)message->error;
    message->error = NX_OK;
    return error;
}

static enum nx_error step_struct(struct nx_pointer_reader pointer, struct nx_struct_reader *reader)
{
    struct nx_message *message = pointer.message;
    struct nx_message free_message = unlimited(message);
    uint64_t before = message->budget_words;
    struct nx_pointer_reader free_pointer = pointer;
    free_pointer.message = &free_message;
    struct nx_struct_reader found = nx_pointer_struct(free_pointer);
    *reader = nx_pointer_struct(pointer);
    if (free_message.error != NX_OK) {
        FUZZ_CHECK(message->error == free_message.error && message->budget_words == before);
        FUZZ_CHECK(found.message == NULL && reader->message == NULL);
    } else if (!charged(message, before, (uint64_t)found.data_words + found.pointers)) {
        FUZZ_CHECK(reader->message == NULL && reader->data_words == 0 && reader->pointers == 0);
    }
    return take_error(message);
}

/* At least: the words that a list of structs says it has are not in its handle. */
static uint64_t list_cost(struct nx_list_reader list)
{
    static const uint8_t bits[] = {1, 1, 8, 16, 32, 64, 64};
    if (list.element == NX_ELEMENT_VOID)
        return list.count;
    if (list.element != NX_ELEMENT_STRUCT)
        return ((uint64_t)list.count * bits[list.element] + 63) / 64;
    struct nx_struct_reader first = nx_list_get_struct(list, 0);
    uint64_t words = (uint64_t)first.data_words + first.pointers;
    return 1 + list.count * (words > 0 ? words : 1);
}

/* The list, of whatever element size it is. */
static enum nx_error step_list(struct nx_pointer_reader pointer, struct nx_list_reader *list)
{
    struct nx_message *message = pointer.message;
    uint64_t before = message->budget_words;
    for (unsigned element = NX_ELEMENT_VOID; element <= NX_ELEMENT_STRUCT; element++) {
        struct nx_message free_message = unlimited(message);
        struct nx_pointer_reader free_pointer = pointer;
        free_pointer.message = &free_message;
        struct nx_list_reader found = nx_pointer_list(free_pointer, (enum nx_element)element);
        *list = nx_pointer_list(pointer, (enum nx_element)element);
        if (free_message.error == NX_KIND) {
            FUZZ_CHECK(message->error == NX_KIND && message->budget_words == before);
            FUZZ_CHECK(list->message == NULL && list->count == 0);
            message->error = NX_OK;
            continue;
        }
        if (free_message.error != NX_OK) {
            FUZZ_CHECK(message->error == free_message.error && message->budget_words == before);
            FUZZ_CHECK(list->message == NULL && list->count == 0);
        } else {
            uint64_t cost = list_cost(found);
            if (element == NX_ELEMENT_STRUCT) {
                FUZZ_CHECK(UINT64_MAX - free_message.budget_words >= cost);
                cost = UINT64_MAX - free_message.budget_words;
            }
            if (!charged(message, before, cost))
                FUZZ_CHECK(list->message == NULL && list->count == 0);
        }
        return take_error(message);
    }
    return NX_KIND;
}

/* Which types this pointer can be read as. */
static uint16_t reads_of(struct nx_pointer_reader pointer)
{
    struct nx_message message = unlimited(pointer.message);
    uint16_t reads = 0;
    pointer.message = &message;
    for (unsigned element = NX_ELEMENT_VOID; element <= NX_ELEMENT_STRUCT; element++) {
        (void)nx_pointer_list(pointer, (enum nx_element)element);
        if (take_error(&message) == NX_OK)
            reads |= (uint16_t)(1U << element);
    }
    struct nx_data data = nx_pointer_data(pointer);
    bool is_data = take_error(&message) == NX_OK;
    FUZZ_CHECK(is_data == ((reads >> NX_ELEMENT_8 & 1) != 0));
    struct nx_text text = nx_pointer_text(pointer);
    if (take_error(&message) == NX_OK) {
        FUZZ_CHECK(is_data && text.length + 1 == data.length);
        FUZZ_CHECK((const char *)data.bytes == text.bytes && text.bytes[text.length] == '\0');
        reads |= READS_TEXT;
    } else {
        FUZZ_CHECK(text.length == 0 && text.bytes[0] == '\0');
    }
    (void)nx_pointer_struct(pointer);
    if (take_error(&message) == NX_OK)
        reads |= READS_STRUCT;
    return reads;
}

/* --- the walk --- */

static void go(struct walk *walk, struct nx_pointer_reader pointer, struct place place);

/* A struct in a pointer field is the same by either way, and costs the same. */
static void check_field(struct nx_struct_reader reader, uint32_t index)
{
    struct nx_message one = unlimited(reader.message), other = one;
    struct nx_struct_reader by_field, by_pointer;
    reader.message = &one;
    by_field = nx_get_struct(reader, index);
    reader.message = &other;
    by_pointer = nx_pointer_struct(nx_get_pointer(reader, index));
    FUZZ_CHECK(one.error == other.error && one.budget_words == other.budget_words);
    FUZZ_CHECK((by_field.message == NULL) == (by_pointer.message == NULL));
    FUZZ_CHECK(by_field.data == by_pointer.data && by_field.depth == by_pointer.depth);
    FUZZ_CHECK(by_field.data_words == by_pointer.data_words);
    FUZZ_CHECK(by_field.pointers == by_pointer.pointers);
}

static void go_into_pointers(struct walk *walk, struct nx_struct_reader reader, struct place place)
{
    place.level++;
    for (uint32_t i = 0; i < reader.pointers && !is_full(walk); i++) {
        if (walk->reads)
            check_field(reader, i);
        go(walk, nx_get_pointer(reader, i), place);
    }
    if (walk->reads)
        check_field(reader, reader.pointers);
}

static void go_into_list(struct walk *walk, struct nx_list_reader list, struct place place,
                         uint32_t where)
{
    place.level++;
    place.depth++;
    if (list.element == NX_ELEMENT_STRUCT)
        place.through++;
    for (uint32_t i = 0; i < list.count && !is_full(walk); i = transcript_next(i, list.count)) {
        if (list.element == NX_ELEMENT_POINTER) {
            go(walk, nx_list_get_pointer(list, i), place);
        } else if (list.element == NX_ELEMENT_STRUCT) {
            struct nx_struct_reader element = nx_list_get_struct(list, i);
            struct record *record = add(walk, place, RECORD_ELEMENT, where);
            record->data_words = element.data_words;
            record->pointers = element.pointers;
            record->hash = hash_data(walk, element);
            go_into_pointers(walk, element, place);
        } else {
            break;
        }
    }
}

static void go(struct walk *walk, struct nx_pointer_reader pointer, struct place place)
{
    struct nx_struct_reader reader;
    struct nx_list_reader list;
    uint32_t index = 0;
    enum nx_kind kind = nx_pointer_kind(pointer);
    struct record *record = add(walk, place, RECORD_NULL, pointer.word);
    enum nx_error error = take_error(walk->message);
    FUZZ_CHECK((kind == NX_KIND_BAD) == (error != NX_OK));
    FUZZ_CHECK(pointer.depth == place.depth);
    if (walk->reads && kind != NX_KIND_NULL && walk->transcript->count <= TRANSCRIPT_READS)
        record->reads = reads_of(pointer);
    switch (kind) {
    case NX_KIND_NULL:
        return;
    case NX_KIND_STRUCT:
        error = step_struct(pointer, &reader);
        record->kind = RECORD_STRUCT;
        if (error != NX_OK)
            break;
        record->data_words = reader.data_words;
        record->pointers = reader.pointers;
        record->hash = hash_data(walk, reader);
        place.depth++;
        go_into_pointers(walk, reader, place);
        break;
    case NX_KIND_LIST:
        error = step_list(pointer, &list);
        record->kind = RECORD_LIST;
        if (error != NX_OK)
            break;
        record->element = (uint8_t)list.element;
        record->count = list.count;
        record->hash = hash_elements(list);
        go_into_list(walk, list, place, pointer.word);
        break;
    case NX_KIND_CAPABILITY:
        record->kind = RECORD_CAPABILITY;
        FUZZ_CHECK(nx_pointer_capability(pointer, &index));
        record->count = index;
        break;
    default:
        break;
    }
    if (error != NX_OK) {
        record->kind = RECORD_REFUSED;
        record->error = (uint8_t)-error;
    }
}

void walk_message(const uint8_t *bytes, size_t length, uint32_t budget_factor, bool reads,
                  struct transcript *transcript)
{
    struct nx_message message;
    struct walk walk = {&message, transcript, reads};
    transcript->count = 0;
    int error = nx_message_open_limits(&message, bytes, length, NX_SEGMENTS_MAX, budget_factor);
    struct nx_pointer_reader root = nx_message_pointer(&message);
    if (root.message == NULL) {
        FUZZ_CHECK(message.error != NX_OK && nx_message_root(&message).message == NULL);
        FUZZ_CHECK(error == NX_OK || message.error == error);
        add(&walk, (struct place){0}, RECORD_REFUSED, 0)->error = (uint8_t)-message.error;
        return;
    }
    FUZZ_CHECK(error == NX_OK);
    go(&walk, root, (struct place){0});
}

void walk_pointer(struct nx_pointer_reader pointer, struct transcript *transcript)
{
    struct walk walk = {pointer.message, transcript, false};
    transcript->count = 0;
    if (pointer.message != NULL)
        go(&walk, pointer, (struct place){.depth = (uint8_t)pointer.depth});
}
