/* SPDX-License-Identifier: Apache-2.0 */
/* Between perfd's hart and the store's: a frame each way. */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include "store/mailbox.h"

struct store_link {
    struct mailbox request; /* perfd's hart fills it */
    struct mailbox reply;   /* the store's */
};

extern struct store_link store_link;

#endif
