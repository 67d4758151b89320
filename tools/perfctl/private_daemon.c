/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between perfctl and perfd stands a guard: a process that waits until the pipe to perfctl closes,
 * then ends perfd and clears away. So it does not matter how perfctl ends.
 */
/* pipe2() is Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "private_daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "posix-paths/default_socket.h"

#define READY    "perfd: ready\n"
#define START_MS 10000
#define END_S    5
/* Ten minutes at 60 Hz, and so much of what marks say. */
#define FRAMES "36000"

static struct {
    char folder[POSIX_SOCKET_PATH_SIZE], socket[POSIX_SOCKET_PATH_SIZE];
    char address[POSIX_SOCKET_PATH_SIZE + sizeof "unix:"];
    int leash; /* the pipe's end whose closing ends all */
    pid_t guard;
} own = {.leash = -1};

bool own_folder(char *folder, size_t size)
{
    const ssize_t length = readlink("/proc/self/exe", folder, size);
    if (length <= 0 || (size_t)length >= size)
        return false;
    folder[length] = '\0';
    *strrchr(folder, '/') = '\0';
    return true;
}

static bool fits(int written, size_t size)
{
    return written >= 0 && (size_t)written < size;
}

static const char *refuse(const char *what, const char *why)
{
    fprintf(stderr, "perfctl: cannot start perfd: %s: %s\n", what, why);
    return NULL;
}

/* --- In the guard and below ------------------------------------------------------------------- */

static void replace(int fd, int flags)
{
    const int nothing = open("/dev/null", flags | O_CLOEXEC);
    if (nothing >= 0)
        (void)dup2(nothing, fd);
}

/* The one beside perfctl, else the one on the path. */
static _Noreturn void become_perfd(int said, const sigset_t *unblocked)
{
    char folder[4096], beside[4096 + sizeof "/perfd"];
    char name[] = "perfd", socket_option[] = "--socket", frames_option[] = "--frames";
    char frames[] = FRAMES;
    char *const arguments[] = {name, socket_option, own.socket, frames_option, frames, NULL};
    (void)dup2(said, STDOUT_FILENO);
    (void)sigprocmask(SIG_SETMASK, unblocked, NULL);
    if (own_folder(folder, sizeof folder)) {
        (void)snprintf(beside, sizeof beside, "%s/perfd", folder);
        (void)execv(beside, arguments);
    }
    (void)execvp(name, arguments);
    (void)refuse("it is neither beside perfctl nor on $PATH", strerror(errno));
    _exit(127);
}

static void end_perfd(pid_t perfd)
{
    const struct timespec patience = {.tv_sec = END_S};
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    (void)kill(perfd, SIGTERM);
    (void)kill(perfd, SIGCONT); /* a stopped one would not hear it */
    /* It may have ended by itself: then the signal waits already. */
    if (sigtimedwait(&child, NULL, &patience) < 0)
        (void)kill(perfd, SIGKILL);
    while (waitpid(perfd, NULL, 0) < 0 && errno == EINTR) {
    }
}

static _Noreturn void guard(int leash, int said, const sigset_t *unblocked)
{
    char nothing;
    (void)setsid(); /* what the terminal sends is for the program and perfctl */
    replace(STDIN_FILENO, O_RDONLY);
    const pid_t self = getpid(), perfd = fork();
    if (perfd == 0) {
        /* Should the guard be killed: perfd is not to stay. */
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != self)
            _exit(127);
        become_perfd(said, unblocked);
    }
    (void)close(said);
    replace(STDOUT_FILENO, O_WRONLY);
    replace(STDERR_FILENO, O_WRONLY);
    while (read(leash, &nothing, 1) < 0 && errno == EINTR) {
    }
    if (perfd > 0)
        end_perfd(perfd);
    (void)unlink(own.socket); /* where it was killed */
    (void)rmdir(own.folder);
    _exit(0);
}

/* --- In perfctl ------------------------------------------------------------------------------- */

static void end_daemon(void)
{
    if (own.leash < 0)
        return;
    (void)close(own.leash);
    own.leash = -1;
    while (waitpid(own.guard, NULL, 0) < 0 && errno == EINTR) {
    }
}

static const char *make_folder(void)
{
    const char *temporary = getenv("TMPDIR");
    if (temporary == NULL || temporary[0] != '/')
        temporary = "/tmp";
    if (!fits(snprintf(own.folder, sizeof own.folder, "%s/perfctl-XXXXXX", temporary),
              sizeof own.folder) ||
        !fits(snprintf(own.socket, sizeof own.socket, "%s/perfd.sock", own.folder),
              sizeof own.socket))
        return refuse(temporary, "too long for a socket's path");
    if (mkdtemp(own.folder) == NULL)
        return refuse(own.folder, strerror(errno));
    (void)snprintf(own.socket, sizeof own.socket, "%.90s/perfd.sock", own.folder);
    (void)snprintf(own.address, sizeof own.address, "unix:%s", own.socket);
    return own.folder;
}

/* Waits until perfd says that it is; false: it has ended, or takes too long. */
static bool is_ready(int said)
{
    char line[sizeof READY] = "";
    size_t length = 0;
    struct pollfd from = {.fd = said, .events = POLLIN};
    while (length < sizeof READY - 1 && poll(&from, 1, START_MS) > 0) {
        const ssize_t got = read(said, line + length, sizeof READY - 1 - length);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    return strcmp(line, READY) == 0;
}

const char *private_daemon_start(const sigset_t *unblocked)
{
    int leash[2], said[2];
    if (make_folder() == NULL)
        return NULL;
    if (pipe2(leash, O_CLOEXEC) != 0 || pipe2(said, O_CLOEXEC) != 0 || (own.guard = fork()) < 0) {
        (void)refuse("a process for it", strerror(errno));
        (void)rmdir(own.folder);
        return NULL;
    }
    if (own.guard == 0) {
        (void)close(leash[1]);
        (void)close(said[0]);
        guard(leash[0], said[1], unblocked);
    }
    (void)close(leash[0]);
    (void)close(said[1]);
    own.leash = leash[1];
    (void)atexit(end_daemon);
    const bool ready = is_ready(said[0]);
    (void)close(said[0]); /* what it says from here on is for nobody */
    if (ready)
        return own.address;
    end_daemon();
    return refuse(own.socket, "it did not get ready");
}
