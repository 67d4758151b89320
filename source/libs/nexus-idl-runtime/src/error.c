/* SPDX-License-Identifier: Apache-2.0 */
#include "nexus-idl/wire.h"

const char *nx_error_text(int error)
{
    switch (error) {
    case NX_OK:
        return "no error";
    case NX_NO_SPACE:
        return "the message does not fit its buffer";
    case NX_TRUNCATED:
        return "the message is cut short";
    case NX_TOO_BIG:
        return "the message is too big";
    case NX_SEGMENTS:
        return "the message has too many segments";
    case NX_BOUNDS:
        return "a pointer leaves its segment";
    case NX_KIND:
        return "a pointer is of another kind than its field";
    case NX_FAR:
        return "a far pointer has no landing pad";
    case NX_TAG:
        return "a list of structs disagrees with its tag";
    case NX_TEXT:
        return "a text has no terminating NUL";
    case NX_BUDGET:
        return "reading the message costs more than its size allows";
    case NX_DEPTH:
        return "the message is nested too deep";
    case NX_RANGE:
        return "no such field, element or size";
    default:
        return "unknown error";
    }
}
