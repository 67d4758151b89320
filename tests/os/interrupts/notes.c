/* SPDX-License-Identifier: Apache-2.0 */
#include "interrupts/notes.h"

_Static_assert((NOTES_ROOM & (NOTES_ROOM - 1)) == 0, "indices wrap with the ring");

/* What its hart writes stands apart from what perfd's does. Indices run freely and wrap at 2^32. */
struct ring {
    _Alignas(64) _Atomic uint32_t written;
    _Atomic uint32_t lost;
    struct virt_noted noted[NOTES_ROOM];
    _Alignas(64) _Atomic uint32_t taken;
};

static struct ring rings[VIRT_TRACKS];
atomic_bool notes_on;

void virt_board_start_notes(void)
{
    atomic_store_explicit(&notes_on, true, memory_order_relaxed);
}

bool virt_board_wants_notes(void)
{
    return notes_wanted();
}

/* Its acquire of `taken` pairs with virt_board_take_note()'s release: room is written over only
 * after it has been read. Its release of `written` pairs with virt_board_noted()'s acquire. */
uint64_t note(enum virt_track track, uint32_t what, uint64_t begin_ticks)
{
    struct ring *ring = &rings[track];
    const uint64_t now = notes_ticks();
    const uint64_t ticks = now - begin_ticks;
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    if (written - atomic_load_explicit(&ring->taken, memory_order_acquire) == NOTES_ROOM) {
        const uint32_t lost = atomic_load_explicit(&ring->lost, memory_order_relaxed);
        atomic_store_explicit(&ring->lost, lost + 1, memory_order_relaxed);
        return now;
    }
    ring->noted[written % NOTES_ROOM] = (struct virt_noted){
        .begin_ticks = begin_ticks,
        .ticks = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX,
        .what = what,
    };
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
    return now;
}

uint32_t virt_board_noted(enum virt_track track)
{
    const struct ring *ring = &rings[track];
    return atomic_load_explicit(&ring->written, memory_order_acquire) -
           atomic_load_explicit(&ring->taken, memory_order_relaxed);
}

struct virt_noted virt_board_take_note(enum virt_track track)
{
    struct ring *ring = &rings[track];
    const uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    const struct virt_noted noted = ring->noted[taken % NOTES_ROOM];
    atomic_store_explicit(&ring->taken, taken + 1, memory_order_release);
    return noted;
}

uint32_t virt_board_notes_lost(enum virt_track track)
{
    return atomic_load_explicit(&rings[track].lost, memory_order_relaxed);
}
