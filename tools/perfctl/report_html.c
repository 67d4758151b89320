/* SPDX-License-Identifier: Apache-2.0 */
#include "report_html.h"

#include <stdlib.h>

#include "page.h"
#include "perfctl.h"

/* To be freed; NULL: there is no memory. */
static char *title_of(const json_t *run)
{
    const json_t *session = json_object_get(run, "session");
    const char *name = json_string_value(json_object_get(session, "name"));
    const char *profile = json_string_value(json_object_get(run, "profile"));
    char *title = NULL;
    size_t size;
    FILE *out = open_memstream(&title, &size);
    if (out == NULL)
        return NULL;
    fprintf(out, "%s: frame report", name != NULL && name[0] != '\0' ? name : profile);
    if (fclose(out) == 0)
        return title;
    free(title);
    return NULL;
}

int report_write_html(FILE *to, const json_t *perf_json, size_t run)
{
    const json_t *runs = json_object_get(perf_json, "runs");
    if (run >= json_array_size(runs))
        return EXIT_UNUSABLE;
    char *title = title_of(json_array_get(runs, run));
    /* jansson counts references in what is const otherwise. */
    json_t *data =
        json_pack("{s:O, s:I}", "perf", (json_t *)(uintptr_t)perf_json, "run", (json_int_t)run);
    const bool written = title != NULL && data != NULL && page_write(to, title, "report", data);
    json_decref(data);
    free(title);
    return written ? EXIT_FINE : EXIT_STATUS;
}
