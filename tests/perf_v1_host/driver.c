/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a script of calls into the core over the memory port, so that other languages and other
 * machines can test it: one command a line on stdin, `key=value` after it, %XX for any byte. Times
 * are ns. Answers go to stdout, one line `<command> <result>` each, and more where said so.
 *
 *   config <field of struct perfd_config>=N...        first, if at all
 *   now N                                             sets the clock; ticks and marks raise it to
 * `at` client                                            opens another client close client=C start
 * name= budget= long= idle= warmup=           session S is the S-th that was started tick session=S
 * id= at= began= deadline= ui= layout= render= present= input= budget= thrown=1 idle=1 label name=
 * category= file= line=                 label L is the L-th lane name= records= lane L is the L-th
 *   unlane lane=L
 *   mark kind= lane=L label=L name= at= value=
 *   stop session=S, metrics session=S phases=1        and the figures, `name value` a line, `end`
 *   health                                            likewise
 *   markers                                           and the markers so far, then `end`
 *   trace session=S cap= chunk=                       and `bytes N truncated frames records`, N
 * bytes, newline
 *
 * Every command takes client=C, the C-th client; 1 is there from the start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_port.h"
#include "perfd/perfd.h"

#define MANY 4096

struct driver {
    struct perfd_config config;
    struct perfd *perfd;
    struct perfd_port port;
    void *arena;
    int clients[MANY], sessions[MANY], labels[MANY], lanes[MANY];
    unsigned client_count, session_count, label_count, lane_count;
};

static void fail(const char *why, const char *what)
{
    fprintf(stderr, "driver: %s: %s\n", why, what);
    exit(2);
}

/* --- one command's words --- */

#define WORDS 32

struct words {
    char *key[WORDS], *value[WORDS];
    unsigned length[WORDS]; /* of the value; it may hold any byte */
    bool used[WORDS];
    unsigned count;
};

static unsigned hex_digit(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : ((unsigned)digit | 32u) - 'a' + 10u;
}

static unsigned decode(char *value)
{
    char *to = value;

    for (const char *from = value; *from != '\0'; from++) {
        if (*from == '%' && from[1] != '\0' && from[2] != '\0') {
            *to++ = (char)(hex_digit(from[1]) << 4 | hex_digit(from[2]));
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return (unsigned)(to - value);
}

static void split(char *line, struct words *words)
{
    memset(words, 0, sizeof *words);
    for (char *word = strtok(line, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        char *equals = strchr(word, '=');

        if (words->count == WORDS || equals == NULL)
            fail("too many words, or no value", word);
        *equals = '\0';
        words->key[words->count] = word;
        words->value[words->count] = equals + 1;
        words->length[words->count] = decode(equals + 1);
        words->count++;
    }
}

static int find(struct words *words, const char *key)
{
    for (unsigned i = 0; i < words->count; i++) {
        if (strcmp(words->key[i], key) == 0) {
            words->used[i] = true;
            return (int)i;
        }
    }
    return -1;
}

static uint64_t number(struct words *words, const char *key, uint64_t otherwise)
{
    int at = find(words, key);

    return at < 0 ? otherwise : strtoull(words->value[at], NULL, 10);
}

static struct perfd_text word(struct words *words, const char *key)
{
    int at = find(words, key);

    return at < 0 ? (struct perfd_text){NULL, 0}
                  : (struct perfd_text){words->value[at], words->length[at]};
}

static void nothing_left(const struct words *words)
{
    for (unsigned i = 0; i < words->count; i++)
        if (!words->used[i])
            fail("unknown key", words->key[i]);
}

/* The id behind the n-th of a kind; 0 and unknown ones go as they are. */
static int nth(const int *ids, unsigned count, uint64_t n)
{
    return n >= 1 && n <= count ? ids[n - 1] : (int)n;
}

static int remember(int *ids, unsigned *count, int id)
{
    if (id >= 0 && *count < MANY)
        ids[(*count)++] = id;
    return id;
}

/* --- commands --- */

static void configure(struct perfd_config *config, struct words *words)
{
#define FIELD(name) config->name = (uint32_t)number(words, #name, config->name)
    FIELD(sessions);
    FIELD(frames);
    FIELD(lanes);
    FIELD(lane_records);
    FIELD(labels);
    FIELD(label_text_bytes);
    FIELD(clients);
    FIELD(client_labels);
    FIELD(span_depth);
    FIELD(records_per_second);
#undef FIELD
    config->export_bytes = number(words, "export_bytes", config->export_bytes);
}

static void open_core(struct driver *d)
{
    size_t bytes = perfd_arena_bytes(&d->config);

    d->arena = malloc(bytes);
    if (bytes == 0 || d->arena == NULL ||
        perfd_init(&d->perfd, d->arena, bytes, &d->config, &d->port) != 0)
        fail("cannot set up", "core");
    remember(d->clients, &d->client_count, perfd_client_open(d->perfd));
}

static uint32_t session_of(const struct driver *d, struct words *words)
{
    return (uint32_t)nth(d->sessions, d->session_count, number(words, "session", 0));
}

static void raise_clock(struct driver *d, uint64_t at_ns)
{
    if (at_ns > d->port.now_ns)
        d->port.now_ns = at_ns;
}

static int start(struct driver *d, int client, struct words *words)
{
    struct perfd_start with = {
        .name = word(words, "name"),
        .budget_ns = number(words, "budget", 16666667),
        .long_frame_ns = number(words, "long", 0),
        .idle_gap_ns = number(words, "idle", 0),
        .warmup_frames = (uint32_t)number(words, "warmup", 0),
    };

    return remember(d->sessions, &d->session_count,
                    perfd_start(d->perfd, client, &with, d->port.now_ns));
}

static int tick(struct driver *d, int client, struct words *words)
{
    struct perfd_tick with = {
        .session = session_of(d, words),
        .frame_id = number(words, "id", 0),
        .presented_at_ns = number(words, "at", 0),
        .began_at_ns = number(words, "began", 0),
        .deadline_at_ns = number(words, "deadline", 0),
        .input_at_ns = number(words, "input", 0),
        .budget_ns = number(words, "budget", 0),
        .presented = number(words, "thrown", 0) == 0,
        .after_idle = number(words, "idle", 0) != 0,
    };

    with.phase_ns[PERFD_UI] = number(words, "ui", 0);
    with.phase_ns[PERFD_LAYOUT] = number(words, "layout", 0);
    with.phase_ns[PERFD_RENDER] = number(words, "render", 0);
    with.phase_ns[PERFD_PRESENT] = number(words, "present", 0);
    raise_clock(d, with.presented_at_ns);
    return perfd_tick(d->perfd, client, &with, d->port.now_ns);
}

static int label(struct driver *d, int client, struct words *words)
{
    struct perfd_label with = {
        .name = word(words, "name"),
        .category = word(words, "category"),
        .file = word(words, "file"),
        .line = (uint32_t)number(words, "line", 0),
    };

    return remember(d->labels, &d->label_count, perfd_label(d->perfd, client, &with));
}

static int lane(struct driver *d, int client, struct words *words)
{
    uint32_t granted;

    return remember(d->lanes, &d->lane_count,
                    perfd_lane_open(d->perfd, client, word(words, "name"),
                                    (uint32_t)number(words, "records", 0), &granted));
}

static enum perfd_mark_kind kind_of(struct words *words)
{
    static const char *const kinds[] = {"begin",    "end",     "instant",    "counter", "flowstart",
                                        "flowstep", "flowend", "asyncbegin", "asyncend"};
    int at = find(words, "kind");

    for (unsigned i = 0; at >= 0 && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(words->value[at], kinds[i]) == 0)
            return (enum perfd_mark_kind)i;
    fail("unknown kind", at < 0 ? "" : words->value[at]);
    return PERFD_BEGIN;
}

static int mark(struct driver *d, int client, struct words *words)
{
    struct perfd_mark with = {
        .kind = kind_of(words),
        .lane = (uint32_t)nth(d->lanes, d->lane_count, number(words, "lane", 0)),
        .label = (uint32_t)nth(d->labels, d->label_count, number(words, "label", 0)),
        .name = word(words, "name"),
        .time_ns = number(words, "at", 0),
    };
    int value = find(words, "value");

    if (value >= 0)
        with.value = strtoll(words->value[value], NULL, 10);
    raise_clock(d, with.time_ns);
    return perfd_mark(d->perfd, client, &with, d->port.now_ns);
}

static void show(const char *name, uint64_t value)
{
    printf("%s %llu\n", name, (unsigned long long)value);
}

static void show_metrics(const struct perfd_metrics *m)
{
    static const char *const phases[] = {"ui", "layout", "render", "present"};

#define SHOW(name) show(#name, m->name)
    SHOW(running), SHOW(has_intervals), SHOW(session_exact), SHOW(budget_ns), SHOW(long_frame_ns);
    SHOW(frames), SHOW(milli_fps), SHOW(avg_ns);
    SHOW(p50_ns), SHOW(p95_ns), SHOW(p99_ns), SHOW(p999_ns);
    SHOW(low1_milli_fps), SHOW(low01_milli_fps), SHOW(longest_ns);
    SHOW(long_frames), SHOW(dropped), SHOW(late);
    SHOW(work_avg_ns), SHOW(work_p95_ns), SHOW(work_p99_ns), SHOW(over_budget);
    SHOW(latency_count), SHOW(latency_p50_ns), SHOW(latency_p95_ns), SHOW(latency_p99_ns);
    SHOW(session_frames), SHOW(session_milli_fps), SHOW(session_longest_ns), SHOW(session_ns);
    SHOW(session_p50_ns), SHOW(session_p95_ns), SHOW(session_p99_ns), SHOW(session_p999_ns);
    SHOW(session_long), SHOW(session_dropped), SHOW(session_late);
    SHOW(jank_dropped), SHOW(jank_app), SHOW(jank_gpu), SHOW(jank_pipeline), SHOW(jank_unknown);
#undef SHOW
    for (unsigned i = 0; m->has_phases && i < PERFD_PHASES; i++)
        printf("%s_avg_ns %llu\n%s_p95_ns %llu\n%s_worst_ns %llu\n", phases[i],
               (unsigned long long)m->phase[i].avg_ns, phases[i],
               (unsigned long long)m->phase[i].p95_ns, phases[i],
               (unsigned long long)m->phase[i].worst_ns);
    puts("end");
}

static void show_health(struct driver *d)
{
    struct perfd_health health, *h = &health;

    perfd_read_health(d->perfd, d->port.now_ns, h);
#define SHOW(name) show(#name, h->name)
    SHOW(ledger_balanced), SHOW(written), SHOW(resident), SHOW(overwritten);
    SHOW(dropped_torn), SHOW(dropped_malformed), SHOW(dropped_rate), SHOW(dropped_no_session);
    SHOW(copied), SHOW(exported), SHOW(cut), SHOW(filtered), SHOW(unpaired), SHOW(outside);
    SHOW(begins), SHOW(paired), SHOW(closed_at_export), SHOW(closed_by_parent);
    SHOW(begins_too_deep), SHOW(ends), SHOW(orphan), SHOW(mismatched), SHOW(ends_too_deep);
    SHOW(ticks_backwards), SHOW(ticks_future), SHOW(ticks_invalid), SHOW(ticks_no_session);
    SHOW(ticks_busy), SHOW(labels_used), SHOW(labels_unknown);
#undef SHOW
    puts("end");
}

static void show_trace(struct driver *d, uint32_t id, size_t chunk)
{
    struct perfd_trace_info info;
    char *buffer = malloc(chunk);
    uint64_t at = 0;
    size_t got = 1;

    if (buffer == NULL || perfd_trace_info(d->perfd, id, &info) != 0)
        fail("no trace", "info");
    printf("bytes %llu %d %u %llu\n", (unsigned long long)info.bytes, info.truncated,
           info.frames_dropped, (unsigned long long)info.records_dropped);
    for (; got > 0; at += got) {
        if (perfd_trace_read(d->perfd, id, at, buffer, chunk, &got) != 0)
            fail("no trace", "read");
        fwrite(buffer, 1, got, stdout);
    }
    if (at != info.bytes)
        fail("another length than announced", "trace");
    putchar('\n');
    free(buffer);
}

static void trace(struct driver *d, struct words *words)
{
    int id =
        perfd_trace_begin(d->perfd, session_of(d, words), number(words, "cap", 0), d->port.now_ns);
    int result = id < 0 ? id : PERFD_MORE;

    while (result == PERFD_MORE)
        result = perfd_trace_step(d->perfd, (uint32_t)id);
    printf("trace %d\n", result);
    if (result == 0)
        show_trace(d, (uint32_t)id, (size_t)number(words, "chunk", 65536));
}

static void figures(struct driver *d, int client, struct words *words, bool stop)
{
    struct perfd_metrics metrics;
    uint32_t session = session_of(d, words);
    bool phases = number(words, "phases", 0) != 0;
    int result = stop ? perfd_stop(d->perfd, client, session, d->port.now_ns, &metrics)
                      : perfd_read_metrics(d->perfd, client, session, phases, &metrics);

    printf("%s %d\n", stop ? "stop" : "metrics", result);
    if (result == 0)
        show_metrics(&metrics);
}

static void play(struct driver *d, const char *command, struct words *words)
{
    int client = nth(d->clients, d->client_count, number(words, "client", 1));

    if (strcmp(command, "tick") == 0) {
        printf("tick %d\n", tick(d, client, words));
    } else if (strcmp(command, "mark") == 0) {
        printf("mark %d\n", mark(d, client, words));
    } else if (strcmp(command, "start") == 0) {
        printf("start %d\n", start(d, client, words));
    } else if (strcmp(command, "stop") == 0) {
        figures(d, client, words, true);
    } else if (strcmp(command, "metrics") == 0) {
        figures(d, client, words, false);
    } else if (strcmp(command, "label") == 0) {
        printf("label %d\n", label(d, client, words));
    } else if (strcmp(command, "lane") == 0) {
        printf("lane %d\n", lane(d, client, words));
    } else if (strcmp(command, "unlane") == 0) {
        int at = nth(d->lanes, d->lane_count, number(words, "lane", 0));

        printf("unlane %d\n", perfd_lane_close(d->perfd, client, (uint32_t)at));
    } else if (strcmp(command, "client") == 0) {
        printf("client %d\n", remember(d->clients, &d->client_count, perfd_client_open(d->perfd)));
    } else if (strcmp(command, "close") == 0) {
        perfd_client_close(d->perfd, client);
        puts("close 0");
    } else if (strcmp(command, "health") == 0) {
        puts("health 0");
        show_health(d);
    } else if (strcmp(command, "markers") == 0) {
        printf("markers 0\n%send\n", d->port.markers);
    } else if (strcmp(command, "trace") == 0) {
        trace(d, words);
    } else {
        fail("unknown command", command);
    }
    nothing_left(words);
}

int main(void)
{
    static struct driver d = {.config = PERFD_CONFIG_DEFAULT, .port = {.now_ns = 1000000000}};
    static char line[65536];
    struct words words;

    while (fgets(line, sizeof line, stdin) != NULL) {
        char *command = line + strspn(line, " \n");
        size_t length = strcspn(command, " \n");
        char *rest = command + length + (command[length] != '\0');

        if (length == 0 || *command == '#')
            continue;
        command[length] = '\0';
        if (strcmp(command, "now") == 0) {
            d.port.now_ns = strtoull(rest, NULL, 10);
            continue;
        }
        split(rest, &words);
        if (strcmp(command, "config") == 0 && d.perfd == NULL) {
            configure(&d.config, &words);
            nothing_left(&words);
            continue;
        }
        if (d.perfd == NULL)
            open_core(&d);
        play(&d, command, &words);
    }
    free(d.arena);
    memory_port_clear(&d.port);
    return 0;
}
