/* SPDX-License-Identifier: Apache-2.0 */
/* Another program, run with this one's terminal and files, and with frames that are counted. */
#ifndef PERFCTL_LAUNCH_H
#define PERFCTL_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct launch {
    char **arguments;    /* the program, what it is given, NULL */
    const char *library; /* loaded into it before what $LD_PRELOAD has */
    const char *address; /* $PERF_SOCKET for it */
    uint32_t session;    /* $PERF_SESSION */
};

enum launch_code { LAUNCH_NOT_EXECUTABLE = 126, LAUNCH_NOT_FOUND = 127, LAUNCH_SIGNALLED = 128 };

/* From here on signals wait for launch_run(). *before: the mask that was. */
void launch_hold_signals(sigset_t *before);

/*
 * Runs it and waits; signals that are sent to this process meanwhile are sent on to it. Gives the
 * exit code to end with: the program's, 128 and the signal that ended it, or one of the above after
 * a line on stderr, with *ran false.
 */
int launch_run(const struct launch *launch, const sigset_t *before, bool *ran)
    __attribute__((warn_unused_result));

#endif
