//! A scripted server that has been started on a free port of this machine, for tests and demonstrations.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;

use super::script::Script;
use super::seen::Seen;
use super::serve::{Server, run};
use crate::tasks::{StopSwitch, Tasks, stop_switch};

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Mock {
    /// Where it listens.
    pub addr: SocketAddr,
    server: Arc<Server>,
    switch: StopSwitch,
    tasks: Tasks,
}

impl Mock {
    /// Starts a script on a free port of 127.0.0.1; it answers as soon as this returns.
    pub async fn start(script: Script) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.context("no free port on 127.0.0.1 for the simulated models")?;
        let addr = listener.local_addr()?;
        let server = Arc::new(Server::new(script));
        let (switch, mut stop) = stop_switch();
        let mut tasks = Tasks::default();
        tasks.start({
            let server = Arc::clone(&server);
            async move { run(server, listener, stop.wait()).await }
        });
        Ok(Self { addr, server, switch, tasks })
    }

    /// The base URL, without `/v1`; both dialects' clients may also append that.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// How many requests for answers, vectors or counts have arrived, the refused ones included.
    pub fn n_requests(&self) -> u64 {
        self.server.n_requests()
    }

    /// The last requests, at most ten thousand, the oldest first.
    pub fn log(&self) -> Vec<Seen> {
        self.server.log()
    }

    /// Stops it; connections that are open are closed.
    pub async fn stop(mut self) {
        self.switch.stop();
        self.tasks.join().await;
    }
}
