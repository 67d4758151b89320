/* SPDX-License-Identifier: Apache-2.0 */
/* One of each method's calls, with something in every field that matters: what mutations and flips
 * start from. */
#ifndef FUZZ_CALLS_H
#define FUZZ_CALLS_H

#include "nexus-idl/rpc_client.h"

/* Begins the call; `number` is in fields where calls should differ. */
void calls_begin(struct nx_client *rpc, unsigned method, uint64_t number);

#endif
