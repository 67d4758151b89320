/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of which it is known what their thread did: of three, one does next to nothing, one
 * touches PAGES fresh pages, one keeps the processor busy for BUSY_NS.
 *
 *     thread_frames FRAMES
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "perf-client/perf.h"
#include "perf-client/perf_thread.h"

#define PAGES   200u
#define BUSY_NS 5000000u

static uint64_t thread_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void touch_pages(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages =
        mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        exit(1);
    (void)madvise(pages, PAGES * page, MADV_NOHUGEPAGE);
    for (unsigned i = 0; i < PAGES; i++)
        *(volatile char *)(pages + i * page) = 1;
    (void)munmap(pages, PAGES * page);
}

static void be_busy(void)
{
    const uint64_t until = thread_ns() + BUSY_NS;
    while (thread_ns() < until)
        continue;
}

int main(int argc, char **argv)
{
    const unsigned long frames = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    const int opened = perf_open(NULL), on = perf_thread_counters(true);
    if (opened != 0 || on != 0) {
        fprintf(stderr, "thread_frames: %d, %d\n", opened, on);
        return 1;
    }
    (void)perf_frame(NULL); /* what came before is not of the first */
    for (unsigned long i = 0; i < frames; i++) {
        if (i % 3 == 1)
            touch_pages();
        if (i % 3 == 2)
            be_busy();
        (void)perf_frame(NULL);
    }
    printf("%u %u\n", PAGES, BUSY_NS);
    fflush(stdout);
    (void)getchar();
    if (perf_thread_counters(false) != 0)
        return 1;
    (void)perf_frame(NULL);
    printf("off\n");
    fflush(stdout);
    (void)getchar();
    perf_close();
    return 0;
}
