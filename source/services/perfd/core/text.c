/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

struct perfd_text text_of(const char *string)
{
    struct perfd_text text = {string, 0};
    while (string[text.length] != '\0')
        text.length++;
    return text;
}

const char *text_nth(const char *texts, uint32_t n)
{
    for (; n > 0; n--)
        texts += text_of(texts).length + 1;
    return texts;
}
