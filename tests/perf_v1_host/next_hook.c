/* SPDX-License-Identifier: Apache-2.0 */
/* Another library of LD_PRELOAD, behind perfd's: it hands getppid() on to whatever comes next, and
 * writes a line for each swap that passes through it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

void glXSwapBuffers(void *display, uintptr_t drawable);

pid_t getppid(void)
{
    pid_t (*const next)(void) = (pid_t(*)(void))(uintptr_t)dlsym(RTLD_NEXT, "getppid");
    return next();
}

void glXSwapBuffers(void *display, uintptr_t drawable)
{
    void (*const next)(void *, uintptr_t) =
        (void (*)(void *, uintptr_t))(uintptr_t)dlsym(RTLD_NEXT, "glXSwapBuffers");
    if (getppid() > 0)
        (void)!write(STDOUT_FILENO, "next\n", 5);
    next(display, drawable);
}
