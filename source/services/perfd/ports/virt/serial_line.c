/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/serial_line.h"

#include "ports/virt/board.h"

void serial_line_init(struct serial_line *line, struct perfd_server *server, uint32_t capabilities)
{
    line->raw_start = line->raw_length = 0;
    perfd_serial_init(&line->serial, server, capabilities, (uint32_t)virt_board_ticks(),
                      line->memory, NX_LINK_FRAME_BYTES);
}

static bool take(struct serial_line *line)
{
    if (line->raw_length == 0) {
        line->raw_start = 0;
        line->raw_length = virt_board_line_read(line->raw, sizeof line->raw);
    }
    size_t taken =
        perfd_serial_receive(&line->serial, line->raw + line->raw_start, line->raw_length);
    line->raw_start += taken;
    line->raw_length -= taken;
    return taken > 0;
}

/* At most what the answers' buffer holds: a peer that asks on while it is answered waits a round.
 */
static bool give(struct serial_line *line)
{
    size_t given = 0;
    while (given < sizeof line->memory) {
        size_t length;
        const uint8_t *out = perfd_serial_output(&line->serial, &length);
        size_t sent = length == 0 ? 0 : virt_board_line_write(out, length);
        if (sent == 0)
            break;
        perfd_serial_sent(&line->serial, sent);
        given += sent;
    }
    return given > 0;
}

bool serial_line_pump(struct serial_line *line)
{
    bool took = take(line);
    bool gave = give(line);
    return took || gave;
}
