/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace has of labels that say what their spans may take, and where they stand in the
 * source: those that its records carry, at most BUDGETS_MOST. Functions as extras.h has them. */
#ifndef PERFD_CORE_BUDGETS_H
#define PERFD_CORE_BUDGETS_H

#include <stdint.h>

#define BUDGETS_MOST 64u /* the first ones: otherData must fit into a small cap */

struct perfd;
struct put;

void budgets_freeze(struct perfd *perfd);
uint32_t budgets_pieces(const struct perfd *perfd);
void budgets_put(const struct perfd *perfd, uint32_t piece, struct put *p);

#endif
