/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cap'n Proto's own library packs and unpacks what comes at stdin: a judge, with no code of this
 * project.
 *
 *     packed_judge pack      messages, one after the other; their segments are taken as they are
 *     packed_judge unpack    what the segments hold, without their tables
 */
#include <capnp/serialize-packed.h>
#include <kj/io.h>

#include <cstdint>
#include <cstring>
#include <vector>

static void pack(kj::InputStream &in, kj::OutputStream &out)
{
    kj::Array<kj::byte> bytes = in.readAllBytes();
    kj::ArrayPtr<capnp::word> all(reinterpret_cast<capnp::word *>(bytes.begin()),
                                  bytes.size() / sizeof(capnp::word));

    while (all.size() > 0) {
        const auto *table = reinterpret_cast<const uint32_t *>(all.begin());
        size_t at = (table[0] + 3) / 2;
        std::vector<kj::ArrayPtr<const capnp::word>> segments;

        for (uint32_t i = 0; i <= table[0]; i++) {
            segments.push_back(all.slice(at, at + table[1 + i]));
            at += table[1 + i];
        }
        capnp::writePackedMessage(out, kj::arrayPtr(segments.data(), segments.size()));
        all = all.slice(at, all.size());
    }
}

static void unpack(kj::InputStream &in, kj::OutputStream &out)
{
    kj::BufferedInputStreamWrapper buffered(in);
    capnp::ReaderOptions options;

    options.traversalLimitInWords = 1 << 24;
    while (buffered.tryGetReadBuffer().size() > 0) {
        capnp::PackedMessageReader message(buffered, options);
        /* None that has words has no address. */
        for (uint32_t i = 0; message.getSegment(i).begin() != nullptr; i++)
            out.write(message.getSegment(i).begin(),
                      message.getSegment(i).size() * sizeof(capnp::word));
    }
}

int main(int argc, char **argv)
{
    kj::FdInputStream in(0);
    kj::FdOutputStream out(1);
    kj::BufferedOutputStreamWrapper buffered(out);

    if (argc == 2 && strcmp(argv[1], "pack") == 0)
        pack(in, buffered);
    else if (argc == 2 && strcmp(argv[1], "unpack") == 0)
        unpack(in, buffered);
    else
        return 2;
    buffered.flush();
    return 0;
}
