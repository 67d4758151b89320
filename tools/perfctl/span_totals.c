/* SPDX-License-Identifier: Apache-2.0 */
#include "span_totals.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "run_file.h"

/* A place in a lane's stacks: a label below others. */
struct span_node {
    struct span_node *first, *next; /* of its children; of its parent's */
    const struct span_label *label; /* NULL: the lane's root */
    uint64_t tid, self_ns;
};

struct span_open {
    uint64_t end_ns, own_ns; /* own: so far less that of the spans inside */
    struct span_label *label;
    struct span_node *node;
};

struct span_lane {
    uint64_t pid, tid;
    struct span_open *open;
    size_t depth, room;
    struct span_node *root;
};

static int by_name(const void *left, const void *right)
{
    const struct span_label *a = left, *b = right;
    const int order = strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->category, b->category);
}

static struct span_label *label_of(struct span_totals *totals, const char *category,
                                   const char *name)
{
    const struct span_label wanted = {.category = (char *)(uintptr_t)category,
                                      .name = (char *)(uintptr_t)name};
    struct span_label *const *found = tfind(&wanted, &totals->by_name, by_name);
    if (found != NULL)
        return *found;
    struct span_label *label = need(calloc(1, sizeof *label));
    label->category = need(strdup(category));
    label->name = need(strdup(name));
    (void)need(tsearch(label, &totals->by_name, by_name));
    totals->label = need(realloc(totals->label, (totals->labels + 1) * sizeof *totals->label));
    totals->label[totals->labels++] = label;
    return label;
}

static struct span_node *new_node(struct span_node **list, const struct span_label *label,
                                  uint64_t tid)
{
    struct span_node *node = need(calloc(1, sizeof *node));
    *node = (struct span_node){.next = *list, .label = label, .tid = tid};
    *list = node;
    return node;
}

static struct span_lane *lane_of(struct span_totals *totals, uint64_t pid, uint64_t tid)
{
    /* Most spans are of the lane of the one before. */
    for (size_t i = 0; i < totals->lanes; i++) {
        const size_t at = (totals->last_lane + i) % totals->lanes;
        if (totals->lane[at].tid == tid && totals->lane[at].pid == pid) {
            totals->last_lane = at;
            return &totals->lane[at];
        }
    }
    totals->lane = need(realloc(totals->lane, (totals->lanes + 1) * sizeof *totals->lane));
    totals->last_lane = totals->lanes++;
    struct span_lane *lane = &totals->lane[totals->last_lane];
    *lane = (struct span_lane){.pid = pid, .tid = tid};
    if (totals->folds)
        lane->root = new_node(&totals->stacks, NULL, tid);
    return lane;
}

static void close_top(struct span_lane *lane)
{
    const struct span_open *top = &lane->open[--lane->depth];
    top->label->self_ns += top->own_ns;
    if (top->node != NULL)
        top->node->self_ns += top->own_ns;
}

static struct span_node *child_of(struct span_node *parent, const struct span_label *label)
{
    for (struct span_node *node = parent->first; node != NULL; node = node->next)
        if (node->label == label)
            return node;
    return new_node(&parent->first, label, parent->tid);
}

static void open_span(struct span_lane *lane, struct span_label *label, uint64_t ts_ns,
                      uint64_t dur_ns)
{
    struct span_open *parent = lane->depth > 0 ? &lane->open[lane->depth - 1] : NULL;
    if (parent != NULL && dur_ns > parent->end_ns - ts_ns)
        dur_ns = parent->end_ns - ts_ns;
    if (parent != NULL)
        parent->own_ns -= dur_ns < parent->own_ns ? dur_ns : parent->own_ns;
    struct span_node *above = parent != NULL ? parent->node : lane->root;
    struct span_node *node = above != NULL ? child_of(above, label) : NULL;
    if (lane->depth == lane->room) {
        lane->room = lane->room > 0 ? lane->room * 2 : 16;
        lane->open = need(realloc(lane->open, lane->room * sizeof *lane->open));
    }
    lane->open[lane->depth++] = (struct span_open){ts_ns + dur_ns, dur_ns, label, node};
}

static void count(struct span_label *label, uint64_t dur_ns)
{
    if (label->count == label->room) {
        label->room = label->room > 0 ? label->room * 2 : 64;
        label->dur_ns = need(realloc(label->dur_ns, label->room * sizeof *label->dur_ns));
    }
    label->dur_ns[label->count++] = dur_ns;
    label->total_ns += dur_ns;
    if (dur_ns > label->max_ns)
        label->max_ns = dur_ns;
}

void span_totals_add(struct span_totals *totals, uint64_t pid, uint64_t tid, const char *category,
                     const char *name, uint64_t ts_ns, uint64_t dur_ns)
{
    struct span_label *label = label_of(totals, category, name);
    struct span_lane *lane = lane_of(totals, pid, tid);
    count(label, dur_ns);
    while (lane->depth > 0 && lane->open[lane->depth - 1].end_ns <= ts_ns)
        close_top(lane);
    open_span(lane, label, ts_ns, dur_ns);
}

void span_totals_end(struct span_totals *totals)
{
    for (size_t i = 0; i < totals->lanes; i++)
        while (totals->lane[i].depth > 0)
            close_top(&totals->lane[i]);
}

static int by_length(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

uint64_t span_label_p95_ns(struct span_label *label)
{
    qsort(label->dur_ns, label->count, sizeof *label->dur_ns, by_length);
    return label->dur_ns[(label->count * 95 + 99) / 100 - 1];
}

/* --- Stacks ----------------------------------------------------------------------------------- */

/* Semicolons part a stack's names, and a blank its figure: neither may stand in a name. */
static void put_name(FILE *to, const char *name)
{
    for (; *name != '\0'; name++) {
        const unsigned char byte = (unsigned char)*name;
        fputc(byte == ';' ? ':' : byte < 0x20 || byte == 0x7f ? '?' : byte, to);
    }
}

/* A lane's stack is as deep as its spans were: as perfd nests them at most. */
static void fold(FILE *to, const struct span_node **path, size_t depth, const char *lane)
{
    const struct span_node *node = path[depth];
    if (node->label != NULL && node->self_ns >= 500) {
        put_name(to, lane);
        for (size_t i = 1; i <= depth; i++) {
            fputc(';', to);
            put_name(to, path[i]->label->name);
        }
        fprintf(to, " %" PRIu64 "\n", (node->self_ns + 500) / 1000);
    }
}

#define FOLDS_DEEPEST 512u

void span_totals_fold(const struct span_totals *totals, FILE *to,
                      const char *(*lane)(void *context, uint64_t tid), void *context)
{
    const struct span_node *path[FOLDS_DEEPEST];
    for (const struct span_node *root = totals->stacks; root != NULL; root = root->next) {
        const char *name = lane(context, root->tid);
        size_t depth = 0;
        path[0] = root;
        for (const struct span_node *node = root->first; depth > 0 || node != NULL;) {
            if (node == NULL) {
                node = path[depth--]->next;
                continue;
            }
            path[++depth] = node;
            fold(to, path, depth, name);
            if (depth + 1 < FOLDS_DEEPEST)
                node = node->first;
            else
                node = NULL;
        }
    }
}

/* --- Its end ---------------------------------------------------------------------------------- */

static void free_nodes(struct span_node *node)
{
    while (node != NULL) {
        /* The children go in front of who comes next: no stack is needed for it. */
        struct span_node *last = node->first;
        while (last != NULL && last->next != NULL)
            last = last->next;
        struct span_node *next = node->next;
        if (last != NULL) {
            last->next = next;
            next = node->first;
        }
        free(node);
        node = next;
    }
}

void span_totals_free(struct span_totals *totals)
{
    for (size_t i = 0; i < totals->labels; i++) {
        (void)tdelete(totals->label[i], &totals->by_name, by_name);
        free(totals->label[i]->category);
        free(totals->label[i]->name);
        free(totals->label[i]->dur_ns);
        free(totals->label[i]);
    }
    free(totals->label);
    for (size_t i = 0; i < totals->lanes; i++)
        free(totals->lane[i].open);
    free(totals->lane);
    free_nodes(totals->stacks);
    *totals = (struct span_totals){0};
}
