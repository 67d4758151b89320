/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap_program HOW TIMES: shows so many frames through the fake libraries that it is linked with,
 * and prints how often those were called. HOW:
 *   glx, egl, khr, ext, sdl   the function of that name
 *   failed                    eglSwapBuffers, which says each time that it did not
 *   two                       glx on two windows in turn
 *   moved                     glx on one window, then as often on another
 *   threads                   glx from four threads, so often each, on one window
 *   fork                      glx in a child that was forked behind the first frame; the parent
 * waits forever                   glx, until a signal comes time                      glx; prints
 * the ns of each call in place of the count none                      nothing
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_swap.h"

#define WINDOW   ((uintptr_t)0x400001)
#define THREADS  4
#define READY_AT 3 /* `forever` says so after that many */
#define PAUSE_NS 1000000

static unsigned long times;

static void *window_address(void)
{
    return (void *)WINDOW;
}

static void show(const char *how, unsigned long i)
{
    int32_t rectangle[4] = {0, 0, 1, 1};
    if (strcmp(how, "egl") == 0)
        (void)eglSwapBuffers(NULL, window_address());
    else if (strcmp(how, "khr") == 0)
        (void)eglSwapBuffersWithDamageKHR(NULL, window_address(), rectangle, 1);
    else if (strcmp(how, "ext") == 0)
        (void)eglSwapBuffersWithDamageEXT(NULL, window_address(), rectangle, 1);
    else if (strcmp(how, "failed") == 0)
        (void)eglSwapBuffers(NULL, NULL);
    else if (strcmp(how, "sdl") == 0)
        SDL_GL_SwapWindow(window_address());
    else if (strcmp(how, "two") == 0)
        glXSwapBuffers(NULL, WINDOW + i % 2);
    else if (strcmp(how, "moved") == 0)
        glXSwapBuffers(NULL, WINDOW + (i >= times / 2));
    else if (strcmp(how, "none") != 0)
        glXSwapBuffers(NULL, WINDOW);
}

static void *thread(void *unused)
{
    for (unsigned long i = 0; i < times; i++)
        glXSwapBuffers(NULL, WINDOW);
    return unused;
}

static void show_from_threads(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, thread, NULL) != 0)
            abort();
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
}

static void show_in_child(void)
{
    glXSwapBuffers(NULL, WINDOW);
    const pid_t child = fork();
    if (child == 0) {
        for (unsigned long i = 0; i < times; i++)
            glXSwapBuffers(NULL, WINDOW);
        _exit(0);
    }
    (void)waitpid(child, NULL, 0);
}

static void say_ready(void)
{
    printf("ready %ld\n", (long)getpid());
    (void)fflush(stdout);
}

static void show_forever(void)
{
    static const struct timespec pause_time = {.tv_nsec = PAUSE_NS};
    for (unsigned long i = 0;; i++) {
        glXSwapBuffers(NULL, WINDOW);
        if (i == READY_AT)
            say_ready();
        (void)nanosleep(&pause_time, NULL);
    }
}

static void show_timed(void)
{
    struct timespec from, to;
    glXSwapBuffers(NULL, WINDOW); /* what is done once */
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (unsigned long i = 1; i < times; i++)
        glXSwapBuffers(NULL, WINDOW);
    clock_gettime(CLOCK_MONOTONIC, &to);
    const double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    printf("%.1f\n", ns / (double)(times - 1));
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    times = strtoul(argv[2], NULL, 10);
    if (strcmp(argv[1], "paused") == 0) {
        glXSwapBuffers(NULL, WINDOW);
        say_ready();
        (void)getchar();
    }
    if (strcmp(argv[1], "threads") == 0)
        show_from_threads();
    else if (strcmp(argv[1], "fork") == 0)
        show_in_child();
    else if (strcmp(argv[1], "forever") == 0)
        show_forever();
    else if (strcmp(argv[1], "time") == 0)
        show_timed();
    else
        for (unsigned long i = 0; i < times; i++)
            show(argv[1], i);
    if (strcmp(argv[1], "time") != 0)
        printf("%" PRIu64 "\n", fake_gl_swaps() + fake_egl_swaps());
    return 0;
}
