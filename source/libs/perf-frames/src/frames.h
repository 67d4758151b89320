/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libperf-frames.so: loaded into a program by LD_PRELOAD, it makes a frame tick of each call that
 * shows a frame. It must never break the program: it says nothing, fails silently, and without a
 * service all calls go through. docs/perf/run.md says what it counts.
 */
#ifndef PERF_FRAMES_H
#define PERF_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/* The calls that show a frame, and those that look functions up. */
enum frames_function {
    FRAMES_GLX_SWAP,
    FRAMES_EGL_SWAP,
    FRAMES_EGL_SWAP_KHR,
    FRAMES_EGL_SWAP_EXT,
    FRAMES_SDL_SWAP,
    FRAMES_SWAPS,
    FRAMES_GLX_LOOK_UP = FRAMES_SWAPS,
    FRAMES_GLX_LOOK_UP_ARB,
    FRAMES_EGL_LOOK_UP,
    FRAMES_FUNCTIONS
};

/* Any function: what dlsym() gives, as C wants it. */
typedef void (*frames_address)(void);

/* --- real.c: the functions behind the hooks. From any thread, without a lock. --- */

/* NULL: there is none in the program. */
frames_address frames_real(enum frames_function function);

/* A look-up has found it. */
void frames_found(enum frames_function function, frames_address real);

/* glibc's dlsym(); NULL: this is no glibc. */
void *(*frames_dlsym(void))(void *library, const char *name);

/* --- hooks.c --- */

/* NULL: the name is not that of a hook. */
frames_address frames_hook(const char *name, enum frames_function *function);
const char *frames_name(enum frames_function function);

/* --- ticks.c: what is told to perfd. --- */

/* Connects at the first call. False: nobody takes frames, or it is not for the caller to say. */
bool frames_wanted(void);

uint64_t frames_now_ns(void);

/* A frame was shown on this surface (an address or a number: it is compared only), by a call that
 * was made at this time and has just returned. */
void frames_shown(uintptr_t surface, uint64_t called_ns);

#endif
