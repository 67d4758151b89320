/* SPDX-License-Identifier: Apache-2.0 */
mod perf;
mod structs;
mod transport;

use capnp_rpc::{rpc_twoparty_capnp::Side, twoparty, RpcSystem};
use futures::{executor::LocalPool, task::LocalSpawnExt};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("no socket")?;
    let socket = std::os::unix::net::UnixStream::connect(path)?;
    let (reads, writes) = transport::split(&socket)?;
    let network = twoparty::VatNetwork::new(reads, writes, Side::Client, Default::default());
    let mut system = RpcSystem::new(Box::new(network), None);
    let perf: perf::perf::Client = system.bootstrap(Side::Server);
    let mut pool = LocalPool::new();
    let _running = pool.spawner().spawn_local_with_handle(system)?;
    let info = pool.run_until(perf.info_request().send().promise)?;
    println!("perfd {}", info.get()?.get_version()?);
    Ok(())
}
