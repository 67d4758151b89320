/* SPDX-License-Identifier: Apache-2.0 */
#include "serve_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "page.h"
#include "perfctl.h"
#include "prometheus.h"

#define PATH_MAX_BYTES 32
#define HEAD_BYTES     1024
#define CHUNK_BYTES    65536u
#define ANSWER_S       120 /* a trace over a slow link takes long */
#define CONNECTIONS    256 /* more than these wait */

/* One request's answer. */
struct request {
    struct serve_job *asked;
    struct lws *wsi;
    char *body; /* behind LWS_PRE bytes of malloc */
    size_t length, sent;
    bool open_metrics;
};

static struct serve_server *server_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

/* --- Answers --- */

static bool add_header(struct lws *wsi, const char *name, const char *value, unsigned char **at,
                       unsigned char *end)
{
    return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
                                       (const unsigned char *)value, (int)strlen(value), at,
                                       end) == 0;
}

/* What is answered is of now, for this address alone, and what it says it is. */
static bool send_head(struct lws *wsi, unsigned code, const char *type, size_t length,
                      const char *disposition)
{
    unsigned char room[LWS_PRE + HEAD_BYTES], *start = room + LWS_PRE, *at = start;
    unsigned char *end = room + sizeof room - 1;
    return lws_add_http_common_headers(wsi, code, type, length, &at, end) == 0 &&
           add_header(wsi, "cache-control:", "no-store", &at, end) &&
           add_header(wsi, "x-content-type-options:", "nosniff", &at, end) &&
           add_header(wsi, "x-frame-options:", "DENY", &at, end) &&
           add_header(wsi, "referrer-policy:", "no-referrer", &at, end) &&
           add_header(wsi, "cross-origin-resource-policy:", "same-origin", &at, end) &&
           (disposition == NULL ||
            add_header(wsi, "content-disposition:", disposition, &at, end)) &&
           lws_finalize_write_http_header(wsi, start, &at, end) == 0;
}

/* The whole body, a part each time that there is room; -1: hang up. */
static int send_body(struct request *request)
{
    size_t left = request->length - request->sent;
    size_t part = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    bool is_last = part == left;
    unsigned char *at = (unsigned char *)request->body + LWS_PRE + request->sent;
    if (lws_write(request->wsi, at, part, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
        return -1;
    request->sent += part;
    if (!is_last) {
        lws_set_timeout(request->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_S);
        lws_callback_on_writable(request->wsi);
        return 0;
    }
    free(request->body);
    request->body = NULL;
    return lws_http_transaction_completed(request->wsi) != 0 ? -1 : 0;
}

static int answer(struct request *request, unsigned code, const char *type, char *body,
                  size_t length, const char *disposition)
{
    request->body = body;
    request->length = length;
    request->sent = 0;
    if (body == NULL || !send_head(request->wsi, code, type, length, disposition))
        return -1;
    lws_callback_on_writable(request->wsi);
    return 0;
}

static int answer_words(struct request *request, unsigned code, const char *words)
{
    size_t length = strlen(words);
    char *body = malloc(LWS_PRE + length + 1);
    if (body != NULL)
        memcpy(body + LWS_PRE, words, length + 1);
    return answer(request, code, "text/plain; charset=utf-8", body, length, NULL);
}

/* --- What there is --- */

static int send_page(struct request *request, const char *host)
{
    char origin[8 + SERVE_HOST_MAX], *body = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&body, &length);
    json_t *data = json_pack("{s:s}", "protocol", SERVE_PROTOCOL);
    bool fine = to != NULL;
    (void)snprintf(origin, sizeof origin, "ws://%s", host);
    for (size_t i = 0; fine && i < LWS_PRE; i++)
        fine = putc('\0', to) != EOF;
    fine = fine && page_write_live(to, "perfd, live", "live", data, origin);
    json_decref(data);
    if (to == NULL || fclose(to) != 0 || !fine) {
        free(body);
        return -1;
    }
    return answer(request, HTTP_STATUS_OK, "text/html; charset=utf-8", body, length - LWS_PRE,
                  NULL);
}

/* Answered when the state's thread has it. */
static int ask(struct request *request, enum serve_action action, uint32_t session)
{
    struct serve_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return -1;
    *job = (struct serve_job){.owner = request,
                              .action = action,
                              .session = session,
                              .open_metrics = request->open_metrics};
    request->asked = job;
    lws_set_timeout(request->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_S);
    serve_state_ask(server_of(request->wsi)->state, job);
    return 0;
}

static int ask_metrics(struct request *request)
{
    char accept[512];
    int length = lws_hdr_copy(request->wsi, accept, sizeof accept, WSI_TOKEN_HTTP_ACCEPT);
    request->open_metrics = length > 0 && strstr(accept, "application/openmetrics-text") != NULL;
    return ask(request, SERVE_SCRAPE, 0);
}

static int ask_trace(struct request *request)
{
    char room[SERVE_ARGUMENT_MAX], *end;
    const char *text = lws_get_urlarg_by_name(request->wsi, "session=", room, sizeof room);
    unsigned long session = text != NULL ? strtoul(text, &end, 10) : 0;
    if (text != NULL && (*text < '0' || *text > '9' || *end != '\0' || session > INT32_MAX))
        return answer_words(request, HTTP_STATUS_BAD_REQUEST, "no such session\n");
    return ask(request, SERVE_TRACE, (uint32_t)session);
}

static void drop_request(struct request *request)
{
    if (request->asked != NULL)
        request->asked->owner = NULL;
    free(request->body);
    *request = (struct request){0};
}

static int take_request(struct request *request, struct lws *wsi, const char *path)
{
    struct serve_server *server = server_of(wsi);
    char host[SERVE_HOST_MAX];
    bool is_metrics = strcmp(path, "/metrics") == 0 && server->options.metrics;
    drop_request(request); /* the one before on this connection */
    request->wsi = wsi;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) <= 0) {
        (void)lws_return_http_status(wsi, HTTP_STATUS_METHOD_NOT_ALLOWED, NULL);
        return -1;
    }
    if (server->metrics != NULL && lws_get_vhost(wsi) == server->metrics)
        return is_metrics ? ask_metrics(request)
                          : answer_words(request, HTTP_STATUS_NOT_FOUND, "only /metrics\n");
    if (!serve_access_is_own(&server->access, wsi, false, host) ||
        (!is_metrics && !serve_access_has_token(&server->access, wsi)))
        return answer_words(request, HTTP_STATUS_FORBIDDEN,
                            "The address that perfctl serve printed has a token.\n");
    if (is_metrics)
        return ask_metrics(request);
    if (strcmp(path, "/") == 0)
        return send_page(request, host);
    if (strcmp(path, "/trace") == 0)
        return ask_trace(request);
    return answer_words(request, HTTP_STATUS_NOT_FOUND, "no such page\n");
}

static void answer_request(struct request *request, struct serve_job *job)
{
    char name[64];
    char *body = job->bytes;
    job->bytes = NULL;
    request->asked = NULL;
    if (job->session != 0)
        (void)snprintf(name, sizeof name, "attachment; filename=\"trace-%u.json\"",
                       (unsigned)job->session);
    else
        (void)snprintf(name, sizeof name, "attachment; filename=\"trace.json\"");
    int result;
    if (!job->fine)
        result = answer(request, HTTP_STATUS_SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", body,
                        job->length, NULL);
    else if (job->action == SERVE_TRACE)
        result = answer(request, HTTP_STATUS_OK, "application/json", body, job->length, name);
    else
        result = answer(request, HTTP_STATUS_OK, prometheus_content_type(job->open_metrics), body,
                        job->length, NULL);
    if (result < 0)
        lws_set_timeout(request->wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
    serve_job_free(job);
}

/* --- The server --- */

/* 0: go on; 1: it has been answered. Nothing else is upgraded to: not h2c. */
static int confirm_upgrade(struct lws *wsi, const char *to)
{
    struct serve_server *server = server_of(wsi);
    char host[SERVE_HOST_MAX], path[PATH_MAX_BYTES], protocol[sizeof SERVE_PROTOCOL + 1];
    bool is_fine = strcasecmp(to, "websocket") == 0 && lws_get_vhost(wsi) == server->page &&
                   serve_access_is_own(&server->access, wsi, true, host) &&
                   serve_access_has_token(&server->access, wsi) &&
                   lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI) > 0 &&
                   strcmp(path, "/live") == 0 &&
                   lws_hdr_copy(wsi, protocol, sizeof protocol, WSI_TOKEN_PROTOCOL) > 0 &&
                   strcmp(protocol, SERVE_PROTOCOL) == 0;
    if (is_fine && server->viewers < SERVE_VIEWERS_MAX)
        return 0;
    (void)lws_return_http_status(
        wsi, is_fine ? HTTP_STATUS_SERVICE_UNAVAILABLE : HTTP_STATUS_FORBIDDEN, NULL);
    return 1;
}

/* In the server's thread, after serve_http_wake. */
static void take_news(struct serve_server *server)
{
    struct serve_job *job;
    while ((job = serve_state_answered(server->state)) != NULL) {
        if (job->owner == NULL)
            serve_job_free(job);
        else if (job->action == SERVE_TRACE || job->action == SERVE_SCRAPE)
            answer_request(job->owner, job);
        else
            serve_viewer_answer(job->owner, job);
    }
    const struct lws_protocols *live = lws_vhost_name_to_protocol(server->page, SERVE_PROTOCOL);
    lws_callback_on_writable_all_protocol_vhost(server->page, live);
}

static int request_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                         size_t length)
{
    (void)length;
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return confirm_upgrade(wsi, in);
    case LWS_CALLBACK_HTTP:
        return take_request(user, wsi, in);
    case LWS_CALLBACK_HTTP_WRITEABLE: {
        struct request *request = user;
        return request->body != NULL ? send_body(request) : 0;
    }
    case LWS_CALLBACK_CLOSED_HTTP:
        if (user != NULL)
            drop_request(user);
        return 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED: {
        struct serve_server *server = server_of(wsi);
        /* Each protocol of each vhost is told. */
        if (server->page != NULL && lws_get_vhost(wsi) == server->page)
            take_news(server);
        return 0;
    }
    default:
        return 0;
    }
}

static const struct lws_protocols page_protocols[] = {
    {.name = "http", .callback = request_event, .per_session_data_size = sizeof(struct request)},
    {.name = SERVE_PROTOCOL,
     .callback = serve_viewer_event,
     .per_session_data_size = sizeof(struct serve_viewer),
     .rx_buffer_size = SERVE_COMMAND_MAX},
    {0},
};

static const struct lws_protocols metrics_protocols[] = {
    {.name = "http", .callback = request_event, .per_session_data_size = sizeof(struct request)},
    {0},
};

/* The library does not say why it could not. */
static void say_why(const char *address, int port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error = EINVAL;
    if (inet_pton(AF_INET, address, &name.sin_addr) == 1)
        error = bind(fd, (struct sockaddr *)&name, sizeof name) == 0 ? EADDRINUSE : errno;
    fprintf(stderr, "perfctl: cannot listen on %s:%d: %s\n", address, port, strerror(error));
    (void)close(fd);
}

static struct lws_vhost *listen_on(struct serve_server *server, const char *address, int port,
                                   const struct lws_protocols *protocols)
{
    const struct lws_context_creation_info info = {
        .vhost_name = address,
        .iface = address,
        .port = port,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
    };
    struct lws_vhost *vhost = lws_create_vhost(server->context, &info);
    if (vhost == NULL)
        say_why(address, port);
    return vhost;
}

bool serve_http_open(struct serve_server *server)
{
    const struct serve_options *options = &server->options;
    const struct lws_context_creation_info info = {
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6,
        .user = server,
        .gid = -1,
        .uid = -1,
        .fd_limit_per_thread = CONNECTIONS,
        .max_http_header_pool = CONNECTIONS,
    };
    lws_set_log_level(0, NULL);
    server->context = lws_create_context(&info);
    if (server->context == NULL) {
        fprintf(stderr, "perfctl: cannot serve: %s\n", strerror(errno));
        return false;
    }
    server->page = listen_on(server, SERVE_ADDRESS, options->port, page_protocols);
    if (server->page != NULL && options->listen_address != NULL)
        server->metrics =
            listen_on(server, options->listen_address, options->listen_port, metrics_protocols);
    if (server->page == NULL || (options->listen_address != NULL && server->metrics == NULL))
        return false;
    server->access.port = lws_get_vhost_listen_port(server->page);
    return true;
}

void serve_http_run(struct serve_server *server, const volatile sig_atomic_t *ending)
{
    while (!*ending && lws_service(server->context, 0) >= 0) {
    }
}

void serve_http_wake(void *server)
{
    lws_cancel_service(((struct serve_server *)server)->context);
}

void serve_http_close(struct serve_server *server)
{
    if (server->context != NULL)
        lws_context_destroy(server->context);
    server->context = NULL;
}
