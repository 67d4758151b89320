/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap_lookup HOW TIMES: shows so many frames through functions that it looks up at run time, of
 * libraries that it is not linked with, and prints how often those were called. HOW:
 *   dlsym     dlopen() for itself alone, and dlsym()
 *   global    dlopen() for all, and dlsym() of all that is there
 *   glx, arb  glXGetProcAddress(), glXGetProcAddressARB(), which dlsym() gives
 *   egl, khr  eglGetProcAddress()
 *   plugin    a library that is opened for itself alone calls what it was linked with
 *   absent    prints what dlsym() finds of all that is there, without any library: 0 is nothing
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_swap.h"

typedef void (*swap_function)(void *display, uintptr_t drawable);
typedef uint32_t (*damage_function)(void *display, void *surface, int32_t *rectangles,
                                    int32_t count);
typedef uint64_t (*count_function)(void);

#define WINDOW ((uintptr_t)0x400001)

static void *open_library(const char *name, int flags)
{
    void *library = dlopen(name, RTLD_NOW | flags);
    if (library == NULL)
        abort();
    return library;
}

static fake_function find(void *library, const char *name)
{
    const uintptr_t found = (uintptr_t)dlsym(library, name);
    if (found == 0 || dlerror() != NULL) /* as careful programs ask */
        abort();
    return (fake_function)found;
}

static fake_function ask(void *library, const char *with, const char *name)
{
    fake_function (*const look_up)(const char *) =
        (fake_function(*)(const char *))find(library, with);
    const fake_function found = look_up(name);
    if (found == NULL || look_up("glNothing") != NULL)
        abort();
    return found;
}

static uint64_t count(void *library, const char *name)
{
    return ((count_function)find(library, name))();
}

static void swap(fake_function found, unsigned long times)
{
    const swap_function function = (swap_function)found;
    for (unsigned long i = 0; i < times; i++)
        function(NULL, WINDOW);
}

static void swap_damage(fake_function found, unsigned long times)
{
    const damage_function function = (damage_function)found;
    int32_t rectangle[4] = {0, 0, 1, 1};
    for (unsigned long i = 0; i < times; i++)
        if (function(NULL, (void *)WINDOW, rectangle, 1) != 1)
            abort();
}

static uint64_t use_gl(const char *how, unsigned long times)
{
    const bool for_all = strcmp(how, "global") == 0;
    void *library = open_library("libGL.so.1", for_all ? RTLD_GLOBAL : RTLD_LOCAL);
    if (strcmp(how, "glx") == 0)
        swap(ask(library, "glXGetProcAddress", "glXSwapBuffers"), times);
    else if (strcmp(how, "arb") == 0)
        swap(ask(library, "glXGetProcAddressARB", "glXSwapBuffers"), times);
    else
        swap(find(for_all ? RTLD_DEFAULT : library, "glXSwapBuffers"), times);
    return count(library, "fake_gl_swaps");
}

static uint64_t use_egl(const char *how, unsigned long times)
{
    void *library = open_library("libEGL.so.1", RTLD_LOCAL);
    if (strcmp(how, "egl") == 0)
        swap(ask(library, "eglGetProcAddress", "eglSwapBuffers"), times);
    else
        swap_damage(ask(library, "eglGetProcAddress", "eglSwapBuffersWithDamageKHR"), times);
    return count(library, "fake_egl_swaps");
}

static uint64_t use_plugin(unsigned long times)
{
    void *library = open_library("libSDL2-2.0.so.0", RTLD_LOCAL);
    void *plugin = open_library("libplugin.so", RTLD_LOCAL);
    void (*const show)(unsigned long) = (void (*)(unsigned long))find(plugin, "plugin_show");
    show(times);
    return count(library, "fake_gl_swaps");
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    const unsigned long times = strtoul(argv[2], NULL, 10);
    uint64_t calls = 0;
    if (strcmp(argv[1], "plugin") == 0)
        calls = use_plugin(times);
    else if (strcmp(argv[1], "absent") == 0)
        calls = dlsym(RTLD_DEFAULT, "eglSwapBuffers") != NULL;
    else if (strcmp(argv[1], "egl") == 0 || strcmp(argv[1], "khr") == 0)
        calls = use_egl(argv[1], times);
    else
        calls = use_gl(argv[1], times);
    printf("%" PRIu64 "\n", calls);
    return 0;
}
