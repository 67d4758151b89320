/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace has of hotspots: the heaviest of each table, as they were when its copy was made. */
#include "hotspots_parts.h"
#include "json.h"
#include "text.h"

void hotspots_freeze(struct perfd *perfd, bool none)
{
    struct hotspot_memory *m = perfd->hotspots;
    if (m == NULL)
        return;
    m->copies = 0;
    for (const struct table *t = hotspots_from(m, 0); t != NULL && !none;
         t = hotspots_from(m, t->id + 1)) {
        struct table_copy *copy = &m->copy[m->copies];
        int count =
            perfd_read_hotspots(perfd, t->id, &copy->info, copy->entry, PERFD_HOTSPOTS_SHOWN);
        copy->count = count > 0 ? (uint32_t)count : 0;
        m->copies += copy->count > 0;
    }
}

/* A piece for each table, and one for each of its entries behind it. */
uint32_t hotspots_pieces(const struct perfd *perfd)
{
    const struct hotspot_memory *m = perfd->hotspots;
    uint32_t pieces = 0;
    for (uint32_t i = 0; m != NULL && i < m->copies; i++)
        pieces += 1 + m->copy[i].count;
    return pieces;
}

static void put_table(const struct perfd_hotspot_table *info, bool first, struct put *p)
{
    if (first)
        json_put(p, "hotspots:{", NULL);
    json_put(p, first ? "'%u':{name:" : ",'%u':{name:", (const uint64_t[]){info->id});
    json_put_string(p, text_of(info->name));
    json_put(p, "pid%ukept%utotalHits%utotalWeight%utop:",
             (const uint64_t[]){info->pid, info->kept, info->total_hits, info->total_weight});
    put_char(p, '[');
}

void hotspots_put(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    const struct hotspot_memory *m = perfd->hotspots;
    for (uint32_t i = 0; i < m->copies; i++) {
        const struct table_copy *copy = &m->copy[i];
        if (piece == 0) {
            put_table(&copy->info, i == 0, p);
            return;
        }
        if (piece <= copy->count) {
            const struct perfd_hotspot *entry = &copy->entry[piece - 1];
            json_put(p,
                     piece == 1 ? "{key%xhits%uweight%uerror%u}" : ",{key%xhits%uweight%uerror%u}",
                     (const uint64_t[]){entry->key, entry->hits, entry->weight, entry->error});
            if (piece == copy->count)
                put_text(p, i + 1 == m->copies ? "]}}" : "]}");
            return;
        }
        piece -= 1 + copy->count;
    }
}
