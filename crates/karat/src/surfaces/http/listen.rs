//! Accepts connections within limits, and ends them gracefully when the program is asked to stop.

use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::doors::Doors;
use super::slow::Impatient;
use super::{infer, remember, routes};
use crate::app::App;
use crate::gateway::{Gateway, retention, watch};
use crate::people::tokens;
use crate::tasks::lanes::{self, Lanes};
use crate::tasks::{Stop, Tasks};
use crate::{monitor, signals};

/// How the server is reached.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names beside those of this machine under which browsers may reach it.
    pub allow_hosts: Vec<String>,
    /// What callers may take up.
    pub limits: Limits,
}

/// What callers may take up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// For the head of a request, and between two requests of a connection.
    pub head: Duration,
    /// For the whole body of a request.
    pub body: Duration,
    /// For the caller to take in what was sent.
    pub write: Duration,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of a head.
    pub head_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// Calls of one person at once.
    pub calls: usize,
    /// For what is under way when the server is asked to stop.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(30),
            body: Duration::from_mins(1),
            write: Duration::from_secs(30),
            body_bytes: 32 << 20,
            head_bytes: 32 << 10,
            headers: 100,
            calls: 32,
            grace: Duration::from_secs(20),
        }
    }
}

/// Puts what features and keys spent in the last 24 hours into their budgets.
async fn remember_spending(app: &App, gateway: &Gateway) -> Result<()> {
    gateway.remember_spending().await?;
    let list = tokens::list(app.clone(), tokens::ListTokens::default()).await?;
    let limited = list.tokens.into_iter().filter(|key| key.limits.budget_usd_per_day.is_some());
    let ids: Vec<String> = limited.map(|key| key.id).collect();
    Ok(gateway.remember_spending_of_keys(&ids).await?)
}

/// Serves until the app is asked to stop; what was begun is finished within the grace.
pub async fn serve(app: App, listener: TcpListener, options: Options) -> Result<()> {
    let mut stop = app.stop.clone();
    let limits = options.limits;
    let gateway = Arc::new(Gateway::new(app.clone())?);
    if let Some(problem) = gateway.problem() {
        anstream::eprintln!("warning: no feature is served until this is mended: {problem}");
    }
    if let Err(error) = remember_spending(&app, &gateway).await {
        anstream::eprintln!(
            "warning: budgets begin anew, because what was spent is not known: {error}"
        );
    }
    gateway.start(watch::watch(Arc::clone(&gateway), app.stop.clone()));
    gateway.export();
    gateway.start(signals::look::look(app.clone(), app.stop.clone()));
    gateway.start(retention::look_after(Arc::clone(&gateway), app.stop.clone()));
    let arranged = Arc::clone(&gateway);
    let monitored = app.clone().reached_at(&app.address);
    gateway.start(monitor::watch::watch(monitored, app.stop.clone(), move |orders| {
        arranged.arrange(orders);
    }));
    let bound = listener.local_addr()?;
    let doors = Arc::new(Doors::new(app.clone(), Arc::clone(&gateway), bound, options));
    // What the files say when the server starts is in the history, whoever edited them in between.
    doors.start(remember::files(app.clone()));
    let router = routes::router(Arc::clone(&doors));
    let slots = Arc::new(Semaphore::new(limits.connections));
    let lanes = Lanes::start(std::thread::available_parallelism().map_or(1, NonZero::get))?;
    let mut connections = Tasks::default();
    loop {
        let accepted = tokio::select! {
            () = stop.wait() => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        connections.reap();
        doors.reap();
        match accepted {
            Ok((stream, peer, slot)) => {
                // It is waited for where its requests are answered.
                let Ok(stream) = stream.into_std() else { continue };
                let guest = lanes.guest();
                let stop = app.stop.clone();
                let pages = Pages { router: router.clone(), home: Handle::current() };
                let served = connection(stream, peer, pages, Arc::clone(&doors), stop);
                connections.start_on(&guest.lane.clone(), async move {
                    // A socket that the system does not let us wait for is closed.
                    let _ = served.await;
                    drop((slot, guest));
                });
            }
            // Out of sockets, or the caller has gone: others can still be served.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    drop(listener);
    let finished = async {
        doors.finish().await;
        connections.join().await;
        gateway.finish().await;
    };
    if tokio::time::timeout(limits.grace, finished).await.is_err() {
        doors.abort().await;
        connections.abort().await;
    }
    Ok(())
}

/// Waits for a free slot first: connections beyond the limit wait in the system's own queue.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, slot))
}

/// All that is not for applications: it may take long, so it is answered away from the lanes.
#[derive(Clone)]
struct Pages {
    router: Router,
    home: Handle,
}

async fn connection(
    stream: std::net::TcpStream,
    peer: SocketAddr,
    pages: Pages,
    doors: Arc<Doors>,
    mut stop: Stop,
) -> std::io::Result<()> {
    let limits = doors.limits;
    let stream = TcpStream::from_std(stream)?;
    // Without it a delay of the network's own would stand between two events; with an old socket we go on all the same.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let (Pages { router, home }, doors) = (pages.clone(), Arc::clone(&doors));
        async move {
            if infer::is_ours(request.uri().path()) {
                return Ok(infer::answer(doors, peer, request).await);
            }
            request.extensions_mut().insert(ConnectInfo(peer));
            lanes::elsewhere(&home, TowerToHyperService::new(router).call(request)).await
        }
    });
    let io = TokioIo::new(Impatient::new(stream, limits.write));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes)
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    let is_stopped = tokio::select! {
        // A connection that breaks is the caller's choice.
        _ = connection.as_mut() => false,
        () = stop.wait() => true,
    };
    if is_stopped {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
    Ok(())
}
