/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the place of store/disk.c: a disk in memory, each of whose requests takes the option
 * `disk-ms=N`. No device completes, so that a run repeats to the instruction, and times in it are
 * figures.
 */
#include <string.h>

#include "boot/csr.h"
#include "boot/hart.h"
#include "drivers/bootargs.h"
#include "drivers/options.h"
#include "drivers/timer.h"
#include "statefs/block.h"

#define SECTORS 400u

static uint8_t memory[SECTORS][STATEFS_SECTOR_BYTES];

static uint64_t delay_ticks(void)
{
    static uint64_t ticks;
    char options[BOOTARGS_BYTES];
    if (ticks == 0) {
        (void)bootargs_read(options, sizeof options);
        ticks = options_number(options, "disk-ms", 1) * (uint64_t)TIMER_TICKS_PER_MS;
    }
    return ticks;
}

static void take_time(void)
{
    const uint64_t until = timer_now() + delay_ticks();
    csr_write(mie, 0);
    timer_arm(HART_STATEFS, until);
    while (timer_now() < until)
        hart_sleep();
    timer_disarm();
}

uint64_t statefs_block_count(struct statefs_disk *disk)
{
    (void)disk;
    return SECTORS;
}

int statefs_block_read(struct statefs_disk *disk, uint64_t sector, uint32_t sectors, void *bytes)
{
    (void)disk;
    take_time();
    memcpy(bytes, memory[sector], (size_t)sectors * STATEFS_SECTOR_BYTES);
    return 0;
}

int statefs_block_write(struct statefs_disk *disk, uint64_t sector, const void *bytes)
{
    (void)disk;
    take_time();
    memcpy(memory[sector], bytes, STATEFS_SECTOR_BYTES);
    return 0;
}

int statefs_block_flush(struct statefs_disk *disk)
{
    (void)disk;
    take_time();
    return 0;
}
