/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what: the daemon's own user everything, others what they were allowed, all else
 * nothing. */
#ifndef PERFD_POSIX_POLICY_H
#define PERFD_POSIX_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define POLICY_USERS_MAX 32

struct policy {
    struct {
        uid_t user;
        uint32_t capabilities; /* of enum perfd_capability */
    } rule[POLICY_USERS_MAX];
    unsigned rules;
};

/* Allows this process's own user all of it. */
void policy_init(struct policy *policy);

/* Takes `UID=control,mark,read,export` (any of them). NULL, or what is wrong with it. */
const char *policy_allow(struct policy *policy, const char *rule)
    __attribute__((warn_unused_result));

/* What this user may do; 0: nothing. */
uint32_t policy_capabilities(const struct policy *policy, uid_t user);

/* Whether anybody but the daemon's own user may do anything. */
bool policy_has_others(const struct policy *policy);

#endif
