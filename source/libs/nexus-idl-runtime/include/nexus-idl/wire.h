/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cap'n Proto messages: read where they lie, built in the caller's buffer.
 *
 * Handles are passed by value and are valid as long as their message or builder and its bytes are.
 * Errors are sticky: an accessor that meets something malformed records the first error in the
 * message (the builder) and gives the empty value; whoever acts on the values asks once at the end.
 *
 * Reading never leaves the segments, never recurses, and costs at most the message's budget. A
 * pointer that is null, or that the sender's older struct does not have, reads as the empty value
 * and is no error. Building never leaves the buffer: what does not fit is NX_NO_SPACE, and writing
 * through the handles that come after it does nothing.
 */
#ifndef NEXUS_IDL_WIRE_H
#define NEXUS_IDL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NX_VERSION "0.1.0"

/* Raised when what capnpc-nexus-c makes needs other headers than before: it asks for its own. */
#define NX_GENERATED_VERSION 1

enum nx_error {
    NX_OK = 0,
    NX_NO_SPACE = -1,  /* the builder's buffer is full */
    NX_TRUNCATED = -2, /* fewer bytes than the segment table says */
    NX_TOO_BIG = -3,   /* over a limit of bytes */
    NX_SEGMENTS = -4,  /* more segments than the reader takes */
    NX_BOUNDS = -5,    /* a pointer leaves its segment */
    NX_KIND = -6,      /* not the kind of pointer, or of list, that belongs there */
    NX_FAR = -7,       /* a far pointer without a proper landing pad */
    NX_TAG = -8,       /* a list of structs that disagrees with its tag */
    NX_TEXT = -9,      /* a text without its NUL */
    NX_BUDGET = -10,   /* more was followed than the message may cost */
    NX_DEPTH = -11,    /* nested deeper than NX_DEPTH_MAX */
    NX_RANGE = -12     /* the builder's user named a field, an element or a size that cannot be */
};

/* A few words for an error, in ROM. */
const char *nx_error_text(int error);

#define NX_SEGMENTS_DEFAULT 8U   /* for input that nobody vouches for */
#define NX_SEGMENTS_MAX     512U /* as the reference implementation */
#define NX_BUDGET_DEFAULT   4U   /* times the words of the message */
#define NX_BUDGET_NONE      0U
#define NX_DEPTH_MAX        63U /* levels of structs and lists; the root is the first */
#define NX_WORDS_MAX        ((1U << 26) - 1) /* of a message: a place in it has 26 bits */
#define NX_COUNT_MAX        ((1U << 29) - 1) /* elements of a list */

/* --- values --- */

struct nx_text {
    const char *bytes; /* never NULL; a NUL follows what is read from a message */
    uint32_t length;   /* bytes without the NUL */
};

struct nx_data {
    const uint8_t *bytes; /* never NULL in what is read */
    uint32_t length;
};

/* A text of a NUL-terminated string. */
struct nx_text nx_text_of(const char *string);
bool nx_text_equal(struct nx_text a, struct nx_text b);

/* Element sizes of lists, as on the wire. */
enum nx_element {
    NX_ELEMENT_VOID = 0,
    NX_ELEMENT_BIT = 1,
    NX_ELEMENT_8 = 2,
    NX_ELEMENT_16 = 3,
    NX_ELEMENT_32 = 4,
    NX_ELEMENT_64 = 5,
    NX_ELEMENT_POINTER = 6,
    NX_ELEMENT_STRUCT = 7
};

enum nx_kind {
    NX_KIND_NULL,
    NX_KIND_STRUCT,
    NX_KIND_LIST,
    NX_KIND_CAPABILITY,
    NX_KIND_BAD /* the message's error says why */
};

/* Little-endian values at any address, on any machine. */
uint16_t nx_load16(const uint8_t *at);
uint32_t nx_load32(const uint8_t *at);
uint64_t nx_load64(const uint8_t *at);
void nx_store16(uint8_t *at, uint16_t value);
void nx_store32(uint8_t *at, uint32_t value);
void nx_store64(uint8_t *at, uint64_t value);

/* --- reading --- */

/* Handles are of 16 bytes. So aligned, compilers know them as one value: they stay in registers
 * where inline functions hand them on. */
#define NX_HANDLE __attribute__((aligned(16)))

/* A message being read. The fields are the runtime's own, but for `error` and what open() sets. */
struct nx_message {
    const uint8_t *table; /* the segment sizes, in words; believed because open() summed them */
    const uint8_t *body;  /* the first segment; the others follow */
    uint32_t words;       /* of all segments */
    uint32_t segments;
    uint64_t budget_words; /* left */
    int32_t error;         /* the first one, an enum nx_error */
};

struct nx_struct_reader {
    struct nx_message *message; /* NULL: the empty struct, every field has its default */
    uint32_t data : 26;         /* the word of the body at which the data section starts */
    uint32_t depth : 6;
    uint16_t data_words;
    uint16_t pointers;
} NX_HANDLE;

struct nx_list_reader {
    struct nx_message *message;
    uint32_t data : 26; /* the first element; for structs the tag is the word before */
    uint32_t depth : 6;
    uint32_t count : 29;
    uint32_t element : 3; /* an enum nx_element */
} NX_HANDLE;

/* One pointer field or element: what an AnyPointer is read through. */
struct nx_pointer_reader {
    struct nx_message *message; /* NULL: a null pointer */
    uint32_t word : 26;
    uint32_t depth : 6;
} NX_HANDLE;

/*
 * Opens the stream-framed message at bytes; it may be shorter than length. No copy is made. Takes
 * at most segments_max segments, and lets budget_factor times the message's words be followed
 * (NX_BUDGET_NONE: any number). Gives 0 or the message's error; what is read after an error is
 * empty.
 */
int nx_message_open_limits(struct nx_message *message, const uint8_t *bytes, size_t length,
                           uint32_t segments_max, uint32_t budget_factor);

/* The same with NX_SEGMENTS_DEFAULT and NX_BUDGET_DEFAULT. */
int nx_message_open(struct nx_message *message, const uint8_t *bytes, size_t length);

static inline int nx_message_error(const struct nx_message *message)
{
    return message->error;
}

struct nx_pointer_reader nx_message_pointer(struct nx_message *message);
struct nx_struct_reader nx_message_root(struct nx_message *message);

/* Fields: `byte` and `bit` are offsets into the data section, `index` counts pointers. Give the
 * bits as they lie, 0 beyond the struct: the caller XORs the default. */
bool nx_get_bool(struct nx_struct_reader reader, uint32_t bit);
uint8_t nx_get_u8(struct nx_struct_reader reader, uint32_t byte);
uint16_t nx_get_u16(struct nx_struct_reader reader, uint32_t byte);
uint32_t nx_get_u32(struct nx_struct_reader reader, uint32_t byte);
uint64_t nx_get_u64(struct nx_struct_reader reader, uint32_t byte);
struct nx_pointer_reader nx_get_pointer(struct nx_struct_reader reader, uint32_t index);

/* Elements: an index that the list does not have, or another element size than it was read with,
 * gives 0, a null pointer, the empty struct. */
bool nx_list_get_bool(struct nx_list_reader list, uint32_t index);
uint8_t nx_list_get_u8(struct nx_list_reader list, uint32_t index);
uint16_t nx_list_get_u16(struct nx_list_reader list, uint32_t index);
uint32_t nx_list_get_u32(struct nx_list_reader list, uint32_t index);
uint64_t nx_list_get_u64(struct nx_list_reader list, uint32_t index);
struct nx_struct_reader nx_list_get_struct(struct nx_list_reader list, uint32_t index);
struct nx_pointer_reader nx_list_get_pointer(struct nx_list_reader list, uint32_t index);

/* Following a pointer checks its kind, its element size and its bounds, and charges the budget. */
bool nx_pointer_is_null(struct nx_pointer_reader pointer); /* charges nothing */
enum nx_kind nx_pointer_kind(struct nx_pointer_reader pointer);
struct nx_struct_reader nx_pointer_struct(struct nx_pointer_reader pointer);
struct nx_list_reader nx_pointer_list(struct nx_pointer_reader pointer, enum nx_element element);
struct nx_text nx_pointer_text(struct nx_pointer_reader pointer);
struct nx_data nx_pointer_data(struct nx_pointer_reader pointer);
/* The number of elements of a list of any kind. */
uint32_t nx_pointer_list_count(struct nx_pointer_reader pointer);
/* True and the index in the capability table, where the pointer is a capability. Anything else but
 * null is an error. */
bool nx_pointer_capability(struct nx_pointer_reader pointer, uint32_t *index);

/* The usual first step of a pointer field. */
struct nx_struct_reader nx_get_struct(struct nx_struct_reader reader, uint32_t index);

static inline struct nx_list_reader nx_get_list(struct nx_struct_reader reader, uint32_t index,
                                                enum nx_element element)
{
    return nx_pointer_list(nx_get_pointer(reader, index), element);
}

static inline struct nx_text nx_get_text(struct nx_struct_reader reader, uint32_t index)
{
    return nx_pointer_text(nx_get_pointer(reader, index));
}

static inline struct nx_data nx_get_data(struct nx_struct_reader reader, uint32_t index)
{
    return nx_pointer_data(nx_get_pointer(reader, index));
}

static inline bool nx_has_pointer(struct nx_struct_reader reader, uint32_t index)
{
    return !nx_pointer_is_null(nx_get_pointer(reader, index));
}

/* --- building --- */

/*
 * One message of one segment, built in the caller's buffer behind its 8-byte stream header. Objects
 * lie in the order in which they are made: making them in the order of the fields gives the
 * canonical order. An object that is set a second time leaves the first one behind as dead bytes.
 */
struct nx_builder {
    uint8_t *bytes;          /* the buffer */
    uint32_t capacity_words; /* of the segment */
    uint32_t used_words;
    int32_t error; /* the first one, an enum nx_error */
};

struct nx_struct_builder {
    struct nx_builder *builder; /* NULL: nothing is written */
    uint32_t data;              /* the word of the segment */
    uint16_t data_words;
    uint16_t pointers;
} NX_HANDLE;

struct nx_list_builder {
    struct nx_builder *builder;
    uint32_t data;
    uint32_t count : 29;
    uint32_t element : 3;
} NX_HANDLE;

struct nx_pointer_builder {
    struct nx_builder *builder; /* NULL: nothing is written */
    uint32_t word;
} NX_HANDLE;

/* Begins a message with a null root; size is in bytes. Needs 16 bytes and no alignment. */
void nx_builder_init(struct nx_builder *builder, uint8_t *buffer, size_t size);

/* Writes the stream header. Gives the bytes of the whole message, 0 if it has an error. */
size_t nx_builder_finish(struct nx_builder *builder);

static inline int nx_builder_error(const struct nx_builder *builder)
{
    return builder->error;
}

/* The bytes that a Data or a list could still take. */
size_t nx_builder_space(const struct nx_builder *builder);

struct nx_pointer_builder nx_builder_pointer(struct nx_builder *builder);
struct nx_struct_builder nx_builder_root(struct nx_builder *builder, uint16_t data_words,
                                         uint16_t pointers);

/* Fields: store the bits as given; the caller has XORed the default. */
void nx_set_bool(struct nx_struct_builder target, uint32_t bit, bool value);
void nx_set_u8(struct nx_struct_builder target, uint32_t byte, uint8_t value);
void nx_set_u16(struct nx_struct_builder target, uint32_t byte, uint16_t value);
void nx_set_u32(struct nx_struct_builder target, uint32_t byte, uint32_t value);
void nx_set_u64(struct nx_struct_builder target, uint32_t byte, uint64_t value);
struct nx_pointer_builder nx_edit_pointer(struct nx_struct_builder target, uint32_t index);

/* Elements: NX_RANGE for an index that the list does not have, or for another element size. */
void nx_list_set_bool(struct nx_list_builder list, uint32_t index, bool value);
void nx_list_set_u8(struct nx_list_builder list, uint32_t index, uint8_t value);
void nx_list_set_u16(struct nx_list_builder list, uint32_t index, uint16_t value);
void nx_list_set_u32(struct nx_list_builder list, uint32_t index, uint32_t value);
void nx_list_set_u64(struct nx_list_builder list, uint32_t index, uint64_t value);
struct nx_struct_builder nx_list_edit_struct(struct nx_list_builder list, uint32_t index);
struct nx_pointer_builder nx_list_edit_pointer(struct nx_list_builder list, uint32_t index);

/* What a pointer can be made to point to. Everything made is zero. A list or struct that does not
 * fit gives a handle through which nothing is written. */
struct nx_struct_builder nx_make_struct(struct nx_pointer_builder pointer, uint16_t data_words,
                                        uint16_t pointers);
struct nx_list_builder nx_make_list(struct nx_pointer_builder pointer, enum nx_element element,
                                    uint32_t count); /* any element but NX_ELEMENT_STRUCT */
struct nx_list_builder nx_make_struct_list(struct nx_pointer_builder pointer, uint32_t count,
                                           uint16_t data_words, uint16_t pointers);
void nx_make_text(struct nx_pointer_builder pointer, struct nx_text text);
void nx_make_data(struct nx_pointer_builder pointer, struct nx_data data);
/* The bytes of a Data to fill in place; NULL if they do not fit. */
uint8_t *nx_make_bytes(struct nx_pointer_builder pointer, uint32_t length);
void nx_make_capability(struct nx_pointer_builder pointer, uint32_t index);
void nx_make_null(struct nx_pointer_builder pointer);

static inline struct nx_struct_builder nx_init_struct(struct nx_struct_builder target,
                                                      uint32_t index, uint16_t data_words,
                                                      uint16_t pointers)
{
    return nx_make_struct(nx_edit_pointer(target, index), data_words, pointers);
}

static inline struct nx_list_builder nx_init_list(struct nx_struct_builder target, uint32_t index,
                                                  enum nx_element element, uint32_t count)
{
    return nx_make_list(nx_edit_pointer(target, index), element, count);
}

static inline struct nx_list_builder nx_init_struct_list(struct nx_struct_builder target,
                                                         uint32_t index, uint32_t count,
                                                         uint16_t data_words, uint16_t pointers)
{
    return nx_make_struct_list(nx_edit_pointer(target, index), count, data_words, pointers);
}

static inline void nx_set_text(struct nx_struct_builder target, uint32_t index, struct nx_text text)
{
    nx_make_text(nx_edit_pointer(target, index), text);
}

static inline void nx_set_data(struct nx_struct_builder target, uint32_t index, struct nx_data data)
{
    nx_make_data(nx_edit_pointer(target, index), data);
}

static inline uint8_t *nx_init_data(struct nx_struct_builder target, uint32_t index,
                                    uint32_t length)
{
    return nx_make_bytes(nx_edit_pointer(target, index), length);
}

/* A field or an element was named that is not there: NX_RANGE, if it is the first error. */
void nx_builder_refuse(struct nx_builder *builder);

/* gcc's and clang's word for -Os. */
#ifndef __OPTIMIZE_SIZE__
#include "nexus-idl/wire_inline.h"
#endif

#ifdef __cplusplus
}
#endif

#endif
