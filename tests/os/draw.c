/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws on this machine what SystemUI shows at each refresh, without the HUD, so that a guest's
 * screen can be held against it:
 *
 *     draw COUNT      the pictures of refreshes 1 to COUNT on standard output, 640x480 pixels each
 *                     of three bytes: red, green, blue
 */
#include <stdio.h>
#include <stdlib.h>

#include "layout.h"
#include "picture.h"
#include "scene.h"

#define WIDTH  640
#define HEIGHT 480

uint64_t systemui_now_ns(struct systemui_platform *platform)
{
    (void)platform;
    return 1;
}

void systemui_wait_until(struct systemui_platform *platform, uint64_t deadline_ns)
{
    (void)platform;
    (void)deadline_ns;
}

bool systemui_present(struct systemui_platform *platform, const struct canvas *frame)
{
    (void)platform;
    (void)frame;
    return true;
}

void systemui_log(struct systemui_platform *platform, const char *line)
{
    (void)platform;
    (void)line;
}

static bool write_picture(const uint32_t *pixels)
{
    static uint8_t bytes[WIDTH * HEIGHT * 3];
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        bytes[3 * i] = (uint8_t)(pixels[i] >> 16);
        bytes[3 * i + 1] = (uint8_t)(pixels[i] >> 8);
        bytes[3 * i + 2] = (uint8_t)pixels[i];
    }
    return fwrite(bytes, sizeof bytes, 1, stdout) == 1;
}

int main(int argc, char **argv)
{
    static uint32_t pixels[WIDTH * HEIGHT];
    static struct picture picture;
    static struct scene scene;
    static struct layout layout;
    static struct spans spans;
    const long count = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    void *memory = malloc(picture_memory_bytes(HEIGHT, WIDTH));
    if (count <= 0 || memory == NULL)
        return 2;
    picture_init(&picture, pixels, WIDTH, HEIGHT, WIDTH, memory);
    for (long refresh = 1; refresh <= count; refresh++) {
        scene_at(&scene, (uint32_t)refresh);
        layout_build(&layout, &scene, WIDTH, HEIGHT);
        picture_draw(&picture, &scene, &layout, NULL, &spans, NULL);
        if (!write_picture(pixels))
            return 1;
    }
    free(memory);
    return 0;
}
