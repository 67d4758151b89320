/* SPDX-License-Identifier: Apache-2.0 */
/* The desktop's colours and its grid: everything drawn takes them from here. */
#ifndef SYSTEMUI_PALETTE_H
#define SYSTEMUI_PALETTE_H

#define PALETTE_SKY_TOP     0x141c3au
#define PALETTE_SKY_MIDDLE  0x4a4272u
#define PALETTE_SKY_LOW     0xd98a78u
#define PALETTE_SKY_HORIZON 0xf4c48cu
#define PALETTE_SUN         0xfff0d0u
#define PALETTE_HILL_FAR    0x9a6a80u
#define PALETTE_HILL_NEAR   0x17152cu

#define PALETTE_PAPER      0xfaf8f5u /* a window's body */
#define PALETTE_PAPER_SIDE 0xf1eee9u /* its title bar, and rows under the pointer */
#define PALETTE_PAPER_LINE 0xe0dbd4u
#define PALETTE_INK        0x262a3au
#define PALETTE_INK_SOFT   0x6f7386u
#define PALETTE_INK_FAINT  0xa9abb8u

#define PALETTE_NIGHT      0x10152au /* the tint of glass */
#define PALETTE_NIGHT_LINE 0x5b6488u
#define PALETTE_LIGHT      0xf2f4fau /* text on glass */
#define PALETTE_LIGHT_SOFT 0xa3abc6u

#define PALETTE_ACCENT  0x5b6ee1u
#define PALETTE_GOOD    0x4fcf9au
#define PALETTE_LONG    0xf5b942u
#define PALETTE_DROPPED 0xf0596cu

#define GRID           4  /* pixels: sizes and distances are multiples of it */
#define GRID_BAR       24 /* the bar at the top */
#define GRID_TITLE     24
#define GRID_RADIUS    8
#define GRID_ROW       24 /* of the list */
#define GRID_TEXT_LINE 14
#define GRID_MARGIN    12

#endif
