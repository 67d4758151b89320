/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of one phase over the window. Nothing is kept for them: they cost a few passes over it.
 */
#ifndef PERFD_CORE_PHASE_H
#define PERFD_CORE_PHASE_H

#include "window.h"

/* Over the counted frames that gave the phase; all 0 where none did. */
struct perfd_phase_metrics phase_metrics(const struct window *w, enum perfd_phase phase);

#endif
