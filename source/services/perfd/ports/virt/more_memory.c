/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/jank_memory.h"

#include "perfd/jank.h"

int jank_memory_give(struct perfd *perfd)
{
    static _Alignas(8) __attribute__((section(".noinit")))
    uint8_t memory[PERFD_JANK_BYTES(2, 1200, 16, 512, 32)];
    return perfd_jank_start(perfd, memory, sizeof memory);
}
