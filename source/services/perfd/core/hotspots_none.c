/* SPDX-License-Identifier: Apache-2.0 */
#include "hotspots.h"

void hotspots_client_closed(struct perfd *perfd, int client)
{
    (void)perfd, (void)client;
}
