/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "markdown.h"

static void write_problem(FILE *to, const struct judged *judged)
{
    fprintf(to, "| %s | ", verdict_word(judged->verdict));
    markdown_name(to, judged->figure);
    fprintf(to, " | %s |\n", judged->why);
}

void gate_markdown(FILE *to, const void *what)
{
    const struct gate *gate = what;
    const char *verdict = gate->by_verdict[VERDICT_UNSTABLE] > 0 ? "unstable"
                          : gate->by_verdict[VERDICT_FAIL] > 0   ? "failed"
                          : gate->by_verdict[VERDICT_WARN] > 0   ? "passed, with warnings"
                                                                 : "passed";
    fprintf(to, "## Performance gate: %s\n\n", verdict);
    put_gate_counts(to, gate);
    fprintf(to, ". Profile ");
    markdown_name(to, gate->sides->profile);
    fprintf(to, "; runs: %zu", gate->sides->current.runs);
    if (gate->sides->baseline.runs > 0)
        fprintf(to, " against %zu", gate->sides->baseline.runs);
    fprintf(to, ".\n");
    if (gate->by_verdict[VERDICT_OK] == gate->count)
        return;
    fprintf(to, "\n| | figure | why |\n|---|---|---|\n");
    gate_each_problem(gate, to, write_problem);
}
