/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cap'n Proto's own C++ library, as its documentation wants it used where messages are small and
 * many: a first segment that is reused, which the builder's destructor clears; the message written
 * into the caller's buffer, with no allocation; read in place. And once more with its one segment
 * copied by hand, which knows that there is no other: as little as can be had from the library.
 */
#include "codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstring>

#include "perf.capnp.h"

#define BENCH_CASE __attribute__((noipa))

static inline void fill(MarkRequest::Builder request, const codec_mark &mark)
{
    request.setLane(mark.lane);
    request.setName(capnp::Text::Reader(mark.name, mark.name_length));
    request.setTimeNs(mark.time_ns);
}

BENCH_CASE void capnp_encode(void *context, uint32_t n)
{
    static capnp::word scratch[CODEC_BYTES / sizeof(capnp::word)];
    auto *messages = static_cast<codec_message *>(context);
    for (uint32_t i = 0; i < n; i++) {
        codec_message &message = messages[i % CODEC_MARKS];
        capnp::MallocMessageBuilder builder(
            kj::arrayPtr(scratch, sizeof scratch / sizeof scratch[0]));
        fill(builder.initRoot<MarkRequest>(), codec_marks[i % CODEC_MARKS]);
        kj::ArrayOutputStream out(
            kj::arrayPtr(reinterpret_cast<kj::byte *>(message.words), CODEC_BYTES));
        capnp::writeMessage(out, builder);
        message.length = out.getArray().size();
    }
}

BENCH_CASE void capnp_encode_by_hand(void *context, uint32_t n)
{
    static capnp::word scratch[CODEC_BYTES / sizeof(capnp::word)];
    auto *messages = static_cast<codec_message *>(context);
    for (uint32_t i = 0; i < n; i++) {
        codec_message &message = messages[i % CODEC_MARKS];
        capnp::MallocMessageBuilder builder(
            kj::arrayPtr(scratch, sizeof scratch / sizeof scratch[0]));
        fill(builder.initRoot<MarkRequest>(), codec_marks[i % CODEC_MARKS]);
        kj::ArrayPtr<const capnp::word> segment = builder.getSegmentsForOutput()[0];
        message.words[0] = static_cast<uint64_t>(segment.size()) << 32;
        memcpy(message.words + 1, segment.begin(), segment.asBytes().size());
        message.length = sizeof message.words[0] + segment.asBytes().size();
    }
}

BENCH_CASE void capnp_decode(void *context, uint32_t n)
{
    auto *decoding = static_cast<codec_decoding *>(context);
    for (uint32_t i = 0; i < n; i++) {
        const codec_message &bytes = decoding->messages[i % CODEC_MARKS];
        capnp::FlatArrayMessageReader message(
            kj::arrayPtr(reinterpret_cast<const capnp::word *>(bytes.words),
                         bytes.length / sizeof(capnp::word)));
        auto request = message.getRoot<MarkRequest>();
        auto name = request.getName();
        decoding->sum +=
            codec_sum(request.getTimeNs(), name.begin(), name.size(), request.getLane());
    }
}
