/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of the image: words with blanks or commas between them, `boot-trace` or `seconds=10`, as
 * bootargs_read gives them. Pure functions of the text; any mode.
 */
#ifndef DRIVERS_OPTIONS_H
#define DRIVERS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the word is among the options, whole: `clock=scripted`. */
bool options_has(const char *options, const char *word);

/* The decimal number behind `key=`; otherwise where it is not there, no number, or too large. */
uint32_t options_number(const char *options, const char *key, uint32_t otherwise);

#endif
