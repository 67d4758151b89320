/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/machine_lanes.h"

void machine_lanes_take(struct virt_service *service)
{
    (void)service;
}
