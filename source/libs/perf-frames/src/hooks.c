/* SPDX-License-Identifier: Apache-2.0 */
/* All that the library exports. */
#include "frames.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

/* Not declared by any header here: the library is built without those of GL, EGL and SDL. All
 * arguments fit in a word, and so do the results; a void one is passed on like any other. */
EXPORTED uintptr_t glXSwapBuffers(void *display, uintptr_t drawable);
EXPORTED uintptr_t eglSwapBuffers(void *display, void *surface);
EXPORTED uintptr_t eglSwapBuffersWithDamageKHR(void *display, void *surface, void *rectangles,
                                               int32_t count);
EXPORTED uintptr_t eglSwapBuffersWithDamageEXT(void *display, void *surface, void *rectangles,
                                               int32_t count);
EXPORTED uintptr_t SDL_GL_SwapWindow(void *window);
EXPORTED frames_address glXGetProcAddress(const char *name);
EXPORTED frames_address glXGetProcAddressARB(const char *name);
EXPORTED frames_address eglGetProcAddress(const char *name);
EXPORTED void *dlsym(void *library, const char *name);

typedef uintptr_t (*swap_function)(uintptr_t first, uintptr_t second, uintptr_t third,
                                   uintptr_t fourth);

static const struct hook {
    const char *name;
    frames_address hook;
} hooks[FRAMES_FUNCTIONS] = {
    [FRAMES_GLX_SWAP] = {"glXSwapBuffers", (frames_address)glXSwapBuffers},
    [FRAMES_EGL_SWAP] = {"eglSwapBuffers", (frames_address)eglSwapBuffers},
    [FRAMES_EGL_SWAP_KHR] = {"eglSwapBuffersWithDamageKHR",
                             (frames_address)eglSwapBuffersWithDamageKHR},
    [FRAMES_EGL_SWAP_EXT] = {"eglSwapBuffersWithDamageEXT",
                             (frames_address)eglSwapBuffersWithDamageEXT},
    [FRAMES_SDL_SWAP] = {"SDL_GL_SwapWindow", (frames_address)SDL_GL_SwapWindow},
    [FRAMES_GLX_LOOK_UP] = {"glXGetProcAddress", (frames_address)glXGetProcAddress},
    [FRAMES_GLX_LOOK_UP_ARB] = {"glXGetProcAddressARB", (frames_address)glXGetProcAddressARB},
    [FRAMES_EGL_LOOK_UP] = {"eglGetProcAddress", (frames_address)eglGetProcAddress},
};

frames_address frames_hook(const char *name, enum frames_function *function)
{
    /* Most names that are looked up are none of these. */
    if (name == NULL || (name[0] != 'g' && name[0] != 'e' && name[0] != 'S'))
        return NULL;
    for (int i = 0; i < FRAMES_FUNCTIONS; i++) {
        if (strcmp(hooks[i].name, name) != 0)
            continue;
        *function = (enum frames_function)i;
        return hooks[i].hook;
    }
    return NULL;
}

const char *frames_name(enum frames_function function)
{
    return hooks[function].name;
}

/* --- Swaps ------------------------------------------------------------------------------------ */

/* SDL's swap calls GLX's or EGL's inside: that is one frame. */
static __thread unsigned depth;

static bool is_egl(enum frames_function function)
{
    return function != FRAMES_GLX_SWAP && function != FRAMES_SDL_SWAP;
}

static uintptr_t swap(enum frames_function function, uintptr_t first, uintptr_t second,
                      uintptr_t third, uintptr_t fourth)
{
    const swap_function real = (swap_function)frames_real(function);
    if (real == NULL)
        return 0;
    const int error_before = errno;
    const bool counts = depth == 0 && frames_wanted();
    const uint64_t called_ns = counts ? frames_now_ns() : 0;
    errno = error_before;
    depth++;
    const uintptr_t result = real(first, second, third, fourth);
    depth--;
    const int error = errno;
    /* An EGLBoolean; the upper half of the word means nothing. */
    if (counts && (!is_egl(function) || (uint32_t)result != 0))
        frames_shown(function == FRAMES_SDL_SWAP ? first : second, called_ns);
    errno = error;
    return result;
}

uintptr_t glXSwapBuffers(void *display, uintptr_t drawable)
{
    return swap(FRAMES_GLX_SWAP, (uintptr_t)display, drawable, 0, 0);
}

uintptr_t eglSwapBuffers(void *display, void *surface)
{
    return swap(FRAMES_EGL_SWAP, (uintptr_t)display, (uintptr_t)surface, 0, 0);
}

uintptr_t eglSwapBuffersWithDamageKHR(void *display, void *surface, void *rectangles, int32_t count)
{
    return swap(FRAMES_EGL_SWAP_KHR, (uintptr_t)display, (uintptr_t)surface, (uintptr_t)rectangles,
                (uintptr_t)count);
}

uintptr_t eglSwapBuffersWithDamageEXT(void *display, void *surface, void *rectangles, int32_t count)
{
    return swap(FRAMES_EGL_SWAP_EXT, (uintptr_t)display, (uintptr_t)surface, (uintptr_t)rectangles,
                (uintptr_t)count);
}

uintptr_t SDL_GL_SwapWindow(void *window)
{
    return swap(FRAMES_SDL_SWAP, (uintptr_t)window, 0, 0, 0);
}

/* --- Look-ups --------------------------------------------------------------------------------- */

static frames_address look_up(enum frames_function with, const char *name)
{
    frames_address (*const real)(const char *) = (frames_address(*)(const char *))frames_real(with);
    enum frames_function function;
    const frames_address found = real != NULL ? real(name) : NULL;
    const frames_address hook = found != NULL ? frames_hook(name, &function) : NULL;
    if (hook == NULL)
        return found;
    /* A library's table of its own functions has the hook in it where it was bound to that. */
    if (found != hook)
        frames_found(function, found);
    return hook;
}

frames_address glXGetProcAddress(const char *name)
{
    return look_up(FRAMES_GLX_LOOK_UP, name);
}

frames_address glXGetProcAddressARB(const char *name)
{
    return look_up(FRAMES_GLX_LOOK_UP_ARB, name);
}

frames_address eglGetProcAddress(const char *name)
{
    return look_up(FRAMES_EGL_LOOK_UP, name);
}

/* The program's look-up of a name that has this hook. */
static void *find_hooked(void *library, enum frames_function function, frames_address hook)
{
    void *found = frames_dlsym()(library, frames_name(function));
    if (found == NULL)
        return NULL;
    if ((uintptr_t)found != (uintptr_t)hook) {
        /* Of all loaded objects, one before this: whoever preloaded it will ask for the next. */
        if (library == RTLD_DEFAULT)
            return found;
        frames_found(function, (frames_address)(uintptr_t)found);
        return (void *)(uintptr_t)hook;
    }
    /* It is here, but would it be without this library? */
    return frames_real(function) != NULL ? (void *)(uintptr_t)hook : NULL;
}

/*
 * What comes next in the order of loading depends on who asks, and the C library takes the return
 * address for that: the call must be a jump. It is one with -O2, which mk/clients.mk sees to.
 */
void *dlsym(void *library, const char *name)
{
    void *(*const real)(void *, const char *) = frames_dlsym();
    enum frames_function function;
    if (real == NULL)
        return NULL;
    const frames_address hook = library != RTLD_NEXT ? frames_hook(name, &function) : NULL;
    if (hook != NULL)
        return find_hooked(library, function, hook);
    return real(library, name);
}
