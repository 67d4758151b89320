/* SPDX-License-Identifier: Apache-2.0 */
#include "fast.h"

int64_t nx_fast_frame_length(const uint8_t *bytes, size_t length, size_t max_bytes)
{
    (void)bytes, (void)length, (void)max_bytes;
    return 0;
}

bool nx_fast_struct(struct nx_pointer_reader pointer, struct nx_struct_reader *reader)
{
    (void)pointer, (void)reader;
    return false;
}

bool nx_fast_field(struct nx_struct_reader from, uint32_t index, struct nx_struct_reader *reader)
{
    (void)from, (void)index, (void)reader;
    return false;
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
