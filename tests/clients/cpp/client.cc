/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of tests/clients/steps.py with the stock C++ library.
 *
 *     client SOCKET TRACE
 */
#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "perf.capnp.h"

namespace
{

const uint64_t MS = 1000000;

/* A connection of its own. Nothing is waited for: the first call is pipelined on bootstrap(). */
struct Connection {
    Connection(kj::AsyncIoContext &io, const std::string &path)
        : stream(io.provider->getNetwork()
                     .parseAddress(kj::str("unix:", path.c_str()))
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

template <typename T> void expect(T got, uint64_t expected, const char *what)
{
    uint64_t value = static_cast<uint64_t>(got);
    KJ_REQUIRE(value == expected, what, value, expected);
}

/* What six ticks after 0, 10, 20, 35, 60 and 80 ms come to, with a budget of 10 ms. */
void check_figures(Metrics::Reader m)
{
    KJ_REQUIRE(m.getName() == "interop-cpp", m.getName());
    expect(m.getFrames(), 6, "frames");
    expect(m.getMilliFps(), 62500, "five intervals in 80 ms");
    expect(m.getAvgNs(), 16 * MS, "avg");
    expect(m.getP50Ns(), 15 * MS, "the third of 10, 10, 15, 20, 25");
    expect(m.getP95Ns(), 25 * MS, "the fifth");
    expect(m.getLow1MilliFps(), 40000, "1 / 25 ms");
    expect(m.getLongestNs(), 25 * MS, "longest");
    expect(m.getLongFrames(), 3, "15, 25 and 20 are at least 15");
    expect(m.getDropped(), 4, "1 for 15, 2 for 25, 1 for 20");
    expect(m.getSessionNs(), 80 * MS, "sessionNs");
}

class Session
{
  public:
    Session(kj::AsyncIoContext &aio, std::string socket, std::string trace_file)
        : io(aio), scope(aio.waitScope), path(std::move(socket)), trace(std::move(trace_file)),
          first(kj::heap<Connection>(aio, path))
    {
    }

    void start()
    {
        auto request = first->perf.startRequest();
        request.setName("interop-cpp");
        request.setBudgetNs(10 * MS);
        auto response = request.send().wait(scope);
        expect(response.getStatus(), 0, "status");
        id = response.getSessionId();
        KJ_REQUIRE(id != 0);
    }

    void marks()
    {
        auto begin = first->perf.markBeginRequest();
        begin.setName("layout");
        expect(begin.send().wait(scope).getStatus(), 0, "markBegin");
        auto end = first->perf.markEndRequest();
        end.setName("layout");
        expect(end.send().wait(scope).getStatus(), 0, "markEnd");
    }

    void batch()
    {
        auto request = first->perf.recordRequest();
        auto records = request.initRecords(7);
        const char *names[] = {"batch", "spot", "level", "hop", "load", "load", "batch"};
        for (unsigned i = 0; i < records.size(); i++)
            records[i].setName(names[i]);
        records[0].setBegin();
        records[1].setInstant();
        records[2].setCounter(-7);
        auto flow = records[3].initFlow();
        flow.setId(1);
        flow.setStep(FlowStep::START);
        records[4].setAsyncBegin(2);
        records[5].setAsyncEnd(2);
        records[6].setEnd();
        auto response = request.send().wait(scope);
        expect(response.getStatus(), 0, "status");
        expect(response.getAccepted(), 7, "accepted");
        expect(many(64).getAccepted(), 64, "accepted of 64");
    }

    void ticks()
    {
        auto info = first->perf.infoRequest().send().wait(scope);
        uint64_t now = info.getNowNs(), frame = 0;
        for (uint64_t after_ms : {0, 10, 20, 35, 60, 80}) {
            auto request = first->perf.frameTickRequest();
            auto tick = request.initTick();
            tick.setSessionId(id);
            tick.setFrameId(++frame);
            tick.setPresentedAtNs(now - 1000 * MS + after_ms * MS);
            expect(request.send().wait(scope).getStatus(), 0, "frameTick");
        }
    }

    void metrics()
    {
        auto response = ask_metrics(first->perf).wait(scope);
        expect(response.getStatus(), 0, "status");
        KJ_REQUIRE(response.getMetrics().getRunning());
        check_figures(response.getMetrics());
        KJ_REQUIRE(response.getHealth().getLedgerBalanced());
    }

    /* Chunk by chunk into the file, which the driver parses. */
    void export_by_read_trace()
    {
        std::ofstream file(trace, std::ios::binary);
        uint32_t export_id = 0;
        uint64_t offset = 0;
        for (bool end = false; !end;) {
            auto request = first->perf.readTraceRequest();
            request.setSessionId(id);
            request.setExportId(export_id);
            request.setOffset(offset);
            request.setMaxBytes(1000);
            auto response = request.send().wait(scope);
            expect(response.getStatus(), 0, "readTrace");
            auto data = response.getData().asChars();
            file.write(data.begin(), static_cast<std::streamsize>(data.size()));
            export_id = response.getExportId();
            offset += data.size();
            end = response.getEnd();
            if (end)
                expect(offset, response.getTotalBytes(), "bytes");
        }
    }

    void error_status()
    {
        auto stop = first->perf.stopRequest();
        stop.setSessionId(UINT32_MAX);
        expect(stop.send().wait(scope).getStatus(), 1, "stop without a session: notFound");
        auto bad = first->perf.startRequest();
        bad.setName("not a name");
        expect(bad.send().wait(scope).getStatus(), 11, "start: invalid");
        auto refused = many(65);
        expect(refused.getStatus(), 11, "65 records: invalid");
        expect(refused.getAccepted(), 0, "65 records: accepted");
    }

    void pipelined_first_call()
    {
        Connection c(io, path);
        expect(c.perf.infoRequest().send().wait(scope).getStatus(), 0, "the first call");
        expect(c.perf.infoRequest().send().wait(scope).getStatus(), 0, "the second");
    }

    void burst()
    {
        Connection c(io, path);
        std::vector<capnp::RemotePromise<MetricsResponse>> promises;
        for (int i = 0; i < 500; i++)
            promises.push_back(ask_metrics(c.perf));
        for (auto &promise : promises) {
            auto response = promise.wait(scope);
            expect(response.getStatus(), 0, "status");
            check_figures(response.getMetrics());
            expect(response.getMetrics().getPhases().size(), 4, "phases");
        }
    }

    /* The answer to the last of them takes perfd more than one turn. */
    void cancel()
    {
        Connection c(io, path);
        {
            std::vector<capnp::RemotePromise<MetricsResponse>> dropped;
            for (int i = 0; i < 99; i++)
                dropped.push_back(ask_metrics(c.perf));
            auto exported = c.perf.readTraceRequest().send();
        }
        Status status = Status::BUSY; /* while that one is under way */
        for (int i = 0; i < 1000 && status == Status::BUSY; i++)
            status = c.perf.readTraceRequest().send().wait(scope).getStatus();
        expect(status, 0, "readTrace");
        check_figures(ask_metrics(c.perf).wait(scope).getMetrics());
    }

    void hang_up()
    {
        {
            std::vector<capnp::RemotePromise<MetricsResponse>> unanswered;
            Connection c(io, path); /* goes first */
            for (int i = 0; i < 200; i++)
                unanswered.push_back(ask_metrics(c.perf));
            scope.poll(); /* until they are written */
        }
        Connection other(io, path);
        check_figures(ask_metrics(other.perf).wait(scope).getMetrics());
    }

    void reconnect()
    {
        first = nullptr;
        first = kj::heap<Connection>(io, path);
        auto response = ask_metrics(first->perf).wait(scope);
        expect(response.getStatus(), 0, "status");
        KJ_REQUIRE(response.getMetrics().getRunning());
        check_figures(response.getMetrics());
        auto request = first->perf.stopRequest();
        request.setSessionId(id);
        auto stopped = request.send().wait(scope);
        expect(stopped.getStatus(), 0, "stop");
        KJ_REQUIRE(!stopped.getMetrics().getRunning());
        check_figures(stopped.getMetrics());
    }

  private:
    kj::AsyncIoContext &io;
    kj::WaitScope &scope;
    std::string path, trace;
    kj::Own<Connection> first;
    uint32_t id = 0;

    capnp::RemotePromise<MetricsResponse> ask_metrics(Perf::Client &perf)
    {
        auto request = perf.metricsRequest();
        request.setSessionId(id);
        request.setPhases(true);
        return request.send();
    }

    capnp::Response<RecordResponse> many(unsigned count)
    {
        auto request = first->perf.recordRequest();
        auto records = request.initRecords(count);
        for (auto record : records) {
            record.setName("many");
            record.setInstant();
        }
        return request.send().wait(scope);
    }
};

int passed = 0, failed = 0;

void step(const char *name, const std::function<void()> &run)
{
    KJ_IF_MAYBE (e, kj::runCatchingExceptions([&]() { run(); })) {
        failed++;
        std::printf("not ok - %s: %s\n", name, e->getDescription().cStr());
    } else {
        passed++;
        std::printf("ok - %s\n", name);
    }
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "usage: client SOCKET TRACE\n");
        return 2;
    }
    std::printf("client: libcapnp %d.%d.%d, g++ %d\n", CAPNP_VERSION / 1000000,
                CAPNP_VERSION / 1000 % 1000, CAPNP_VERSION % 1000, __GNUC__);
    auto io = kj::setupAsyncIo();
    Session s(io, argv[1], argv[2]);
    step("start", [&] { s.start(); });
    step("marks", [&] { s.marks(); });
    step("batch", [&] { s.batch(); });
    step("ticks", [&] { s.ticks(); });
    step("metrics", [&] { s.metrics(); });
    step("export by readTrace", [&] { s.export_by_read_trace(); });
    step("error status", [&] { s.error_status(); });
    step("pipelined first call", [&] { s.pipelined_first_call(); });
    step("burst of 500", [&] { s.burst(); });
    step("cancel", [&] { s.cancel(); });
    step("hang-up in mid call", [&] { s.hang_up(); });
    step("reconnect", [&] { s.reconnect(); });
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 ? 1 : 0;
}
