/* SPDX-License-Identifier: Apache-2.0 */
/* The files that pages are made of, which the build puts in: scripts/embed. */
#ifndef PERFCTL_PAGE_FILES_H
#define PERFCTL_PAGE_FILES_H

#include <stddef.h>

struct page_file {
    const char *name; /* without folders */
    const unsigned char *bytes;
    size_t length;
};

extern const struct page_file page_files[];
extern const size_t page_file_count;

#endif
