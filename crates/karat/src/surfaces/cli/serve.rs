//! `karat serve`: where to listen, who may come in, and the link that signs in.

use std::net::SocketAddr;

use anyhow::{Context, Result};

use super::args::{OpenLink, ServeArgs};
use super::output;
use crate::app::{App, Refusal};
use crate::people::enter;
use crate::surfaces::http;

/// Serves until Ctrl-C.
pub async fn serve(app: App, args: ServeArgs) -> Result<u8> {
    // Whoever comes later would meet the same; better now.
    app.store()?;
    let has_keys = enter::has_keys(&app).await?;
    if !args.bind.is_loopback() && !has_keys {
        return Err(Refusal::invalid(format!(
            "{} can be reached by others, and nobody has joined yet\n  next: start it without --bind, sign in and invite people; or make a key with `karat token create NAME --role admin`; or set {}",
            args.bind,
            crate::config::ADMIN_KEY
        )));
    }
    let address = SocketAddr::from((args.bind, args.port));
    let listener = tokio::net::TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be used\n  next: name another port with --port, or end the program that has it")
    })?;
    let bound = listener.local_addr()?;
    let at = reached_at(bound, &args.allow_hosts);
    let app = app.reached_at(&at).staying();
    let name =
        app.project().map_or_else(|_| app.folder.display().to_string(), |project| project.name);
    output::print(&format!("karat serves {name}, listens at {bound}"))?;
    if args.open_link == OpenLink::Print {
        let link = enter::sign_in_secret(&app).await?.in_link();
        output::print(&format!(
            "  sign in with {at}/join#{link}\n  the link works once, for a day; Ctrl-C ends the server"
        ))?;
    }
    let options = http::Options { allow_hosts: args.allow_hosts, limits: http::Limits::default() };
    http::serve(app, listener, options).await?;
    Ok(0)
}

/// The address that people open: the first allowed name is a proxy's, which speaks https.
fn reached_at(bound: SocketAddr, allowed: &[String]) -> String {
    match allowed.first() {
        Some(name) => format!("https://{name}"),
        None if bound.ip().is_unspecified() => format!("http://127.0.0.1:{}", bound.port()),
        None => format!("http://{bound}"),
    }
}
