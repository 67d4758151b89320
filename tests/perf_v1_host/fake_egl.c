/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_swap.h"

#include <stddef.h>
#include <string.h>

static uint64_t swaps;

uint32_t eglSwapBuffers(void *display, void *surface)
{
    (void)display;
    swaps++;
    return surface != NULL;
}

uint32_t eglSwapBuffersWithDamageKHR(void *display, void *surface, int32_t *rectangles,
                                     int32_t count)
{
    (void)rectangles;
    return count == 1 ? eglSwapBuffers(display, surface) : 0;
}

uint32_t eglSwapBuffersWithDamageEXT(void *display, void *surface, int32_t *rectangles,
                                     int32_t count)
{
    return eglSwapBuffersWithDamageKHR(display, surface, rectangles, count);
}

fake_function eglGetProcAddress(const char *name)
{
    if (strcmp(name, "eglSwapBuffersWithDamageKHR") == 0)
        return (fake_function)eglSwapBuffersWithDamageKHR;
    if (strcmp(name, "eglSwapBuffersWithDamageEXT") == 0)
        return (fake_function)eglSwapBuffersWithDamageEXT;
    return strcmp(name, "eglSwapBuffers") == 0 ? (fake_function)eglSwapBuffers : NULL;
}

uint64_t fake_egl_swaps(void)
{
    return swaps;
}
