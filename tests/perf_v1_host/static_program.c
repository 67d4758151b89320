/* SPDX-License-Identifier: Apache-2.0 */
/* Linked statically: nothing can be loaded into it. Ends as it is told. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    puts("static");
    return argc > 1 ? atoi(argv[1]) : 0;
}
