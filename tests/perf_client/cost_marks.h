/* SPDX-License-Identifier: Apache-2.0 */
/* Loops over marks, to be counted. */
#ifndef COST_MARKS_H
#define COST_MARKS_H

void cost_nothing(unsigned times);
void cost_pair(unsigned times);
void cost_pair_around_work(unsigned times);
void cost_phase(unsigned times);
void cost_instant(unsigned times);
void cost_add(unsigned times);

/* Inlined work: what is kept in registers over it, the marks have to do without. */
#if defined __x86_64__
#define COST_WORK __asm__ volatile("" ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "memory")
#else
#define COST_WORK __asm__ volatile("" ::: "memory")
#endif

#endif
