/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPNPC_NEXUS_C_CHECK_H
#define CAPNPC_NEXUS_C_CHECK_H

#include "model.h"

/*
 * False where the file uses what the generator does not do: generics, AnyPointer, interfaces as
 * types or superclasses, pointer defaults but what is empty, streaming, types of a file that it
 * does not import itself, names that C cannot tell apart. Each is printed by the file's name and
 * the schema's name of it; the requests of capnp 0.9 hold no line numbers.
 */
bool check_file(const struct model *model, const struct node *file);

#endif
