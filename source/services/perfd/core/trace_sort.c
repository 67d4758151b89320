/* SPDX-License-Identifier: Apache-2.0 */
/* Heapsort in steps: in place, its worst case is its usual one, and it can stop after any sift. */
#include "apart.h"
#include "trace_parts.h"

#define SIFTS_A_STEP 128

APART uint64_t key_of(const struct trace *t, uint32_t frame, enum trace_source by)
{
    const struct frame *f = &t->frozen.frame[frame];
    return by == SOURCE_BEGUN ? f->began_at_ns : frame_work_end_ns(f);
}

/* Frames with one time stand in the frames' order. */
static bool is_before(const struct trace *t, uint32_t a, uint32_t b, enum trace_source by)
{
    uint64_t a_ns = key_of(t, a, by), b_ns = key_of(t, b, by);
    return a_ns < b_ns || (a_ns == b_ns && a < b);
}

/* Lets the value at root sink in heap[0..count), the latest on top. */
static void sift(const struct trace *t, uint32_t *heap, size_t root, size_t count,
                 enum trace_source by)
{
    uint32_t value = heap[root];
    while (2 * root + 1 < count) {
        size_t child = 2 * root + 1;
        if (child + 1 < count && is_before(t, heap[child], heap[child + 1], by))
            child++;
        if (!is_before(t, value, heap[child], by))
            break;
        heap[root] = heap[child];
        root = child;
    }
    heap[root] = value;
}

void sort_start(struct trace *trace)
{
    trace->works = 0;
    for (uint32_t i = 0; i < trace->frozen.frame_count; i++)
        if (trace->frozen.frame[i].began_at_ns != 0) {
            trace->begun[trace->works] = trace->ended[trace->works] = i;
            trace->works++;
        }
    trace->sort = (struct trace_sort){.root = trace->works / 2, .count = trace->works};
}

bool sort_step(struct trace *trace, enum trace_source by)
{
    uint32_t *heap = by == SOURCE_BEGUN ? trace->begun : trace->ended;
    struct trace_sort *s = &trace->sort;
    for (unsigned sifts = 0; sifts < SIFTS_A_STEP; sifts++) {
        if (s->root > 0) {
            s->root--;
            sift(trace, heap, s->root, s->count, by);
        } else if (s->count > 1) {
            s->count--;
            uint32_t latest = heap[0];
            heap[0] = heap[s->count];
            heap[s->count] = latest;
            sift(trace, heap, 0, s->count, by);
        } else {
            *s = (struct trace_sort){.root = trace->works / 2, .count = trace->works};
            return false;
        }
    }
    return true;
}
