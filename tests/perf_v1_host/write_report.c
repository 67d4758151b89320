/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of one run of a perf.json, on stdout.
 *
 *     write_report FILE RUN
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "perfctl.h"
#include "report_html.h"

int main(int argc, char **argv)
{
    json_error_t error;
    if (argc != 3)
        return EXIT_UNUSABLE;
    json_t *perf_json = json_load_file(argv[1], 0, &error);
    if (perf_json == NULL) {
        fprintf(stderr, "write_report: %s: line %d: %s\n", argv[1], error.line, error.text);
        return EXIT_UNUSABLE;
    }
    const int code = report_write_html(stdout, perf_json, strtoul(argv[2], NULL, 10));
    if (code == EXIT_STATUS)
        perror("write_report: stdout");
    json_decref(perf_json);
    return code;
}
