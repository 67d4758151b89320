/* SPDX-License-Identifier: Apache-2.0 */
/* A perfd of one command's own, which ends with it, however that ends. */
#ifndef PERFCTL_PRIVATE_DAEMON_H
#define PERFCTL_PRIVATE_DAEMON_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* The folder that this program's file is in, of size bytes; false: it cannot be told. */
bool own_folder(char *folder, size_t size);

/*
 * Starts one, on a socket in a folder of its own, and gives its address; NULL after a line on
 * stderr. Once in a process, with SIGCHLD blocked; `unblocked` is the mask that perfd gets. It is
 * ended when the process exits, or is killed.
 */
const char *private_daemon_start(const sigset_t *unblocked) __attribute__((warn_unused_result));

#endif
