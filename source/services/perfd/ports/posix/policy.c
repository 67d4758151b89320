/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "perfd/perfd.h"

static const struct {
    const char *name;
    enum perfd_capability capability;
} capability_names[] = {
    {"control", PERFD_CAP_CONTROL},
    {"mark", PERFD_CAP_MARK},
    {"read", PERFD_CAP_READ},
    {"export", PERFD_CAP_EXPORT},
};

void policy_init(struct policy *policy)
{
    *policy = (struct policy){.rules = 1};
    policy->rule[0].user = geteuid();
    policy->rule[0].capabilities = PERFD_CAP_ALL;
}

/* One word of the list; 0 for a word that names nothing. */
static uint32_t capability_named(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof capability_names / sizeof capability_names[0]; i++) {
        const char *name = capability_names[i].name;
        if (strlen(name) == length && memcmp(name, word, length) == 0)
            return (uint32_t)capability_names[i].capability;
    }
    return 0;
}

const char *policy_allow(struct policy *policy, const char *rule)
{
    char *end;
    errno = 0;
    unsigned long user = strtoul(rule, &end, 10);
    if (rule[0] < '0' || rule[0] > '9' || errno != 0 || *end != '=' || user >= (uid_t)-1)
        return "not UID=WHAT";
    uint32_t capabilities = 0;
    const char *word = end;
    do {
        word++;
        size_t length = strcspn(word, ",");
        uint32_t one = capability_named(word, length);
        if (one == 0)
            return "WHAT is any of control,mark,read,export";
        capabilities |= one;
        word += length;
    } while (*word == ',');
    if (policy->rules == POLICY_USERS_MAX)
        return "too many users";
    policy->rule[policy->rules].user = (uid_t)user;
    policy->rule[policy->rules++].capabilities = capabilities;
    return NULL;
}

uint32_t policy_capabilities(const struct policy *policy, uid_t user)
{
    uint32_t capabilities = 0;
    for (unsigned i = 0; i < policy->rules; i++)
        if (policy->rule[i].user == user)
            capabilities |= policy->rule[i].capabilities;
    return capabilities;
}

bool policy_has_others(const struct policy *policy)
{
    return policy->rules > 1;
}
