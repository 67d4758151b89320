/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every flip of one bit and of two bits of messages: each method's call and its answer, the other
 * messages of RPC, and files with messages (of perf.capnp's structs).
 *
 *     flips [--part I N] [--pairs BITS] [FILE...]
 *                                         each N-th row; pairs of calls of up to so many bits,
 *                                         and of other messages of up to half as many;
 *                                         all of them where not said, and flips of one bit are read
 * as every type flips --seeds FOLDER                writes what it starts from, for the corpora
 *     flips --classes                     the classes of disagreement, one a line: name, reason
 *
 * Each flipped message is read by our reader and by the official library, which must agree
 * (compare.h). Besides, calls go into the service (answers hold together, the ledger balances, the
 * next client is served) and answers into a client that waits for one.
 *
 * A row is all pairs with the same first bit, the flip of that bit alone to begin with. The library
 * works through a row while our side does.
 */
#include "calls.h"
#include "compare.h"
#include "oracle_ask.h"
#include "perf.capnp.h"
#include "service.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { BYTES_MAX = 2048, BITS_MAX = 8 * BYTES_MAX, OUT_BYTES = 4096 };

enum way { TO_THE_READER, TO_THE_SERVICE, TO_THE_CLIENT };

struct subject {
    char name[48];
    enum way way;
    uint8_t bytes[BYTES_MAX];
    size_t length;
    uint32_t question; /* whose answer it is */
};

static struct subject subjects[256];
static size_t subject_count;
static struct subject hello; /* a Bootstrap: what a connection starts with */

static struct subject *add(const char *name, const char *more, enum way way, const uint8_t *bytes,
                           size_t length)
{
    struct subject *subject = &subjects[subject_count++];
    FUZZ_CHECK(subject_count <= sizeof subjects / sizeof *subjects && length <= BYTES_MAX);
    FUZZ_CHECK(length % 8 == 0 && length > 0);
    *subject = (struct subject){.way = way, .length = length};
    snprintf(subject->name, sizeof subject->name, "%s%s", name, more);
    memcpy(subject->bytes, bytes, length);
    return subject;
}

/* --- the messages --- */

/* A client that holds the service: its call goes out alone. */
static void make_call(struct nx_client *client, uint8_t *out, unsigned method, size_t *length)
{
    nx_client_init(client, out, OUT_BYTES);
    client->bootstrap = NX_BOOTSTRAP_HELD;
    client->next_question = 1;
    calls_begin(client, method, 1);
    FUZZ_CHECK(nx_client_finish_call(client, length) == 0);
}

static void add_calls(void)
{
    static const char *const names[] = {
        [PERF_METHOD_START] = "start",
        [PERF_METHOD_STOP] = "stop",
        [PERF_METHOD_MARK_BEGIN] = "markBegin",
        [PERF_METHOD_MARK_END] = "markEnd",
        [PERF_METHOD_FRAME_TICK] = "frameTick",
        [PERF_METHOD_EXPORT_LAST] = "exportLast",
        [PERF_METHOD_METRICS] = "metrics",
        [PERF_METHOD_READ_TRACE] = "readTrace",
        [PERF_METHOD_RECORD] = "record",
        [PERF_METHOD_OPEN_LANE] = "openLane",
        [PERF_METHOD_CLOSE_LANE] = "closeLane",
        [PERF_METHOD_FRAMES] = "frames",
        [PERF_METHOD_LABEL] = "label",
        [PERF_METHOD_INFO] = "info",
        [PERF_METHOD_READ_LOG] = "readLog",
        [PERF_METHOD_AMEND_FRAME] = "amendFrame",
        [PERF_METHOD_JANKS] = "janks",
        [PERF_METHOD_SNAPSHOTS] = "snapshots",
        [PERF_METHOD_LANES] = "lanes",
        [PERF_METHOD_COUNTER_GROUP] = "counterGroup",
        [PERF_METHOD_SAMPLE_COUNTERS] = "sampleCounters",
        [PERF_METHOD_COUNTER_STATE] = "counterState",
        [PERF_METHOD_COUNTERS] = "counters",
        [PERF_METHOD_COUNTER_SAMPLES] = "counterSamples",
        [PERF_METHOD_ADD_HOTSPOTS] = "addHotspots",
        [PERF_METHOD_HOTSPOTS] = "hotspots",
    };
    _Static_assert(sizeof names / sizeof *names == PERF_METHODS, "a name for each method");
    static uint8_t out[OUT_BYTES];
    struct nx_client client;
    const uint8_t *answer;
    size_t length, answered;
    service_open(15);
    FUZZ_CHECK(service_frame(hello.bytes, hello.length, &answer, &answered));
    for (unsigned method = 0; method < PERF_METHODS; method++) {
        make_call(&client, out, method, &length);
        (void)add("call ", names[method], TO_THE_SERVICE, out, length);
        FUZZ_CHECK(service_frame(out, length, &answer, &answered));
        if (answered == 0)
            answered = service_finish_jobs();
        FUZZ_CHECK(answered > 0);
        add("answer ", names[method], TO_THE_CLIENT, answer, answered)->question = client.question;
    }
}

static void add_rest_of_rpc(void)
{
    static uint8_t out[OUT_BYTES];
    struct nx_client client;
    const uint8_t *answer;
    size_t length, answered;
    nx_client_init(&client, out, sizeof out);
    calls_begin(&client, PERF_METHOD_MARK_BEGIN, 1);
    FUZZ_CHECK(nx_client_finish_call(&client, &length) == 0);
    hello.length = client.ahead_bytes;
    memcpy(hello.bytes, out, hello.length);
    (void)add("bootstrap", "", TO_THE_SERVICE, out, client.ahead_bytes);
    (void)add("call to an answer", "", TO_THE_SERVICE, out + client.ahead_bytes,
              length - client.ahead_bytes);
    service_open(15);
    FUZZ_CHECK(service_frame(hello.bytes, hello.length, &answer, &answered));
    (void)add("answer bootstrap", "", TO_THE_CLIENT, answer, answered);
    FUZZ_CHECK(nx_client_receive(&client, answer, answered, &length) == NX_REPLY_NONE);
    client.waiting = false;
    calls_begin(&client, PERF_METHOD_INFO, 1);
    FUZZ_CHECK(nx_client_finish_call(&client, &length) == 0 && client.ahead_bytes > 0);
    (void)add("finish", "", TO_THE_SERVICE, out, client.ahead_bytes);
    FUZZ_CHECK(service_frame(out + client.ahead_bytes, client.ahead_bytes, &answer, &answered) ==
               false);
    (void)add("abort", "", TO_THE_CLIENT, answer, answered);
}

static void add_file(const char *path)
{
    uint8_t bytes[BYTES_MAX + 1];
    const char *slash = strrchr(path, '/');
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    (void)add("struct ", slash != NULL ? slash + 1 : path, TO_THE_READER, bytes, length);
}

/* --- flipping --- */

static void flip(struct subject *subject, uint32_t bit)
{
    subject->bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

static void to_the_service(const struct subject *subject)
{
    static bool is_open;
    const uint8_t *answer;
    size_t answered;
    if (!is_open) {
        service_reconnect();
        FUZZ_CHECK(service_frame(hello.bytes, hello.length, &answer, &answered));
    }
    is_open = service_frame(subject->bytes, subject->length, &answer, &answered);
    (void)service_finish_jobs();
}

static void to_the_client(const struct subject *subject)
{
    static uint8_t out[NX_CLIENT_OUT_MIN + 16];
    static struct transcript transcript;
    struct nx_client client;
    size_t sent;
    memset(out + NX_CLIENT_OUT_MIN, 0xa5, 16);
    nx_client_init(&client, out, NX_CLIENT_OUT_MIN);
    client.bootstrap = subject->question == 0 ? NX_BOOTSTRAP_ASKED : NX_BOOTSTRAP_HELD;
    client.waiting = true;
    client.question = subject->question == 0 ? 1 : subject->question;
    int reply = nx_client_receive(&client, subject->bytes, subject->length, &sent);
    FUZZ_CHECK(reply >= NX_RANGE && reply <= NX_REPLY_ABORT && sent <= NX_CLIENT_OUT_MIN);
    for (uint32_t i = 0; i < 16; i++)
        FUZZ_CHECK(out[NX_CLIENT_OUT_MIN + i] == 0xa5);
    if (reply != NX_REPLY)
        return;
    struct nx_struct_reader results = nx_client_results(&client);
    for (uint32_t i = 0; i < results.pointers; i++)
        walk_pointer(nx_get_pointer(results, i), &transcript);
}

static uint64_t one_side(const struct subject *subject)
{
    static struct transcript ours;
    walk_message(subject->bytes, subject->length, NX_BUDGET_NONE, false, &ours);
    if (subject->way == TO_THE_SERVICE)
        to_the_service(subject);
    else if (subject->way == TO_THE_CLIENT)
        to_the_client(subject);
    return transcript_digest(ours.records, ours.count);
}

static void look_closer(const struct subject *subject, bool reads)
{
    static struct transcript ours, theirs;
    walk_message(subject->bytes, subject->length, NX_BUDGET_NONE, reads, &ours);
    oracle_walk(subject->bytes, subject->length, reads, &theirs);
    compare_transcripts(subject->bytes, subject->length, &ours, &theirs);
}

/* The bit `first` is flipped already, at first alone. */
static void flip_second(struct subject *subject, uint32_t first, uint32_t second)
{
    if (second != first)
        flip(subject, second);
}

/* Where the digests differ both transcripts are made: the questions go out some at a time. */
static void look_at_differences(struct subject *subject, uint32_t first, const uint32_t *seconds,
                                uint32_t count)
{
    static struct transcript ours, theirs;
    for (uint32_t i = 0; i < count; i++) {
        flip_second(subject, first, seconds[i]);
        oracle_ask_walk(subject->bytes, subject->length, false);
        flip_second(subject, first, seconds[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        flip_second(subject, first, seconds[i]);
        oracle_take_walk(&theirs);
        walk_message(subject->bytes, subject->length, NX_BUDGET_NONE, false, &ours);
        compare_transcripts(subject->bytes, subject->length, &ours, &theirs);
        flip_second(subject, first, seconds[i]);
    }
}

static void flip_row(struct subject *subject, uint32_t first, uint32_t end, bool reads)
{
    static uint64_t ours[BITS_MAX], theirs[BITS_MAX];
    uint32_t different[ORACLE_AHEAD], differences = 0;
    oracle_ask_flips(subject->bytes, subject->length, first, end - first);
    flip(subject, first);
    for (uint32_t second = first; second < end; second++) {
        flip_second(subject, first, second);
        ours[second] = one_side(subject);
        flip_second(subject, first, second);
    }
    oracle_take_flips(theirs + first, end - first);
    if (reads)
        look_closer(subject, true);
    for (uint32_t second = first; second < end; second++) {
        if (ours[second] != theirs[second])
            different[differences++] = second;
        if (differences == ORACLE_AHEAD || (second + 1 == end && differences > 0)) {
            look_at_differences(subject, first, different, differences);
            differences = 0;
        }
    }
    flip(subject, first);
    if (subject->way == TO_THE_SERVICE)
        service_check();
}

static struct {
    size_t part, parts; /* each parts-th row, from this one on */
    uint32_t pairs_bits;
    uint64_t ones, twos;
} run = {.parts = 1, .pairs_bits = UINT32_MAX};

/* Whether pairs were done. */
static bool flip_all(struct subject *subject)
{
    uint32_t bits = (uint32_t)subject->length * 8;
    bool pairs = bits <= (subject->way == TO_THE_SERVICE ? run.pairs_bits : run.pairs_bits / 2);
    if (subject->way == TO_THE_SERVICE) {
        service_open(15);
        to_the_service(&hello);
    }
    /* What takes long: each pointer read as each type. */
    bool reads = subject->way == TO_THE_SERVICE || run.pairs_bits == UINT32_MAX;
    look_closer(subject, true);
    for (uint32_t bit = (uint32_t)run.part; bit < bits; bit += (uint32_t)run.parts) {
        flip_row(subject, bit, pairs ? bits : bit + 1, reads);
        run.ones++;
        run.twos += pairs ? bits - bit - 1 : 0;
    }
    if (subject->way == TO_THE_SERVICE)
        service_check_next_client();
    printf("%-28s %5lu bits, %s\n", subject->name, (unsigned long)bits,
           pairs ? "all pairs" : "one");
    fflush(stdout);
    return pairs;
}

/* --- the program --- */

static void print_classes(void)
{
    for (const struct disagreement *d = disagreements; d->name != NULL; d++)
        printf("%s\t%s\n", d->name, d->reason);
}

/* As the targets want them: a stream behind 8 bytes of options. */
static void write_seed(const char *folder, const char *target, const struct subject *subject,
                       const struct subject *before)
{
    static const uint8_t options[8] = {15, 1};
    char path[512];
    snprintf(path, sizeof path, "%s/%s/%s", folder, target, subject->name);
    for (char *at = path; *at != '\0'; at++)
        if (*at == ' ')
            *at = '-';
    FILE *file = fopen(path, "wb");
    FUZZ_CHECK(file != NULL);
    fwrite(options, 1, sizeof options, file);
    if (before != NULL)
        fwrite(before->bytes, 1, before->length, file);
    fwrite(subject->bytes, 1, subject->length, file);
    FUZZ_CHECK(fclose(file) == 0);
}

static void write_seeds(const char *folder)
{
    for (size_t i = 0; i < subject_count; i++) {
        if (subjects[i].way == TO_THE_SERVICE)
            write_seed(folder, "vat", &subjects[i], &hello);
        else if (subjects[i].length <= 256)
            write_seed(folder, "client", &subjects[i], NULL);
    }
}

int main(int argc, char **argv)
{
    unsigned without_pairs = 0;
    int at = 1;
    if (argc == 2 && strcmp(argv[1], "--classes") == 0) {
        print_classes();
        return 0;
    }
    add_rest_of_rpc();
    add_calls();
    if (argc == 3 && strcmp(argv[1], "--seeds") == 0) {
        write_seeds(argv[2]);
        return 0;
    }
    if (at + 2 < argc && strcmp(argv[at], "--part") == 0) {
        run.part = strtoul(argv[at + 1], NULL, 0);
        run.parts = strtoul(argv[at + 2], NULL, 0);
        FUZZ_CHECK(run.part < run.parts);
        at += 3;
    }
    if (at + 1 < argc && strcmp(argv[at], "--pairs") == 0) {
        run.pairs_bits = (uint32_t)strtoul(argv[at + 1], NULL, 0);
        at += 2;
    }
    for (; at < argc; at++)
        add_file(argv[at]);
    for (size_t i = 0; i < subject_count; i++)
        without_pairs += flip_all(&subjects[i]) ? 0 : 1;
    printf("%lu messages: %llu flips of one bit, %llu of two; %u messages without those of two\n",
           (unsigned long)subject_count, (unsigned long long)run.ones, (unsigned long long)run.twos,
           without_pairs);
    compare_report();
    return 0;
}
