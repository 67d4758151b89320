/* SPDX-License-Identifier: Apache-2.0 */
/* A trap of SystemUI that is noted: an interrupt from its first instruction in C to its last; a
 * call of perfd from the ring that brought it to the ring that says that the answer was taken. */
#include <stdatomic.h>
#include <stdbool.h>

#include "boot/csr.h"
#include "channel/channel.h"
#include "interrupts/notes.h"
#include "monitor/monitor.h"
#include "monitor/user.h"

/* What was seen of the channel at the last ring. The words are SystemUI's to write: they are only
 * compared, and wrong ones make wrong spans of its own. */
static struct {
    uint32_t client_word, written, taken;
    bool waits;
    uint64_t since_ticks;
} seen;

static uint32_t load(const _Atomic uint32_t *word)
{
    return atomic_load_explicit(word, memory_order_relaxed);
}

/* A ring of SystemUI's: a new connection, whose rings perfd's hart is about to empty; or the answer
 * was taken, or something was asked, or both: the next call begins where the one before it ended.
 */
static void follow_channel(uint64_t now)
{
    const struct channel *channel = monitor_channel();
    const uint32_t client_word = load(&channel->client_word);
    if (client_word != seen.client_word) {
        seen.client_word = client_word;
        seen.written = seen.taken = 0;
        seen.waits = false;
        return;
    }
    const uint32_t written = load(&channel->to_service.written);
    const uint32_t taken = load(&channel->to_client.taken);
    if (taken != seen.taken && seen.waits) {
        seen.waits = false;
        now = note(VIRT_TRACK_CALLS, VIRT_CALL, seen.since_ticks);
    }
    if (written != seen.written && !seen.waits && notes_wanted()) {
        seen.waits = true;
        seen.since_ticks = now;
    }
    seen.written = written;
    seen.taken = taken;
}

static __attribute__((noinline)) void note_interrupt(struct user_frame *frame, uint64_t cause,
                                                     uint64_t pc, uint64_t addr)
{
    const uint64_t begin = notes_ticks();
    monitor_trap(frame, cause, pc, addr);
    (void)note(VIRT_TRACK_SYSTEMUI, cause == CAUSE_RING ? VIRT_SOFTWARE : VIRT_WATCH, begin);
}

static __attribute__((noinline)) void note_ring(struct user_frame *frame, uint64_t cause,
                                                uint64_t pc, uint64_t addr)
{
    /* Before perfd's hart is rung, which may answer at once. */
    follow_channel(notes_ticks());
    monitor_trap(frame, cause, pc, addr);
}

/* By themselves: all other traps, which are most, are to cost a look at their cause. */
void user_trapped(struct user_frame *frame, uint64_t cause, uint64_t pc, uint64_t addr)
{
    if (cause == CAUSE_USER_ECALL && frame->a[7] == USER_CALL_RING)
        note_ring(frame, cause, pc, addr);
    else if ((cause == CAUSE_RING || cause == CAUSE_TIMER) && notes_wanted())
        note_interrupt(frame, cause, pc, addr);
    else
        monitor_trap(frame, cause, pc, addr);
}
