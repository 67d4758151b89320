/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/machine.h"

void machine_take(struct virt_service *service)
{
    (void)service;
}
