/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The official library as the judge: a program that takes messages on file descriptor 0, walks them
 * as transcript.h says and answers there. It has no limit of traversal (how much may be read is not
 * compared: see docs/fuzzing.md), and the nesting limit of our reader.
 */
#include "transcript.h"

#include <capnp/any.h>
#include <capnp/schema.capnp.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace
{

constexpr int NESTING_LIMIT = 63;
constexpr uint64_t TRAVERSAL_LIMIT = uint64_t(1) << 50;

struct Fatal {
};

/* Where reading could go on with a default value the library does so, and it is written down here.
 * Stack traces would be nearly all of the time. */
class Recorder : public kj::ExceptionCallback
{
  public:
    void onRecoverableException(kj::Exception &&exception) override
    {
        record(exception);
    }
    void onFatalException(kj::Exception &&exception) override
    {
        record(exception);
        throw Fatal();
    }
    void logMessage(kj::LogSeverity, const char *, int, int, kj::String &&) override
    {
    }
    StackTraceMode stackTraceMode() override
    {
        return StackTraceMode::NONE;
    }

    /* Whether something was refused since the last time. */
    bool take(uint8_t *reason)
    {
        bool was = refused_;
        if (was && reason)
            *reason = static_cast<uint8_t>(refusal_);
        refused_ = false;
        return was;
    }

  private:
    void record(const kj::Exception &exception)
    {
        if (refused_)
            return;
        refused_ = true;
        /* Each place in the library says one thing, and reading it takes longer than walking. */
        auto known = reasons_.find(exception.getLine());
        if (known == reasons_.end())
            known =
                reasons_.emplace(exception.getLine(), reason_of(exception.getDescription().cStr()))
                    .first;
        refusal_ = known->second;
    }

    static refusal reason_of(const char *text)
    {
        static const struct {
            const char *words;
            refusal reason;
        } known[] = {
            {"ends prematurely", REFUSAL_FRAMING},
            {"too many segments", REFUSAL_FRAMING},
            {"root pointer", REFUSAL_FRAMING},
            {"far pointer", REFUSAL_FAR},
            {"double-far", REFUSAL_FAR},
            {"unknown segment", REFUSAL_FAR},
            {"out-of-bounds", REFUSAL_BOUNDS},
            {"overrun", REFUSAL_TAG},
            {"INLINE_COMPOSITE", REFUSAL_TAG},
            {"NUL", REFUSAL_TEXT},
            {"nested", REFUSAL_DEPTH},
            {"traversal limit", REFUSAL_BUDGET},
            {"amplified", REFUSAL_BUDGET},
            {"chema mismatch", REFUSAL_KIND},
            {"non-", REFUSAL_KIND},
            {"unknown pointer", REFUSAL_KIND},
        };
        for (const auto &k : known)
            if (strstr(text, k.words) != nullptr)
                return k.reason;
        return REFUSAL_OTHER;
    }

    std::unordered_map<int, refusal> reasons_;
    bool refused_ = false;
    refusal refusal_ = REFUSAL_OTHER;
};

class Walk
{
  public:
    Walk(Recorder &recorder, bool reads) : recorder_(recorder), reads_(reads)
    {
        records_.reserve(TRANSCRIPT_RECORDS);
    }

    void message(kj::ArrayPtr<const capnp::word> words)
    {
        records_.clear();
        recorder_.take(nullptr);
        capnp::ReaderOptions options;
        options.nestingLimit = NESTING_LIMIT;
        options.traversalLimitInWords = TRAVERSAL_LIMIT;
        uint8_t reason = REFUSAL_OTHER;
        try {
            capnp::FlatArrayMessageReader reader(words, options);
            capnp::AnyPointer::Reader root;
            if (!recorder_.take(&reason)) {
                root = reader.getRoot<capnp::AnyPointer>();
                if (!recorder_.take(&reason)) {
                    pointer(root, 0);
                    return;
                }
            }
        } catch (const Fatal &) {
            recorder_.take(&reason);
        }
        refuse(add(0), reason);
    }

    const std::vector<record> &records() const
    {
        return records_;
    }

  private:
    record &add(uint8_t level)
    {
        if (full())
            return spare_ = record();
        records_.push_back(record());
        records_.back().level = level;
        return records_.back();
    }

    bool full() const
    {
        return records_.size() == TRANSCRIPT_RECORDS;
    }

    static void refuse(record &r, uint8_t reason)
    {
        r.kind = RECORD_REFUSED;
        r.error = reason;
    }

    void pointer(capnp::AnyPointer::Reader from, uint8_t level)
    {
        record &r = add(level);
        uint8_t reason = REFUSAL_OTHER;
        try {
            follow(from, r, level);
        } catch (const Fatal &) {
            recorder_.take(&reason);
            refuse(r, reason);
        }
    }

    void follow(capnp::AnyPointer::Reader from, record &r, uint8_t level)
    {
        uint8_t reason = REFUSAL_OTHER;
        auto type = from.getPointerType();
        if (recorder_.take(&reason))
            return refuse(r, reason);
        if (reads_ && type != capnp::PointerType::NULL_ && records_.size() <= TRANSCRIPT_READS)
            r.reads = reads_of(from);
        switch (type) {
        case capnp::PointerType::STRUCT: {
            auto found = from.getAs<capnp::AnyStruct>();
            if (recorder_.take(&reason))
                return refuse(r, reason);
            r.kind = RECORD_STRUCT;
            structure(found, r, level);
            return;
        }
        case capnp::PointerType::LIST: {
            auto found = from.getAs<capnp::AnyList>();
            if (recorder_.take(&reason))
                return refuse(r, reason);
            r.kind = RECORD_LIST;
            list(found, r, level);
            return;
        }
        case capnp::PointerType::CAPABILITY:
            /* The index itself is seen in the pointer's own word only, which is not to be had: the
             * comparer looks. */
            r.kind = RECORD_CAPABILITY;
            return;
        case capnp::PointerType::NULL_:
            r.kind = RECORD_NULL;
            return;
        }
    }

    void structure(capnp::AnyStruct::Reader from, record &r, uint8_t level)
    {
        auto data = from.getDataSection();
        auto pointers = from.getPointerSection();
        uint64_t hash = 0;
        for (size_t i = 0; i + 8 <= data.size(); i += 8) {
            uint64_t value;
            memcpy(&value, data.begin() + i, 8);
            hash = transcript_mix(hash, value);
        }
        r.data_words = static_cast<uint16_t>(data.size() / 8);
        r.pointers = static_cast<uint16_t>(pointers.size());
        r.hash = hash;
        for (uint i = 0; i < pointers.size() && !full(); i++)
            pointer(pointers[i], static_cast<uint8_t>(level + 1));
    }

    static uint64_t hash_elements(capnp::AnyList::Reader from)
    {
        static const uint8_t sizes[] = {0, 0, 1, 2, 4, 8};
        auto element = static_cast<unsigned>(from.getElementSize());
        uint64_t hash = 0;
        if (element == 0 || element > 5)
            return 0;
        auto bytes = from.getRawBytes();
        for (size_t i = 0; i < from.size(); i++) {
            uint64_t value = 0;
            if (element == 1)
                value = bytes[i / 8] >> i % 8 & 1;
            else
                memcpy(&value, bytes.begin() + i * sizes[element], sizes[element]);
            hash = transcript_mix(hash, value);
        }
        return hash;
    }

    void list(capnp::AnyList::Reader from, record &r, uint8_t level)
    {
        auto element = from.getElementSize();
        uint32_t count = from.size();
        r.element = static_cast<uint8_t>(element);
        r.count = count;
        r.hash = hash_elements(from);
        level++;
        if (element == capnp::ElementSize::POINTER) {
            auto pointers = from.as<capnp::List<capnp::AnyPointer>>();
            for (uint32_t i = 0; i < count && !full(); i = transcript_next(i, count))
                pointer(pointers[i], level);
        } else if (element == capnp::ElementSize::INLINE_COMPOSITE) {
            auto structs = from.as<capnp::List<capnp::AnyStruct>>();
            for (uint32_t i = 0; i < count && !full(); i = transcript_next(i, count)) {
                record &child = add(level);
                uint8_t reason = REFUSAL_OTHER;
                auto found = structs[i];
                child.kind = RECORD_ELEMENT;
                if (recorder_.take(&reason))
                    refuse(child, reason);
                else
                    structure(found, child, level);
            }
        }
    }

    template <typename T> uint16_t reads_as(capnp::AnyPointer::Reader from, unsigned bit)
    {
        try {
            (void)from.getAs<T>();
        } catch (const Fatal &) {
        }
        return recorder_.take(nullptr) ? 0 : static_cast<uint16_t>(1U << bit);
    }

    uint16_t reads_of(capnp::AnyPointer::Reader from)
    {
        using namespace capnp;
        return static_cast<uint16_t>(
            reads_as<List<Void>>(from, 0) | reads_as<List<bool>>(from, 1) |
            reads_as<List<uint8_t>>(from, 2) | reads_as<List<uint16_t>>(from, 3) |
            reads_as<List<uint32_t>>(from, 4) | reads_as<List<uint64_t>>(from, 5) |
            reads_as<List<Text>>(from, 6) | reads_as<List<schema::Method>>(from, 7) |
            reads_as<Text>(from, 8) | reads_as<AnyStruct>(from, 9));
    }

    Recorder &recorder_;
    bool reads_;
    std::vector<record> records_;
    record spare_;
};

bool read_all(void *to, size_t length)
{
    auto *at = static_cast<char *>(to);
    while (length > 0) {
        ssize_t got = read(0, at, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        length -= static_cast<size_t>(got);
    }
    return true;
}

void write_all(const void *from, size_t length)
{
    auto *at = static_cast<const char *>(from);
    while (length > 0) {
        ssize_t put = write(0, at, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            exit(0); /* who asked is gone */
        at += put;
        length -= static_cast<size_t>(put);
    }
}

void answer_transcript(Walk &walk, kj::ArrayPtr<const capnp::word> words)
{
    walk.message(words);
    auto count = static_cast<uint32_t>(walk.records().size());
    std::string answer(reinterpret_cast<const char *>(&count), sizeof count);
    answer.append(reinterpret_cast<const char *>(walk.records().data()), count * sizeof(record));
    write_all(answer.data(), answer.size());
}

void answer_flips(Walk &walk, kj::ArrayPtr<capnp::word> words, uint32_t bit, uint32_t end)
{
    auto *bytes = reinterpret_cast<uint8_t *>(words.begin());
    std::vector<uint64_t> digests;
    auto flip = [bytes](uint32_t which) {
        bytes[which / 8] ^= static_cast<uint8_t>(1U << which % 8);
    };
    flip(bit);
    for (uint32_t other = bit; other < end; other++) {
        if (other != bit)
            flip(other);
        walk.message(words);
        digests.push_back(
            transcript_digest(walk.records().data(), static_cast<uint32_t>(walk.records().size())));
        if (other != bit)
            flip(other);
    }
    write_all(digests.data(), digests.size() * sizeof(uint64_t));
}

} // namespace

int main()
{
    Recorder recorder;
    Walk plain(recorder, false);
    Walk with_reads(recorder, true);
    request ask;
    while (read_all(&ask, sizeof ask)) {
        /* Bytes that are no whole word are behind every message. */
        auto words = kj::heapArray<capnp::word>(ask.length / 8 + 1);
        memset(words.begin(), 0, words.size() * sizeof(capnp::word));
        if (!read_all(words.begin(), ask.length))
            return 1;
        auto message = words.slice(0, ask.length / 8);
        if (ask.question == ASK_FLIPS)
            answer_flips(plain, message, ask.bit, ask.bit + ask.count);
        else
            answer_transcript(ask.question == ASK_READS ? with_reads : plain, message);
    }
    return 0;
}
