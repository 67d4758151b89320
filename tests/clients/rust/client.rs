/* SPDX-License-Identifier: Apache-2.0 */
//! The steps of tests/clients/steps.py with the stock crate capnp-rpc, as Debian has it.
//!
//!     client SOCKET TRACE

mod perf;
mod structs;
mod transport;

use capnp::capability::{Promise, Response};
use capnp::Error;
use capnp_rpc::{rpc_twoparty_capnp::Side, twoparty, RpcSystem};
use futures::executor::LocalPool;
use futures::future::RemoteHandle;
use futures::task::LocalSpawnExt;
use perf::{metrics, metrics_response, record_response};
use std::io::Write;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

const MS: u64 = 1_000_000;
const NAME: &str = "interop-rust";
const START: u16 = 0; /* FlowStep.start */
const OK: u16 = 0;
const NOT_FOUND: u16 = 1;
const BUSY: u16 = 10;
const INVALID: u16 = 11;

type Done = capnp::Result<()>;
type Metrics = Promise<Response<metrics_response::Owned>, Error>;

/// A connection of its own. Nothing is waited for: the first call is pipelined on bootstrap().
struct Connection {
    perf: perf::perf::Client,
    socket: UnixStream,
    system: RemoteHandle<capnp::Result<()>>,
}

impl Connection {
    fn new(pool: &LocalPool, path: &str) -> capnp::Result<Self> {
        let socket = UnixStream::connect(path)?;
        let (reads, writes) = transport::split(&socket)?;
        let network = twoparty::VatNetwork::new(reads, writes, Side::Client, Default::default());
        let mut system = RpcSystem::new(Box::new(network), None);
        let perf = system.bootstrap(Side::Server);
        let system = pool.spawner().spawn_local_with_handle(system);
        let system = system.map_err(|error| Error::failed(error.to_string()))?;
        Ok(Connection { perf, socket, system })
    }

    fn ask_metrics(&self, session: u32) -> Metrics {
        let mut request = self.perf.metrics_request();
        request.get().set_session_id(session);
        request.get().set_phases(true);
        request.send().promise
    }

    /// As by a process that ends: what is still out stays so.
    fn hang_up(self) -> Done {
        drop(self.system);
        self.socket.shutdown(Shutdown::Both)?;
        Ok(())
    }
}

fn expect<T: PartialEq + std::fmt::Debug>(got: T, expected: T, what: &str) -> Done {
    if got == expected {
        return Ok(());
    }
    Err(Error::failed(format!("{what}: got {got:?}, expected {expected:?}")))
}

/// What six ticks after 0, 10, 20, 35, 60 and 80 ms come to, with a budget of 10 ms.
fn check_figures(m: metrics::Reader) -> Done {
    expect(m.get_name()?, NAME, "name")?;
    expect(m.get_frames(), 6, "frames")?;
    expect(m.get_milli_fps(), 62_500, "five intervals in 80 ms")?;
    expect(m.get_avg_ns(), 16 * MS, "avg")?;
    expect(m.get_p50_ns(), 15 * MS, "the third of 10, 10, 15, 20, 25")?;
    expect(m.get_p95_ns(), 25 * MS, "the fifth")?;
    expect(m.get_low1_milli_fps(), 40_000, "1 / 25 ms")?;
    expect(m.get_longest_ns(), 25 * MS, "longest")?;
    expect(m.get_long_frames(), 3, "15, 25 and 20 are at least 15")?;
    expect(m.get_dropped(), 4, "1 for 15, 2 for 25, 1 for 20")?;
    expect(m.get_session_ns(), 80 * MS, "sessionNs")
}

struct Session {
    pool: LocalPool,
    path: String,
    trace: String,
    first: Connection,
    id: u32,
}

impl Session {
    fn new(path: &str, trace: &str) -> capnp::Result<Self> {
        let pool = LocalPool::new();
        let first = Connection::new(&pool, path)?;
        Ok(Session { pool, path: path.to_string(), trace: trace.to_string(), first, id: 0 })
    }

    fn connect(&self) -> capnp::Result<Connection> {
        Connection::new(&self.pool, &self.path)
    }

    fn wait<T>(&mut self, promise: Promise<T, Error>) -> capnp::Result<T> {
        self.pool.run_until(promise)
    }

    fn metrics_right(&mut self, promise: Metrics, running: bool) -> Done {
        let response = self.wait(promise)?;
        let response = response.get()?;
        expect(response.get_status(), OK, "status")?;
        expect(response.get_metrics()?.get_running(), running, "running")?;
        check_figures(response.get_metrics()?)
    }

    fn many(&mut self, count: u32) -> capnp::Result<Response<record_response::Owned>> {
        let mut request = self.first.perf.record_request();
        let mut records = request.get().init_records(count);
        for i in 0..count {
            records.reborrow().get(i).set_name("many");
            records.reborrow().get(i).set_instant();
        }
        self.wait(request.send().promise)
    }

    fn start(&mut self) -> Done {
        let mut request = self.first.perf.start_request();
        request.get().set_name(NAME);
        request.get().set_budget_ns(10 * MS);
        let response = self.wait(request.send().promise)?;
        expect(response.get()?.get_status(), OK, "status")?;
        self.id = response.get()?.get_session_id();
        expect(self.id != 0, true, "an id")
    }

    fn marks(&mut self) -> Done {
        let mut begin = self.first.perf.mark_begin_request();
        begin.get().set_name("layout");
        expect(self.wait(begin.send().promise)?.get()?.get_status(), OK, "markBegin")?;
        let mut end = self.first.perf.mark_end_request();
        end.get().set_name("layout");
        expect(self.wait(end.send().promise)?.get()?.get_status(), OK, "markEnd")
    }

    fn batch(&mut self) -> Done {
        let names = ["batch", "spot", "level", "hop", "load", "load", "batch"];
        let mut request = self.first.perf.record_request();
        let mut records = request.get().init_records(7);
        for (i, name) in (0..).zip(names) {
            records.reborrow().get(i).set_name(name);
        }
        records.reborrow().get(0).set_begin();
        records.reborrow().get(1).set_instant();
        records.reborrow().get(2).set_counter(-7);
        let mut flow = records.reborrow().get(3).init_flow();
        flow.set_id(1);
        flow.set_step(START);
        records.reborrow().get(4).set_async_begin(2);
        records.reborrow().get(5).set_async_end(2);
        records.reborrow().get(6).set_end();
        let response = self.wait(request.send().promise)?;
        expect(response.get()?.get_status(), OK, "status")?;
        expect(response.get()?.get_accepted(), 7, "accepted")?;
        expect(self.many(64)?.get()?.get_accepted(), 64, "accepted of 64")
    }

    fn ticks(&mut self) -> Done {
        let info = self.first.perf.info_request().send().promise;
        let now = self.wait(info)?.get()?.get_now_ns();
        for (frame, after_ms) in (1..).zip([0, 10, 20, 35, 60, 80]) {
            let mut request = self.first.perf.frame_tick_request();
            let mut tick = request.get().init_tick();
            tick.set_session_id(self.id);
            tick.set_frame_id(frame);
            tick.set_presented_at_ns(now - 1000 * MS + after_ms * MS);
            expect(self.wait(request.send().promise)?.get()?.get_status(), OK, "frameTick")?;
        }
        Ok(())
    }

    fn metrics(&mut self) -> Done {
        let response = self.first.ask_metrics(self.id);
        self.metrics_right(response, true)?;
        let response = self.first.ask_metrics(self.id);
        let response = self.wait(response)?;
        expect(response.get()?.get_health()?.get_ledger_balanced(), true, "the ledger")
    }

    /// Chunk by chunk into the file, which the driver parses.
    fn export_by_read_trace(&mut self) -> Done {
        let mut file = std::fs::File::create(&self.trace)?;
        let (mut export_id, mut offset) = (0, 0);
        loop {
            let mut request = self.first.perf.read_trace_request();
            request.get().set_session_id(self.id);
            request.get().set_export_id(export_id);
            request.get().set_offset(offset);
            request.get().set_max_bytes(1000);
            let response = self.wait(request.send().promise)?;
            let response = response.get()?;
            expect(response.get_status(), OK, "readTrace")?;
            file.write_all(response.get_data()?)?;
            export_id = response.get_export_id();
            offset += response.get_data()?.len() as u64;
            if response.get_end() {
                return expect(offset, response.get_total_bytes(), "bytes");
            }
        }
    }

    fn error_status(&mut self) -> Done {
        let mut stop = self.first.perf.stop_request();
        stop.get().set_session_id(u32::MAX);
        expect(self.wait(stop.send().promise)?.get()?.get_status(), NOT_FOUND, "stop")?;
        let mut bad = self.first.perf.start_request();
        bad.get().set_name("not a name");
        expect(self.wait(bad.send().promise)?.get()?.get_status(), INVALID, "start")?;
        let refused = self.many(65)?;
        expect(refused.get()?.get_status(), INVALID, "65 records")?;
        expect(refused.get()?.get_accepted(), 0, "65 records: accepted")
    }

    fn pipelined_first_call(&mut self) -> Done {
        let c = self.connect()?;
        for what in ["the first call", "the second"] {
            let info = self.wait(c.perf.info_request().send().promise)?;
            expect(info.get()?.get_status(), OK, what)?;
        }
        c.hang_up()
    }

    fn burst(&mut self) -> Done {
        let c = self.connect()?;
        let promises: Vec<_> = (0..500).map(|_| c.ask_metrics(self.id)).collect();
        for promise in promises {
            let response = self.wait(promise)?;
            let response = response.get()?;
            expect(response.get_status(), OK, "status")?;
            check_figures(response.get_metrics()?)?;
            expect(response.get_metrics()?.get_phases()?.len(), 4, "phases")?;
        }
        c.hang_up()
    }

    /// The answer to the last of them takes perfd more than one turn.
    fn cancel(&mut self) -> Done {
        let c = self.connect()?;
        let dropped: Vec<_> = (0..99).map(|_| c.ask_metrics(self.id)).collect();
        let exported = c.perf.read_trace_request().send().promise;
        drop((dropped, exported));
        self.pool.run_until_stalled(); /* until capnp-rpc has seen that they are dropped */
        let mut status = BUSY; /* while that one is under way */
        for _ in 0..1000 {
            if status == BUSY {
                let trace = self.wait(c.perf.read_trace_request().send().promise)?;
                status = trace.get()?.get_status();
            }
        }
        expect(status, OK, "readTrace")?;
        let promise = c.ask_metrics(self.id);
        self.metrics_right(promise, true)?;
        c.hang_up()
    }

    fn hang_up(&mut self) -> Done {
        let c = self.connect()?;
        let unanswered: Vec<_> = (0..200).map(|_| c.ask_metrics(self.id)).collect();
        self.pool.run_until_stalled(); /* until they are written */
        c.hang_up()?;
        drop(unanswered);
        let other = self.connect()?;
        let promise = other.ask_metrics(self.id);
        self.metrics_right(promise, true)?;
        other.hang_up()
    }

    fn reconnect(&mut self) -> Done {
        let again = self.connect()?;
        std::mem::replace(&mut self.first, again).hang_up()?;
        let promise = self.first.ask_metrics(self.id);
        self.metrics_right(promise, true)?;
        let mut request = self.first.perf.stop_request();
        request.get().set_session_id(self.id);
        let stopped = self.wait(request.send().promise)?;
        expect(stopped.get()?.get_status(), OK, "stop")?;
        expect(stopped.get()?.get_metrics()?.get_running(), false, "running")?;
        check_figures(stopped.get()?.get_metrics()?)
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: client SOCKET TRACE");
        std::process::exit(2);
    }
    println!("client: {}", env!("STOCK_VERSIONS"));
    let mut session = Session::new(&arguments[1], &arguments[2]).expect("a connection");
    let steps: [(&str, fn(&mut Session) -> Done); 12] = [
        ("start", Session::start),
        ("marks", Session::marks),
        ("batch", Session::batch),
        ("ticks", Session::ticks),
        ("metrics", Session::metrics),
        ("export by readTrace", Session::export_by_read_trace),
        ("error status", Session::error_status),
        ("pipelined first call", Session::pipelined_first_call),
        ("burst of 500", Session::burst),
        ("cancel", Session::cancel),
        ("hang-up in mid call", Session::hang_up),
        ("reconnect", Session::reconnect),
    ];
    let mut failed = 0;
    for (name, run) in steps {
        match run(&mut session) {
            Ok(()) => println!("ok - {name}"),
            Err(error) => {
                failed += 1;
                println!("not ok - {name}: {error}");
            }
        }
    }
    println!("{} passed, {failed} failed", steps.len() - failed);
    std::process::exit(if failed == 0 { 0 } else { 1 });
}
