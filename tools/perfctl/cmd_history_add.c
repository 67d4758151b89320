/* SPDX-License-Identifier: Apache-2.0 */
/* history add: each run of each file, with where it ran. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cmd_history.h"
#include "perfctl.h"
#include "run_file.h"

/* --- Where it ran --- */

#define CPU_KEY "model name" /* in /proc/cpuinfo, of machines that have one */

struct environment {
    struct history_setting *settings;
    size_t count;
};

/* One more, or one that goes before what is there. */
static void set(struct environment *to, const char *key, const char *value)
{
    for (size_t i = 0; i < to->count; i++) {
        if (strcmp(to->settings[i].key, key) != 0)
            continue;
        free(to->settings[i].value);
        to->settings[i].value = need(strdup(value));
        return;
    }
    to->settings = need(realloc(to->settings, (to->count + 1) * sizeof *to->settings));
    to->settings[to->count++] = (struct history_setting){need(strdup(key)), need(strdup(value))};
}

static void set_cpu_model(struct environment *to)
{
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, CPU_KEY, sizeof CPU_KEY - 1) != 0 || colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        set(to, "cpu", colon + 1 + strspn(colon + 1, " "));
        break;
    }
    if (file != NULL)
        (void)fclose(file);
}

static void describe_machine(struct environment *to)
{
    struct utsname name;
    char cpus[32];
    if (uname(&name) == 0) {
        set(to, "machine", name.machine);
        set(to, "system", name.sysname);
        set(to, "release", name.release);
    }
    set_cpu_model(to);
    (void)snprintf(cpus, sizeof cpus, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
    set(to, "cpus", cpus);
}

static void free_environment(struct environment *environment)
{
    for (size_t i = 0; i < environment->count; i++) {
        free(environment->settings[i].key);
        free(environment->settings[i].value);
    }
    free(environment->settings);
}

/* --- Runs --- */

int history_load_files(struct history_arguments *arguments)
{
    const struct run_file_options options = {.target = arguments->target,
                                             .profile = arguments->profile};
    if (arguments->file_count == 0)
        return EXIT_FINE;
    arguments->loaded = need(calloc(arguments->file_count, sizeof(json_t *)));
    for (size_t i = 0; i < arguments->file_count; i++) {
        arguments->loaded[i] = run_file_load(arguments->files[i], &options);
        if (arguments->loaded[i] == NULL)
            return EXIT_UNUSABLE;
    }
    return EXIT_FINE;
}

/* How many runs of this profile and target stand before the place `file`, `at`. */
static int64_t runs_before(const struct history_arguments *arguments, size_t file, size_t at)
{
    const json_t *this_run = json_array_get(run_file_runs(arguments->loaded[file]), at), *run;
    int64_t before = 0;
    size_t k;
    for (size_t i = 0; i <= file; i++) {
        if (strcmp(json_text_at(arguments->loaded[i], "target"),
                   json_text_at(arguments->loaded[file], "target")) != 0)
            continue;
        json_array_foreach (run_file_runs(arguments->loaded[i]), k, run) {
            if (i == file && k == at)
                break;
            before += strcmp(json_text_at(run, "profile"), json_text_at(this_run, "profile")) == 0;
        }
    }
    return before;
}

static void print_run(FILE *to, const struct history_run *run)
{
    fprintf(to, "commit %.12s, profile ", run->commit);
    history_print(to, run->profile);
    fprintf(to, ", target ");
    history_print(to, run->target);
    fprintf(to, ", repetition %" PRId64, run->repetition);
}

static void print_conflict(const struct history_run *run, const struct history_difference *differs)
{
    fprintf(stderr, "perfctl: ");
    history_print(stderr, run->source);
    fprintf(stderr, ": ");
    print_run(stderr, run);
    fprintf(stderr, " is there with other figures: ");
    history_print(stderr, differs->name);
    if (differs->was && differs->is)
        fprintf(stderr, " was %.15g, is %.15g", differs->before, differs->now);
    else
        fprintf(stderr, differs->was ? " was %.15g, is missing" : " is new",
                differs->was ? differs->before : 0);
    if (differs->more > 0)
        fprintf(stderr, ", and %zu more", differs->more);
    fprintf(stderr, "; --repeat N adds it as another repetition\n");
}

static json_t *run_json(const struct history_run *run, bool added)
{
    return need(json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:b}", "source", run->source, "commit",
                          run->commit, "profile", run->profile, "target", run->target, "repetition",
                          (json_int_t)run->repetition, "figures", (json_int_t)run->figures.count,
                          "added", added));
}

/* Into the list, or onto the terminal where that is NULL. */
static int add_run(struct history *history, const struct history_run *run, json_t *list)
{
    enum history_outcome outcome = HISTORY_ADDED;
    struct history_difference differs;
    int code = history_add(history, run, &outcome, &differs);
    if (code == EXIT_FINE && outcome == HISTORY_OTHER) {
        print_conflict(run, &differs);
        code = EXIT_STATUS;
    } else if (code == EXIT_FINE && list != NULL) {
        json_array_append_new(list, run_json(run, outcome == HISTORY_ADDED));
    } else if (code == EXIT_FINE) {
        history_print(stdout, run->source);
        printf(": ");
        print_run(stdout, run);
        printf(outcome == HISTORY_ADDED ? ": added, %zu figures\n" : ": there already\n",
               run->figures.count);
    }
    free(differs.name);
    return code;
}

/* Without its folders; "?" for one that is not UTF-8, which JSON could not have. */
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    json_t *as_json = json_string(name);
    const bool is_text = as_json != NULL;
    json_decref(as_json);
    return is_text ? name : "?";
}

static int add_entry(struct history *history, const struct history_arguments *arguments,
                     const struct environment *environment, size_t file, size_t at, json_t *list)
{
    const json_t *perf_json = arguments->loaded[file];
    const json_t *entry = json_array_get(run_file_runs(perf_json), at);
    struct history_run run = {
        .commit = arguments->commit,
        .ref = arguments->ref,
        .profile = json_text_at(entry, "profile"),
        .target = json_text_at(perf_json, "target"),
        .session = json_text_at(json_object_get(entry, "session"), "name"),
        .source = file_name(arguments->files[file]),
        .committed_at = arguments->has_committed_at ? &arguments->committed_at : NULL,
        .repetition = (int64_t)arguments->repetition + runs_before(arguments, file, at),
        .environment = environment->settings,
        .settings = environment->count,
        .figures = figures_of_run(entry),
    };
    const int code = add_run(history, &run, list);
    figures_free(&run.figures);
    return code;
}

int history_add_files(struct history *history, const struct history_arguments *arguments)
{
    struct environment environment = {0};
    json_t *list = arguments->common.json ? need(json_array()) : NULL;
    int code = EXIT_FINE;
    describe_machine(&environment);
    for (size_t i = 0; i < arguments->setting_count; i++)
        set(&environment, arguments->settings[i].key, arguments->settings[i].value);
    for (size_t i = 0; i < arguments->file_count && code == EXIT_FINE; i++) {
        const size_t runs = json_array_size(run_file_runs(arguments->loaded[i]));
        for (size_t k = 0; k < runs && code == EXIT_FINE; k++)
            code = add_entry(history, arguments, &environment, i, k, list);
    }
    if (list != NULL)
        print_json(json_pack("{s:o}", "runs", list));
    free_environment(&environment);
    return code;
}
