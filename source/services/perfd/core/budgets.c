/* SPDX-License-Identifier: Apache-2.0 */
#include "budgets.h"

#include "core.h"
#include "json.h"
#include "text.h"

static bool has_budget(const struct label *label)
{
    return label->in_trace &&
           (label->budget_cpu_us | label->budget_gpu_us | label->budget_mem_bytes) != 0;
}

/* Of the copy's records, none of which a sweep takes its label from. */
void budgets_freeze(struct perfd *perfd)
{
    const struct frozen *z = &perfd->trace.frozen;
    struct labels *l = &perfd->labels;
    for (uint32_t id = 0; id < l->capacity; id++)
        l->table[id].in_trace = false;
    for (uint32_t i = 0; i < z->slot_count; i++)
        if (z->records[i].kind != LANE_VALUE && z->records[i].label < l->capacity)
            l->table[z->records[i].label].in_trace = true;
}

static uint32_t budget_count(const struct labels *l)
{
    uint32_t count = 0;
    for (uint32_t id = 0; id < l->capacity && count < BUDGETS_MOST; id++)
        count += has_budget(&l->table[id]);
    return count;
}

/* Two for each: a piece has not the room for all of a label's texts. */
uint32_t budgets_pieces(const struct perfd *perfd)
{
    return 2 * budget_count(&perfd->labels);
}

static uint32_t budget_at(const struct labels *l, uint32_t place)
{
    uint32_t id = 0;
    for (;; id++)
        if (has_budget(&l->table[id]) && place-- == 0)
            return id;
}

void budgets_put(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    const struct labels *l = &perfd->labels;
    uint32_t place = piece / 2;
    struct perfd_label label;
    labels_read(l, budget_at(l, place), &label);
    if (piece % 2 == 0) {
        if (place == 0) {
            json_put(p, "budgets:", NULL);
            put_char(p, '[');
        }
        json_put(p, place == 0 ? "{label:" : ",{label:", NULL);
        json_put_string(p, label.name);
        json_put(p, "category:", NULL);
        json_put_string(p, label.category);
        return;
    }
    json_put(p, "file:", NULL);
    json_put_string(p, label.file);
    json_put(p, "line" COUNT "cpuUs" COUNT "gpuUs" COUNT "memBytes%u}",
             (const uint64_t[]){label.line, label.budget_cpu_us, label.budget_gpu_us,
                                label.budget_mem_bytes});
    if (place + 1 == budget_count(l))
        put_char(p, ']');
}
