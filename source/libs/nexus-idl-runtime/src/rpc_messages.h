/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RPC messages that both sides write, each whole into the caller's buffer. They give the
 * message's length, or 0 where it does not fit. Reasons are strings in ROM: they never carry input.
 */
#ifndef NEXUS_IDL_RPC_MESSAGES_H
#define NEXUS_IDL_RPC_MESSAGES_H

#include "nexus-idl/wire.h"
#include "rpc_layout.h"

size_t nx_rpc_write_abort(uint8_t *out, size_t out_size, const char *reason);

/*
 * Sends a message back as not understood. It goes back as it came, behind a segment of its own;
 * where that cannot be (it has several segments, its root is no plain pointer, or it does not fit),
 * only its tag goes back.
 */
size_t nx_rpc_write_unimplemented(uint8_t *out, size_t out_size, const struct nx_message *message,
                                  uint16_t tag);

/* Begins a message of that tag in builder and gives the struct that it carries. */
struct nx_struct_builder nx_rpc_begin(struct nx_builder *builder, uint8_t *out, size_t out_size,
                                      enum message_tag tag, uint16_t data_words, uint16_t pointers);

void nx_rpc_make_exception(struct nx_struct_builder parent, uint32_t index,
                           enum exception_type type, const char *reason);

#endif
