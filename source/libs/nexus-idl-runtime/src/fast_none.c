/* SPDX-License-Identifier: Apache-2.0 */
#include "fast.h"

int64_t nx_fast_frame_length(const uint8_t *bytes, size_t length, size_t max_bytes)
{
    (void)bytes, (void)length, (void)max_bytes;
    return 0;
}

int nx_message_open(struct nx_message *message, const uint8_t *bytes, size_t length)
{
    return nx_message_open_limits(message, bytes, length, NX_SEGMENTS_DEFAULT, NX_BUDGET_DEFAULT);
}

struct nx_struct_reader nx_message_root(struct nx_message *message)
{
    return nx_usual_struct(nx_message_pointer(message));
}

struct nx_struct_reader nx_pointer_struct(struct nx_pointer_reader pointer)
{
    return nx_usual_struct(pointer);
}

struct nx_struct_reader nx_get_struct(struct nx_struct_reader reader, uint32_t index)
{
    return nx_usual_struct(nx_get_pointer(reader, index));
}

struct nx_text nx_pointer_text(struct nx_pointer_reader pointer)
{
    return nx_usual_text(pointer);
}

struct nx_struct_builder nx_make_struct(struct nx_pointer_builder pointer, uint16_t data_words,
                                        uint16_t pointers)
{
    return nx_usual_make_struct(pointer, data_words, pointers);
}

void nx_make_text(struct nx_pointer_builder pointer, struct nx_text text)
{
    nx_usual_make_text(pointer, text);
}

bool nx_fast_bytes(struct nx_pointer_reader pointer, struct nx_list_reader *list)
{
    (void)pointer, (void)list;
    return false;
}

bool nx_fast_call(const uint8_t *frame, size_t length, uint32_t export_id, struct nx_call *call)
{
    (void)frame, (void)length, (void)export_id, (void)call;
    return false;
}

bool nx_fast_params(struct nx_call *call, struct nx_struct_reader *reader)
{
    (void)call, (void)reader;
    return false;
}

bool nx_fast_results(struct nx_call *call, uint16_t data_words, uint16_t pointers,
                     struct nx_struct_builder *results)
{
    (void)call, (void)data_words, (void)pointers, (void)results;
    return false;
}
