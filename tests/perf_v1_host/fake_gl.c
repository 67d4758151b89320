/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_swap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t swaps;

/* $FAKE_SWAP_US: so long it takes. */
static void take_time(void)
{
    static long us = -1;
    if (us < 0) {
        const char *wanted = getenv("FAKE_SWAP_US");
        us = wanted != NULL ? atol(wanted) : 0;
    }
    const struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    if (us > 0)
        (void)nanosleep(&pause, NULL);
}

void glXSwapBuffers(void *display, uintptr_t drawable)
{
    (void)display;
    (void)drawable;
    __atomic_add_fetch(&swaps, 1, __ATOMIC_RELAXED);
    take_time();
}

fake_function glXGetProcAddress(const char *name)
{
    return strcmp(name, "glXSwapBuffers") == 0 ? (fake_function)glXSwapBuffers : NULL;
}

fake_function glXGetProcAddressARB(const char *name)
{
    return glXGetProcAddress(name);
}

uint64_t fake_gl_swaps(void)
{
    return __atomic_load_n(&swaps, __ATOMIC_RELAXED);
}
