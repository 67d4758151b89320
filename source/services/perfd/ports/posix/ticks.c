/* SPDX-License-Identifier: Apache-2.0 */
/* The counter that clients stamp their marks with, where it may stand for the clock. */
#include <stddef.h>

#include "ports/port.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>

/* It runs at one speed in all states of the processor, says leaf 8000_0007h. Asked once: under a
 * hypervisor each question is one to it. */
static const char *name(void)
{
    static const char *known;
    unsigned a, b, c, d;
    if (known == NULL)
        known = __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & 1u << 8) != 0 ? "tsc" : "";
    return known;
}

static uint64_t count(void)
{
    return __rdtsc();
}
#elif defined(__aarch64__)
static const char *name(void)
{
    return "cntvct";
}

static uint64_t count(void)
{
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
    return ticks;
}
#elif defined(__riscv) && __riscv_xlen == 64
static const char *name(void)
{
    return "rdtime";
}

static uint64_t count(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks)::"memory");
    return ticks;
}
#else
static const char *name(void)
{
    return "";
}

static uint64_t count(void)
{
    return 0;
}
#endif

enum { TRIES = 5 };

/* The clock is read between two readings of the counter, and where these are the closest it is
 * taken to have been in the middle. */
const char *perfd_port_ticks(struct perfd_port *port, uint64_t *ticks, uint64_t *ns)
{
    const char *const counter = name();
    if (counter[0] == '\0') {
        *ticks = *ns = perfd_port_now_ns(port);
        return counter;
    }
    uint64_t closest = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = count();
        uint64_t now_ns = perfd_port_now_ns(port);
        uint64_t apart = count() - before;
        if (apart < closest) {
            closest = apart;
            *ticks = before + apart / 2;
            *ns = now_ns;
        }
    }
    return counter;
}
