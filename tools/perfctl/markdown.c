/* SPDX-License-Identifier: Apache-2.0 */
#include "markdown.h"

#include <stdbool.h>
#include <string.h>

#include "perfctl.h"

static bool is_control(const char *at)
{
    const unsigned char byte = (unsigned char)at[0], next = (unsigned char)at[byte != '\0'];
    return byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next >= 0x80 && next < 0xa0);
}

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte & 0x80) != 0 || strchr(" ./_-", byte) != NULL;
}

static void put_entities(FILE *to, const char *name)
{
    fprintf(to, "<code>");
    for (; *name != '\0'; name++) {
        if (is_control(name)) {
            fprintf(to, "?");
            name += (*name & 0x80) != 0;
        } else if (is_word(*name)) {
            (void)putc(*name, to);
        } else {
            fprintf(to, "&#%d;", *name);
        }
    }
    fprintf(to, "</code>");
}

/* Nothing works inside a code span, but it ends at a backtick, a table's cell ends at a bar inside
 * of it, and viewers that know no code spans show HTML: such names are spelled out. */
void markdown_name(FILE *to, const char *name)
{
    bool plain = name[0] != '\0' && name[0] != ' ' && name[strlen(name) - 1] != ' ';
    for (const char *at = name; *at != '\0'; at++)
        plain = plain && !is_control(at) && strchr("`|\\<>&", *at) == NULL;
    if (plain)
        fprintf(to, "`%s`", name);
    else
        put_entities(to, name);
}

int markdown_write(const char *path, void (*write)(FILE *to, const void *what), const void *what)
{
    if (output_open(path) != EXIT_FINE)
        return EXIT_UNUSABLE;
    write(output_file(), what);
    if (ferror(output_file())) { /* what is flushed after it may well succeed */
        (void)output_problem();
        return EXIT_UNUSABLE;
    }
    return output_commit() == EXIT_FINE ? EXIT_FINE : EXIT_UNUSABLE;
}
