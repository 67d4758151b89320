/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly every message and every call does, in few instructions: fast.c. It does it as the
 * usual code would, or says false and has done nothing. fast_none.c always says false, where code
 * is what there is least of.
 *
 * nx_message_open(), nx_message_root(), nx_pointer_struct(), nx_pointer_text(), nx_get_struct(),
 * nx_make_struct() and nx_make_text() are there, too, so that they need not call
 * and ask: they end in the usual code, or go straight to it.
 */
#ifndef NEXUS_IDL_FAST_H
#define NEXUS_IDL_FAST_H

#include "nexus-idl/rpc.h"

/* The length of a message of one segment, as nx_frame_length() gives it; 0: ask that. */
int64_t nx_fast_frame_length(const uint8_t *bytes, size_t length, size_t max_bytes);

/* Follows a pointer to a list of bytes in a message of one segment. */
bool nx_fast_bytes(struct nx_pointer_reader pointer, struct nx_list_reader *list);

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

/* Of pointer.c and builder.c. */
struct nx_struct_reader nx_usual_struct(struct nx_pointer_reader pointer);
struct nx_text nx_usual_text(struct nx_pointer_reader pointer);
struct nx_struct_builder nx_usual_make_struct(struct nx_pointer_builder pointer,
                                              uint16_t data_words, uint16_t pointers);
void nx_usual_make_text(struct nx_pointer_builder pointer, struct nx_text text);

#endif
