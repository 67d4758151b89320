/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which marks a session's traces show, by the category of their label. Lanes are every session's:
 * a mark is left out when a trace is made, and counted as filtered.
 *
 * A program links filter.c, or filter_none.c: then every trace shows all.
 */
#ifndef PERFD_CORE_FILTER_H
#define PERFD_CORE_FILTER_H

#include "perfd/perfd.h"

struct put;
struct trace;
struct session;

/* The categories that were asked for, as they were given to start; of no length: all. */
struct filter {
    uint8_t length;
    char text[PERFD_CATEGORIES_MAX];
};

/* A trace's own: where it is in the copy, and what it left out. */
struct filtering {
    struct filter filter; /* of the copy's session */
    uint32_t at;
    uint64_t marks;
};

bool filter_valid(const struct perfd_start *start);
void filter_choose(struct session *session, const struct perfd_start *start);

/* Are marks of this category asked for? */
bool filter_takes(const struct filter *filter, struct perfd_text category);

/* The copy is made of this session. */
void filter_freeze(struct perfd *perfd, const struct session *session);

/* Spans have been paired: goes over the copy for a bounded while. True: there is more. */
bool filter_step(struct perfd *perfd);
void filter_start(struct trace *trace);

/* Marks that are left out. */
uint64_t filter_marks(const struct trace *trace);

/* A member of otherData with the categories, where not all were asked for. */
void filter_put(const struct trace *trace, struct put *p);

#endif
