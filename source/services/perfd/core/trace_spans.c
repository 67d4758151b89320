/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most of a trace is spans that have ended: `"name":..,"ph":"X",..,"dur":..}`. A run of them in one
 * lane is gone over at once: their texts are copied, not made, and their lengths are sums. The
 * bytes are those of trace_event.c, which writes whatever is not taken here.
 */
#include "apart.h"
#include "core.h"
#include "json.h"
#include "trace_parts.h"

/* Times are of two groups of eight digits, in ns. Sessions of more than 115 days are left to
 * others. */
#define GROUP         UINT64_C(100000000)
#define TIME_LIMIT_NS (GROUP * GROUP)
#define MICROS_MAX    (13 + 1 + 3 + 4) /* digits, the point, decimals, what is written behind them */

/* --- Numbers ---------------------------------------------------------------------------------- */

/* The four digits of value, below 10,000, or of each half of it, a byte each, the first one lowest.
 * The factors are 1/100 and 1/10, exact for what they are used on. */
IN_PLACE uint64_t four_digits(uint64_t value)
{
    uint64_t hundreds = value * 5243 >> 19 & UINT64_C(0x7f0000007f);
    uint64_t pairs = hundreds | (value - hundreds * 100) << 16;
    uint64_t tens = pairs * 103 >> 10 & UINT64_C(0x000f000f000f000f);
    return tens | (pairs - tens * 10) << 8;
}

IN_PLACE uint64_t eight_digits(uint64_t value)
{
    return four_digits(value / 10000 | value % 10000 << 32);
}

/* How many digits value, below GROUP, has: without a branch, as times are as good as random. */
IN_PLACE uint32_t digits_of(uint64_t value)
{
    return 1u + (value >= 10) + (value >= 100) + (value >= 1000) + (value >= 10000) +
           (value >= 100000) + (value >= 1000000) + (value >= 10000000);
}

/* Eight bytes, the lowest first. One by one, compilers would make more stores of them than one. */
IN_PLACE void put_word(char *to, uint64_t text)
{
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        text = __builtin_bswap64(text);
    __builtin_memcpy(to, &text, sizeof text);
}

#define ONES   UINT64_C(0x0101010101010101)
#define ZEROES UINT64_C(0x3030303030303030) /* eight characters 0 */

/* Eight digits without the zeroes before them, but the last one in any case. Writes eight bytes. */
IN_PLACE char *put_digits(char *to, uint64_t digits)
{
    /* A byte's top bit says that its digit is not 0; below the first of these all bytes go. */
    uint64_t not_0 = ((digits + 0x7f * ONES) | UINT64_C(1) << 63) & 0x80 * ONES;
    uint64_t below = (not_0 & (0 - not_0)) - 1;
    uint32_t gone = (uint32_t)((below & ONES) * ONES >> 56) - 1;
    put_word(to, (digits | ZEROES) >> 8 * gone);
    return to + 8 - gone;
}

/* The last of a number of microseconds: five digits and three decimals. Writes four bytes more. */
IN_PLACE char *put_low(char *to, uint64_t digits)
{
    put_word(to, digits | ZEROES);
    put_word(to + 5, (digits >> 32 & UINT64_C(0xffffff00)) | 0x3030302e);
    return to + 9;
}

/* As microseconds with three decimals. */
IN_PLACE char *put_micros(char *to, uint64_t ns)
{
    uint64_t low = eight_digits(ns % GROUP);
    if (ns >= GROUP)
        return put_low(put_digits(to, eight_digits(ns / GROUP)), low);
    to = put_digits(to, low << 24);
    put_word(to, (low >> 32 & UINT64_C(0xffffff00)) | 0x3030302e);
    return to + 4;
}

/* The text of the tenths of a second that a time has: the same for many times in a row. */
struct tenths {
    uint64_t count, text;
    uint32_t length;
};

IN_PLACE char *put_start(char *to, uint64_t ns, struct tenths *tenths)
{
    if (ns < GROUP)
        return put_micros(to, ns);
    uint64_t count = ns / GROUP;
    if (count != tenths->count) {
        char text[8];
        tenths->count = count;
        tenths->length = (uint32_t)(put_digits(text, eight_digits(count)) - text);
        __builtin_memcpy(&tenths->text, text, sizeof text);
    }
    __builtin_memcpy(to, &tenths->text, sizeof tenths->text);
    return put_low(to + tenths->length, eight_digits(ns - count * GROUP));
}

IN_PLACE uint32_t micros_length(uint64_t ns)
{
    uint64_t us = ns / 1000;
    return us >= GROUP ? 8 + 4 + digits_of(us / GROUP) : 4 + digits_of(us);
}

/* --- Texts ------------------------------------------------------------------------------------ */

/* What stands before a span's start, and between that and its length. */
static void put_texts(const struct perfd *perfd, uint32_t label, uint32_t pid, uint32_t lane,
                      struct put *start, struct put *length)
{
    struct perfd_text category = label_category(&perfd->labels, label);
    json_put(start, ",\n{name:", NULL);
    json_put_string(start, label_name(&perfd->labels, label));
    json_put(start, "ph:'X',ts:", NULL);
    json_put(length, "pid" COUNT "tid%u", (const uint64_t[]){pid, lane});
    if (category.length > 0) {
        json_put(length, "cat:", NULL);
        json_put_string(length, category);
    }
    json_put(length, "dur:", NULL);
}

#define TEXT_MAX 56
#define SPAN_MAX (2 * (TEXT_MAX + MICROS_MAX) + 1) /* with what is written behind its end */
struct span_texts {
    uint32_t lane;
    uint16_t label; /* 0: none; marks without a label are left to others */
    uint8_t start_length, length_length;
    char start[TEXT_MAX], length[TEXT_MAX];
};

/* They lie where frames' shares were added up until the cut was made. */
IN_PLACE struct span_texts *texts_of(const struct perfd *perfd)
{
    return (void *)perfd->trace.detail_bytes;
}

/* A power of two; 0: no room. */
IN_PLACE uint32_t texts_count(const struct perfd *perfd)
{
    uint32_t count = (uint32_t)(perfd->config.frames * sizeof *perfd->trace.detail_bytes /
                                sizeof(struct span_texts));
    while ((count & (count - 1)) != 0)
        count &= count - 1;
    return count;
}

void spans_ready(struct perfd *perfd)
{
    uint32_t count = texts_count(perfd);
    for (uint32_t i = 0; i < count; i++)
        texts_of(perfd)[i].label = 0;
}

APART void make_texts(const struct perfd *perfd, uint16_t label, const struct lane_copy *lane,
                      struct span_texts *texts)
{
    struct put start = {.bytes = texts->start, .size = TEXT_MAX};
    struct put length = {.bytes = texts->length, .size = TEXT_MAX};
    put_texts(perfd, label, process_pid(lane), lane->id, &start, &length);
    texts->label = start.overflow || length.overflow ? 0 : label;
    texts->lane = lane->id;
    texts->start_length = (uint8_t)start.length;
    texts->length_length = (uint8_t)length.length;
}

/* NULL: they are too long. count is texts_count(). */
IN_PLACE const struct span_texts *find_texts(const struct perfd *perfd, uint32_t count,
                                             uint16_t label, const struct lane_copy *lane)
{
    struct span_texts *texts = &texts_of(perfd)[(label + 8 * lane->id) & (count - 1)];
    if (texts->label != label || texts->lane != lane->id)
        make_texts(perfd, label, lane, texts);
    return texts->label == label ? texts : NULL;
}

/* How long they are together, without the digits of the process and the lane. Asked for once, and
 * kept with the label. */
IN_PLACE uint32_t texts_length(struct perfd *perfd, uint16_t label)
{
    struct label *entry = &perfd->labels.table[label];
    if (entry->span_bytes == 0) {
        struct put start = {.bytes = perfd->piece, .size = TRACE_PIECE};
        struct put length = start;
        put_texts(perfd, label, 0, 0, &start, &length);
        entry->span_bytes = (uint16_t)(start.length + length.length - 2);
    }
    return entry->span_bytes;
}

/* --- A run ------------------------------------------------------------------------------------ */

/* Until something of another lane comes. What the loops look at is here and not behind pointers:
 * the text that they write might be any of that, for all that a compiler knows. */
struct run {
    struct lane_copy *lane;
    const struct lane_record *records;
    uint64_t start_ns, until_ns;
    uint32_t at, slots, digits; /* those of the process and the lane */
    bool first, cuts;
};

/* Records are asked here, and not by a call each: the loops below are what an export's time is. */
IN_PLACE bool only_ends(const struct lane_record *record)
{
    return record->kind == PERFD_END || (record->kind == LANE_PHASE && record->label == 0);
}

IN_PLACE bool start_run(struct trace *t, struct run *run)
{
    const struct frozen *z = &t->frozen;
    uint64_t until_ns;
    if (t->cursor.section != TRACE_EVENTS || z->end_ns - z->start_ns >= TIME_LIMIT_NS)
        return false;
    struct lane_copy *lane = merge_run(t, &until_ns);
    uint32_t pid = lane != NULL ? process_pid(lane) : 0;
    if (lane == NULL || lane->id >= GROUP || pid >= GROUP)
        return false;
    *run = (struct run){.lane = lane,
                        .records = z->records + lane->first,
                        .start_ns = z->start_ns,
                        .until_ns = until_ns,
                        .at = lane->at,
                        .slots = lane->slots,
                        .digits = digits_of(pid) + digits_of(lane->id),
                        .first = true,
                        .cuts = t->cut.detail + t->cut.whole + t->cut.marks > 0};
    return true;
}

/* The span that comes next in it, which is not left behind yet; NULL: something else does. */
IN_PLACE const struct lane_record *next_span(struct run *run)
{
    for (; run->at < run->slots; run->at++) {
        const struct lane_record *record = &run->records[run->at];
        if (only_ends(record))
            continue;
        bool is_span = (record->kind == PERFD_BEGIN || record->kind == LANE_PHASE) &&
                       record->flags == COPY_CLOSED && record->label != 0;
        if (!is_span || (record->time_ns >= run->until_ns && !run->first))
            break;
        run->first = false;
        return record;
    }
    return NULL;
}

static void end_run(struct trace *t, const struct run *run)
{
    run->lane->at = run->at;
    merge_run_over(t, run->lane);
}

/* Whether the cut takes it. Moves on to the frame in whose time it is. */
IN_PLACE bool enter_span(struct trace *t, const struct run *run, const struct lane_record *record,
                         struct trace_event *event)
{
    *event = (struct trace_event){.detail = true, .marks = only_ends(record + record->aux) ? 2 : 1};
    event->owner = merge_owner(t, record->time_ns);
    t->cursor.marks += event->marks;
    return run->cuts && cut_takes(t, event);
}

uint32_t spans_pass(struct perfd *perfd, uint32_t most)
{
    struct trace *t = &perfd->trace;
    struct run run;
    if (!start_run(t, &run))
        return 0;
    uint32_t passed = 0;
    for (; passed < most; passed++) {
        const struct lane_record *record = next_span(&run);
        if (record == NULL)
            break;
        struct trace_event event;
        run.at++;
        if (enter_span(t, &run, record, &event)) {
            t->totals.cut += event.marks;
            t->totals.truncated = true;
            continue;
        }
        uint32_t bytes = texts_length(perfd, record->label) + run.digits + 1 +
                         micros_length(record->time_ns - run.start_ns) +
                         micros_length(record[record->aux].time_ns - record->time_ns);
        t->totals.exported += event.marks;
        t->totals.bytes += bytes;
        if (t->stage == TRACE_MEASURE)
            cut_measure(t, &event, bytes);
    }
    end_run(t, &run);
    return passed;
}

size_t spans_put(struct perfd *perfd, char *buffer, size_t room)
{
    struct trace *t = &perfd->trace;
    struct run run;
    struct tenths tenths = {0};
    uint32_t texts_there = texts_count(perfd);
    if (t->stage != TRACE_READY || room < SPAN_MAX || texts_there == 0 || !start_run(t, &run))
        return 0;
    char *to = buffer, *last = buffer + room - SPAN_MAX;
    while (to <= last) {
        const struct lane_record *record = next_span(&run);
        if (record == NULL)
            break;
        const struct span_texts *texts = find_texts(perfd, texts_there, record->label, run.lane);
        if (texts == NULL)
            break;
        struct trace_event event;
        run.at++;
        /* Where nothing is cut nobody asks in which frame's time it is, or how many came before. */
        if (run.cuts && enter_span(t, &run, record, &event))
            continue;
        /* All that there is room for: a copy of a known length is a few instructions. */
        __builtin_memcpy(to, texts->start, TEXT_MAX);
        to = put_start(to + texts->start_length, record->time_ns - run.start_ns, &tenths);
        __builtin_memcpy(to, texts->length, TEXT_MAX);
        to = put_micros(to + texts->length_length, record[record->aux].time_ns - record->time_ns);
        *to++ = '}';
    }
    end_run(t, &run);
    return (size_t)(to - buffer);
}
