/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that is slow or full, for programs started with this in LD_PRELOAD. DISK_FAULT is one of
 *   fsync-ms=N     each fsync or fdatasync of a regular file takes N ms
 *   space=N        after N bytes written to regular files there is no space left
 *   fsync-error    fsync or fdatasync of a regular file fails with EIO
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool regular(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* The number behind `name` in DISK_FAULT; -1: another fault, or none. */
static long fault(const char *name)
{
    const char *set = getenv("DISK_FAULT");
    size_t length = strlen(name);
    if (set == NULL || strncmp(set, name, length) != 0)
        return -1;
    return strtol(set + length, NULL, 10);
}

/* 0, after a while maybe; -1: it fails. */
static int sync_fault(int fd)
{
    if (!regular(fd))
        return 0;
    long ms = fault("fsync-ms=");
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    while (ms > 0 && nanosleep(&wait, &wait) != 0 && errno == EINTR)
        continue;
    if (fault("fsync-error") < 0)
        return 0;
    errno = EIO;
    return -1;
}

int fsync(int fd)
{
    static int (*real)(int);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "fsync");
    return sync_fault(fd) < 0 ? -1 : real(fd);
}

int fdatasync(int fd)
{
    static int (*real)(int);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    return sync_fault(fd) < 0 ? -1 : real(fd);
}

/* How many of these bytes there is space for; -1: none. */
static ssize_t take_space(int fd, size_t length)
{
    static long used;
    long space = fault("space=");
    if (space < 0 || !regular(fd))
        return (ssize_t)length;
    if (used >= space) {
        errno = ENOSPC;
        return -1;
    }
    if (length > (size_t)(space - used))
        length = (size_t)(space - used);
    used += (long)length;
    return (ssize_t)length;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "write");
    ssize_t fits = take_space(fd, length);
    return fits < 0 ? -1 : real(fd, bytes, (size_t)fits);
}

/* As SQLite writes. */
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
    ssize_t fits = take_space(fd, length);
    return fits < 0 ? -1 : real(fd, bytes, (size_t)fits, at);
}
