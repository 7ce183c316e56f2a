//! `karat mcp`: the tools for an assistant that starts this program and talks over its standard input and output.

use anyhow::{Context, Result};
use rmcp::service::ServiceExt as _;

use crate::app::App;
use crate::surfaces::mcp::{Home, Tools};

/// Serves until the assistant closes the pipe.
pub async fn mcp(app: App) -> Result<u8> {
    let mut stop = app.stop.clone();
    let tools = Tools::new(Home::Terminal(Box::new(app)));
    let service = tools.serve((tokio::io::stdin(), tokio::io::stdout())).await;
    let service = service.context("the assistant said nothing that is MCP\n  next: start `karat mcp` from an assistant's settings, not by hand")?;
    let ended = service.cancellation_token();
    tokio::select! {
        _ = service.waiting() => {}
        () = stop.wait() => ended.cancel(),
    }
    Ok(0)
}
