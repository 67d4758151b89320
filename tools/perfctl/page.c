/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <errno.h>
#include <string.h>

#include "page_files.h"

/* Whatever a page were brought to ask for, it gets nothing but what is in it. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

static const struct page_file *find(const char *name, const char *ending)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < page_file_count; i++) {
        const char *file = page_files[i].name;
        if (strncmp(file, name, length) == 0 && strcmp(file + length, ending) == 0)
            return &page_files[i];
    }
    errno = ENOENT;
    return NULL;
}

static bool put(FILE *to, const char *text)
{
    return fputs(text, to) >= 0;
}

static bool put_file(FILE *to, const struct page_file *file)
{
    return file != NULL && fwrite(file->bytes, 1, file->length, to) == file->length;
}

static bool put_element(FILE *to, const char *element, const struct page_file *file)
{
    return fprintf(to, "<%s>\n", element) > 0 && put_file(to, file) &&
           fprintf(to, "</%s>\n", element) > 0;
}

static bool put_text(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *escaped = *text == '&'   ? "&amp;"
                              : *text == '<' ? "&lt;"
                              : *text == '>' ? "&gt;"
                                             : NULL;
        if (escaped != NULL ? !put(to, escaped) : putc(*text, to) == EOF)
            return false;
    }
    return true;
}

/* '<' stands in strings alone; without it nothing there can end the element or open a comment. */
static int put_json_part(const char *text, size_t length, void *stream)
{
    FILE *to = stream;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '<' ? !put(to, "\\u003c") : putc(text[i], to) == EOF)
            return -1;
    return 0;
}

/* In ASCII, so that neither U+2028 nor the like ends a line. */
static bool put_json(FILE *to, const json_t *data)
{
    errno = ENOMEM; /* unless the stream has another reason */
    return json_dump_callback(data, put_json_part, to,
                              JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15)) == 0;
}

static bool put_head(FILE *to, const char *title, const char *origin)
{
    return put(to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY) &&
           (origin == NULL || fprintf(to, "; connect-src %s", origin) > 0) &&
           put(to, "\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<link rel=\"icon\" href=\"data:,\">\n<title>") &&
           put_text(to, title) && put(to, "</title>\n") &&
           put_element(to, "style", find("uPlot", ".min.css")) &&
           put_element(to, "style", find("page", ".css")) && put(to, "</head>\n");
}

/* Its licence wants to be where it is. */
static bool put_library(FILE *to)
{
    return put(to, "<script>\n/*\n") && put_file(to, find("LICENSE", "")) && put(to, "\n*/\n") &&
           put_file(to, find("uPlot", ".iife.min.js")) && put(to, "</script>\n");
}

bool page_write_live(FILE *to, const char *title, const char *name, const json_t *data,
                     const char *origin)
{
    const struct page_file *script = find(name, ".js");
    return script != NULL && put_head(to, title, origin) &&
           put(to, "<body>\n<noscript>This page is drawn by its script.</noscript>\n"
                   "<main></main>\n<script type=\"application/json\" id=\"data\">") &&
           put_json(to, data) &&
           put(to, "</script>\n<script>\nwindow.perf = "
                   "JSON.parse(document.getElementById('data').textContent);\n</script>\n") &&
           put_library(to) && put_element(to, "script", find("page", ".js")) &&
           put_element(to, "script", script) && put(to, "</body>\n</html>\n") && fflush(to) == 0;
}

bool page_write(FILE *to, const char *title, const char *name, const json_t *data)
{
    return page_write_live(to, title, name, data, NULL);
}
