/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The display: a picture, then parts of another one, each shown and held until the script, which
 * looks at the screen, presses a key. The script works the pictures out by itself.
 */
#include "boot/hart.h"
#include "drivers/driver.h"
#include "drivers/gpu.h"
#include "drivers/input.h"
#include "drivers/test_image.h"

#define WIDTH  640u
#define HEIGHT 480u

static uint32_t pixels[WIDTH * HEIGHT];
static struct gpu gpu;
static struct input input;

/* Every pixel has its own red, green and blue, so that a swap or a shift shows. */
static uint32_t colour(uint32_t x, uint32_t y)
{
    return (x & 255u) << 16 | (y & 255u) << 8 | ((x >> 8) * 16u + (y >> 8));
}

static void draw(uint32_t turned)
{
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++)
            pixels[y * WIDTH + x] = colour(x, y) ^ turned;
}

static void wait_for_key(void)
{
    struct input_key key;
    for (;;) {
        while (input_read(&input, &key))
            if (key.down)
                return;
        driver_wait();
    }
}

static void refused(struct test *test)
{
    const struct gpu_rect wrong[] = {
        {0, 0, 0, 1},          {0, 0, 1, 0},          {WIDTH, 0, 1, 1},
        {0, HEIGHT, 1, 1},     {1, 0, WIDTH, 1},      {0, 1, 1, HEIGHT},
        {UINT32_MAX, 0, 2, 1}, {0, 0, UINT32_MAX, 1}, {0, UINT32_MAX - 1, 1, 3},
    };
    bool fine = true;
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        fine = fine && !gpu_show(&gpu, wrong[i]);
    test_check(test, fine, "what is not inside the picture is refused");
}

noreturn void hart_main(unsigned hart)
{
    (void)hart;
    static struct gpu none;
    struct test test;
    test_begin(&test);
    test_check(&test, !gpu_open(&none, 0, pixels, WIDTH, HEIGHT), "no display does not open");
    test_check(&test, !gpu_show(&none, (struct gpu_rect){0, 0, 1, 1}), "nor show");
    uintptr_t keys = test_device(VIRTIO_ID_INPUT);
    test_check(&test, !gpu_open(&none, keys, pixels, WIDTH, HEIGHT), "a keyboard is no display");
    uintptr_t base = test_device(VIRTIO_ID_GPU);
    test_check(&test, !gpu_open(&none, base, pixels, 0, HEIGHT), "no width does not open");
    draw(0);
    bool open = gpu_open(&gpu, base, pixels, WIDTH, HEIGHT);
    if (!test_check(&test, open, "the display opens") ||
        !test_check(&test, input_open(&input, keys), "so does the keyboard"))
        test_end(&test);
    test_check(&test, gpu_show(&gpu, (struct gpu_rect){0, 0, WIDTH, HEIGHT}), "a picture is shown");
    test_say("look: all");
    wait_for_key();

    refused(&test);
    draw(0xffffff);
    bool shown = gpu_show(&gpu, (struct gpu_rect){100, 50, 33, 21}) &&
                 gpu_show(&gpu, (struct gpu_rect){WIDTH - 1, HEIGHT - 1, 1, 1});
    test_check(&test, shown, "parts of a picture are shown");
    test_say("look: parts");
    wait_for_key();
    test_end(&test);
}
