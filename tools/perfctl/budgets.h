/* SPDX-License-Identifier: Apache-2.0 */
/* What spans may take: as their code says, which a trace has, or as a budget file says. */
#ifndef PERFCTL_BUDGETS_H
#define PERFCTL_BUDGETS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget {
    const char *category, *name;        /* category NULL: any */
    uint64_t cpu_us, gpu_us, mem_bytes; /* 0: none */
    char *place;                        /* FILE:LINE; NULL: not known */
};

/* The file's stand in front of the trace's. */
struct budgets {
    struct budget *budget;
    size_t count;
    json_t *file; /* it has their texts */
};

/* other: the trace's otherData, which must outlive them. path NULL: no file. False after one line
 * on stderr: it cannot be read, or is no budget file. */
bool budgets_load(struct budgets *budgets, const json_t *other, const char *path)
    __attribute__((warn_unused_result));

/* NULL: it has none. */
const struct budget *budgets_find(const struct budgets *budgets, const char *category,
                                  const char *name);

/* Where the mark stands in the source, as the trace has it; NULL: it does not say. */
const char *budgets_place(const struct budgets *budgets, const char *category, const char *name);

void budgets_free(struct budgets *budgets);

#endif
