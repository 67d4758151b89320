/* SPDX-License-Identifier: Apache-2.0 */
#include "fast.h"

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

bool nx_fast_results(struct nx_call *call, uint16_t data_words, uint16_t pointers,
                     struct nx_struct_builder *results)
{
    (void)call, (void)data_words, (void)pointers, (void)results;
    return false;
}
