/* SPDX-License-Identifier: Apache-2.0 */
/* What a program loads that knows of no frames itself. */
#include "fake_swap.h"

void plugin_show(unsigned long times);

void plugin_show(unsigned long times)
{
    static int window;
    for (unsigned long i = 0; i < times; i++)
        SDL_GL_SwapWindow(&window);
}
