/* SPDX-License-Identifier: Apache-2.0 */
/* A mark encoded and decoded by our runtime and by Cap'n Proto's own library, turn by turn. */
#include "codec.h"

#include <string.h>

#include "bench.h"
#include "floors.h"

int main(int argc, char **argv)
{
    static struct codec_message ours[CODEC_MARKS], theirs[CODEC_MARKS], by_hand[CODEC_MARKS];
    static struct codec_decoding our_decoding = {ours, 0}, their_decoding = {theirs, 0};
    static const struct bench_case cases[] = {
        {"floor_empty", floor_empty, NULL, 4000, NULL, false},
        {"mark_encode", mark_encode, ours, 2000, NULL, false},
        {"capnp_encode", capnp_encode, theirs, 500, NULL, false},
        {"capnp_encode_by_hand", capnp_encode_by_hand, by_hand, 500, NULL, false},
        {"mark_decode", mark_decode, &our_decoding, 2000, NULL, false},
        {"capnp_decode", capnp_decode, &their_decoding, 500, NULL, false},
    };
    codec_check(mark_encode, mark_decode, ours);
    codec_check(capnp_encode, capnp_decode, theirs);
    codec_check(capnp_encode_by_hand, capnp_decode, by_hand);
    if (memcmp(ours, theirs, sizeof ours) != 0 || memcmp(ours, by_hand, sizeof ours) != 0)
        bench_die("the messages differ");
    bench_run(argc, argv, cases, sizeof cases / sizeof cases[0], 33);
    return 0;
}
