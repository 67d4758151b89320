/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that perfctl writes: one file each, which opens without a network. */
#ifndef PERFCTL_PAGE_H
#define PERFCTL_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Writes a page with the chart library, the styles of all pages, the script pages/NAME.js and the
 * data that it shows (as window.perf). What data's strings hold can neither end the script nor
 * become markup. false: the stream could not take it, errno says why; or NAME is unknown.
 */
bool page_write(FILE *to, const char *title, const char *name, const json_t *data)
    __attribute__((warn_unused_result));

/* The same, and its script may talk to origin, "ws://127.0.0.1:8080" say. */
bool page_write_live(FILE *to, const char *title, const char *name, const json_t *data,
                     const char *origin) __attribute__((warn_unused_result));

#endif
