/* SPDX-License-Identifier: Apache-2.0 */
/* What machine_counters.c asks of the board: the counters of perfd's hart. */
#include "ports/virt/board.h"
#include "drivers/bootargs.h"
#include "drivers/options.h"
#include "hardware/probe.h"

#define CYCLE         0u
#define INSTRET       2u
#define INHIBIT       0u /* among the selectors */
#define MS_DEFAULT    100u
#define MS_MOST       3600000u
#define NS_PER_MS     UINT64_C(1000000)
#define EVENTS        (sizeof events / sizeof events[0])
#define NUMBER(index) ((index) == 0 ? CYCLE : (index) + 1u)

static const char *const names[VIRT_COUNTERS] = {
    "cycles", "instructions", "hpm3",  "hpm4",  "hpm5",  "hpm6",  "hpm7",  "hpm8",
    "hpm9",   "hpm10",        "hpm11", "hpm12", "hpm13", "hpm14", "hpm15", "hpm16",
    "hpm17",  "hpm18",        "hpm19", "hpm20", "hpm21", "hpm22", "hpm23", "hpm24",
    "hpm25",  "hpm26",        "hpm27", "hpm28", "hpm29", "hpm30", "hpm31",
};

static const char traps[] = "traps on this machine";
static const char read_here[] = "read on perfd's hart; emulators may count others, and sleep";

/* Those of virt's events that cycle and instret are not. The first of hpm3 and so on have them. */
static const struct {
    uint64_t selector;
    const char *counts, *is_still;
} events[] = {
    {0x10019, "dTLB read misses, event 0x10019", "event 0x10019 does not count on this machine"},
    {0x1001b, "dTLB write misses, event 0x1001b", "event 0x1001b does not count on this machine"},
    {0x10021, "iTLB misses, event 0x10021", "event 0x10021 does not count on this machine"},
};

uint64_t virt_board_counter_interval_ns(void)
{
    static char options[BOOTARGS_BYTES];
    (void)bootargs_read(options, sizeof options);
    if (options_has(options, "counters=off"))
        return 0;
    const uint32_t ms = options_number(options, "counter-interval-ms", MS_DEFAULT);
    return (ms >= 1 && ms <= MS_MOST ? ms : MS_DEFAULT) * NS_PER_MS;
}

/* An emulator may count something else, such as its host's time. */
static bool counts_instructions(void)
{
    for (uint64_t rounds = 10; rounds <= 1000; rounds *= 10)
        if (hardware_count_loop(rounds) != 2 * rounds + 1)
            return false;
    return true;
}

/* One miss at least of each kind: whatever was translated is forgotten. */
static __attribute__((noinline)) void miss(void)
{
    static volatile uint64_t word;
    __asm__ volatile("sfence.vma" ::: "memory");
    word = 1;
    __asm__ volatile("sfence.vma" ::: "memory");
    (void)word;
}

/* A selector keeps what it is given, whether or not there is such an event: what counts, moves. */
static struct virt_counter select_event(unsigned index, unsigned event)
{
    struct virt_counter found = {.name = names[index], .reason = "no event can be selected"};
    if (!hardware_try_select(NUMBER(index), events[event].selector))
        return found;
    const uint64_t before = hardware_read(NUMBER(index));
    miss();
    found.counts = hardware_read(NUMBER(index)) != before;
    found.reason = found.counts ? events[event].counts : events[event].is_still;
    return found;
}

static struct virt_counter find(unsigned index)
{
    struct virt_counter found = {.name = names[index], .reason = traps};
    if (!hardware_try_read(NUMBER(index)))
        return found;
    if (NUMBER(index) == CYCLE) {
        found.counts = true;
        found.reason = read_here;
    } else if (NUMBER(index) == INSTRET) {
        found.counts = counts_instructions();
        found.reason = found.counts ? read_here : "does not count instructions on this machine";
    } else if (index - 2 < EVENTS) {
        return select_event(index, index - 2);
    } else {
        found.reason = "no event selected";
    }
    return found;
}

void virt_board_find_counters(struct virt_counter counter[VIRT_COUNTERS])
{
    /* None is held still. A machine that has no such register has nothing to hold. */
    (void)hardware_try_select(INHIBIT, 0);
    for (unsigned i = 0; i < VIRT_COUNTERS; i++)
        counter[i] = find(i);
}

uint64_t virt_board_read_counter(unsigned index)
{
    return hardware_read(NUMBER(index));
}
