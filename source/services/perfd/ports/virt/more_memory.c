/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/more_memory.h"

#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/jank.h"

#define NOT_CLEARED _Alignas(8) __attribute__((section(".noinit")))

int more_memory_give(struct perfd *perfd)
{
    static NOT_CLEARED uint8_t janks[PERFD_JANK_BYTES(2, 1200, 16, 512, 32)];
    static NOT_CLEARED uint8_t counters[PERFD_COUNTERS_BYTES];
    static NOT_CLEARED uint8_t hotspots[PERFD_HOTSPOTS_BYTES];
    int result = perfd_jank_start(perfd, janks, sizeof janks);
    if (result >= 0)
        result = perfd_counters_start(perfd, counters, sizeof counters);
    return result < 0 ? result : perfd_hotspots_start(perfd, hotspots, sizeof hotspots);
}
