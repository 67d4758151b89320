/* SPDX-License-Identifier: Apache-2.0 */
/* What `perfctl run` leaves and says when the program has ended. */
#ifndef PERFCTL_RUN_OUTCOME_H
#define PERFCTL_RUN_OUTCOME_H

#include "perfctl.h"

struct run_outcome {
    struct perf_client *client; /* with which the session was started */
    const struct common *common;
    uint32_t session;
    const char *program, *folder;
    int code; /* to exit with */
    bool ran; /* false: it could not be run, and that was said */
};

/* Stops the session; writes the files and says so, all on stderr. What goes wrong is said, too: the
 * exit code is the program's whatever happens here. */
void run_outcome_tell(const struct run_outcome *outcome);

#endif
