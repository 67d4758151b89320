/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

/* The picture as libpng takes it, three bytes a pixel; NULL: no memory. */
static uint8_t *to_rgb(const uint32_t *pixels, int32_t width, int32_t height, int32_t stride)
{
    uint8_t *rgb = malloc((size_t)width * (size_t)height * 3);
    uint8_t *to = rgb;
    for (int32_t y = 0; y < height && rgb != NULL; y++)
        for (int32_t x = 0; x < width; x++) {
            const uint32_t pixel = pixels[(size_t)y * (size_t)stride + (size_t)x];
            *to++ = (uint8_t)(pixel >> 16);
            *to++ = (uint8_t)(pixel >> 8);
            *to++ = (uint8_t)pixel;
        }
    return rgb;
}

static bool write_to(FILE *file, const uint8_t *rgb, int32_t width, int32_t height)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    image.format = PNG_FORMAT_RGB;
    errno = 0;
    if (png_image_write_to_stdio(&image, file, 0, rgb, 0, NULL) == 0 || fflush(file) != 0) {
        if (errno == 0)
            errno = EIO;
        return false;
    }
    return true;
}

/* Takes the temporary file's name apart from its use, so that every way out removes it. */
static int write_and_move(const char *temporary, const char *path, const uint8_t *rgb,
                          int32_t width, int32_t height)
{
    FILE *file = fopen(temporary, "wb");
    if (file == NULL)
        return -1;
    bool good = write_to(file, rgb, width, height);
    int why = errno;
    if (fclose(file) != 0 && good) {
        good = false;
        why = errno;
    }
    if (good && rename(temporary, path) != 0) {
        good = false;
        why = errno;
    }
    if (!good) {
        unlink(temporary);
        errno = why;
    }
    return good ? 0 : -1;
}

int host_write_png(const char *path, const uint32_t *pixels, int32_t width, int32_t height,
                   int32_t stride)
{
    static const char suffix[] = ".tmp";
    const size_t length = strlen(path);
    char *temporary = malloc(length + sizeof suffix);
    uint8_t *rgb = to_rgb(pixels, width, height, stride);
    int result = -1;
    if (temporary != NULL && rgb != NULL) {
        memcpy(temporary, path, length);
        memcpy(temporary + length, suffix, sizeof suffix);
        result = write_and_move(temporary, path, rgb, width, height);
    } else {
        errno = ENOMEM;
    }
    const int why = errno;
    free(rgb);
    free(temporary);
    errno = why;
    return result;
}
