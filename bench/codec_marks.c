/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include "codec.h"
#include "perf.capnp.h"

#define MARK(i, text)                                                                              \
    {                                                                                              \
        1000000000000u + (i)*16666667u, text, sizeof(text) - 1, 3 + (i)                            \
    }

const struct codec_mark codec_marks[CODEC_MARKS] = {
    MARK(0, "layout"), MARK(1, "raster"), MARK(2, "script"), MARK(3, "upload"),
    MARK(4, "decode"), MARK(5, "submit"), MARK(6, "layout"), MARK(7, "raster"),
};

uint64_t codec_expected(uint32_t n)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct codec_mark *mark = &codec_marks[i % CODEC_MARKS];
        sum += codec_sum(mark->time_ns, mark->name, mark->name_length, mark->lane);
    }
    return sum;
}

void codec_check(void (*encode)(void *, uint32_t), void (*decode)(void *, uint32_t),
                 struct codec_message *messages)
{
    struct codec_decoding decoding = {messages, 0};
    encode(messages, CODEC_MARKS);
    decode(&decoding, CODEC_MARKS);
    if (decoding.sum != codec_expected(CODEC_MARKS))
        bench_die("a mark was not decoded as it was encoded");
}

BENCH_CASE void mark_encode(void *context, uint32_t n)
{
    struct codec_message *messages = context;
    for (uint32_t i = 0; i < n; i++) {
        const struct codec_mark *mark = &codec_marks[i % CODEC_MARKS];
        struct codec_message *message = &messages[i % CODEC_MARKS];
        struct nx_builder builder;
        nx_builder_init(&builder, (uint8_t *)message->words, CODEC_BYTES);
        struct perf_mark_request_builder request = perf_mark_request_init_root(&builder);
        perf_mark_request_set_lane(request, mark->lane);
        perf_mark_request_set_name(request, (struct nx_text){mark->name, mark->name_length});
        perf_mark_request_set_time_ns(request, mark->time_ns);
        message->length = nx_builder_finish(&builder);
        if (message->length == 0)
            bench_die("encode");
    }
}

BENCH_CASE void mark_decode(void *context, uint32_t n)
{
    struct codec_decoding *decoding = context;
    for (uint32_t i = 0; i < n; i++) {
        const struct codec_message *bytes = &decoding->messages[i % CODEC_MARKS];
        struct nx_message message;
        if (nx_message_open(&message, (const uint8_t *)bytes->words, bytes->length) != 0)
            bench_die("open");
        struct perf_mark_request_reader request = perf_mark_request_root(&message);
        struct nx_text name = perf_mark_request_get_name(request);
        uint32_t lane = perf_mark_request_get_lane(request);
        uint64_t time_ns = perf_mark_request_get_time_ns(request);
        if (nx_message_error(&message) != 0)
            bench_die("decode");
        decoding->sum += codec_sum(time_ns, name.bytes, name.length, lane);
    }
}
