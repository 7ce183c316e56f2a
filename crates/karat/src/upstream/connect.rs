//! Makes a connection within its time limit, TLS included, and remembers whether it has answered before.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::http::Extensions;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Error as CallError;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

/// Connects over TCP, and over TLS where the address says https.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    inner: HttpsConnector<HttpConnector>,
    limit: Duration,
}

/// A connection with its mark.
#[derive(Debug)]
pub(super) struct Marked {
    stream: Stream,
    mark: Mark,
}

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Whether a connection has answered before; all that travels over one connection shares it.
#[derive(Clone, Debug, Default)]
struct Mark(Arc<AtomicBool>);

/// No connection within the time limit.
#[derive(Debug, thiserror::Error)]
#[error("no connection within {0:?}")]
pub(super) struct TooLate(Duration);

impl Connector {
    pub(super) fn new(limit: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared out among the addresses of a name, so that one dead address leaves time for the next.
        tcp.set_connect_timeout(Some(limit));
        let inner = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(tcp);
        Self { inner, limit }
    }
}

/// Notes that the connection of this answer has answered.
pub(super) fn mark_answered(extensions: &Extensions) {
    if let Some(mark) = extensions.get::<Mark>() {
        mark.0.store(true, Ordering::Relaxed);
    }
}

/// Whether the failed call went over a connection that had answered before.
pub(super) fn has_answered(error: &CallError) -> bool {
    let mut extensions = Extensions::new();
    if let Some(connected) = error.connect_info() {
        connected.get_extras(&mut extensions);
    }
    extensions.get::<Mark>().is_some_and(|mark| mark.0.load(Ordering::Relaxed))
}

impl Service<Uri> for Connector {
    type Response = Marked;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Marked, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let (connecting, limit) = (self.inner.call(address), self.limit);
        Box::pin(async move {
            let stream = timeout(limit, connecting).await.map_err(|_| TooLate(limit))??;
            Ok(Marked { stream, mark: Mark::default() })
        })
    }
}

impl Connection for Marked {
    fn connected(&self) -> Connected {
        self.stream.connected().extra(self.mark.clone())
    }
}

impl Read for Marked {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Marked {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
