/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly every call does, in few instructions: fast.c. It does it as the general code would,
 * or says false and has done nothing. fast_none.c always says false, where code is what there is
 * least of.
 */
#ifndef NEXUS_IDL_FAST_H
#define NEXUS_IDL_FAST_H

#include "nexus-idl/rpc.h"

/* Follows a pointer to a struct, or to a list of bytes, in a message of one segment. */
bool nx_fast_struct(struct nx_pointer_reader pointer, struct nx_struct_reader *reader);
bool nx_fast_bytes(struct nx_pointer_reader pointer, struct nx_list_reader *list);

/* The same for a struct in a pointer field. */
bool nx_fast_field(struct nx_struct_reader from, uint32_t index, struct nx_struct_reader *reader);

/* Begins the Return of a call with its results. */
bool nx_fast_results(struct nx_call *call, uint16_t data_words, uint16_t pointers,
                     struct nx_struct_builder *results);

#endif
