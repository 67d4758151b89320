/* SPDX-License-Identifier: Apache-2.0 */
#include "perfd/perfd.h"

const char *perfd_error_text(int error)
{
    static const char *const text[] = {
        "ok",          "not found", "access denied", "read only", "not a directory",
        "a directory", "exists",    "no space",      "too big",   "integrity",
        "busy",        "invalid",   "unsupported",   "i/o",       "rate limited",
    };
    const int count = (int)(sizeof text / sizeof text[0]);
    if (error > 0 || error <= -count)
        return "unknown";
    return text[-error];
}
