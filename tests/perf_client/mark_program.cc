// SPDX-License-Identifier: Apache-2.0
//
// A program that marks, in C++, as any would: two frames, and a thread of its own. The service is
// where $PERF_SOCKET says, or nowhere. Waits for a line on stdin before it ends.
#include <cstdio>
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

static void frame()
{
    perf_span("frame");
    perf_phase("ui");
    {
        PERF_SPAN_BUDGET("layout", "work", 2000, 0, 4096);
    }
    perf_phase("render");
    blur(true);
    blur(false);
    perf_count(drawn, 21);
    perf_phase_end();
}

static void decode()
{
    pthread_setname_np(pthread_self(), "decoder");
    perf_flow_start("picture", 1234567890123456789u);
    for (int i = 0; i < 3; i++) {
        perf_span_value("decode", i);
    }
}

int main()
{
    const perf::client client;
    std::printf("%d\n", client.result());
    std::thread decoder(decode);
    decoder.join();
    for (int i = 0; i < 2; i++) {
        frame();
        std::printf("%d\n", perf_frame(nullptr));
    }
    perf_flow_end("picture", 1234567890123456789u);
    perf_count(drawn, 1); // goes out at the end
    std::fflush(stdout);
    return std::getchar() == EOF;
}
