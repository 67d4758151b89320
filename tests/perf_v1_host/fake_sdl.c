/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_swap.h"

void SDL_GL_SwapWindow(void *window)
{
    glXSwapBuffers(window, (uintptr_t)window);
}
