/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that perfd prints: stable text, one call of the port a line. */
#ifndef PERFD_CORE_MARKER_H
#define PERFD_CORE_MARKER_H

#include "perfd/perfd.h"
#include "session.h"

#define MARKER_MAX 512 /* bytes of a line, its newline included */

/* perf: start <name> (budget=16.667ms) */
void marker_start(const struct perfd *perfd, const struct session *s);

/* perf: stop <name> fps=59.94 p95=16.700 long=3, of the whole session; `-` where there is no figure
 */
void marker_stop(const struct perfd *perfd, const struct session *s, const struct perfd_metrics *m);

/* perfd: reject <class> */
void marker_reject(const struct perfd *perfd, enum perfd_reject reason);

#endif
