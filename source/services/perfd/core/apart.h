/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERFD_CORE_APART_H
#define PERFD_CORE_APART_H

/* A function that is called from where the compiler, which only guesses sizes, would put a copy. */
#define APART __attribute__((noinline)) static

/* And the other way round: a copy is the smaller one. */
#define IN_PLACE __attribute__((always_inline)) static inline

#endif
