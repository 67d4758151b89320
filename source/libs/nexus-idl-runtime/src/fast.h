/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly every call does, in few instructions: fast.c. It does it as the general code would,
 * or says false and has done nothing. fast_none.c always says false, where code is what there is
 * least of.
 */
#ifndef NEXUS_IDL_FAST_H
#define NEXUS_IDL_FAST_H

#include "nexus-idl/rpc.h"

/* The length of a message of one segment, as nx_frame_length() gives it; 0: ask that. */
int64_t nx_fast_frame_length(const uint8_t *bytes, size_t length, size_t max_bytes);

/* Follows a pointer to a struct, or to a list of bytes, in a message of one segment. */
bool nx_fast_struct(struct nx_pointer_reader pointer, struct nx_struct_reader *reader);
bool nx_fast_bytes(struct nx_pointer_reader pointer, struct nx_list_reader *list);

/* The same for a struct in a pointer field. */
bool nx_fast_field(struct nx_struct_reader from, uint32_t index, struct nx_struct_reader *reader);

/*
 * Reads the message of a call to the capability that was exported under this id, whose results go
 * to the caller. Where it says false, call->message has to be opened again.
 */
bool nx_fast_call(const uint8_t *frame, size_t length, uint32_t export_id, struct nx_call *call);

/* The parameters of a call. */
bool nx_fast_params(struct nx_call *call, struct nx_struct_reader *reader);

/* Begins the Return of a call with its results. */
bool nx_fast_results(struct nx_call *call, uint16_t data_words, uint16_t pointers,
                     struct nx_struct_builder *results);

#endif
