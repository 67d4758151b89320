/* SPDX-License-Identifier: Apache-2.0 */
#include "filter.h"

#include "core.h"
#include "json.h"
#include "text.h"
#include "trace_parts.h"

#define SLOTS_A_STEP 2048

bool filter_valid(const struct perfd_start *start)
{
    return start->categories.length <= PERFD_CATEGORIES_MAX;
}

void filter_choose(struct session *session, const struct perfd_start *start)
{
    session->filter.length = (uint8_t)start->categories.length;
    text_copy(session->filter.text, start->categories);
}

void filter_freeze(struct perfd *perfd, const struct session *session)
{
    perfd->trace.filtering.filter = session->filter;
}

void filter_start(struct trace *trace)
{
    trace->filtering.at = 0;
    trace->filtering.marks = 0;
}

uint64_t filter_marks(const struct trace *trace)
{
    return trace->filtering.marks;
}

void filter_put(const struct trace *trace, struct put *p)
{
    const struct filter *filter = &trace->filtering.filter;
    if (filter->length == 0)
        return;
    json_put(p, "categories:", NULL);
    json_put_string(p, (struct perfd_text){filter->text, filter->length});
}

/* Is it one of those in the list, each up to a comma or the list's end? */
bool filter_takes(const struct filter *filter, struct perfd_text category)
{
    if (filter->length == 0)
        return true;
    struct perfd_text one = {filter->text, 0};
    for (uint32_t i = 0; i <= filter->length; i++) {
        if (i < filter->length && filter->text[i] != ',') {
            one.length++;
            continue;
        }
        if (text_equal(one, category))
            return true;
        one = (struct perfd_text){filter->text + i + 1, 0};
    }
    return false;
}

bool filter_step(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    struct filtering *f = &t->filtering;
    uint32_t slots = f->filter.length > 0 ? t->frozen.slot_count : 0;
    for (uint32_t left = SLOTS_A_STEP; f->at < slots && left > 0; left--) {
        struct lane_record *record = &t->frozen.records[f->at];
        f->at += record_slots(record);
        record->flags = record->flags & (uint8_t)~COPY_FILTERED;
        if (!mark_is_shown(record) ||
            filter_takes(&f->filter, label_category(&perfd->labels, record->label)))
            continue;
        f->marks += marks_shown(record);
        record->flags |= COPY_FILTERED;
    }
    return f->at < slots;
}
