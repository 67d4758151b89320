/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs and unpacks what comes at stdin, for tests in Python.
 *
 *     packer pack | unpack                messages, one after the other
 *     packer pack-words | unpack-words    words that are no messages
 *     packer unpack-pieces BYTES          messages, so many packed bytes at a time
 *
 * Prints the text of an error and ends with 1.
 */
#include "nexus-idl/framing.h"
#include "nexus-idl/packed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES  (1U << 24)
#define OUTPUT_BYTES NX_PACKED_MAX(INPUT_BYTES)

static uint8_t input[INPUT_BYTES], output[OUTPUT_BYTES];

static size_t length_of(int64_t result)
{
    if (result < 0) {
        fprintf(stderr, "%s\n", nx_error_text((int)result));
        exit(1);
    }
    return (size_t)result;
}

static size_t pack_all(size_t length)
{
    size_t made = 0;

    for (size_t at = 0; at < length;) {
        size_t size = length_of(nx_frame_length(input + at, length - at, INPUT_BYTES, 512));

        made +=
            length_of(nx_pack_message(input + at, length - at, output + made, OUTPUT_BYTES - made));
        at += size;
    }
    return made;
}

static size_t unpack_all(size_t length)
{
    size_t made = 0, used;

    for (size_t at = 0; at < length; at += used)
        made += length_of(nx_unpack_message(input + at, length - at, output + made,
                                            OUTPUT_BYTES - made, NX_SEGMENTS_MAX, &used));
    return made;
}

static size_t unpack_pieces(size_t length, size_t piece)
{
    struct nx_unpacker unpacker;
    size_t made = 0, taken;

    nx_unpacker_init(&unpacker);
    for (size_t at = 0; at < length; at += taken) {
        size_t here = length - at < piece ? length - at : piece;

        made += length_of(nx_unpacker_message(&unpacker, input + at, here, output + made,
                                              OUTPUT_BYTES - made, NX_SEGMENTS_MAX, &taken));
    }
    return nx_unpacker_between(&unpacker) ? made : length_of(NX_TRUNCATED);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    size_t length = fread(input, 1, sizeof(input), stdin);
    size_t made;

    if (strcmp(what, "pack") == 0)
        made = pack_all(length);
    else if (strcmp(what, "pack-words") == 0)
        made = length_of(nx_pack(input, length, output, OUTPUT_BYTES));
    else if (strcmp(what, "unpack") == 0)
        made = unpack_all(length);
    else if (strcmp(what, "unpack-words") == 0)
        made = length_of(nx_unpack(input, length, output, OUTPUT_BYTES));
    else if (strcmp(what, "unpack-pieces") == 0 && argc == 3)
        made = unpack_pieces(length, strtoul(argv[2], NULL, 10));
    else
        return 2;
    return fwrite(output, 1, made, stdout) == made ? 0 : 3;
}
