/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without libFuzzer: all files that are named, or lie in folders that are, and
 * then so many mutations of them, the same ones each time.
 *
 *     fuzz_message [--runs N] [--seed N] [--max BYTES] PATH...
 *
 * Every input is in memory of its own size, for the sanitizers. One at which the program ends is
 * printed in hex.
 */
#include "mutate.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct input {
    char *name;
    uint8_t *bytes;
    size_t length;
};

static struct input *inputs;
static size_t input_count;
static const struct input outside = {(char *)"no input", (uint8_t *)"", 0};
static const struct input *running = &outside;

static void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void *take(void *old, size_t size)
{
    void *memory = realloc(old, size > 0 ? size : 1);
    if (memory == NULL)
        die("memory");
    return memory;
}

static void print_input(int signal_number)
{
    static const char digits[] = "0123456789abcdef";
    char line[64];
    size_t used = 0;
    (void)!write(2, "\nended by ", 10);
    (void)!write(2, running->name, strlen(running->name));
    (void)!write(2, "\n", 1);
    for (size_t i = 0; i < running->length; i++) {
        line[used++] = digits[running->bytes[i] >> 4];
        line[used++] = digits[running->bytes[i] & 15];
        if (used == sizeof line || i + 1 == running->length) {
            (void)!write(2, line, used);
            used = 0;
        }
    }
    (void)!write(2, "\n", 1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void run(const struct input *input)
{
    uint8_t *exact = take(NULL, input->length);
    memcpy(exact, input->bytes, input->length);
    running = input;
    (void)LLVMFuzzerTestOneInput(exact, input->length);
    free(exact);
}

/* --- the files --- */

static void read_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    struct input input = {strdup(path), take(NULL, size), size};
    if (file == NULL || fread(input.bytes, 1, size, file) != size)
        die(path);
    fclose(file);
    inputs = take(inputs, (input_count + 1) * sizeof *inputs);
    inputs[input_count++] = input;
}

static void read_path(const char *path)
{
    struct dirent **names;
    struct stat info;
    if (stat(path, &info) != 0)
        die(path);
    if (!S_ISDIR(info.st_mode)) {
        read_file(path, (size_t)info.st_size);
        return;
    }
    int count = scandir(path, &names, NULL, alphasort);
    if (count < 0)
        die(path);
    for (int i = 0; i < count; i++) {
        char below[4096];
        snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            read_path(below);
        free(names[i]);
    }
    free(names);
}

/* --- mutations --- */

static void run_mutated(uint64_t seed, unsigned long number, size_t max)
{
    uint64_t state = (seed << 32) + number * 2 + 1;
    (void)mutate_random(&state);
    const struct input *from = &inputs[mutate_below(&state, (uint32_t)input_count)];
    char name[64];
    size_t room = from->length > max ? from->length : max;
    struct input mutated = {name, take(NULL, room), from->length};
    snprintf(name, sizeof name, "mutation %lu of seed %llu", number, (unsigned long long)seed);
    memcpy(mutated.bytes, from->bytes, from->length);
    for (uint32_t times = 1 + mutate_below(&state, 5); times > 0 && mutated.length > 0; times--)
        mutated.length = mutate(&state, mutated.bytes, mutated.length, room);
    run(&mutated);
    running = &outside;
    free(mutated.bytes);
}

int main(int argc, char **argv)
{
    static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    unsigned long runs = 0;
    uint64_t seed = 1;
    size_t max = 1024;
    int at = 1;
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        unsigned long long number = strtoull(argv[at + 1], NULL, 0);
        if (strcmp(argv[at], "--runs") == 0)
            runs = (unsigned long)number;
        else if (strcmp(argv[at], "--seed") == 0)
            seed = number;
        else if (strcmp(argv[at], "--max") == 0)
            max = (size_t)number;
        else
            at = argc;
    }
    if (at >= argc) {
        fputs("usage: fuzz_<name> [--runs N] [--seed N] [--max BYTES] PATH...\n", stderr);
        return 2;
    }
    for (; at < argc; at++)
        read_path(argv[at]);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        signal(fatal[i], print_input);
    for (size_t i = 0; i < input_count; i++)
        run(&inputs[i]);
    for (unsigned long i = 0; i < runs && input_count > 0; i++)
        run_mutated(seed, i, max);
    running = &outside;
    printf("%lu files, %lu mutations\n", (unsigned long)input_count, runs);
    for (size_t i = 0; i < input_count; i++) {
        free(inputs[i].name);
        free(inputs[i].bytes);
    }
    free(inputs);
    return input_count > 0 ? 0 : 1;
}
