/* SPDX-License-Identifier: Apache-2.0 */
/* close_range() is Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "exporter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perfd/perfd.h"
#include "ports/port.h"
#include "posix.h"

#define BLOCKS_BYTES ((size_t)DISK_BLOCKS * DISK_BLOCK_BYTES)

void exporter_init(struct exporter *exporter, const char *dir)
{
    *exporter = (struct exporter){.dir = dir, .socket = -1, .pid = -1};
}

/* The child of fork(): keeps its end of the pair and nothing else of the service. */
static _Noreturn void become_disk(int socket, const uint8_t *blocks, const char *dir)
{
    /* The end of the pair is what ends it, also where a terminal signals the whole group. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    socket = dup2(socket, STDERR_FILENO + 1);
    (void)close_range((unsigned)STDERR_FILENO + 2, ~0u, 0);
    disk_serve(socket, blocks, dir);
}

/* A disk may hang for good: after this long its process is left to end alone. */
#define REAP_MS 5000

/* The closed pair ends the process, once it has done what it was told. Should it go on for longer,
 * then with its own mapping of the blocks: the next process gets others. */
static void reap(struct exporter *exporter)
{
    if (exporter->socket >= 0)
        close(exporter->socket);
    exporter->socket = -1;
    if (exporter->blocks != NULL)
        munmap(exporter->blocks, BLOCKS_BYTES);
    exporter->blocks = NULL;
    if (exporter->pid <= 0)
        return;
    struct pollfd ended = {.fd = pidfd_open(exporter->pid, 0), .events = POLLIN};
    if (ended.fd >= 0) {
        (void)poll(&ended, 1, REAP_MS);
        close(ended.fd);
    }
    (void)waitpid(exporter->pid, NULL, WNOHANG);
    exporter->pid = -1;
}

static int start_disk(struct exporter *exporter)
{
    void *blocks =
        mmap(NULL, BLOCKS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (blocks == MAP_FAILED)
        return PERFD_IO;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        munmap(blocks, BLOCKS_BYTES);
        return PERFD_IO;
    }
    pid_t pid = fork();
    if (pid == 0)
        become_disk(pair[1], blocks, exporter->dir);
    close(pair[1]);
    if (pid < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) {
        close(pair[0]);
        munmap(blocks, BLOCKS_BYTES);
        return PERFD_IO;
    }
    exporter->socket = pair[0];
    exporter->pid = pid;
    exporter->blocks = blocks;
    return 0;
}

/* 1: sent; 0: no room now; negative: the disk process is gone. */
static int send_request(struct exporter *exporter, enum disk_op op)
{
    struct disk_request *request = &exporter->request;
    request->job = exporter->job;
    request->op = (uint32_t)op;
    exporter->stuck = false;
    for (;;) {
        ssize_t sent = send(exporter->socket, request, sizeof *request, MSG_NOSIGNAL);
        if (sent >= 0)
            return 1;
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
            exporter->stuck = true;
            return 0;
        }
        if (errno != EINTR)
            break;
    }
    reap(exporter);
    return PERFD_IO;
}

/* Takes all that has come for this job: acknowledgements, and the reply. 1: that did not come; 0:
 * it lies in exporter->reply; negative: the disk process is gone. */
static int receive_reply(struct exporter *exporter)
{
    for (;;) {
        ssize_t got = recv(exporter->socket, &exporter->reply, sizeof exporter->reply, 0);
        if (got >= (ssize_t)DISK_ACK_BYTES) {
            bool ours = exporter->reply.job == exporter->job; /* or of one that was aborted */
            if (ours && got == (ssize_t)sizeof exporter->reply)
                return 0;
            exporter->acked += ours;
            continue;
        }
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return 1;
        reap(exporter);
        return PERFD_IO;
    }
}

int perfd_port_export_open(struct perfd_port *port, const char *name, uint64_t ts_ms,
                           uint64_t bytes)
{
    (void)bytes; /* a file grows as it is written */
    struct exporter *exporter = &port->exporter;
    if (exporter->dir == NULL)
        return PERFD_UNSUPPORTED;
    size_t length = strlen(name) + 1;
    if (length > PERFD_NAME_MAX + 1)
        return PERFD_INVALID;
    exporter->job++;
    exporter->committed = exporter->stuck = false;
    exporter->sent = exporter->acked = 0;
    exporter->gathered = 0;
    exporter->request.ts_ms = ts_ms;
    memcpy(exporter->request.name, name, length);
    /* A process that died since the last export shows at the first packet: start it anew, once. */
    for (int attempt = 0; attempt < 2; attempt++) {
        if (exporter->socket < 0 && start_disk(exporter) < 0)
            return PERFD_IO;
        int sent = send_request(exporter, DISK_OPEN);
        if (sent >= 0)
            return sent == 1 ? 0 : PERFD_BUSY;
    }
    return PERFD_IO;
}

/* Sends what was gathered; results as send_request()'s. */
static int send_gathered(struct exporter *exporter)
{
    if (exporter->gathered == 0)
        return 1;
    exporter->request.block = exporter->sent % DISK_BLOCKS;
    exporter->request.length = (uint32_t)exporter->gathered;
    int sent = send_request(exporter, DISK_DATA);
    if (sent == 1) {
        exporter->gathered = 0;
        exporter->sent++;
    }
    return sent;
}

/* 1: the next block may be filled; 0: all of them wait for the disk. */
static int have_block(struct exporter *exporter)
{
    if (exporter->gathered == DISK_BLOCK_BYTES) {
        int sent = send_gathered(exporter);
        if (sent <= 0)
            return sent;
    }
    if (exporter->gathered > 0)
        return 1;
    /* The only reply before the commit is a failure. */
    int state = receive_reply(exporter);
    if (state <= 0)
        return state < 0 ? state : (exporter->reply.result < 0 ? exporter->reply.result : PERFD_IO);
    return exporter->sent - exporter->acked < DISK_BLOCKS;
}

/* The trace comes piece by piece: blocks hold many of them. */
int perfd_port_export_write(struct perfd_port *port, const void *bytes, size_t length)
{
    struct exporter *exporter = &port->exporter;
    if (exporter->socket < 0)
        return PERFD_IO;
    int state = have_block(exporter);
    if (state <= 0)
        return state;
    size_t room = DISK_BLOCK_BYTES - exporter->gathered;
    size_t part = length < room ? length : room;
    uint8_t *block = exporter->blocks + exporter->sent % DISK_BLOCKS * (size_t)DISK_BLOCK_BYTES;
    memcpy(block + exporter->gathered, bytes, part);
    exporter->gathered += part;
    return (int)part;
}

/* file:// and the path, with what a URI may not hold written as %XX. */
static int write_uri(const char *path, char *uri, size_t size)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    int length = snprintf(uri, size, "file://");
    for (; *path != '\0'; path++) {
        size_t left = size - (size_t)length;
        int n = snprintf(uri + length, left, strchr(plain, *path) != NULL ? "%c" : "%%%02X",
                         (unsigned char)*path);
        if (n < 0 || (size_t)n >= left)
            return PERFD_TOO_BIG;
        length += n;
    }
    return 0;
}

int perfd_port_export_commit(struct perfd_port *port, char *uri, size_t size)
{
    struct exporter *exporter = &port->exporter;
    if (exporter->socket < 0)
        return PERFD_IO;
    if (!exporter->committed) {
        int sent = send_gathered(exporter);
        if (sent == 1)
            sent = send_request(exporter, DISK_COMMIT);
        if (sent < 0)
            return sent;
        exporter->committed = sent == 1;
        if (!exporter->committed)
            return 1;
    }
    int state = receive_reply(exporter);
    if (state != 0)
        return state;
    return exporter->reply.result < 0 ? exporter->reply.result
                                      : write_uri(exporter->reply.path, uri, size);
}

void perfd_port_export_abort(struct perfd_port *port)
{
    struct exporter *exporter = &port->exporter;
    /* Where the socket has no room, the next open clears up instead: it forgets the job before it.
     */
    if (exporter->socket >= 0)
        (void)send_request(exporter, DISK_ABORT);
    exporter->job++;
}

int exporter_poll_fd(const struct exporter *exporter, short *events)
{
    *events = exporter->stuck ? POLLIN | POLLOUT : POLLIN;
    return exporter->socket;
}

void exporter_close(struct exporter *exporter)
{
    reap(exporter);
}
