/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stock Cap'n Proto client, nothing of this project's code in it: a whole session with perfd over
 * its socket, and the figures worked out a second time, in the most obvious way, from the same
 * ticks.
 *
 *     client_cpp SOCKET TRACE [alone]     the trace that readTrace gives is written to the file
 * TRACE
 *
 *     client_cpp SOCKET look NAME         only reads, of an image: the session of this name runs
 *
 * alone: the service takes one connection at a time, so what needs a second one is left out.
 *
 * The last line is `N passed, N failed`.
 */
#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "perf.capnp.h"

namespace
{

int passed = 0, failed = 0;

void check(bool good, const std::string &what)
{
    ++(good ? passed : failed);
    if (!good)
        std::printf("not ok: %s\n", what.c_str());
}

template <typename T, typename U> void expect(T got, U expected, const std::string &what)
{
    check(static_cast<uint64_t>(got) == static_cast<uint64_t>(expected),
          what + ": got " + std::to_string(static_cast<uint64_t>(got)) + ", expected " +
              std::to_string(static_cast<uint64_t>(expected)));
}

void status(Status got, Status expected, const std::string &what)
{
    expect(static_cast<uint16_t>(got), static_cast<uint16_t>(expected), what + ": status");
}

/* A connection of its own. */
struct Connection {
    Connection(kj::AsyncIoContext &io, const char *path)
        : stream(io.provider->getNetwork()
                     .parseAddress(kj::str("unix:", path))
                     .wait(io.waitScope)
                     ->connect()
                     .wait(io.waitScope)),
          client(*stream), perf(client.bootstrap().castAs<Perf>())
    {
    }
    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyClient client;
    Perf::Client perf;
};

/* --- the ticks, and what the definitions make of them --- */

struct Tick {
    uint64_t id = 0, presented_at = 0, deadline_at = 0, input_at = 0, budget = 0;
    uint64_t phase[4] = {0, 0, 0, 0};
    bool presented = true, after_idle = false;
};

/* One presented frame with what follows from it. */
struct Frame {
    Tick tick;
    bool counted = false, has_interval = false;
    uint64_t interval = 0, budget = 0, work = 0, dropped = 0;
    bool is_long = false, late = false;
};

struct Rules {
    uint64_t budget = 16666667;
    uint64_t long_frame = 0;
    uint32_t warmup = 0;
};

uint64_t rounded(uint64_t numerator, uint64_t denominator)
{
    return denominator == 0 ? 0 : (numerator + denominator / 2) / denominator;
}

/* Nearest rank: the ceil(per_mille * n / 1000)-th smallest. */
uint64_t percentile(std::vector<uint64_t> values, unsigned per_mille)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    size_t rank = (values.size() * per_mille + 999) / 1000;
    return values[rank - 1];
}

uint64_t sum(const std::vector<uint64_t> &values)
{
    uint64_t total = 0;
    for (uint64_t value : values)
        total += value;
    return total;
}

struct Janky {
    uint64_t id, interval, budget, work;
    Cause cause;
};

struct Figures {
    std::vector<Janky> janks;
    std::vector<Frame> frames; /* every presented one */
    std::vector<uint64_t> intervals, works, latencies, phases[4];
    uint64_t counted = 0, longs = 0, dropped = 0, late = 0, over_budget = 0;
    uint64_t trailing_drops = 0; /* after the last shown frame */
    uint64_t jank_dropped = 0, jank_app = 0, jank_pipeline = 0, jank_unknown = 0;
};

void add_frame(Figures &f, const Frame &frame)
{
    f.counted++;
    f.dropped += frame.dropped;
    f.late += frame.late;
    if (frame.has_interval) {
        f.intervals.push_back(frame.interval);
        f.longs += frame.is_long;
    }
    if (frame.work != 0) {
        f.works.push_back(frame.work);
        f.over_budget += frame.work > frame.budget;
    }
    if (frame.tick.input_at != 0)
        f.latencies.push_back(frame.tick.presented_at - frame.tick.input_at);
    for (int i = 0; i < 4; i++) {
        if (frame.tick.phase[i] != 0)
            f.phases[i].push_back(frame.tick.phase[i]);
    }
    uint64_t missed =
        frame.has_interval ? (2 * frame.interval + frame.budget) / (2 * frame.budget) : 0;
    if (frame.tick.after_idle || !(frame.is_long || frame.late || missed > 1))
        return;
    Cause cause = frame.work > frame.budget ? Cause::APP
                  : frame.work != 0         ? Cause::PIPELINE
                                            : Cause::UNKNOWN;
    ++(cause == Cause::APP        ? f.jank_app
       : cause == Cause::PIPELINE ? f.jank_pipeline
                                  : f.jank_unknown);
    f.janks.push_back({frame.tick.id, frame.interval, frame.budget, frame.work, cause});
}

Frame make_frame(const Tick &tick, const Frame *before, const Rules &rules, uint64_t lost)
{
    Frame frame;
    frame.tick = tick;
    frame.budget = tick.budget != 0 ? tick.budget : rules.budget;
    uint64_t long_frame = rules.long_frame != 0 ? rules.long_frame : (3 * frame.budget + 1) / 2;
    if (before != nullptr && !tick.after_idle) {
        frame.has_interval = true;
        frame.interval = tick.presented_at - before->tick.presented_at;
        frame.is_long = frame.interval >= long_frame;
        uint64_t vsyncs = (2 * frame.interval + frame.budget) / (2 * frame.budget);
        frame.dropped = vsyncs > 0 ? vsyncs - 1 : 0;
    }
    frame.dropped = std::max(frame.dropped, lost);
    frame.late = tick.deadline_at != 0 && tick.presented_at > tick.deadline_at &&
                 2 * (tick.presented_at - tick.deadline_at) > frame.budget;
    for (uint64_t phase : tick.phase)
        frame.work += phase;
    return frame;
}

Figures figures_of(const std::vector<Tick> &ticks, const Rules &rules)
{
    Figures f;
    uint64_t lost = 0;
    for (size_t i = 0; i < ticks.size(); i++) {
        bool counted = i >= rules.warmup;
        if (!ticks[i].presented) {
            lost += counted;
            f.jank_dropped += counted;
            uint64_t work = 0;
            for (uint64_t phase : ticks[i].phase)
                work += phase;
            uint64_t last = f.frames.empty() ? 0 : f.frames.back().tick.presented_at;
            uint64_t budget = ticks[i].budget != 0 ? ticks[i].budget : rules.budget;
            if (counted)
                f.janks.push_back(
                    {ticks[i].id, ticks[i].presented_at - last, budget, work, Cause::DROPPED});
            continue;
        }
        f.frames.push_back(
            make_frame(ticks[i], f.frames.empty() ? nullptr : &f.frames.back(), rules, lost));
        f.frames.back().counted = counted;
        if (counted)
            add_frame(f, f.frames.back());
        lost = 0;
    }
    f.trailing_drops = lost;
    return f;
}

/* --- talking --- */

void fill(FrameTick::Builder b, const Tick &tick, uint32_t session)
{
    b.setSessionId(session);
    b.setFrameId(tick.id);
    b.setPresentedAtNs(tick.presented_at);
    b.setDeadlineAtNs(tick.deadline_at);
    b.setInputAtNs(tick.input_at);
    b.setBudgetNs(tick.budget);
    b.setUiNs(tick.phase[0]);
    b.setLayoutNs(tick.phase[1]);
    b.setRenderNs(tick.phase[2]);
    b.setPresentNs(tick.phase[3]);
    b.setPresented(tick.presented);
    b.setAfterIdle(tick.after_idle);
}

Status send_tick(Perf::Client &perf, const Tick &tick, uint32_t session, kj::WaitScope &scope)
{
    auto request = perf.frameTickRequest();
    fill(request.initTick(), tick, session);
    return request.send().wait(scope).getStatus();
}

void compare(Metrics::Reader m, const Figures &f, const Rules &rules, const std::string &what)
{
    const uint64_t giga = 1000000000, n = f.intervals.size(), total = sum(f.intervals);
    const uint64_t milli_fps = total == 0 ? 0 : rounded(n * giga * 1000, total);
    const uint64_t p99 = percentile(f.intervals, 990);
    expect(m.getHasIntervals(), n != 0, what + ": hasIntervals");
    expect(m.getSessionExact(), true, what + ": sessionExact");
    expect(m.getBudgetNs(), rules.budget, what + ": budgetNs");
    expect(m.getLongFrameNs(),
           rules.long_frame != 0 ? rules.long_frame : (3 * rules.budget + 1) / 2,
           what + ": longFrameNs");
    expect(m.getFrames(), f.counted, what + ": frames");
    expect(m.getMilliFps(), milli_fps, what + ": milliFps");
    expect(m.getAvgNs(), rounded(total, n), what + ": avgNs");
    expect(m.getP50Ns(), percentile(f.intervals, 500), what + ": p50Ns");
    expect(m.getP95Ns(), percentile(f.intervals, 950), what + ": p95Ns");
    expect(m.getP99Ns(), p99, what + ": p99Ns");
    expect(m.getP999Ns(), percentile(f.intervals, 999), what + ": p999Ns");
    expect(m.getLow1MilliFps(), rounded(giga * 1000, p99), what + ": low1MilliFps");
    expect(m.getLow01MilliFps(), n < 1000 ? 0 : rounded(giga * 1000, percentile(f.intervals, 999)),
           what + ": low01MilliFps");
    expect(m.getLongestNs(), n == 0 ? 0 : *std::max_element(f.intervals.begin(), f.intervals.end()),
           what + ": longestNs");
    expect(m.getLongFrames(), f.longs, what + ": longFrames");
    expect(m.getDropped(), f.dropped, what + ": dropped");
    expect(m.getLate(), f.late, what + ": late");
    expect(m.getWorkAvgNs(), rounded(sum(f.works), f.works.size()), what + ": workAvgNs");
    expect(m.getWorkP95Ns(), percentile(f.works, 950), what + ": workP95Ns");
    expect(m.getWorkP99Ns(), percentile(f.works, 990), what + ": workP99Ns");
    expect(m.getOverBudget(), f.over_budget, what + ": overBudget");
    expect(m.getLatencyCount(), f.latencies.size(), what + ": latencyCount");
    expect(m.getLatencyP50Ns(), percentile(f.latencies, 500), what + ": latencyP50Ns");
    expect(m.getLatencyP95Ns(), percentile(f.latencies, 950), what + ": latencyP95Ns");
    expect(m.getLatencyP99Ns(), percentile(f.latencies, 990), what + ": latencyP99Ns");
    expect(m.getSessionFrames(), f.counted, what + ": sessionFrames");
    expect(m.getSessionMilliFps(), milli_fps, what + ": sessionMilliFps");
    expect(m.getSessionP50Ns(), percentile(f.intervals, 500), what + ": sessionP50Ns");
    expect(m.getSessionP95Ns(), percentile(f.intervals, 950), what + ": sessionP95Ns");
    expect(m.getSessionP99Ns(), p99, what + ": sessionP99Ns");
    expect(m.getSessionP999Ns(), percentile(f.intervals, 999), what + ": sessionP999Ns");
    expect(m.getSessionLongestNs(), m.getLongestNs(), what + ": sessionLongestNs");
    expect(m.getSessionLong(), f.longs, what + ": sessionLong");
    expect(m.getSessionDropped(), f.dropped + (m.getRunning() ? 0 : f.trailing_drops),
           what + ": sessionDropped");
    expect(m.getSessionLate(), f.late, what + ": sessionLate");
    expect(m.getSessionNs(), total, what + ": sessionNs");
    expect(m.getJankDropped(), f.jank_dropped, what + ": jankDropped");
    expect(m.getJankApp(), f.jank_app, what + ": jankApp");
    expect(m.getJankGpu(), 0, what + ": jankGpu");
    expect(m.getJankPipeline(), f.jank_pipeline, what + ": jankPipeline");
    expect(m.getJankUnknown(), f.jank_unknown, what + ": jankUnknown");
}

void compare_phases(Metrics::Reader m, const Figures &f)
{
    auto phases = m.getPhases();
    expect(phases.size(), 4, "phases");
    for (unsigned i = 0; i < phases.size() && i < 4; i++) {
        const auto &values = f.phases[i];
        std::string what = "phase " + std::to_string(i);
        expect(phases[i].getAvgNs(), rounded(sum(values), values.size()), what + ": avgNs");
        expect(phases[i].getP95Ns(), percentile(values, 950), what + ": p95Ns");
        expect(phases[i].getWorstNs(), percentile(values, 1000), what + ": worstNs");
    }
}

/* --- the parts of the session --- */

/* About 9 s of frames before now_ns: vsync with jitter, missed vsyncs, thrown away frames, idle
 * gaps. */
std::vector<Tick> make_ticks(uint64_t now_ns)
{
    std::vector<Tick> ticks;
    const unsigned count = 640;
    uint64_t at = now_ns - 13 * UINT64_C(1000000000), seed = 12345;
    for (unsigned i = 0; i < count; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t noise = (seed >> 40) % 400001; /* 0 .. 0.4 ms */
        uint64_t step = 12000000 + noise;
        if (i % 37 == 5)
            step = 33333334 + noise;
        if (i % 101 == 50)
            step = 52000000;
        if (i % 97 == 13)
            step = 25000000; /* near 3/2 of the budget: 25,000,001 is long */
        if (i % 97 == 14)
            step = 25000001;
        at += step;
        Tick tick;
        tick.id = 1000 + 3 * i;
        tick.presented_at = at;
        tick.after_idle = i == 200 || i == 400;
        tick.presented = !(i == 120 || i == 121 || i == 300 || i == count - 1);
        if (i % 5 == 0)
            tick.deadline_at = at - (noise * 40); /* 0 .. 16 ms late */
        if (i % 3 != 0) {
            tick.phase[0] = 2000000 + noise;
            tick.phase[1] = i % 4 == 0 ? 0 : 1000000 + noise * 3;
            tick.phase[2] = 5000000 + noise * 20;
            tick.phase[3] = 500000;
        }
        if (i % 7 == 0)
            tick.input_at = at - 20000000 - noise * 11;
        if (i % 11 == 0)
            tick.budget = 8333333;
        ticks.push_back(tick);
    }
    return ticks;
}

uint64_t check_info(Perf::Client &perf, kj::WaitScope &scope)
{
    auto r = perf.infoRequest().send().wait(scope);
    status(r.getStatus(), Status::OK, "info");
    check(r.getVersion().size() > 0 && r.getVersion().size() <= 31, "info: version");
    check(r.getClockName() == "CLOCK_MONOTONIC", "info: clockName");
    check(r.getNowNs() > 0, "info: nowNs");
    check(r.getMayControl() && r.getMayMark() && r.getMayRead() && r.getMayExport(),
          "info: the daemon's user may do all");
    check(r.getLimits().getFrames() >= 700, "info: the ring holds this test's frames");
    check(r.getArenaHighWater() <= r.getArenaBytes() && r.getArenaHighWater() > 0, "info: arena");
    return r.getNowNs();
}

void check_refusals(Perf::Client &perf, kj::WaitScope &scope)
{
    status(perf.stopRequest().send().wait(scope).getStatus(), Status::NOT_FOUND, "stop of nothing");
    auto stop = perf.stopRequest();
    stop.setSessionId(424242);
    status(stop.send().wait(scope).getStatus(), Status::NOT_FOUND, "stop of an unknown session");
    auto metrics = perf.metricsRequest();
    metrics.setSessionId(424242);
    status(metrics.send().wait(scope).getStatus(), Status::NOT_FOUND, "metrics of the same");
    auto read = perf.readTraceRequest();
    read.setExportId(424242);
    status(read.send().wait(scope).getStatus(), Status::NOT_FOUND, "readTrace of a stale id");
    auto start = perf.startRequest();
    start.setName("../etc");
    status(start.send().wait(scope).getStatus(), Status::INVALID, "start with a bad name");
    start = perf.startRequest();
    start.setName("good");
    start.setBudgetNs(0);
    status(start.send().wait(scope).getStatus(), Status::INVALID, "start with no budget");
    Tick tick;
    tick.id = 1;
    status(send_tick(perf, tick, 0, scope), Status::NOT_FOUND, "tick without a session");
    auto mark = perf.markBeginRequest();
    mark.setName("lonely");
    status(mark.send().wait(scope).getStatus(), Status::NOT_FOUND, "mark without a session");
    auto label = perf.labelRequest();
    label.setName(std::string(64, 'x').c_str());
    status(label.send().wait(scope).getStatus(), Status::INVALID, "label of 64 bytes");
    auto close = perf.closeLaneRequest();
    close.setLane(424242);
    status(close.send().wait(scope).getStatus(), Status::NOT_FOUND, "closeLane of nothing");
}

uint32_t start_session(Perf::Client &perf, const char *name, const Rules &rules,
                       kj::WaitScope &scope)
{
    auto request = perf.startRequest();
    request.setName(name);
    request.setBudgetNs(rules.budget);
    request.setLongFrameNs(rules.long_frame);
    request.setWarmupFrames(rules.warmup);
    auto response = request.send().wait(scope);
    status(response.getStatus(), Status::OK, std::string("start ") + name);
    check(response.getSessionId() >= 1, "start: sessionId");
    return response.getSessionId();
}

void check_exceptions(Perf::Client &perf, kj::WaitScope &scope)
{
    const struct {
        uint64_t interface_id;
        uint16_t method;
        const char *what;
    } calls[] = {{capnp::typeId<Perf>(), 999, "unknown method"},
                 {UINT64_C(0x8123456789abcdef), 0, "unknown interface"}};
    for (const auto &call : calls) {
        auto exception = kj::runCatchingExceptions([&]() {
            perf.typelessRequest(call.interface_id, call.method, capnp::MessageSize{8, 0})
                .send()
                .wait(scope);
        });
        bool unimplemented = false;
        KJ_IF_MAYBE (e, exception)
            unimplemented = e->getType() == kj::Exception::Type::UNIMPLEMENTED;
        check(unimplemented, std::string(call.what) + " is the exception unimplemented");
    }
}

uint32_t make_label(Perf::Client &perf, const char *name, kj::WaitScope &scope)
{
    auto request = perf.labelRequest();
    request.setName(name);
    request.setCategory("cpp");
    request.setFile("client_cpp.cc");
    request.setLine(1);
    auto response = request.send().wait(scope);
    status(response.getStatus(), Status::OK, std::string("label ") + name);
    return response.getLabel();
}

void check_marks(Perf::Client &perf, kj::WaitScope &scope)
{
    uint32_t label = make_label(perf, "layout", scope);
    check(label != 0, "a label's id");
    expect(make_label(perf, "layout", scope), label, "the same label again");
    check(make_label(perf, "render", scope) != label, "another label's id");

    auto open = perf.openLaneRequest();
    open.setName("worker");
    auto lane = open.send().wait(scope);
    status(lane.getStatus(), Status::OK, "openLane");
    uint32_t count = lane.getRecordCount();
    check(lane.getLane() >= 1 && count > 0 && (count & (count - 1)) == 0, "openLane: what it got");

    auto begin = perf.markBeginRequest();
    begin.setName("paint \"x\"\n");
    status(begin.send().wait(scope).getStatus(), Status::OK, "markBegin");
    auto end = perf.markEndRequest();
    end.setName("paint \"x\"\n");
    status(end.send().wait(scope).getStatus(), Status::OK, "markEnd");

    auto request = perf.recordRequest();
    auto records = request.initRecords(8);
    for (auto record : records) {
        record.setLane(lane.getLane());
        record.setLabel(label);
    }
    records[0].setBegin();
    records[1].setInstant();
    records[2].setCounter(-5);
    auto flow = records[3].initFlow();
    flow.setId(77);
    flow.setStep(FlowStep::START);
    records[4].setAsyncBegin(88);
    records[5].setAsyncEnd(88);
    records[6].setEnd();
    records[7].setInstant();
    records[7].setLabel(0);
    records[7].setName("by name");
    auto response = request.send().wait(scope);
    status(response.getStatus(), Status::OK, "record");
    expect(response.getAccepted(), 8, "record: accepted");

    auto many = perf.recordRequest();
    many.initRecords(65);
    status(many.send().wait(scope).getStatus(), Status::INVALID, "65 records");

    auto close = perf.closeLaneRequest();
    close.setLane(lane.getLane());
    status(close.send().wait(scope).getStatus(), Status::OK, "closeLane");
}

/* Ticks go out without waiting for each answer, 100 at a time. */
void send_ticks(Perf::Client &perf, const std::vector<Tick> &ticks, uint32_t session,
                kj::WaitScope &scope)
{
    unsigned good = 0;
    for (size_t i = 0; i < ticks.size();) {
        std::vector<capnp::RemotePromise<FrameTickResponse>> promises;
        for (size_t last = std::min(ticks.size(), i + 100); i < last; i++) {
            auto request = perf.frameTickRequest();
            fill(request.initTick(), ticks[i], session);
            promises.push_back(request.send());
        }
        for (auto &promise : promises)
            good += promise.wait(scope).getStatus() == Status::OK;
    }
    expect(good, ticks.size(), "ticks taken");
    Tick tick = ticks.back();
    tick.id++;
    tick.presented = true;
    tick.presented_at = ticks[0].presented_at;
    status(send_tick(perf, tick, session, scope), Status::INVALID, "a tick that goes back");
    tick.presented_at = UINT64_MAX;
    status(send_tick(perf, tick, session, scope), Status::INVALID, "a tick from the future");
}

/* Asked without waiting for answers, by a client that takes no descriptors: they go with their own
 * answers, and what is asked behind them is answered all the same. */
void check_shared_lanes(Perf::Client &perf, kj::WaitScope &scope)
{
    std::vector<capnp::RemotePromise<OpenLaneResponse>> lanes;
    std::vector<capnp::RemotePromise<InfoResponse>> infos;
    for (int i = 0; i < 3; i++) {
        auto open = perf.openLaneRequest();
        open.setRecords(256);
        open.setShared(true);
        infos.push_back(perf.infoRequest().send());
        lanes.push_back(open.send());
    }
    for (int i = 0; i < 3; i++) {
        auto lane = lanes[i].wait(scope);
        status(lane.getStatus(), Status::OK, "openLane: shared");
        /* Behind a guest's line there is no memory to share. */
        check(lane.getBytes() == 0 || lane.getBytes() == 4096, "openLane: bytes");
        status(infos[i].wait(scope).getStatus(), Status::OK, "info beside it");
        auto close = perf.closeLaneRequest();
        close.setLane(lane.getLane());
        status(close.send().wait(scope).getStatus(), Status::OK, "closeLane: shared");
    }
}

void check_frames(Perf::Client &perf, const Figures &f, uint32_t session, kj::WaitScope &scope)
{
    uint64_t seq = 0;
    size_t wrong = 0;
    for (;;) {
        auto request = perf.framesRequest();
        request.setSessionId(session);
        request.setAfterSeq(seq);
        request.setMax(64);
        auto response = request.send().wait(scope);
        status(response.getStatus(), Status::OK, "frames");
        expect(response.getMissed(), 0, "frames: missed");
        auto samples = response.getFrames();
        if (samples.size() == 0 || samples.size() > 64)
            break;
        for (auto s : samples) {
            bool good = s.getSeq() == ++seq && seq <= f.frames.size();
            if (good) {
                const Frame &e = f.frames[seq - 1];
                good = s.getFrameId() == e.tick.id && s.getPresentedAtNs() == e.tick.presented_at &&
                       s.getIntervalNs() == e.interval && s.getWorkNs() == e.work &&
                       s.getUiNs() == e.tick.phase[0] && s.getLayoutNs() == e.tick.phase[1] &&
                       s.getRenderNs() == e.tick.phase[2] && s.getPresentNs() == e.tick.phase[3] &&
                       s.getBudgetNs() == e.budget && s.getIdle() == e.tick.after_idle;
                if (e.counted)
                    good = good && s.getLong() == e.is_long && s.getLate() == e.late &&
                           s.getDropped() == (e.dropped != 0);
            }
            wrong += !good;
        }
        if (wrong != 0)
            break;
    }
    expect(wrong, 0, "frames that differ from what was sent");
    expect(seq, f.frames.size(), "frames in the ring");
}

/* The last 64 of them are kept, and asked for 8 at a time. */
void check_feed(Perf::Client &perf, const Figures &f, uint32_t session, kj::WaitScope &scope)
{
    size_t kept = std::min<size_t>(f.janks.size(), 64), at = f.janks.size() - kept, wrong = 0;
    uint64_t seq = 0;
    for (;;) {
        auto request = perf.janksRequest();
        request.setSessionId(session);
        request.setAfterSeq(seq);
        request.setMax(8);
        auto response = request.send().wait(scope);
        status(response.getStatus(), Status::OK, "janks");
        if (response.getJanks().size() == 0 || at == f.janks.size())
            break;
        for (auto j : response.getJanks()) {
            const Janky &e = f.janks[at++];
            uint64_t self = 0;
            for (auto why : j.getWhy())
                self += why.getSelfNs();
            wrong += !(j.getFrameId() == e.id && j.getIntervalNs() == e.interval &&
                       j.getBudgetNs() == e.budget && j.getWorkNs() == e.work &&
                       j.getCause() == e.cause && j.getSeq() > seq && j.getWhy().size() <= 3 &&
                       self <= j.getIntervalNs());
            seq = j.getSeq();
        }
    }
    expect(wrong, 0, "janks that differ from what was sent");
    expect(at, f.janks.size(), "janks kept");
    auto too_many = perf.janksRequest();
    too_many.setMax(9);
    status(too_many.send().wait(scope).getStatus(), Status::INVALID, "janks: 9 at once");
}

Status amend(Perf::Client &perf, uint32_t session, uint64_t frame, uint64_t gpu_ns,
             kj::WaitScope &scope)
{
    auto request = perf.amendFrameRequest();
    request.setSessionId(session);
    request.setFrameId(frame);
    request.setGpuNs(gpu_ns);
    return request.send().wait(scope).getStatus();
}

/* What the GPU took makes a pipeline's jank the GPU's, and less of it that of the pipeline again.
 */
void check_amend(Perf::Client &perf, const Figures &f, uint32_t session, kj::WaitScope &scope)
{
    const Janky *last = nullptr;
    for (const Janky &jank : f.janks)
        if (jank.cause == Cause::PIPELINE)
            last = &jank;
    if (last == nullptr)
        return check(false, "a jank of the pipeline");
    status(amend(perf, session, last->id, 30000000, scope), Status::OK, "amendFrame");
    auto request = perf.metricsRequest();
    request.setSessionId(session);
    auto m = request.send().wait(scope);
    expect(m.getMetrics().getJankGpu(), 1, "amendFrame: jankGpu");
    expect(m.getMetrics().getJankPipeline(), f.jank_pipeline - 1, "amendFrame: jankPipeline");
    expect(m.getMetrics().getGpuFrames(), 1, "amendFrame: gpuFrames");
    expect(m.getMetrics().getGpuAvgNs(), 30000000, "amendFrame: gpuAvgNs");
    expect(m.getMetrics().getGpuWorkAvgNs(), last->work, "amendFrame: gpuWorkAvgNs");
    check(m.getMetrics().getBound() == Bound::GPU, "amendFrame: bound by the GPU");
    status(amend(perf, session, last->id, 1, scope), Status::OK, "amendFrame: again");
    status(amend(perf, session, last->id + 1, 1, scope), Status::NOT_FOUND, "amendFrame: no frame");
    status(amend(perf, session, last->id, 0, scope), Status::INVALID, "amendFrame: 0");
}

void check_snapshots(Perf::Client &perf, uint32_t session, kj::WaitScope &scope)
{
    auto response = perf.snapshotsRequest().send().wait(scope);
    status(response.getStatus(), Status::OK, "snapshots");
    check(response.getSnapshots().size() >= 1 && response.getSnapshots().size() <= 4,
          "snapshots: 1 to 4");
    for (auto s : response.getSnapshots()) {
        expect(s.getSessionId(), session, "snapshots: session");
        check(s.getFrames() >= 1 && s.getFrames() <= 13, "snapshots: frames");
        check(s.getToNs() > s.getFromNs(), "snapshots: their time");
        auto read = perf.readTraceRequest();
        read.setSessionId(s.getSnapshotId());
        auto trace = read.send().wait(scope);
        status(trace.getStatus(), Status::OK, "snapshots: readTrace");
        auto data = trace.getData();
        check(std::string(data.begin(), data.end()).compare(0, 16, "{\"traceEvents\":[") == 0,
              "snapshots: a Chrome Trace");
    }
}

void check_janks(Perf::Client &perf, const Figures &f, uint32_t session, bool kept,
                 kj::WaitScope &scope)
{
    if (kept) {
        check_feed(perf, f, session, scope);
        check_amend(perf, f, session, scope);
        check_snapshots(perf, session, scope);
        return;
    }
    auto janks = perf.janksRequest();
    janks.setMax(1);
    status(janks.send().wait(scope).getStatus(), Status::UNSUPPORTED, "janks");
    status(amend(perf, session, 1, 1, scope), Status::UNSUPPORTED, "amendFrame");
    status(perf.snapshotsRequest().send().wait(scope).getStatus(), Status::UNSUPPORTED,
           "snapshots");
}

std::string read_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void check_export(Perf::Client &perf, uint32_t session, kj::WaitScope &scope)
{
    auto request = perf.exportLastRequest();
    request.setSessionId(session);
    auto r = request.send().wait(scope);
    status(r.getStatus(), Status::OK, "exportLast");
    std::string uri = r.getUri().cStr(), scheme = "file://";
    check(uri.compare(0, scheme.size(), scheme) == 0, "exportLast: uri " + uri);
    std::string text = uri.size() > scheme.size() ? read_file(uri.substr(scheme.size())) : "";
    expect(text.size(), r.getBytes(), "exportLast: bytes");
    check(text.compare(0, 16, "{\"traceEvents\":[") == 0, "exportLast: a Chrome Trace");
    expect(r.getTruncated(), false, "exportLast: truncated");
    expect(r.getFramesDropped(), 0, "exportLast: framesDropped");
    request = perf.exportLastRequest();
    request.setSessionId(424242);
    status(request.send().wait(scope).getStatus(), Status::NOT_FOUND, "export of nothing");
}

void check_read_trace(Perf::Client &perf, uint32_t session, const char *path, kj::WaitScope &scope)
{
    std::string trace;
    uint32_t id = 0;
    uint64_t total = 0;
    for (bool end = false; !end;) {
        auto request = perf.readTraceRequest();
        request.setSessionId(session);
        request.setExportId(id);
        request.setOffset(trace.size());
        request.setMaxBytes(10007);
        auto r = request.send().wait(scope);
        if (r.getStatus() != Status::OK || r.getData().size() > 10007 ||
            (r.getData().size() == 0 && !r.getEnd())) {
            status(r.getStatus(), Status::OK, "readTrace at " + std::to_string(trace.size()));
            check(false, "readTrace: a chunk of " + std::to_string(r.getData().size()));
            return;
        }
        id = r.getExportId();
        total = r.getTotalBytes();
        end = r.getEnd();
        trace.append(reinterpret_cast<const char *>(r.getData().begin()), r.getData().size());
    }
    check(id != 0, "readTrace: exportId");
    expect(trace.size(), total, "readTrace: totalBytes");
    check(trace.compare(0, 16, "{\"traceEvents\":[") == 0 && trace.find("by name") != trace.npos,
          "readTrace: the session's trace");
    std::ofstream(path, std::ios::binary) << trace;
    auto past = perf.readTraceRequest();
    past.setExportId(id);
    past.setOffset(total + 1);
    status(past.send().wait(scope).getStatus(), Status::INVALID, "readTrace past the end");
    auto stale = perf.readTraceRequest();
    stale.setExportId(id + 1000);
    status(stale.send().wait(scope).getStatus(), Status::NOT_FOUND, "readTrace of a stale id");
}

/* Ten milliseconds a frame: 10, 10, 15, 25, 20 ms. Worked out on paper. */
void check_by_hand(Perf::Client &perf, uint64_t now_ns, kj::WaitScope &scope)
{
    Rules rules;
    rules.budget = 10000000;
    uint32_t session = start_session(perf, "by-hand", rules, scope);
    const uint64_t after_ms[] = {0, 10, 20, 35, 60, 80};
    for (unsigned i = 0; i < 6; i++) {
        Tick tick;
        tick.id = i;
        tick.presented_at = now_ns - 1000000000 + after_ms[i] * 1000000;
        status(send_tick(perf, tick, session, scope), Status::OK, "tick");
    }
    auto request = perf.stopRequest();
    request.setSessionId(session);
    auto response = request.send().wait(scope);
    status(response.getStatus(), Status::OK, "stop by-hand");
    auto m = response.getMetrics();
    expect(m.getFrames(), 6, "by hand: frames");
    expect(m.getMilliFps(), 62500, "by hand: five intervals in 80 ms");
    expect(m.getAvgNs(), 16000000, "by hand: avg");
    expect(m.getP50Ns(), 15000000, "by hand: the third of five");
    expect(m.getP95Ns(), 25000000, "by hand: the fifth of five");
    expect(m.getLow1MilliFps(), 40000, "by hand: 1 / 25 ms");
    expect(m.getLongFrames(), 3, "by hand: 15, 25 and 20 are at least 15");
    expect(m.getDropped(), 4, "by hand: 1 for 15, 2 for 25, 1 for 20");
    expect(m.getLongestNs(), 25000000, "by hand: longest");
    expect(m.getSessionNs(), 80000000, "by hand: sessionNs");
    check(m.getName() == "by-hand" && !m.getRunning(), "by hand: which session");
}

/* --- the protocol under load and in pieces --- */

void check_burst(Perf::Client &perf, kj::WaitScope &scope)
{
    std::vector<capnp::RemotePromise<MetricsResponse>> promises;
    for (int i = 0; i < 500; i++) {
        auto request = perf.metricsRequest();
        request.setPhases(true);
        promises.push_back(request.send());
    }
    unsigned good = 0;
    for (auto &promise : promises) {
        auto response = promise.wait(scope);
        good += response.getStatus() == Status::OK && response.getMetrics().getPhases().size() == 4;
    }
    expect(good, 500, "answers to 500 calls at once");
}

void check_dropped_promises(Perf::Client &perf, kj::WaitScope &scope)
{
    for (int i = 0; i < 100; i++) {
        auto dropped = perf.infoRequest().send();
    }
    {
        auto slow = perf.readTraceRequest().send();
        auto exported = perf.exportLastRequest().send();
    }
    status(perf.infoRequest().send().wait(scope).getStatus(), Status::OK,
           "a call after dropped promises");
    /* The dropped readTrace may still be under way: an answer to that is `busy`, and no more than
     * that. */
    Status got = Status::BUSY;
    for (int i = 0; i < 1000 && got == Status::BUSY; i++)
        got = perf.readTraceRequest().send().wait(scope).getStatus();
    status(got, Status::OK, "readTrace after dropped promises");
}

void check_bootstraps(Connection &c, kj::WaitScope &scope)
{
    for (int i = 0; i < 20; i++) {
        auto perf = c.client.bootstrap().castAs<Perf>();
        if (perf.infoRequest().send().wait(scope).getStatus() != Status::OK)
            check(false, "bootstrap number " + std::to_string(i));
    }
    auto held = c.client.bootstrap().castAs<Perf>();
    auto same = c.client.bootstrap().castAs<Perf>();
    status(held.infoRequest().send().wait(scope).getStatus(), Status::OK, "one of two bootstraps");
    status(same.infoRequest().send().wait(scope).getStatus(), Status::OK, "the other");
}

/* Half a frame, then nobody. */
void hang_up_raw(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name = {};
    name.sun_family = AF_UNIX;
    std::snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    check(connect(fd, reinterpret_cast<sockaddr *>(&name), sizeof name) == 0, "a raw connection");
    const unsigned char half[] = {0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    check(write(fd, half, sizeof half) == static_cast<ssize_t>(sizeof half), "half a frame");
    close(fd);
}

/* More connections than the daemon serves at once, one after another, each left in mid call. */
void check_hang_ups(kj::AsyncIoContext &io, const char *path)
{
    for (int i = 0; i < 40; i++) {
        hang_up_raw(path);
        Connection c(io, path);
        auto request = c.perf.exportLastRequest();
        auto promise = request.send();
        if (i % 2 == 0)
            check(c.perf.infoRequest().send().wait(io.waitScope).getStatus() == Status::OK,
                  "a call ahead of a hang-up");
    }
    Connection c(io, path);
    status(c.perf.infoRequest().send().wait(io.waitScope).getStatus(), Status::OK,
           "a connection after those that hung up");
}

void check_foreign_tick(kj::AsyncIoContext &io, const char *path, uint32_t session)
{
    Connection other(io, path);
    Tick foreign;
    foreign.id = UINT64_MAX;
    status(send_tick(other.perf, foreign, session, io.waitScope), Status::BUSY,
           "another client's tick");
}

/* Sampled 70 times: 3, 6, 9 ... are new of the first one, and the second one's level falls from 70.
 */
void check_counters(Perf::Client &perf, kj::WaitScope &scope)
{
    auto declare = perf.counterGroupRequest();
    declare.setName("stock");
    auto list = declare.initCounters(3);
    list[0].setName("grows");
    list[0].setUnit("bytes");
    list[1].setName("falls");
    list[1].setKind(CounterKind::GAUGE);
    list[2].setName("absent");
    auto declared = declare.send().wait(scope);
    status(declared.getStatus(), Status::OK, "counterGroup");
    uint32_t group = declared.getGroup();

    auto state = perf.counterStateRequest();
    state.setGroup(group);
    state.setFirst(2);
    state.setCount(1);
    state.setState(CounterState::UNSUPPORTED);
    state.setReason("none here");
    status(state.send().wait(scope).getStatus(), Status::OK, "counterState");
    int64_t total = 0;
    for (int64_t i = 1; i <= 70; i++) {
        auto sample = perf.sampleCountersRequest();
        sample.setGroup(group);
        auto values = sample.initValues(3);
        values.set(0, total += 3 * i);
        values.set(1, 71 - i);
        status(sample.send().wait(scope).getStatus(), Status::OK, "sampleCounters");
    }
    auto wrong = perf.sampleCountersRequest();
    wrong.setGroup(group);
    wrong.initValues(2);
    status(wrong.send().wait(scope).getStatus(), Status::INVALID, "sampleCounters: too few");
    auto nobodys = perf.sampleCountersRequest();
    nobodys.setGroup(group + 1000);
    status(nobodys.send().wait(scope).getStatus(), Status::NOT_FOUND, "sampleCounters: no group");

    auto ask = perf.countersRequest();
    ask.setFromGroup(group);
    ask.setMax(32);
    auto found = ask.send().wait(scope);
    status(found.getStatus(), Status::OK, "counters");
    check(found.getName() == "stock", "counters: the group's name");
    expect(found.getSamples(), 70, "counters: samples");
    expect(found.getWindowSamples(), 60, "counters: the window");
    check(found.getWindowNs() > 0 && found.getPid() == static_cast<uint32_t>(getpid()),
          "counters: when and who");
    expect(found.getCounters().size(), 3, "counters: how many");
    auto grows = found.getCounters()[0];
    check(grows.getUnit() == "bytes" && grows.getState() == CounterState::OK, "counters: bytes");
    expect(grows.getTotal(), 3 * 70 * 71 / 2, "counters: total");
    expect(grows.getSum(), 3 * (70 * 71 / 2 - 10 * 11 / 2), "counters: sum of 11 to 70");
    expect(grows.getP95(), 3 * 67, "counters: p95"); /* the 57th of 60 */
    expect(grows.getMax(), 210, "counters: max");
    expect(found.getCounters()[1].getLast(), 1, "counters: a level");
    auto absent = found.getCounters()[2];
    check(absent.getState() == CounterState::UNSUPPORTED && absent.getReason() == "none here" &&
              absent.getSamples() == 0,
          "counters: what there is not");

    uint64_t seq = 0, read = 0;
    for (;;) {
        auto more = perf.counterSamplesRequest();
        more.setGroup(group);
        more.setAfterSeq(seq);
        more.setMax(16);
        auto samples = more.send().wait(scope);
        status(samples.getStatus(), Status::OK, "counterSamples");
        if (samples.getSamples().size() == 0)
            break;
        expect(samples.getMissed(), seq == 0 ? 10 : 0, "counterSamples: missed");
        for (auto one : samples.getSamples()) {
            seq = one.getSeq();
            read += one.getAmounts()[0] == static_cast<int64_t>(3 * seq);
        }
    }
    expect(read, 60, "counterSamples: amounts");
}

void check_hotspots(Perf::Client &perf, kj::WaitScope &scope)
{
    for (int round = 0; round < 2; round++) {
        auto add = perf.addHotspotsRequest();
        add.setTable("stock");
        auto entries = add.initEntries(3);
        for (unsigned i = 0; i < 3; i++) {
            entries[i].setKey(UINT64_MAX - i);
            entries[i].setHits(i + 1);
            entries[i].setWeight(i == 2 ? 0 : 10 * (i + 1));
        }
        status(add.send().wait(scope).getStatus(), Status::OK, "addHotspots");
    }
    auto ask = perf.hotspotsRequest();
    ask.setMax(50);
    auto table = ask.send().wait(scope);
    status(table.getStatus(), Status::OK, "hotspots");
    expect(table.getTotalHits(), 12, "hotspots: hits");
    expect(table.getTotalWeight(), 66, "hotspots: weight");
    expect(table.getEntries().size(), 3, "hotspots: entries");
    check(table.getEntries()[0].getKey() == UINT64_MAX - 1 &&
              table.getEntries()[0].getWeight() == 40 && table.getEntries()[2].getWeight() == 6,
          "hotspots: ranked");
    ask = perf.hotspotsRequest();
    ask.setMax(51);
    status(ask.send().wait(scope).getStatus(), Status::INVALID, "hotspots: 51 at once");
}

void whole_session(kj::AsyncIoContext &io, const char *path, const char *trace, bool alone)
{
    kj::WaitScope &scope = io.waitScope;
    Connection c(io, path);
    /* Nothing has been waited for: this call is pipelined on the bootstrap's answer. */
    uint64_t now_ns = check_info(c.perf, scope);
    check_refusals(c.perf, scope);
    check_exceptions(c.perf, scope);

    Rules rules;
    rules.warmup = 10;
    std::vector<Tick> ticks = make_ticks(now_ns);
    Figures figures = figures_of(ticks, rules);
    uint32_t session = start_session(c.perf, "cpp.whole_session-1", rules, scope);
    check_marks(c.perf, scope);
    check_shared_lanes(c.perf, scope);
    send_ticks(c.perf, ticks, session, scope);

    auto request = c.perf.metricsRequest();
    request.setSessionId(session);
    request.setPhases(true);
    auto response = request.send().wait(scope);
    status(response.getStatus(), Status::OK, "metrics");
    check(response.getMetrics().getRunning(), "metrics: running");
    check(response.getHealth().getLedgerBalanced(), "metrics: the ledger balances");
    compare(response.getMetrics(), figures, rules, "running");
    compare_phases(response.getMetrics(), figures);
    check_frames(c.perf, figures, session, scope);
    check_janks(c.perf, figures, session, !alone, scope);

    if (!alone) {
        check_foreign_tick(io, path, session);
        check_counters(c.perf, scope);
        check_hotspots(c.perf, scope);
    }

    auto stopped = c.perf.stopRequest().send().wait(scope);
    status(stopped.getStatus(), Status::OK, "stop");
    check(!stopped.getMetrics().getRunning(), "stop: running");
    check(stopped.getMetrics().getName() == "cpp.whole_session-1", "stop: name");
    compare(stopped.getMetrics(), figures, rules, "stopped");
    check_export(c.perf, session, scope);
    check_read_trace(c.perf, session, trace, scope);
    check_by_hand(c.perf, now_ns, scope);
    check_burst(c.perf, scope);
    check_dropped_promises(c.perf, scope);
    check_bootstraps(c, scope);
}

/* What the line of an image may. */
void look(kj::AsyncIoContext &io, const char *path, const char *name)
{
    Connection c(io, path);
    auto info = c.perf.infoRequest().send().wait(io.waitScope);
    status(info.getStatus(), Status::OK, "look: info");
    check(info.getClockName() == "rdtime" && info.getNowNs() > 0, "look: the image's clock");
    check(info.getMayRead() && !info.getMayMark(), "look: what the line may");
    auto metrics = c.perf.metricsRequest().send().wait(io.waitScope);
    status(metrics.getStatus(), Status::OK, "look: metrics");
    check(metrics.getMetrics().getName() == name, "look: name");
    check(metrics.getMetrics().getRunning(), "look: running");
    check(metrics.getHealth().getLedgerBalanced(), "look: the ledger balances");
}

} // namespace

int main(int argc, char **argv)
{
    bool only_looks = argc == 4 && std::string(argv[2]) == "look";
    bool alone = argc == 4 && std::string(argv[3]) == "alone";
    if (argc != 3 && !alone && !only_looks) {
        std::fprintf(stderr, "usage: client_cpp SOCKET TRACE [alone] | SOCKET look NAME\n");
        return 2;
    }
    auto exception = kj::runCatchingExceptions([&]() {
        auto io = kj::setupAsyncIo();
        if (only_looks)
            return look(io, argv[1], argv[3]);
        whole_session(io, argv[1], argv[2], alone);
        check_hang_ups(io, argv[1]);
    });
    KJ_IF_MAYBE (e, exception)
        check(false, std::string("no exception: ") + kj::str(*e).cStr());
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0 ? 1 : 0;
}
