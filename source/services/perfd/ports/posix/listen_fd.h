/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listening socket that whoever starts the daemon passes to it: systemd's protocol,
 * sd_listen_fds(3), without its library. LISTEN_PID names the process that is meant, LISTEN_FDS how
 * many descriptors there are from 3 on.
 */
#ifndef PERFD_POSIX_LISTEN_FD_H
#define PERFD_POSIX_LISTEN_FD_H

enum { LISTEN_FD_NONE = -1, LISTEN_FD_UNUSABLE = -2 };

/*
 * Gives the descriptor, non-blocking and closed on exec; LISTEN_FD_NONE where the environment says
 * nothing of one; LISTEN_FD_UNUSABLE, after one line on stderr, where it is meant for another
 * process, is not the only one, or is not a listening Unix stream socket. `path`: what the command
 * line names, or NULL. With one, what is meant for another process counts as nothing, and what is
 * meant for this one is unusable: whoever calls at it would never be answered.
 *
 * The variables are gone from the environment in any case. To be called before any other descriptor
 * is opened.
 */
int listen_fd_take(const char *path) __attribute__((warn_unused_result));

#endif
