/* SPDX-License-Identifier: Apache-2.0 */
/* struct ucred is Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Up to the first newline, which a process may also have in its name. */
static void read_name(struct peer *peer)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%ld/comm", (long)peer->pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    ssize_t length = read(file, peer->name, sizeof peer->name - 1);
    close(file);
    peer->name[length > 0 ? length : 0] = '\0';
    peer->name[strcspn(peer->name, "\n")] = '\0';
}

bool peer_read(int socket, struct peer *peer)
{
    struct ucred peer_is;
    socklen_t length = sizeof peer_is;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer_is, &length) != 0)
        return false;
    *peer = (struct peer){.user = peer_is.uid, .pid = peer_is.pid};
    if (peer->pid > 0)
        read_name(peer);
    return true;
}
