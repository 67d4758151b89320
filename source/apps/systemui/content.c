/* SPDX-License-Identifier: Apache-2.0 */
#include "content.h"

const struct content_service content_services[CONTENT_SERVICES] = {
    {"audiod", 612, 14},    {"bootlog", 96, 2},    {"clipboard", 148, 3}, {"compositor", 4120, 46},
    {"cryptod", 384, 8},    {"devmgr", 720, 11},   {"fontd", 1280, 19},   {"gpu", 2304, 38},
    {"inputd", 208, 22},    {"keystore", 176, 4},  {"logd", 512, 9},      {"mediad", 1840, 31},
    {"netstack", 1536, 27}, {"notifyd", 264, 5},   {"perfd", 1024, 2},    {"policyd", 192, 6},
    {"powerd", 128, 7},     {"searchd", 2048, 34}, {"sessiond", 340, 10}, {"statefs", 896, 24},
    {"systemui", 3072, 52}, {"timed", 112, 3},     {"updated", 460, 12},  {"vfs", 780, 18},
};

const char content_note[] =
    "Frame pacing\n"
    "\n"
    "A display refreshes sixty times a second, so a frame has 16.7 ms from input to pixels. "
    "Miss that and the last picture stays up for another turn.\n"
    "\n"
    "An average hides it. Watch p99, the slowest frame in a hundred: that is the one a hand "
    "on a window feels.\n"
    "\n"
    "Record always, look back when it stutters.\n";
