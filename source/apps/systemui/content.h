/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the windows. */
#ifndef SYSTEMUI_CONTENT_H
#define SYSTEMUI_CONTENT_H

#include <stdint.h>

#define CONTENT_SERVICES 24

struct content_service {
    const char *name;
    uint16_t memory_kib;
    uint8_t load; /* percent, around which its meter swings */
};

extern const struct content_service content_services[CONTENT_SERVICES];

/* Paragraphs end with a newline. */
extern const char content_note[];

#endif
