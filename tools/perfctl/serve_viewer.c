/* SPDX-License-Identifier: Apache-2.0 */
/* A viewer is sent the newest figures when it has room for them, and may send small JSON objects:
 * {"do": "start", "name", "budgetMs"?}, {"do": "stop" or "export", "session"}. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "perfctl.h"
#include "serve_http.h"

/* What a viewer has not read waits here and in two buffers of the kernel's: small ones, so that one
 * that comes to itself soon has what is new. */
#define SEND_BUFFER_BYTES 65536
#define BUDGET_MS_MAX     10000.0

static struct serve_server *server_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

/* --- What it asks for --- */

static void say(struct serve_viewer *viewer, const char *problem)
{
    json_t *json = json_pack("{s:{s:s}}", "answer", "error", problem);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    free(viewer->answer);
    viewer->answer_length = text != NULL ? strlen(text) : 0;
    viewer->answer = malloc(LWS_PRE + viewer->answer_length + 1);
    if (viewer->answer != NULL && text != NULL)
        memcpy(viewer->answer + LWS_PRE, text, viewer->answer_length);
    free(text);
    lws_callback_on_writable(viewer->wsi);
}

/* What is wrong with the command; NULL: it is in the job. */
static const char *read_command(const json_t *command, struct serve_job *job)
{
    const char *action = json_string_value(json_object_get(command, "do"));
    const char *name = json_string_value(json_object_get(command, "name"));
    const json_t *session = json_object_get(command, "session");
    const json_t *budget = json_object_get(command, "budgetMs");
    if (action == NULL)
        return "what is to be done?";
    job->budget_ns = BUDGET_NS;
    if (strcmp(action, "start") == 0) {
        job->action = SERVE_START;
        if (name == NULL || strlen(name) >= sizeof job->name)
            return "a session has a name of at most 48 characters";
        memcpy(job->name, name, strlen(name) + 1);
        double ms = json_number_value(budget);
        if (budget != NULL && !(json_is_number(budget) && ms > 0 && ms <= BUDGET_MS_MAX))
            return "a budget is of at most 10000 ms";
        if (budget != NULL)
            job->budget_ns = (uint64_t)llround(ms * 1e6);
        return NULL;
    }
    if (strcmp(action, "stop") != 0 && strcmp(action, "export") != 0)
        return "no such command";
    job->action = action[0] == 's' ? SERVE_STOP : SERVE_EXPORT;
    json_int_t id = json_integer_value(session);
    if (!json_is_integer(session) || id < 1 || id > UINT32_MAX)
        return "of which session?";
    job->session = (uint32_t)id;
    return NULL;
}

static void take_command(struct serve_viewer *viewer)
{
    json_t *command = json_loadb(viewer->command, viewer->command_length, 0, NULL);
    struct serve_job *job = calloc(1, sizeof *job);
    const char *problem = viewer->asked != NULL ? "one thing after the other"
                          : command == NULL     ? "not JSON"
                          : job == NULL         ? "no memory"
                                                : read_command(command, job);
    json_decref(command);
    viewer->command_length = 0;
    if (problem != NULL) {
        free(job);
        say(viewer, problem);
        return;
    }
    job->owner = viewer;
    viewer->asked = job;
    serve_state_ask(server_of(viewer->wsi)->state, job);
}

/* A message may come in parts. -1: hang up. */
static int receive(struct serve_viewer *viewer, const void *in, size_t length)
{
    if (lws_frame_is_binary(viewer->wsi)) {
        lws_close_reason(viewer->wsi, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, NULL, 0);
        return -1;
    }
    if (length > sizeof viewer->command - viewer->command_length) {
        lws_close_reason(viewer->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
        return -1;
    }
    if (length > 0)
        memcpy(viewer->command + viewer->command_length, in, length);
    viewer->command_length += length;
    if (lws_is_final_fragment(viewer->wsi) && lws_remaining_packet_payload(viewer->wsi) == 0)
        take_command(viewer);
    return 0;
}

void serve_viewer_answer(struct serve_viewer *viewer, struct serve_job *job)
{
    viewer->asked = NULL;
    free(viewer->answer);
    viewer->answer = job->bytes;
    viewer->answer_length = job->length;
    job->bytes = NULL;
    serve_job_free(job);
    lws_callback_on_writable(viewer->wsi);
}

/* --- What it is sent --- */

/* Called when there is room; one message each time. */
static int send_next(struct serve_viewer *viewer)
{
    struct lws *wsi = viewer->wsi;
    if (lws_send_pipe_choked(wsi)) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    char *bytes = viewer->answer;
    size_t length = viewer->answer_length;
    viewer->answer = NULL;
    if (bytes != NULL)
        lws_callback_on_writable(wsi);
    else
        bytes = serve_state_message(server_of(wsi)->state, &viewer->seen, &length);
    if (bytes == NULL)
        return 0;
    int sent = lws_write(wsi, (unsigned char *)bytes + LWS_PRE, length, LWS_WRITE_TEXT);
    free(bytes);
    return sent < 0 ? -1 : 0;
}

static void come(struct serve_viewer *viewer, struct lws *wsi)
{
    struct serve_server *server = server_of(wsi);
    const int bytes = SEND_BUFFER_BYTES;
    *viewer = (struct serve_viewer){.wsi = wsi};
    (void)setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    serve_state_watch(server->state, ++server->viewers);
    lws_callback_on_writable(wsi);
}

static void go(struct serve_viewer *viewer)
{
    struct serve_server *server = server_of(viewer->wsi);
    if (viewer->asked != NULL)
        viewer->asked->owner = NULL;
    free(viewer->answer);
    viewer->answer = NULL;
    serve_state_watch(server->state, --server->viewers);
}

int serve_viewer_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t length)
{
    struct serve_viewer *viewer = user;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        come(viewer, wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return receive(viewer, in, length);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return send_next(viewer);
    case LWS_CALLBACK_CLOSED:
        go(viewer);
        return 0;
    default:
        return 0;
    }
}
