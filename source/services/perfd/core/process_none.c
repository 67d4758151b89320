/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

int perfd_client_process(struct perfd *perfd, int client, uint32_t pid, struct perfd_text name)
{
    (void)perfd, (void)client, (void)pid, (void)name;
    return PERFD_UNSUPPORTED;
}

void process_of_lane(const struct perfd *perfd, struct lane *lane)
{
    (void)perfd, (void)lane;
}

void process_copy(const struct lane *lane, struct lane_copy *copy)
{
    (void)lane, (void)copy;
}

uint32_t process_pid(const struct lane_copy *lane)
{
    (void)lane;
    return SESSION_PID;
}

void process_put(const struct frozen *frozen, uint32_t lane, struct put *p)
{
    (void)frozen, (void)lane, (void)p;
}
