/* SPDX-License-Identifier: Apache-2.0 */
/* pipe2() is Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

enum { PASSED_ON = sizeof passed_on / sizeof passed_on[0] };

static sigset_t held;

void launch_hold_signals(sigset_t *before)
{
    struct sigaction now;
    sigemptyset(&held);
    sigaddset(&held, SIGCHLD);
    for (int i = 0; i < PASSED_ON; i++) {
        /* What nohup made it ignore stays ignored: waiting for it would take it back. */
        if (sigaction(passed_on[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&held, passed_on[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &held, before);
    /* Children are waited for, whatever this process was started with. */
    (void)signal(SIGCHLD, SIG_DFL);
}

static bool set_environment(const struct launch *launch)
{
    char session[16];
    const char *before = getenv("LD_PRELOAD");
    const bool has_more = before != NULL && before[0] != '\0';
    const size_t size = strlen(launch->library) + (has_more ? strlen(before) : 0) + 2;
    char *preload = malloc(size);
    if (preload == NULL)
        return false;
    (void)snprintf(preload, size, "%s%s%s", launch->library, has_more ? ":" : "",
                   has_more ? before : "");
    (void)snprintf(session, sizeof session, "%u", (unsigned)launch->session);
    const bool ok = setenv("LD_PRELOAD", preload, 1) == 0 &&
                    setenv("PERF_SOCKET", launch->address, 1) == 0 &&
                    setenv("PERF_SESSION", session, 1) == 0;
    free(preload);
    return ok;
}

/* What keeps it from being run goes into the pipe, which closes where nothing does. */
static _Noreturn void become_program(const struct launch *launch, const sigset_t *before, int fault)
{
    (void)sigprocmask(SIG_SETMASK, before, NULL);
    if (set_environment(launch))
        (void)execvp(launch->arguments[0], launch->arguments);
    const int error = errno;
    (void)!write(fault, &error, sizeof error);
    _exit(LAUNCH_NOT_FOUND);
}

static int read_fault(int from)
{
    int error = 0;
    ssize_t got;
    do
        got = read(from, &error, sizeof error);
    while (got < 0 && errno == EINTR);
    return got == sizeof error ? error : 0;
}

static int code_of(int status)
{
    return WIFSIGNALED(status) ? LAUNCH_SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the terminal sends goes to the program by itself, as it is of the same group. */
static int wait_for(pid_t program)
{
    siginfo_t info;
    int status;
    for (;;) {
        const int got = sigwaitinfo(&held, &info);
        if (got == SIGCHLD && waitpid(program, &status, WNOHANG) == program)
            return code_of(status);
        if (got > 0 && got != SIGCHLD && info.si_code <= 0)
            (void)kill(program, got);
    }
}

static int refuse(const char *program, int error)
{
    fprintf(stderr, "perfctl: %s: %s\n", program,
            error == ENOENT ? "no such program" : strerror(error));
    return error == ENOENT ? LAUNCH_NOT_FOUND : LAUNCH_NOT_EXECUTABLE;
}

int launch_run(const struct launch *launch, const sigset_t *before, bool *ran)
{
    int fault[2];
    *ran = false;
    if (pipe2(fault, O_CLOEXEC) != 0)
        return refuse(launch->arguments[0], errno);
    (void)fflush(NULL);
    const pid_t program = fork();
    if (program < 0)
        return refuse(launch->arguments[0], errno);
    if (program == 0)
        become_program(launch, before, fault[1]);
    (void)close(fault[1]);
    const int error = read_fault(fault[0]);
    (void)close(fault[0]);
    const int code = wait_for(program);
    if (error != 0)
        return refuse(launch->arguments[0], error);
    *ran = true;
    return code;
}
