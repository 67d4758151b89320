/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include "core.h"
#include "json.h"
#include "text.h"
#include "trace_parts.h"

int perfd_client_process(struct perfd *perfd, int client, uint32_t pid, struct perfd_text name)
{
    struct client *c = clients_find(perfd, client);
    if (c == NULL)
        return PERFD_NOT_FOUND;
    if (!text_fits(name, 0, PERFD_PROCESS_NAME_MAX))
        return PERFD_INVALID;
    c->process = (struct process){.pid = pid};
    text_copy(c->process.name, name);
    log_client_process(perfd, client);
    return PERFD_OK;
}

void process_of_lane(const struct perfd *perfd, struct lane *lane)
{
    const struct client *writer = clients_find(perfd, lane->client);
    if (writer != NULL)
        lane->process = writer->process;
}

void process_copy(const struct lane *lane, struct lane_copy *copy)
{
    copy->process = lane->process;
}

uint32_t process_pid(const struct lane_copy *lane)
{
    return lane != NULL && lane->process.pid != 0 ? lane->process.pid : SESSION_PID;
}

void process_put(const struct frozen *frozen, uint32_t lane, struct put *p)
{
    const struct process *process = &frozen->lane[lane].process;
    uint32_t pid = process_pid(&frozen->lane[lane]);
    for (uint32_t i = 0; i < lane; i++)
        if (process_pid(&frozen->lane[i]) == pid)
            return;
    if (pid == SESSION_PID)
        return;
    if (process->name[0] != '\0') {
        put_text(p, ",\n");
        trace_put_meta("process_name", &frozen->lane[lane], p);
        json_put(p, "name:", NULL);
        json_put_string(p, text_of(process->name));
        put_text(p, "}}");
    }
    put_text(p, ",\n");
    /* Behind the session's, which has none. */
    trace_put_meta("process_sort_index", &frozen->lane[lane], p);
    json_put(p, "sort_index:1}}", NULL);
}
