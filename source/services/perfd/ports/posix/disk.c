/* SPDX-License-Identifier: Apache-2.0 */
/* renameat2() is Linux's: it publishes a file without ever replacing one. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "perfd/perfd.h"

#define SUFFIX         ".json"
#define PARTIAL_SUFFIX ".json.part"

/* One export at a time. dir and file are -1 where nothing is open. */
struct disk {
    const char *path;      /* of the export directory */
    const uint8_t *blocks; /* DISK_BLOCKS of them */
    int socket;
    uint32_t job;
    int dir, file;
    char partial[PERFD_NAME_MAX + 64]; /* the temporary name, in dir */
    char name[PERFD_NAME_MAX + 1];
    uint64_t ts_ms;
};

static int from_errno(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG ? PERFD_NO_SPACE : PERFD_IO;
}

/* Reads the ts of `<name>-<ts>.json`; false for every other file. */
static bool trace_ts(const char *file, uint64_t *ts)
{
    size_t length = strlen(file);
    size_t suffix = strlen(SUFFIX);
    if (length <= suffix || strcmp(file + length - suffix, SUFFIX) != 0)
        return false;
    size_t start = length - suffix;
    while (start > 0 && file[start - 1] >= '0' && file[start - 1] <= '9')
        start--;
    /* 18 digits never overflow, and are 30 million years of milliseconds. */
    if (start == 0 || file[start - 1] != '-' || start == length - suffix ||
        length - suffix - start > 18)
        return false;
    *ts = strtoull(file + start, NULL, 10);
    return true;
}

/* Above every trace that is there, so that names sort by age even where the clock started anew. */
static int raise_ts(int dir, uint64_t *ts_ms)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    if (list == NULL) {
        int result = from_errno(errno);
        if (copy >= 0)
            close(copy);
        return result;
    }
    const struct dirent *entry;
    while ((entry = readdir(list)) != NULL) {
        uint64_t ts;
        if (trace_ts(entry->d_name, &ts) && ts >= *ts_ms)
            *ts_ms = ts + 1;
    }
    closedir(list);
    return 0;
}

/* Leaves nothing of an unfinished export behind. */
static void forget(struct disk *disk)
{
    if (disk->file >= 0) {
        (void)unlinkat(disk->dir, disk->partial, 0);
        close(disk->file);
    }
    if (disk->dir >= 0)
        close(disk->dir);
    disk->file = disk->dir = -1;
}

/* A disk process that was killed left its file behind; one that lives holds a lock on its own. */
static void remove_leftovers(int dir)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    if (list == NULL) {
        if (copy >= 0)
            close(copy);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(list)) != NULL) {
        size_t length = strlen(entry->d_name);
        size_t suffix = strlen(PARTIAL_SUFFIX);
        if (entry->d_name[0] != '.' || length <= suffix ||
            strcmp(entry->d_name + length - suffix, PARTIAL_SUFFIX) != 0)
            continue;
        int file = openat(dir, entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        if (file < 0)
            continue;
        if (flock(file, LOCK_EX | LOCK_NB) == 0)
            (void)unlinkat(dir, entry->d_name, 0);
        close(file);
    }
    closedir(list);
}

static int open_export(struct disk *disk, const struct disk_request *request)
{
    forget(disk);
    disk->job = request->job;
    disk->ts_ms = request->ts_ms;
    memcpy(disk->name, request->name, sizeof disk->name);
    disk->name[sizeof disk->name - 1] = '\0';
    disk->dir = open(disk->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (disk->dir < 0)
        return from_errno(errno);
    remove_leftovers(disk->dir);
    snprintf(disk->partial, sizeof disk->partial, ".%s-%ld" PARTIAL_SUFFIX, disk->name,
             (long)getpid());
    disk->file = openat(disk->dir, disk->partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (disk->file < 0)
        return from_errno(errno);
    return flock(disk->file, LOCK_EX | LOCK_NB) == 0 ? 0 : from_errno(errno);
}

static int write_block(struct disk *disk, const struct disk_request *request)
{
    const uint8_t *block = disk->blocks + (size_t)request->block * DISK_BLOCK_BYTES;
    size_t done = 0;
    while (done < request->length) {
        ssize_t n = write(disk->file, block + done, request->length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? from_errno(errno) : PERFD_IO;
        done += (size_t)n;
    }
    return 0;
}

/* Publishes under the first free ts. Another perfd may export into the same directory: what it has
 * published meanwhile is never replaced. */
static int publish(struct disk *disk, char *file, size_t size)
{
    int result = raise_ts(disk->dir, &disk->ts_ms);
    if (result < 0)
        return result;
    for (int attempt = 0; attempt < 1000; attempt++, disk->ts_ms++) {
        snprintf(file, size, "%s-%" PRIu64 SUFFIX, disk->name, disk->ts_ms);
        if (renameat2(disk->dir, disk->partial, disk->dir, file, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            return from_errno(errno);
    }
    return PERFD_EXISTS;
}

/* File first, then its name, then the directory: an acknowledged trace survives a power cut. */
static int commit_export(struct disk *disk, char *path, size_t size)
{
    char file[PERFD_NAME_MAX + 64];
    char dir[PATH_MAX];
    if (fsync(disk->file) != 0)
        return from_errno(errno);
    if (realpath(disk->path, dir) == NULL)
        return from_errno(errno);
    int result = publish(disk, file, sizeof file);
    if (result < 0)
        return result;
    if (fsync(disk->dir) != 0) {
        result = from_errno(errno);
        (void)unlinkat(disk->dir, file, 0);
    } else if ((size_t)snprintf(path, size, "%s/%s", dir, file) >= size) {
        result = PERFD_TOO_BIG;
        (void)unlinkat(disk->dir, file, 0);
    }
    close(disk->file);
    disk->file = -1;
    return result;
}

static void send_reply(const struct disk *disk, struct disk_reply *answer, size_t bytes)
{
    answer->job = disk->job;
    ssize_t sent;
    do
        sent = send(disk->socket, answer, bytes, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
}

static void reply(struct disk *disk, struct disk_reply *answer, int result)
{
    answer->result = result;
    /* First: who is told of a failure finds nothing half written. */
    forget(disk);
    send_reply(disk, answer, sizeof *answer);
}

static void serve_request(struct disk *disk, const struct disk_request *request)
{
    static struct disk_reply answer;
    int result;
    answer.path[0] = '\0';
    if (request->op == DISK_OPEN) {
        result = open_export(disk, request);
    } else if (request->job != disk->job || disk->file < 0) {
        return; /* of a job that has failed already */
    } else if (request->op == DISK_DATA) {
        result = write_block(disk, request);
        if (result == 0) {
            answer.result = 0;
            send_reply(disk, &answer, DISK_ACK_BYTES);
        }
    } else if (request->op == DISK_COMMIT) {
        reply(disk, &answer, commit_export(disk, answer.path, sizeof answer.path));
        return;
    } else {
        forget(disk);
        return;
    }
    if (result < 0)
        reply(disk, &answer, result);
}

void disk_serve(int socket, const uint8_t *blocks, const char *dir)
{
    static struct disk_request request;
    struct disk disk = {.path = dir, .blocks = blocks, .socket = socket, .dir = -1, .file = -1};
    for (;;) {
        ssize_t length = recv(socket, &request, sizeof request, 0);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            break;
        serve_request(&disk, &request);
    }
    forget(&disk);
    _exit(0);
}
