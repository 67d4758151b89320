/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's command line. */
#ifndef PERFD_POSIX_OPTIONS_H
#define PERFD_POSIX_OPTIONS_H

#include "hardware.h"
#include "perfd/config.h"
#include "policy.h"

struct options {
    const char *socket;     /* NULL: the default path */
    const char *export_dir; /* NULL: exportLast is unsupported, readTrace works */
    struct policy policy;
    struct perfd_config config;
    size_t log_bytes; /* of the run log; 0: there is none */
    bool run_log;     /* it begins at once */
    bool flight;      /* a session of the daemon's own runs always */
    bool cost_lane;   /* what each frame costs the daemon is in its traces */
    struct hardware_options hardware;
};

/* Ends the process with 2 and one clear line where the arguments are unusable. */
void options_parse(struct options *options, int argc, char **argv);

#endif
