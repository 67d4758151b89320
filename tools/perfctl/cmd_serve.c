/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "serve_http.h"

struct serve_arguments {
    struct common common;
    struct serve_options options;
    char address[INET_ADDRSTRLEN];
};

enum { KEY_PORT = 'p', KEY_METRICS = 'm', KEY_LISTEN = 'l' };

static const struct argp_option serve_options[] = {
    {"port", KEY_PORT, "N", 0, "The page's, on 127.0.0.1 (default: any that is free)", 0},
    {"metrics", KEY_METRICS, NULL, 0, "Also answer GET /metrics, for Prometheus", 0},
    {"listen", KEY_LISTEN, "ADDRESS:PORT", 0,
     "With --metrics: there, too, for whoever gets there; IPv4", 0},
    {0},
};

static void read_listen(struct serve_arguments *arguments, const char *text,
                        struct argp_state *state)
{
    struct in_addr parsed;
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : 0;
    if (length == 0 || length >= sizeof arguments->address)
        argp_error(state, "--listen: '%s' is not an IPv4 address, a colon and a port", text);
    memcpy(arguments->address, text, length);
    arguments->address[length] = '\0';
    if (inet_pton(AF_INET, arguments->address, &parsed) != 1)
        argp_error(state, "--listen: '%s' is not an IPv4 address, a colon and a port", text);
    arguments->options.listen_address = arguments->address;
    arguments->options.listen_port =
        (int)argument_number(state, "--listen", colon + 1, 1, UINT16_MAX);
}

static error_t parse_serve(int key, char *text, struct argp_state *state)
{
    struct serve_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_PORT:
        arguments->options.port = (int)argument_number(state, "--port", text, 0, UINT16_MAX);
        return 0;
    case KEY_METRICS:
        arguments->options.metrics = true;
        return 0;
    case KEY_LISTEN:
        read_listen(arguments, text, state);
        return 0;
    case ARGP_KEY_END:
        if (arguments->options.listen_address != NULL && !arguments->options.metrics)
            argp_error(state, "--listen goes with --metrics");
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

/* For the signals' handler, which gets nothing else. */
static struct serve_server server;
static volatile sig_atomic_t ending;

static void end(int signal_number)
{
    (void)signal_number;
    int error = errno;
    ending = 1;
    serve_http_wake(&server);
    errno = error;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = end};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

static void say_where(const struct common *common)
{
    const struct serve_options *options = &server.options;
    char page[64 + SERVE_TOKEN_DIGITS];
    (void)snprintf(page, sizeof page, "http://" SERVE_ADDRESS ":%d/?token=%s", server.access.port,
                   server.access.token);
    if (common->json) {
        print_json(json_pack("{s:s, s:i}", "page", page, "port", server.access.port));
        return;
    }
    printf("%s\n", page);
    if (options->metrics)
        printf("http://" SERVE_ADDRESS ":%d/metrics\n", server.access.port);
    if (options->listen_address != NULL)
        printf("http://%s:%d/metrics\n", options->listen_address, options->listen_port);
}

static int serve(const struct common *common)
{
    if (!serve_access_make(&server.access)) {
        perror("perfctl: random numbers");
        return EXIT_STATUS;
    }
    if (!serve_http_open(&server)) {
        serve_http_close(&server);
        return EXIT_UNUSABLE;
    }
    server.state = serve_state_start(common->address, LWS_PRE, serve_http_wake, &server);
    if (server.state == NULL) {
        fprintf(stderr, "perfctl: no memory\n");
        serve_http_close(&server);
        return EXIT_STATUS;
    }
    catch_signals();
    say_where(common);
    int code = finish_output(EXIT_FINE);
    if (code == EXIT_FINE)
        serve_http_run(&server, &ending);
    /* The thread wakes the server for as long as it lives; connections ask the thread as they go.
     */
    struct serve_state *state = server.state;
    serve_state_quiet(state);
    serve_http_close(&server);
    serve_state_end(state);
    return code;
}

int cmd_serve(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = serve_options,
        .parser = parse_serve,
        .doc = "Serves a page on 127.0.0.1 that shows the service's figures as they come, and "
               "steers it. Prints the page's address: whoever has it sees the page. Ends with "
               "SIGINT or SIGTERM.",
        .children = common_children,
    };
    static struct serve_arguments arguments;
    static struct perf_client client;
    arguments.common = *common;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    /* Later it may go and come; who names a wrong one should hear of it. */
    connect_service(&client, &arguments.common);
    perf_client_close(&client);
    server.options = arguments.options;
    return serve(&arguments.common);
}
