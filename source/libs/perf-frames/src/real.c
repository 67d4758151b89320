/* SPDX-License-Identifier: Apache-2.0 */
/* RTLD_NEXT, dlvsym(), dlinfo() are GNU's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "frames.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>

typedef void *(*dlsym_function)(void *library, const char *name);

static frames_address real[FRAMES_FUNCTIONS];
static dlsym_function real_dlsym;

/* dlsym() itself is a hook: its versions are all that tells the C library's one from it. */
dlsym_function frames_dlsym(void)
{
    static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17"};
    dlsym_function found = __atomic_load_n(&real_dlsym, __ATOMIC_RELAXED);
    for (size_t i = 0; found == NULL && i < sizeof versions / sizeof versions[0]; i++)
        found = (dlsym_function)(uintptr_t)dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    __atomic_store_n(&real_dlsym, found, __ATOMIC_RELAXED);
    return found;
}

static void *look_into(const char *path, const char *name)
{
    void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    if (library == NULL)
        return NULL;
    void *found = frames_dlsym()(library, name);
    (void)dlclose(library);
    return found;
}

/* Any loaded object's but ours: a plugin, and what it has brought along, is in no scope but its
 * own. */
static void *search_all(const char *name, void *hook)
{
    void *found = NULL, *program = dlopen(NULL, RTLD_LAZY);
    struct link_map *object = NULL;
    if (program == NULL || dlinfo(program, RTLD_DI_LINKMAP, &object) != 0)
        return NULL;
    for (; object != NULL && found == NULL; object = object->l_next) {
        if (object->l_name == NULL || object->l_name[0] == '\0')
            continue;
        found = look_into(object->l_name, name);
        if (found == hook)
            found = NULL;
    }
    (void)dlclose(program);
    return found;
}

static frames_address find(enum frames_function function)
{
    const char *name = frames_name(function);
    enum frames_function same;
    void *found = NULL;
    if (frames_dlsym() == NULL)
        return NULL;
    found = frames_dlsym()(RTLD_NEXT, name);
    if (found == NULL)
        found = search_all(name, (void *)(uintptr_t)frames_hook(name, &same));
    (void)dlerror(); /* what did not matter is not the program's to see */
    return (frames_address)(uintptr_t)found;
}

frames_address frames_real(enum frames_function function)
{
    frames_address found = __atomic_load_n(&real[function], __ATOMIC_RELAXED);
    if (found == NULL) {
        found = find(function);
        __atomic_store_n(&real[function], found, __ATOMIC_RELAXED);
    }
    return found;
}

void frames_found(enum frames_function function, frames_address found)
{
    __atomic_store_n(&real[function], found, __ATOMIC_RELAXED);
}
