/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries with the names of GL's, EGL's and SDL's, which show nothing and count. */
#ifndef FAKE_SWAP_H
#define FAKE_SWAP_H

#include <stdint.h>

typedef void (*fake_function)(void);

void glXSwapBuffers(void *display, uintptr_t drawable);
fake_function glXGetProcAddress(const char *name);
fake_function glXGetProcAddressARB(const char *name);

/* False for a surface of NULL. */
uint32_t eglSwapBuffers(void *display, void *surface);
uint32_t eglSwapBuffersWithDamageKHR(void *display, void *surface, int32_t *rectangles,
                                     int32_t count);
uint32_t eglSwapBuffersWithDamageEXT(void *display, void *surface, int32_t *rectangles,
                                     int32_t count);
fake_function eglGetProcAddress(const char *name);

/* Calls glXSwapBuffers(). */
void SDL_GL_SwapWindow(void *window);

/* How often its library was called: of GL, EGL. */
uint64_t fake_gl_swaps(void);
uint64_t fake_egl_swaps(void);

#endif
