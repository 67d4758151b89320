/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stddef.h>

#include "number.h"

#define LAST        UINT16_MAX
#define CLOCK_START (10 * 3600 + 8 * 60 + 12) /* what the desktop's clock shows at refresh 0 */

/* Where something is at refresh `at` of the loop; it eases from one key to the next. */
struct key {
    uint16_t at;
    int16_t x, y;
};

static const struct key pointer_keys[] = {
    {0, 430, 390},    {40, 150, 210},   {200, 160, 196},  {240, 336, 174},  {252, 336, 174},
    {350, 396, 204},  {362, 396, 204},  {405, 540, 226},  {415, 540, 226},  {500, 524, 246},
    {512, 524, 246},  {560, 128, 226},  {700, 140, 206},  {745, 518, 383},  {755, 518, 383},
    {835, 548, 405},  {847, 548, 405},  {890, 268, 446},  {980, 376, 446},  {1020, 396, 204},
    {1030, 396, 204}, {1090, 336, 174}, {1100, 336, 174}, {1125, 524, 246}, {1135, 524, 246},
    {1180, 540, 226}, {1199, 430, 390}, {LAST, 430, 390},
};

static const struct key notes_keys[] = {
    {0, 212, 162},    {252, 212, 162},  {350, 272, 192},
    {1030, 272, 192}, {1090, 212, 162}, {LAST, 212, 162},
};

static const struct key notes_size_keys[] = {
    {0, 250, 194},    {755, 250, 194},  {835, 280, 216},
    {1030, 280, 216}, {1090, 250, 194}, {LAST, 250, 194},
};

static const struct key clock_keys[] = {
    {0, 460, 214},    {415, 460, 214},  {500, 444, 234},
    {1135, 444, 234}, {1180, 460, 214}, {LAST, 460, 214},
};

/* x: pixels that the list is scrolled by. */
static const struct key scroll_keys[] = {
    {0, 0, 0},     {60, 0, 0},    {105, 96, 0},  {120, 96, 0},   {190, 264, 0}, {600, 264, 0},
    {640, 120, 0}, {650, 120, 0}, {690, 200, 0}, {1040, 200, 0}, {1180, 0, 0},  {LAST, 0, 0},
};

/* x: the row picked in the list. */
static const struct key selected_keys[] = {{0, 3, 0}, {566, 16, 0}, {1100, 3, 0}, {LAST, 3, 0}};

/* The button goes down and up. */
struct press {
    uint16_t from, to;
    uint8_t window; /* WINDOWS: none */
};

static const struct press presses[] = {
    {60, 100, WINDOWS},         {120, 160, WINDOWS},        {246, 356, WINDOW_NOTES},
    {410, 506, WINDOW_CLOCK},   {566, 572, WINDOW_LIST},    {600, 620, WINDOWS},
    {650, 670, WINDOWS},        {750, 841, WINDOW_NOTES},   {900, 906, WINDOWS},
    {1024, 1096, WINDOW_NOTES}, {1130, 1186, WINDOW_CLOCK},
};

#define PRESSES (sizeof presses / sizeof presses[0])

/* Which window is in front from when on; a click brings it there. */
struct order {
    uint16_t at;
    uint8_t order[WINDOWS];
};

static const struct order orders[] = {
    {0, {WINDOW_LIST, WINDOW_NOTES, WINDOW_CLOCK}},
    {246, {WINDOW_LIST, WINDOW_CLOCK, WINDOW_NOTES}},
    {410, {WINDOW_LIST, WINDOW_NOTES, WINDOW_CLOCK}},
    {566, {WINDOW_NOTES, WINDOW_CLOCK, WINDOW_LIST}},
    {750, {WINDOW_CLOCK, WINDOW_LIST, WINDOW_NOTES}},
    {1130, {WINDOW_LIST, WINDOW_NOTES, WINDOW_CLOCK}},
    {LAST, {WINDOW_LIST, WINDOW_NOTES, WINDOW_CLOCK}},
};

static const struct key *key_before(const struct key *keys, uint32_t at)
{
    while (keys[1].at <= at)
        keys++;
    return keys;
}

static struct point eased(const struct key *keys, uint32_t at)
{
    const struct key *k = key_before(keys, at);
    const int32_t done = number_ease((int32_t)at - k[0].at, k[1].at - k[0].at);
    return (struct point){k[0].x + (k[1].x - k[0].x) * done / 4096,
                          k[0].y + (k[1].y - k[0].y) * done / 4096};
}

/* Up over 10 refreshes, down over 10. */
static int32_t lift_at(uint32_t at, enum scene_window window)
{
    enum { RISE = 10 };
    for (size_t i = 0; i < PRESSES; i++)
        if (presses[i].window == window && at >= presses[i].from &&
            at < presses[i].to + (uint32_t)RISE) {
            const int32_t up = number_ease((int32_t)at - presses[i].from, RISE);
            const int32_t down = number_ease(presses[i].to + RISE - (int32_t)at, RISE);
            return number_min(up, down);
        }
    return 0;
}

static void place_windows(struct scene *scene, uint32_t at)
{
    const struct point notes = eased(notes_keys, at);
    const struct point notes_size = eased(notes_size_keys, at);
    const struct point clock = eased(clock_keys, at);
    scene->window[WINDOW_LIST] = (struct rect){24, 48, 232, 312};
    scene->window[WINDOW_NOTES] = (struct rect){notes.x, notes.y, notes_size.x, notes_size.y};
    scene->window[WINDOW_CLOCK] = (struct rect){clock.x, clock.y, 156, 196};
    for (uint32_t w = 0; w < WINDOWS; w++)
        scene->lift[w] = lift_at(at, (enum scene_window)w);
    const struct order *order = orders;
    while (order[1].at <= at)
        order++;
    for (uint32_t w = 0; w < WINDOWS; w++)
        scene->order[w] = order->order[w];
}

void scene_at(struct scene *scene, uint32_t refresh)
{
    const uint32_t at = refresh % SCENE_LOOP;
    scene->refresh = refresh;
    scene->second_of_day = (CLOCK_START + refresh / SCENE_REFRESH_HZ) % 86400;
    place_windows(scene, at);
    scene->list_scroll = eased(scroll_keys, at).x;
    scene->list_selected = key_before(selected_keys, at)->x;
    scene->pointer = eased(pointer_keys, at);
    scene->pressed = false;
    for (size_t i = 0; i < PRESSES; i++)
        scene->pressed = scene->pressed || (at >= presses[i].from && at < presses[i].to);
}

bool scene_has_input(uint32_t refresh)
{
    const uint32_t at = refresh % SCENE_LOOP;
    for (size_t i = 0; i < PRESSES; i++) {
        /* A drag keeps coming in, though not with every refresh. */
        const bool drag = at > presses[i].from && at < presses[i].to && at % 4 == 0;
        if (at == presses[i].from || at == presses[i].to || drag)
            return true;
    }
    return false;
}
