/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a peer sends, into the whole service: every answer holds together and stays in its buffer,
 * the ledger balances, and the next client is served. Byte 0: the connection's capabilities; byte
 * 1, bit 0: jobs run behind each frame; bytes 2 to 7: nothing; then the stream.
 */
#include "service.h"

enum { HEADER = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < HEADER)
        return 0;
    service_open(bytes[0] & 15);
    service_feed(bytes + HEADER, length - HEADER, (bytes[1] & 1) != 0);
    service_check_next_client();
    return 0;
}
