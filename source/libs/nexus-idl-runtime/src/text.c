/* SPDX-License-Identifier: Apache-2.0 */
#include "nexus-idl/wire.h"

struct nx_text nx_text_of(const char *string)
{
    struct nx_text text = {string, 0};

    while (string[text.length] != '\0')
        text.length++;
    return text;
}

bool nx_text_equal(struct nx_text a, struct nx_text b)
{
    if (a.length != b.length)
        return false;
    for (uint32_t i = 0; i < a.length; i++) {
        if (a.bytes[i] != b.bytes[i])
            return false;
    }
    return true;
}
