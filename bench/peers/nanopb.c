/* SPDX-License-Identifier: Apache-2.0 */
/* nanopb: a mark in the encoding of Protocol Buffers, with its length before it. */
#include <pb_decode.h>
#include <pb_encode.h>
#include <string.h>

#include "codec.h"
#include "floors.h"
#include "mark.pb.h"

BENCH_CASE void nanopb_encode(void *context, uint32_t n)
{
    struct codec_message *messages = context;
    for (uint32_t i = 0; i < n; i++) {
        const struct codec_mark *mark = &codec_marks[i % CODEC_MARKS];
        struct codec_message *message = &messages[i % CODEC_MARKS];
        MarkRequest request;
        request.lane = mark->lane;
        memcpy(request.name, mark->name, mark->name_length + 1);
        request.time_ns = mark->time_ns;
        pb_ostream_t out = pb_ostream_from_buffer((pb_byte_t *)message->words, CODEC_BYTES);
        if (!pb_encode_ex(&out, MarkRequest_fields, &request, PB_ENCODE_DELIMITED))
            bench_die("encode");
        message->length = out.bytes_written;
    }
}

BENCH_CASE void nanopb_decode(void *context, uint32_t n)
{
    struct codec_decoding *decoding = context;
    for (uint32_t i = 0; i < n; i++) {
        const struct codec_message *message = &decoding->messages[i % CODEC_MARKS];
        pb_istream_t in =
            pb_istream_from_buffer((const pb_byte_t *)message->words, message->length);
        MarkRequest request;
        if (!pb_decode_ex(&in, MarkRequest_fields, &request, PB_DECODE_DELIMITED))
            bench_die("decode");
        decoding->sum +=
            codec_sum(request.time_ns, request.name, strlen(request.name), request.lane);
    }
}

int main(int argc, char **argv)
{
    static struct codec_message ours[CODEC_MARKS], theirs[CODEC_MARKS];
    static struct codec_decoding our_decoding = {ours, 0}, their_decoding = {theirs, 0};
    static const struct bench_case cases[] = {
        {"floor_empty", floor_empty, NULL, 4000, NULL, false},
        {"mark_encode", mark_encode, ours, 2000, NULL, false},
        {"nanopb_encode", nanopb_encode, theirs, 500, NULL, false},
        {"mark_decode", mark_decode, &our_decoding, 2000, NULL, false},
        {"nanopb_decode", nanopb_decode, &their_decoding, 500, NULL, false},
    };
    codec_check(mark_encode, mark_decode, ours);
    codec_check(nanopb_encode, nanopb_decode, theirs);
    bench_run(argc, argv, cases, sizeof cases / sizeof cases[0], 33);
    return 0;
}
