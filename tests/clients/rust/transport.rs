/* SPDX-License-Identifier: Apache-2.0 */
//! What capnp-rpc leaves to its user: a socket as a futures::io stream. A reactor such as tokio's would
//! do; a thread that reads is less to install.

use futures::channel::mpsc;
use futures::io::{AllowStdIo, AsyncRead, AsyncWrite};
use futures::{StreamExt, TryStreamExt};
use std::io::{self, Read};
use std::os::unix::net::UnixStream;

/// Both directions of a socket. Writing blocks, which does no harm: the thread goes on reading.
pub fn split(
    socket: &UnixStream,
) -> io::Result<(impl AsyncRead + Unpin + 'static, impl AsyncWrite + Unpin + 'static)> {
    let (sender, receiver) = mpsc::unbounded::<Vec<u8>>();
    let mut from = socket.try_clone()?;
    std::thread::spawn(move || {
        let mut bytes = vec![0; 65536];
        // Nothing more comes: the stream ends with its sender.
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            if sender.unbounded_send(bytes[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    Ok((receiver.map(Ok::<_, io::Error>).into_async_read(), AllowStdIo::new(socket.try_clone()?)))
}
