/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of one phase over the window. Nothing is kept for them: they cost a few passes over it.
 */
#ifndef PERFD_CORE_PHASE_H
#define PERFD_CORE_PHASE_H

#include "window.h"

/* Over the counted frames that gave the phase; *out stays as it is (zero) where none did. */
void phase_metrics(const struct window *w, enum perfd_phase phase, struct perfd_phase_metrics *out);

#endif
