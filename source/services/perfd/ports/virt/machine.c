/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/machine.h"

#include "ports/virt/machine_counters.h"
#include "ports/virt/machine_lanes.h"

void machine_take(struct virt_service *service)
{
    machine_lanes_take(service);
    machine_counters_take(service);
}
