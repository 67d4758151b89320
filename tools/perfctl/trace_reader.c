/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yajl/yajl_parse.h>

#include "json_builder.h"
#include "perfctl.h"

#define CHUNK_BYTES (1u << 18)
#define DEEPEST     64u /* of what is skipped: yajl has no bound of its own */

/* Where the parser is. */
enum place {
    PLACE_FILE,   /* outside of all */
    PLACE_TRACE,  /* in the trace's object */
    PLACE_EVENTS, /* in traceEvents */
    PLACE_EVENT,
    PLACE_ARGS,
    PLACE_WHYS, /* args.why */
    PLACE_WHY,
    PLACE_OTHER, /* in otherData */
    PLACE_SKIPPED,
};

/* The keys that are looked at. */
enum key {
    KEY_NONE,
    KEY_EVENTS,
    KEY_OTHER,
    KEY_NAME,
    KEY_PHASE,
    KEY_CATEGORY,
    KEY_TS,
    KEY_DUR,
    KEY_PID,
    KEY_TID,
    KEY_ARGS,
    KEY_FRAME_ID,
    KEY_MISSED,
    KEY_WORK,
    KEY_UI,
    KEY_LAYOUT,
    KEY_RENDER,
    KEY_PRESENT,
    KEY_GPU,
    KEY_CAUSE,
    KEY_WHY,
    KEY_LABEL,
    KEY_MS,
};

struct parser {
    struct trace_reader *reader;
    enum place place, outside; /* of what is skipped */
    unsigned skipped;          /* levels below `outside` */
    enum key key;
    struct trace_event event;
    struct json_builder builder;
    const char *wrong; /* what stops the parser */
};

static const struct {
    enum place place;
    const char *text;
    enum key key;
} keys[] = {
    {PLACE_TRACE, "traceEvents", KEY_EVENTS},
    {PLACE_TRACE, "otherData", KEY_OTHER},
    {PLACE_EVENT, "name", KEY_NAME},
    {PLACE_EVENT, "ph", KEY_PHASE},
    {PLACE_EVENT, "ts", KEY_TS},
    {PLACE_EVENT, "pid", KEY_PID},
    {PLACE_EVENT, "tid", KEY_TID},
    {PLACE_EVENT, "dur", KEY_DUR},
    {PLACE_EVENT, "cat", KEY_CATEGORY},
    {PLACE_EVENT, "args", KEY_ARGS},
    {PLACE_ARGS, "frameId", KEY_FRAME_ID},
    {PLACE_ARGS, "missed", KEY_MISSED},
    {PLACE_ARGS, "work", KEY_WORK},
    {PLACE_ARGS, "ui", KEY_UI},
    {PLACE_ARGS, "layout", KEY_LAYOUT},
    {PLACE_ARGS, "render", KEY_RENDER},
    {PLACE_ARGS, "present", KEY_PRESENT},
    {PLACE_ARGS, "gpu", KEY_GPU},
    {PLACE_ARGS, "cause", KEY_CAUSE},
    {PLACE_ARGS, "why", KEY_WHY},
    {PLACE_WHY, "label", KEY_LABEL},
    {PLACE_WHY, "ms", KEY_MS},
};

static int stop(struct parser *p, const char *wrong)
{
    p->wrong = wrong;
    return 0;
}

/* --- Numbers ---------------------------------------------------------------------------------- */

/*
 * A decimal number times 10^decimals, cut off behind that: "17906.991" us with 3 is in ns. False:
 * negative, with an exponent, or too large. perfd writes no such thing.
 */
static bool scaled(const char *text, size_t length, unsigned decimals, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    for (; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        if (value > (UINT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    if (i < length && text[i] != '.')
        return false;
    i++;
    for (; decimals > 0; decimals--, i++) {
        const bool is_digit = i < length && text[i] >= '0' && text[i] <= '9';
        if (value > (UINT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (is_digit ? (uint64_t)(text[i] - '0') : 0);
    }
    for (; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    *out = value;
    return true;
}

/* Where the number of this key goes, and how many decimals of it count; NULL: nowhere. */
static uint64_t *number_of(struct parser *p, unsigned *decimals)
{
    struct trace_event *event = &p->event;
    *decimals = 0;
    switch (p->key) {
    case KEY_PID:
        return &event->pid;
    case KEY_TID:
        return &event->tid;
    case KEY_FRAME_ID:
        event->has_frame = true;
        return &event->frame_id;
    case KEY_MISSED:
        return &event->missed;
    case KEY_TS:
        *decimals = 3;
        return &event->ts_ns;
    case KEY_DUR:
        *decimals = 3;
        return &event->dur_ns;
    default:
        break;
    }
    *decimals = 6;
    switch (p->key) {
    case KEY_WORK:
        return &event->work_ns;
    case KEY_UI:
    case KEY_LAYOUT:
    case KEY_RENDER:
    case KEY_PRESENT:
        return &event->phase_ns[p->key - KEY_UI];
    case KEY_GPU:
        return &event->gpu_ns;
    case KEY_MS:
        return event->whys < TRACE_WHY_MAX ? &event->why[event->whys].ns : NULL;
    default:
        return NULL;
    }
}

/* --- What the parser says --------------------------------------------------------------------- */

static bool is_text(const struct parser *p)
{
    return p->place >= PLACE_EVENT && p->place <= PLACE_WHY;
}

static int on_number(void *context, const char *text, size_t length)
{
    struct parser *p = context;
    unsigned decimals;
    if (p->place == PLACE_OTHER)
        return json_builder_number(&p->builder, text, length) || stop(p, p->builder.wrong);
    if (!is_text(p))
        return 1;
    uint64_t *to = number_of(p, &decimals);
    if (to != NULL && !scaled(text, length, decimals, to))
        return stop(p, "a time or a number that perfd does not write");
    return 1;
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
    struct parser *p = context;
    struct trace_event *event = &p->event;
    struct trace_text *to = NULL;
    if (p->place == PLACE_OTHER)
        return json_builder_text(&p->builder, (const char *)text, length) ||
               stop(p, p->builder.wrong);
    if (!is_text(p))
        return 1;
    if (p->key == KEY_PHASE)
        event->phase = (char)(length == 1 ? text[0] : '?');
    else if (p->key == KEY_NAME)
        to = &event->name;
    else if (p->key == KEY_CATEGORY)
        to = &event->category;
    else if (p->key == KEY_CAUSE)
        to = &event->cause;
    else if (p->key == KEY_LABEL && event->whys < TRACE_WHY_MAX)
        to = &event->why[event->whys].label;
    if (to == NULL)
        return 1;
    if (length > TRACE_TEXT_MAX || memchr(text, '\0', length) != NULL)
        return stop(p, "a name that perfd does not write");
    memcpy(to->bytes, text, length);
    to->bytes[length] = '\0';
    return 1;
}

static int on_key(void *context, const unsigned char *text, size_t length)
{
    struct parser *p = context;
    if (p->place == PLACE_OTHER)
        return json_builder_key(&p->builder, (const char *)text, length) ||
               stop(p, p->builder.wrong);
    p->key = KEY_NONE;
    for (size_t i = 0; p->place != PLACE_SKIPPED && i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].place == p->place && strlen(keys[i].text) == length &&
            memcmp(keys[i].text, text, length) == 0) {
            p->key = keys[i].key;
            break;
        }
    return 1;
}

static int skip(struct parser *p)
{
    if (p->place != PLACE_SKIPPED) {
        p->outside = p->place;
        p->place = PLACE_SKIPPED;
        p->skipped = 0;
    }
    return ++p->skipped <= DEEPEST || stop(p, "nested deeper than a trace is");
}

static int opens(struct parser *p, bool is_array)
{
    static const struct trace_event no_event;
    if (p->place == PLACE_OTHER)
        return json_builder_open(&p->builder, is_array) || stop(p, p->builder.wrong);
    if (p->place == PLACE_FILE && !is_array) {
        p->place = PLACE_TRACE;
    } else if (p->place == PLACE_TRACE && p->key == KEY_EVENTS && is_array) {
        p->place = PLACE_EVENTS;
    } else if (p->place == PLACE_TRACE && p->key == KEY_OTHER && !is_array) {
        if (p->builder.root != NULL)
            return stop(p, "two otherData");
        p->place = PLACE_OTHER;
        return json_builder_open(&p->builder, false) || stop(p, p->builder.wrong);
    } else if (p->place == PLACE_EVENTS && !is_array) {
        p->place = PLACE_EVENT;
        p->event = no_event;
    } else if (p->place == PLACE_EVENT && p->key == KEY_ARGS && !is_array) {
        p->place = PLACE_ARGS;
    } else if (p->place == PLACE_ARGS && p->key == KEY_WHY && is_array) {
        p->place = PLACE_WHYS;
    } else if (p->place == PLACE_WHYS && !is_array) {
        p->place = PLACE_WHY;
    } else {
        return skip(p);
    }
    p->key = KEY_NONE;
    return 1;
}

static int closes(struct parser *p)
{
    struct trace_event *event = &p->event;
    switch (p->place) {
    case PLACE_OTHER:
        if (json_builder_close(&p->builder))
            p->place = PLACE_TRACE;
        break;
    case PLACE_SKIPPED:
        if (--p->skipped == 0)
            p->place = p->outside;
        break;
    case PLACE_WHY:
        event->whys += event->whys < TRACE_WHY_MAX;
        p->place = PLACE_WHYS;
        break;
    case PLACE_WHYS:
        p->place = PLACE_ARGS;
        break;
    case PLACE_ARGS:
        p->place = PLACE_EVENT;
        break;
    case PLACE_EVENT:
        p->reader->take(p->reader->context, event);
        p->place = PLACE_EVENTS;
        break;
    case PLACE_EVENTS:
        p->place = PLACE_TRACE;
        break;
    default:
        p->place = PLACE_FILE;
        break;
    }
    p->key = KEY_NONE;
    return 1;
}

static int on_start_map(void *context)
{
    return opens(context, false);
}

static int on_end(void *context)
{
    return closes(context);
}

static int on_start_array(void *context)
{
    return opens(context, true);
}

static int on_null(void *context)
{
    struct parser *p = context;
    return p->place != PLACE_OTHER || json_builder_add(&p->builder, json_null()) ||
           stop(p, p->builder.wrong);
}

static int on_boolean(void *context, int value)
{
    struct parser *p = context;
    return p->place != PLACE_OTHER || json_builder_add(&p->builder, json_boolean(value)) ||
           stop(p, p->builder.wrong);
}

/* --- The file --------------------------------------------------------------------------------- */

static void say(struct trace_reader *reader, uint64_t offset, const char *what)
{
    (void)snprintf(reader->error, sizeof reader->error, "byte %" PRIu64 ": %s", offset, what);
}

static bool feed(struct parser *p, yajl_handle handle, const void *bytes, size_t length,
                 uint64_t *offset)
{
    const yajl_status status = yajl_parse(handle, bytes, length);
    if (status == yajl_status_ok) {
        *offset += length;
        return true;
    }
    say(p->reader, *offset + yajl_get_bytes_consumed(handle),
        status == yajl_status_client_canceled ? p->wrong : "no JSON");
    return false;
}

static bool read_file(struct parser *p, yajl_handle handle)
{
    struct trace_reader *reader = p->reader;
    static unsigned char chunk[CHUNK_BYTES];
    uint64_t offset = 0;
    struct stat status;
    const bool has_size = fstat(fileno(reader->file), &status) == 0 && S_ISREG(status.st_mode);
    const uint64_t size = has_size ? (uint64_t)status.st_size : 0;
    if (!feed(p, handle, reader->head, reader->head_length, &offset))
        return false;
    size_t got;
    bool is_json = true;
    while (is_json && (got = fread(chunk, 1, sizeof chunk, reader->file)) > 0) {
        is_json = feed(p, handle, chunk, got, &offset);
        progress_show(offset, size, false);
    }
    progress_show(offset, size, true);
    if (!is_json)
        return false;
    if (ferror(reader->file)) {
        say(reader, offset, strerror(errno));
        return false;
    }
    if (yajl_complete_parse(handle) == yajl_status_ok && p->place == PLACE_FILE)
        return true;
    say(reader, offset, "cut off: the trace has no end");
    return false;
}

bool trace_read(struct trace_reader *reader)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_start_map,
        .yajl_map_key = on_key,
        .yajl_end_map = on_end,
        .yajl_start_array = on_start_array,
        .yajl_end_array = on_end,
    };
    static struct parser parser;
    parser = (struct parser){.reader = reader};
    reader->error[0] = '\0';
    reader->other = NULL;
    yajl_handle handle = yajl_alloc(&callbacks, NULL, &parser);
    if (handle == NULL) {
        (void)snprintf(reader->error, sizeof reader->error, "no memory");
        return false;
    }
    const bool done = read_file(&parser, handle);
    yajl_free(handle);
    if (done)
        reader->other = parser.builder.root;
    else
        json_decref(parser.builder.root);
    return done;
}
