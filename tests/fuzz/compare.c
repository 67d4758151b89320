/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "shape.h"

enum why {
    EMPTY_OUT_OF_RANGE,
    NULL_PAD,
    PAD_MARKED_DOUBLE,
    TAG_WITH_OFFSET,
    CAPABILITY_BY_TAG,
    COUNT_OF_30_BITS,
    MANY_SEGMENTS,
    OTHER_ELEMENT_SIZE,
    EMPTY_SEGMENT,
    ELEMENTS_ARE_A_LEVEL,
    NO_CLASS
};

struct disagreement disagreements[] = {
    [EMPTY_OUT_OF_RANGE] =
        {"empty-out-of-range",
         "A pointer to an object of no size leads outside of its segment. The library takes the "
         "object as there is nothing to read; ours wants every pointer to lead inside.",
         true, 0},
    [NULL_PAD] = {"null-landing-pad",
                  "The one word of a landing pad is null. The library reads it as a struct of no "
                  "size; ours refuses "
                  "a pad that leads nowhere.",
                  true, 0},
    [PAD_MARKED_DOUBLE] =
        {"pad-marked-double",
         "The first word of a pad of two is marked as a far pointer of two words itself. The "
         "library "
         "does not look at the mark; ours takes far pointers of one word only there.",
         true, 0},
    [TAG_WITH_OFFSET] = {"pad-tag-with-offset",
                         "The second word of a pad of two, which says what the object is, has an "
                         "offset, which means "
                         "nothing. The library ignores it; ours refuses it.",
                         true, 0},
    [CAPABILITY_BY_TAG] =
        {"capability-by-double-far",
         "The second word of a pad of two is a capability, which lies nowhere and needs no far "
         "pointer. The library takes it; ours takes structs and lists only there.",
         true, 0},
    [COUNT_OF_30_BITS] = {"tag-count-of-30-bits",
                          "A tag counts 2^29 structs or more, which no list can have. The library "
                          "keeps the lower 29 bits of the count; ours refuses it.",
                          true, 0},
    [MANY_SEGMENTS] = {"many-segments",
                       "The segment table has over 512 segments. In a flat array the library takes "
                       "any number, and "
                       "reads 2^32 as none; ours takes 512, as the library does in a stream.",
                       true, 0},
    [OTHER_ELEMENT_SIZE] =
        {"other-element-size",
         "A list is read with another element size than it has. The library takes larger elements "
         "and lists of structs for lists of what they begin with; ours never does.",
         true, 0},
    [EMPTY_SEGMENT] = {"object-in-empty-segment",
                       "A far pointer of two words leads to an object of no size in a segment of "
                       "no words. To the "
                       "library there is no such segment; ours has it, and nothing in it is read.",
                       false, 0},
    [ELEMENTS_ARE_A_LEVEL] =
        {"elements-are-a-level",
         "The nesting limit is met below lists of structs. The library counts the list and its "
         "element as two levels, ours as one.",
         false, 0},
    [NO_CLASS] = {NULL, NULL, false, 0},
};

static uint64_t compared;

/* --- for people --- */

static void print_record(const struct record *r)
{
    static const char *const kinds[] = {"null",       "struct",  "list",
                                        "capability", "element", "refused"};
    static const char *const elements[] = {"void", "bit", "8",       "16",
                                           "32",   "64",  "pointer", "struct"};
    static const char *const refusals[] = {"other", "bounds", "kind",  "far",    "tag",
                                           "text",  "budget", "depth", "framing"};
    fprintf(stderr, "  %*s%s", 2 * r->level, "", kinds[r->kind]);
    if (r->kind == RECORD_STRUCT || r->kind == RECORD_ELEMENT)
        fprintf(stderr, " of %u words, %u pointers", r->data_words, r->pointers);
    if (r->kind == RECORD_LIST)
        fprintf(stderr, " of %lu, element %s", (unsigned long)r->count, elements[r->element & 7]);
    if (r->kind == RECORD_CAPABILITY)
        fprintf(stderr, " %lu", (unsigned long)r->count);
    if (r->kind == RECORD_REFUSED)
        fprintf(stderr, " (ours: %s; or the library's: %s)", nx_error_text(-(int)r->error),
                refusals[r->error % 9]);
    fprintf(stderr, "  at word %lu, hash %llx, reads %x\n", (unsigned long)r->where,
            (unsigned long long)r->hash, r->reads);
}

static void print_transcript(const char *whose, const struct transcript *t, uint32_t marked)
{
    fprintf(stderr, "%s:\n", whose);
    for (uint32_t i = 0; i < t->count && i < marked + 10; i++) {
        fputs(i == marked ? ">" : " ", stderr);
        print_record(&t->records[i]);
    }
}

static void print_message(const uint8_t *bytes, size_t length)
{
    fprintf(stderr, "the message of %lu bytes:\n", (unsigned long)length);
    for (size_t at = 0; at < length; at += 8) {
        fprintf(stderr, "  %5lu ", (unsigned long)at / 8);
        for (size_t i = at; i < at + 8 && i < length; i++)
            fprintf(stderr, " %02x", bytes[i]);
        fputc('\n', stderr);
    }
}

/* --- the classes --- */

static bool is_inside(const struct shape *s)
{
    return s->at >= s->start && s->at <= s->end;
}

/* Ours refuses. `seen`: what the library read. */
static enum why ours_refuses(const uint8_t *bytes, size_t length, const struct record *refused,
                             const struct record *seen)
{
    struct shape s;
    if (shape_segments(bytes, length) > NX_SEGMENTS_MAX)
        return MANY_SEGMENTS;
    if (!shape_of(bytes, length, refused->where, &s))
        return NO_CLASS;
    if (s.far && !s.double_far && s.pad_inside && s.pad[0] == 0 && seen->kind == RECORD_STRUCT &&
        seen->data_words + seen->pointers == 0)
        return NULL_PAD;
    if (s.double_far && s.known) {
        if ((s.pad[0] & 7) == 6)
            return PAD_MARKED_DOUBLE;
        if ((s.pad[1] & 3) == 3 && seen->kind == RECORD_CAPABILITY)
            return CAPABILITY_BY_TAG;
        if ((s.pad[1] & 3) < 2 && (uint32_t)s.pad[1] >> 2 != 0)
            return TAG_WITH_OFFSET;
    }
    if (s.known && s.size_words == 0 && !is_inside(&s) &&
        (seen->kind == RECORD_STRUCT || seen->kind == RECORD_LIST))
        return EMPTY_OUT_OF_RANGE;
    if (s.has_tag && (uint32_t)s.tag >> 2 > NX_COUNT_MAX && seen->kind == RECORD_LIST &&
        seen->count == ((uint32_t)s.tag >> 2 & NX_COUNT_MAX))
        return COUNT_OF_30_BITS;
    return NO_CLASS;
}

/* The library refuses. `seen`: what ours read. */
static enum why library_refuses(const uint8_t *bytes, size_t length, const struct record *seen,
                                const struct record *refused)
{
    struct shape s;
    uint32_t levels = (uint32_t)seen->depth + seen->through;
    /* An element costs its level as it is read, any other thing where it is followed to. */
    if (refused->error == REFUSAL_DEPTH && seen->through > 0 &&
        levels >= NX_DEPTH_MAX + (seen->kind == RECORD_ELEMENT ? 1U : 0U))
        return ELEMENTS_ARE_A_LEVEL;
    if (shape_of(bytes, length, seen->where, &s) && s.double_far && s.known && s.start == s.end &&
        s.size_words == 0 && s.at == s.start)
        return EMPTY_SEGMENT;
    return NO_CLASS;
}

static bool same(const struct record *a, const struct record *b)
{
    return a->kind == b->kind && a->hash == b->hash && a->data_words == b->data_words &&
           a->pointers == b->pointers && a->element == b->element &&
           (a->count == b->count || a->kind == RECORD_CAPABILITY);
}

/* Of the typed reads, ours may be fewer: those with another element size. */
static bool reads_agree(const struct record *ours, const struct record *theirs)
{
    uint16_t more = theirs->reads & (uint16_t)~ours->reads;
    /* 0: nobody asked; what was read can be read as something. */
    if (ours->reads == theirs->reads || ours->reads == 0 || theirs->reads == 0)
        return true;
    if ((ours->reads & ~theirs->reads) != 0 || ours->kind != RECORD_LIST ||
        (more & (READS_STRUCT | READS_TEXT | 1U << ours->element)) != 0)
        return false;
    disagreements[OTHER_ELEMENT_SIZE].count++;
    return true;
}

static bool index_is_right(const uint8_t *bytes, size_t length, const struct record *r)
{
    struct shape s;
    return shape_of(bytes, length, r->where, &s) && (uint32_t)s.pointer == 3 &&
           r->count == s.pointer >> 32;
}

/* Whether these two may be as they are. Where only one was read, what lies in it is to be left out.
 */
static bool explained(const uint8_t *bytes, size_t length, const struct record *ours,
                      const struct record *theirs)
{
    enum why why;
    if (ours->level != theirs->level)
        return false;
    if (ours->kind == RECORD_REFUSED && theirs->kind == RECORD_REFUSED)
        return true; /* which of several faults is named is each one's own */
    if (ours->kind != RECORD_REFUSED && theirs->kind != RECORD_REFUSED)
        return same(ours, theirs) && reads_agree(ours, theirs) &&
               (ours->kind != RECORD_CAPABILITY || index_is_right(bytes, length, ours));
    why = ours->kind == RECORD_REFUSED ? ours_refuses(bytes, length, ours, theirs)
                                       : library_refuses(bytes, length, ours, theirs);
    disagreements[why].count++;
    return why != NO_CLASS;
}

static uint32_t behind(const struct transcript *t, uint32_t at)
{
    uint32_t next = at + 1;
    while (next < t->count && t->records[next].level > t->records[at].level)
        next++;
    return next;
}

void compare_transcripts(const uint8_t *bytes, size_t length, const struct transcript *ours,
                         const struct transcript *theirs)
{
    uint32_t o = 0, t = 0;
    compared++;
    while (o < ours->count && t < theirs->count) {
        const struct record *a = &ours->records[o], *b = &theirs->records[t];
        if (!explained(bytes, length, a, b))
            break;
        o = b->kind == RECORD_REFUSED ? behind(ours, o) : o + 1;
        t = a->kind == RECORD_REFUSED ? behind(theirs, t) : t + 1;
    }
    /* A walk that was cut off says no more. */
    if ((o == ours->count && (t == theirs->count || o == TRANSCRIPT_RECORDS)) ||
        (t == theirs->count && t == TRANSCRIPT_RECORDS))
        return;
    fputs("a disagreement that no class explains\n", stderr);
    print_message(bytes, length);
    print_transcript("our reader", ours, o);
    print_transcript("the library", theirs, t);
    abort();
}

void compare_report(void)
{
    fprintf(stderr, "compared %llu messages\n", (unsigned long long)compared);
    for (const struct disagreement *d = disagreements; d->name != NULL; d++)
        fprintf(stderr, "class %s %llu\n", d->name, (unsigned long long)d->count);
}
