/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring of perfd/lane_layout.h: a writer that overwrites, one look of a reader, and memory in which
 * every store becomes visible on its own. test_lane_model.py runs it; docs/perf/lanes.md explains it.
 *
 * Memory: the n-th store to a word stores n. That is so for `laps`, and in the ring n is the lap, which
 * with the slot names the mark. So a word's contents are how many stores to it are visible; those up to
 * `stored` are yet to be. Stores to one word become visible in their order, stores to different words
 * in any, at once or late. The release fence waits until all are: nothing behind it can then be visible
 * before what is in front of it.
 *
 * The reader's loads are done in any order that its two acquires leave open. It judges its copy by
 * BITS(lap) alone; whole laps are for finding it wrong.
 *
 * Taken out by -D, one at a time:
 *     NO_RELEASE_FENCE    between laps and the lap's first slot
 *     BARE_WORD=0 or 1    a slot's word 0 or 1 has no lap bits
 *     NO_SECOND_LOOK      at laps, after the copy
 *     NO_ACQUIRE_FENCE    between the copy and the second look
 *     NO_ACQUIRE_LOAD     the first look is relaxed
 *     LATE_LIMIT          a copy is dropped one lap later than it must be
 * -DFIND=flag looks for one of the flags in judge() alone, rather than for all that must never be set.
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef TOLD /* PERF_LANE_LAPS: how many laps the bits tell apart */
#define TOLD 3
#endif
/* So that laps 1 and 2, and no lap at all, each have one that looks like it. */
#define LAPS_WRITTEN (TOLD + 2)

#define RING_WORDS (2 * SLOTS)
#define LAPS       RING_WORDS /* behind the ring's words */
#define WORDS      (RING_WORDS + 1)
#define BITS(lap)  ((lap) % TOLD)
#define UNLOADED   255

byte stored[WORDS];
byte visible[WORDS];
byte pending; /* stores that are not visible, of all words */

byte writer_lap = 1;
byte writer_slot;    /* how many of the lap are whole */
bool writer_halfway; /* it ended between a slot's two words */
bool writer_ended;

proctype word(byte w)
{
end:
    do
    :: atomic { visible[w] < stored[w] -> visible[w]++; pending-- }
    od
}

inline store(w)
{
    stored[w]++;
    pending++
}

/* Ends anywhere, as if killed; between a slot's words, too, which a compiler may turn around. */
proctype writer()
{
    do
    :: atomic {
        writer_slot < SLOTS ->
        /* Both at once: what is not visible may as well not be stored yet. */
        store(2 * writer_slot);
        store(2 * writer_slot + 1);
        writer_slot++
    }
    :: atomic { writer_slot < SLOTS -> store(2 * writer_slot); writer_halfway = true; break }
    :: atomic { writer_slot < SLOTS -> store(2 * writer_slot + 1); writer_halfway = true; break }
    :: writer_slot == SLOTS && writer_lap < LAPS_WRITTEN ->
        atomic { store(LAPS) }
#ifndef NO_RELEASE_FENCE
        pending == 0;
#endif
        atomic { writer_lap++; writer_slot = 0 }
    :: break
    od;
    writer_ended = true
}

#ifndef BARE_WORD
#define CLAIMS(s, lap) (BITS(copy[2 * (s)]) == BITS(lap) && BITS(copy[2 * (s) + 1]) == BITS(lap))
#define MARKER         1
#else
#define CLAIMS(s, lap) (BITS(copy[2 * (s) + 1 - BARE_WORD]) == BITS(lap))
#define MARKER         (1 - BARE_WORD)
#endif

#ifdef NO_ACQUIRE_LOAD
#define MAY_COPY true
#else
#define MAY_COPY (before != UNLOADED)
#endif

#ifdef NO_ACQUIRE_FENCE
#define COPIED true
#else
#define COPIED (to_copy == 0)
#endif

#ifdef LATE_LIMIT
#define LIMIT TOLD
#else
#define LIMIT (TOLD - 1)
#endif

/* judge()'s own, and no part of a state. */
hidden byte s, lap, position, taken, whole;
hidden byte counts;
hidden byte torn, wrong_lap, unwritten, incomplete, stale, unannounced;
hidden byte dropped, read_whole, overtaken, late;

inline judge()
{
    /* What the reader does. */
    position = 0;
    do
    :: position < SLOTS && BITS(copy[2 * position + MARKER]) == BITS(before + 1) -> position++
    :: else -> break
    od;
    counts = after - before < LIMIT;
    taken = 0;
    for (s : 0 .. SLOTS - 1) {
        lap = (s < position -> before + 1 : before);
        taken = taken + (counts && lap > 0 && CLAIMS(s, lap))
    }

    /* Never set. A reader may find the position in a pass of its own: whatever it was, these hold. */
    torn = false;
    wrong_lap = false;
    unwritten = false;
    for (s : 0 .. SLOTS - 1) {
        for (lap : before .. before + 1) {
            if
            :: counts && lap > 0 && CLAIMS(s, lap) ->
                torn = torn || copy[2 * s] != copy[2 * s + 1];
                wrong_lap = wrong_lap || copy[2 * s] != lap || copy[2 * s + 1] != lap;
                unwritten = unwritten || copy[2 * s] == 0 || copy[2 * s + 1] == 0
            :: else
            fi
        }
    }
    whole = (writer_lap > 1 -> SLOTS - writer_halfway : writer_slot);
    incomplete = quiet && taken != whole;

    /* Never set: what each of the two pairs of orderings is for. */
    stale = false;
    unannounced = false;
    for (s : 0 .. RING_WORDS - 1) {
        stale = stale || copy[s] + 1 < before;
        unannounced = unannounced || copy[s] > after + 1
    }

    /* Set now and then, or the above says nothing. */
    dropped = !counts;
    read_whole = quiet && taken == SLOTS && position > 0 && position < SLOTS;
    overtaken = counts && after > before && taken > 0 && taken < SLOTS;
    late = false;
    for (s : 0 .. RING_WORDS - 1) {
        late = late || copy[s] + 1 == before
    }
}

#define LOAD(w) \
    atomic { copy[w] == UNLOADED && MAY_COPY -> look(); copy[w] = visible[w]; to_copy--; after_load() }

inline after_load()
{
    if
    :: before != UNLOADED && to_copy == 0 && after != UNLOADED -> goto loaded
    :: else
    fi
}

inline look()
{
    if
    :: !looked -> looked = true; quiet = writer_ended && pending == 0
    :: else
    fi
}

proctype reader()
{
    byte copy[RING_WORDS] = UNLOADED;
    byte before = UNLOADED, after = UNLOADED, to_copy = RING_WORDS;
    bool looked, quiet;

    do
    :: atomic { before == UNLOADED -> look(); before = visible[LAPS] }
    :: LOAD(0)
    :: LOAD(1)
    :: LOAD(2)
    :: LOAD(3)
#if SLOTS > 2
    :: LOAD(4)
    :: LOAD(5)
#endif
    /* Two loads of one word keep their order, whatever is taken out. */
    :: atomic { after == UNLOADED && before != UNLOADED && COPIED -> after = visible[LAPS]; after_load() }
    od;

loaded:
    atomic {
        true;
        d_step {
#ifdef NO_SECOND_LOOK
            after = before;
#endif
            judge();
#ifdef FIND
            assert(!FIND);
#else
            assert(!torn);
            assert(!wrong_lap);
            assert(!unwritten);
            assert(!incomplete);
            assert(!stale);
            assert(!unannounced);
#endif
            /* All ends are one. */
            for (s : 0 .. RING_WORDS - 1) {
                copy[s] = 0
            }
            before = 0;
            after = 0;
            quiet = false
        }
    }
}

init
{
    byte w;

    atomic {
        for (w : 0 .. WORDS - 1) {
            run word(w)
        }
        w = 0;
        run writer();
        run reader()
    }
}
