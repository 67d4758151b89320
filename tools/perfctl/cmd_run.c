/* SPDX-License-Identifier: Apache-2.0 */
/* run: a program, its frames, and what became of them. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"
#include "perfctl.h"
#include "posix-paths/default_socket.h"
#include "private_daemon.h"
#include "run_outcome.h"

#define LIBRARY    "libperf-frames.so"
#define NAME_BYTES 48u /* of a session, at most */
#define PATIENCE_S 10  /* a service that hangs must not take the program's exit code with it */

struct run_arguments {
    struct common common;
    const char *name, *output;
    uint64_t budget_ns;
    char **program;
};

enum { KEY_NAME = 'n', KEY_BUDGET = 'b', KEY_OUTPUT = 'o' };

static const struct argp_option run_options[] = {
    {"name", KEY_NAME, "NAME", 0, "The session's (default: the program's)", 0},
    {"budget-ms", KEY_BUDGET, "X", 0, "A frame's budget (default 16.666667)", 0},
    {"output", KEY_OUTPUT, "DIR", 0, "Put trace.json and perf.json there (default: here)", 0},
    {0},
};

static error_t parse_run(int key, char *text, struct argp_state *state)
{
    struct run_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_NAME:
        arguments->name = text;
        return 0;
    case KEY_BUDGET:
        arguments->budget_ns = argument_ms(state, "--budget-ms", text);
        return 0;
    case KEY_OUTPUT:
        arguments->output = text;
        return 0;
    case ARGP_KEY_ARG:
        arguments->program = state->argv + state->next - 1;
        state->next = state->argc; /* its options are its own */
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which PROGRAM?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- Before the program starts ---------------------------------------------------------------- */

/* The file's name, with what a session's name may not have in it made '_'. */
static void clean_name(const char *program, char name[NAME_BYTES + 1])
{
    const char *slash = strrchr(program, '/'), *from = slash != NULL ? slash + 1 : program;
    size_t length = 0;
    for (; from[length] != '\0' && length < NAME_BYTES; length++) {
        const char c = from[length];
        const bool is_fine = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                             (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                             (c == '.' && length > 0);
        name[length] = (char)(is_fine ? c : '_');
    }
    if (length == 0)
        name[length++] = '_';
    name[length] = '\0';
}

static int refuse(const char *what, const char *why, int code)
{
    fprintf(stderr, "perfctl: %s: %s\n", what, why);
    return code;
}

/* What the program did is not to be lost in the end for a folder that is not there. */
static int prepare_output(const char *folder)
{
    struct stat status;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return refuse(folder, strerror(errno), EXIT_UNUSABLE);
    if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode))
        return refuse(folder, strerror(ENOTDIR), EXIT_UNUSABLE);
    if (access(folder, W_OK | X_OK) != 0)
        return refuse(folder, strerror(errno), EXIT_UNUSABLE);
    return EXIT_FINE;
}

/* The library beside perfctl, as LD_PRELOAD takes it. */
static int find_library(char *path, size_t size)
{
    /* As it was built, and as it is installed. */
    static const char *const places[] = {"", "/../lib/perfd"};
    char folder[4096], found[PATH_MAX];
    if (!own_folder(folder, sizeof folder))
        return refuse(LIBRARY, "perfctl cannot tell where it is", EXIT_UNREACHABLE);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if ((size_t)snprintf(path, size, "%s%s/%s", folder, places[i], LIBRARY) >= size)
            return refuse(LIBRARY, strerror(ENAMETOOLONG), EXIT_UNREACHABLE);
        if (realpath(path, found) != NULL && strlen(found) < size) {
            (void)snprintf(path, size, "%s", found);
            break;
        }
    }
    if (strpbrk(path, " :") != NULL)
        return refuse(path, "LD_PRELOAD takes no path with a blank or a colon", EXIT_UNREACHABLE);
    if (access(path, R_OK) != 0)
        return refuse(path, strerror(errno), EXIT_UNREACHABLE);
    return EXIT_FINE;
}

/* The address for programs, which may go to another folder before they show a frame. */
static int make_absolute(const char *given, char address[PATH_MAX + 8])
{
    char path[POSIX_SOCKET_PATH_SIZE], whole[PATH_MAX];
    if (given == NULL)
        given = getenv("PERF_SOCKET");
    if (given != NULL && given[0] != '\0') {
        if (strncmp(given, "unix:", strlen("unix:")) == 0)
            given += strlen("unix:");
    } else {
        const int error = posix_default_socket(path, sizeof path, false);
        if (error != 0)
            return refuse(path, posix_paths_error_text(error), EXIT_UNREACHABLE);
        given = path;
    }
    if (realpath(given, whole) == NULL)
        return refuse(given, strerror(errno), EXIT_UNREACHABLE);
    (void)snprintf(address, PATH_MAX + 8, "unix:%s", whole);
    return EXIT_FINE;
}

static int start_session(struct perf_client *client, const struct run_arguments *arguments,
                         uint32_t *session, enum perf_status *status)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    const int fd = (int)client->transport.handle;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct perf_start_request_builder request = perf_start_call(&client->rpc);
    perf_start_request_set_name(request, nx_text_of(arguments->name));
    perf_start_request_set_budget_ns(request, arguments->budget_ns);
    const int code = try_service(client, &arguments->common);
    if (code != EXIT_FINE)
        return code;
    *status = perf_start_response_get_status(perf_start_results(&client->rpc));
    *session = perf_start_response_get_session_id(perf_start_results(&client->rpc));
    return EXIT_FINE;
}

static int refused(enum perf_status status)
{
    (void)check_status("start", status);
    return status == PERF_STATUS_INVALID ? EXIT_UNUSABLE : EXIT_STATUS;
}

/* As start_session(), of a service that is started for it. */
static int start_private(struct perf_client *client, struct run_arguments *arguments,
                         const sigset_t *before, struct launch *launch)
{
    enum perf_status status = PERF_STATUS_OK;
    launch->address = arguments->common.address = private_daemon_start(before);
    if (launch->address == NULL)
        return EXIT_UNREACHABLE;
    const int result = perf_client_connect(client, launch->address);
    if (result != 0)
        return refuse(launch->address, perf_client_error_text(result), EXIT_UNREACHABLE);
    const int code = start_session(client, arguments, &launch->session, &status);
    return code != EXIT_FINE || status == PERF_STATUS_OK ? code : refused(status);
}

/*
 * A session of the service that runs. Where none does, or it has no session left, one of our own is
 * started, unless the caller has said which.
 */
static int find_session(struct perf_client *client, struct run_arguments *arguments,
                        const sigset_t *before, struct launch *launch)
{
    static char address[PATH_MAX + 8];
    const char *chosen = arguments->common.address;
    enum perf_status status = PERF_STATUS_OK;
    const int result = perf_client_connect(client, chosen);
    if (result != 0 && chosen != NULL)
        return refuse(chosen, perf_client_error_text(result),
                      result == PERF_CLIENT_ADDRESS ? EXIT_UNUSABLE : EXIT_UNREACHABLE);
    if (result != 0)
        return start_private(client, arguments, before, launch);
    launch->address = address;
    int code = make_absolute(chosen, address);
    if (code == EXIT_FINE)
        code = start_session(client, arguments, &launch->session, &status);
    if (code != EXIT_FINE || status == PERF_STATUS_OK)
        return code;
    perf_client_close(client);
    return chosen != NULL || status == PERF_STATUS_INVALID
               ? refused(status)
               : start_private(client, arguments, before, launch);
}

/* --- All of it -------------------------------------------------------------------------------- */

static int run(struct run_arguments *arguments)
{
    static struct perf_client client;
    char library[4096 + sizeof LIBRARY], own_name[NAME_BYTES + 1];
    struct launch launch = {.arguments = arguments->program, .library = library};
    sigset_t before;
    bool ran;
    if (arguments->name == NULL) {
        clean_name(arguments->program[0], own_name);
        arguments->name = own_name;
    }
    int code = prepare_output(arguments->output);
    if (code == EXIT_FINE)
        code = find_library(library, sizeof library);
    if (code != EXIT_FINE)
        return code;
    launch_hold_signals(&before);
    code = find_session(&client, arguments, &before, &launch);
    if (code != EXIT_FINE)
        return code;
    code = launch_run(&launch, &before, &ran);
    const struct run_outcome outcome = {
        .client = &client,
        .common = &arguments->common,
        .session = launch.session,
        .program = arguments->program[0],
        .folder = arguments->output,
        .code = code,
        .ran = ran,
    };
    run_outcome_tell(&outcome);
    perf_client_close(&client);
    return code;
}

int cmd_run(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = run_options,
        .parser = parse_run,
        .args_doc = "[--] PROGRAM [ARGUMENTS]",
        .doc = "Runs a program and makes a frame of each buffer swap of its (GLX, EGL, SDL); then "
               "prints on stderr how smooth it was, leaves trace.json and perf.json, and exits as "
               "the program did. Where no perfd runs it starts one for that time.",
        .children = common_children,
    };
    struct run_arguments arguments = {.common = *common, .budget_ns = BUDGET_NS, .output = "."};
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &arguments);
    return run(&arguments);
}
