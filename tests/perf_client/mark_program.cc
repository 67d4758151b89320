// SPDX-License-Identifier: Apache-2.0
//
// mark_program [ROUNDS]: a program that marks, in C++, as any would: two frames, and a thread of
// its own; once, or so often, and then for a line on stdin each. The service is where $PERF_SOCKET
// says, or nowhere. Waits for a line on stdin before it ends.
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <thread>

#define PERF_CATEGORY "program"
#include "perf-client/perf.hpp"

PERF_COUNTER(drawn, "drawn");

static void blur(bool early)
{
    static perf::site site{PERF_SITE_OF("blur", "draw")};
    perf::span span(site, -3);
    if (early)
        span.end();
    perf_instant("blurred");
}

static void frame(bool shows_picture)
{
    perf_span("frame");
    perf_phase("ui");
    {
        PERF_SPAN_BUDGET("layout", "work", 2000, 0, 4096);
    }
    perf_phase("render");
    if (shows_picture)
        perf_flow_end("picture", 1234567890123456789u);
    blur(true);
    blur(false);
    perf_count(drawn, 21);
    perf_phase_end();
}

static void decode()
{
    pthread_setname_np(pthread_self(), "decoder");
    for (int i = 0; i < 3; i++) {
        perf_span_value("decode", i);
        if (i == 0)
            perf_flow_start("picture", 1234567890123456789u); // viewers want a span around its ends
    }
}

static void round()
{
    std::thread decoder(decode);
    decoder.join();
    for (int i = 0; i < 2; i++) {
        frame(i == 1);
        std::printf("%d\n", perf_frame(nullptr));
    }
    (void)perf_frame_gpu(perf_frame_id(), 3000000); // the trace shows whether it was taken
    std::fflush(stdout);
}

int main(int argc, char **argv)
{
    const perf::client client;
    std::printf("%d\n", client.result());
    std::fflush(stdout);
    if (argc < 2)
        round();
    for (int left = argc < 2 ? 0 : std::atoi(argv[1]); left > 0 && std::getchar() != EOF; left--)
        round();
    perf_count(drawn, 1); // goes out at the end
    std::fflush(stdout);
    return std::getchar() == EOF;
}
