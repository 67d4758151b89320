/* SPDX-License-Identifier: Apache-2.0 */
/* What compare and gate write for a pull request. */
#ifndef PERFCTL_MARKDOWN_H
#define PERFCTL_MARKDOWN_H

#include <stdio.h>

/* A name from a file as code, in a table or outside of one: it is text whatever is in it. */
void markdown_name(FILE *to, const char *name);

/* To the file (output.c), whole or not at all; EXIT_FINE, or EXIT_UNUSABLE after a line on stderr:
 * 1 would say that the figures are worse. */
int markdown_write(const char *path, void (*write)(FILE *to, const void *what), const void *what);

#endif
