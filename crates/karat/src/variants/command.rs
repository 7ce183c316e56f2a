//! The only door to other programs: JSON on stdin, an answer on stdout, with limits of time and memory.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use karat_records::{Answer, Failure, FailureKind, Usage};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::{Request, attempt, our_failure};
use crate::app::App;
use crate::clock::milliseconds;

/// A program of the user's own.
#[derive(Debug)]
pub struct Program {
    run: Vec<String>,
    timeout: Duration,
    memory_mb: Option<u64>,
    folder: PathBuf,
    /// Most programs at once.
    pub concurrency: usize,
    slots: Semaphore,
}

/// What a program did.
struct Output {
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Most bytes that are kept of what a program prints.
const MOST_BYTES: u64 = 16 << 20;

impl Program {
    /// A program that is started once for each answer, in the project's folder.
    pub fn new(
        run: Vec<String>,
        timeout: Duration,
        memory_mb: Option<u64>,
        concurrency: usize,
        folder: PathBuf,
    ) -> Self {
        Self { run, timeout, memory_mb, folder, concurrency, slots: Semaphore::new(concurrency) }
    }

    /// Asks the program for one answer: `{id, trial, input}` on stdin;
    /// on stdout plain text, any JSON, or an object with `output` and what is known about it.
    pub async fn answer(&self, app: &App, request: Request<'_>) -> Answer {
        let input =
            json!({ "id": request.case_id, "trial": request.trial_index, "input": request.input });
        let Ok(_slot) = self.slots.acquire().await else { return Answer::default() };
        let begun = app.clock.instant();
        let ran = self.run(&input).await;
        let latency_ms = milliseconds(begun.elapsed());
        let asked = self.run.first().map_or("command", String::as_str);
        let (status, answer) = match ran {
            Ok(output) => (output.status, read_answer(&output)),
            Err(failure) => (None, Answer::failed(failure)),
        };
        let attempts = vec![attempt(asked, status, latency_ms, answer.failure.clone())];
        Answer { latency_ms: answer.latency_ms.or(Some(latency_ms)), attempts, ..answer }
    }

    /// Gives the program some JSON and reads the JSON or text that it prints.
    pub async fn ask(&self, input: &Value) -> Result<Value, Failure> {
        let Ok(_slot) = self.slots.acquire().await else {
            return Err(our_failure(FailureKind::Program, "shutting down"));
        };
        let output = self.run(input).await?;
        if let Some(failure) = failure_of(&output) {
            return Err(failure);
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(serde_json::from_str(text.trim())
            .unwrap_or_else(|_| Value::String(text.trim().to_owned())))
    }

    async fn run(&self, input: &Value) -> Result<Output, Failure> {
        let mut child = self.start()?;
        let group = child.id();
        let finished =
            tokio::time::timeout(self.timeout, communicate(&mut child, input.to_string())).await;
        // The program may have started others: they end with it, however it ended.
        end_group(group);
        if let Ok(output) = finished {
            output
        } else {
            let _ = child.wait().await;
            Err(our_failure(
                FailureKind::Timeout,
                format!("{} took longer than {:?}", self.run[0], self.timeout),
            ))
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one door to other programs")]
    fn start(&self) -> Result<Child, Failure> {
        let mut command = match self.memory_mb {
            // A shell sets the limit before the program begins; doing it later would leave a gap.
            Some(megabytes) => {
                let mut command = Command::new("sh");
                command
                    .arg("-c")
                    .arg(format!("ulimit -v {} && exec \"$@\"", megabytes * 1024))
                    .arg("sh")
                    .args(&self.run);
                command
            }
            None => {
                let mut command = Command::new(&self.run[0]);
                command.args(&self.run[1..]);
                command
            }
        };
        command
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        command.spawn().map_err(|error| {
            our_failure(FailureKind::Program, format!("{} cannot be started: {error}", self.run[0]))
        })
    }
}

async fn communicate(child: &mut Child, input: String) -> Result<Output, Failure> {
    let broken = |error: std::io::Error| {
        our_failure(FailureKind::Program, format!("the program's pipes broke: {error}"))
    };
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read its input may still answer.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let read = |pipe: Option<_>| async move {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            read_some(pipe, &mut bytes).await?;
        }
        Ok::<_, std::io::Error>(bytes)
    };
    let read_errors = async {
        let mut bytes = Vec::new();
        if let Some(pipe) = stderr {
            read_some(pipe, &mut bytes).await?;
        }
        Ok::<_, std::io::Error>(bytes)
    };
    let ((), stdout, stderr, status) = tokio::join!(write, read(stdout), read_errors, child.wait());
    let status = status.map_err(broken)?;
    #[cfg(unix)]
    let code = status
        .code()
        .or_else(|| std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| -signal));
    #[cfg(not(unix))]
    let code = status.code();
    Ok(Output { status: code, stdout: stdout.map_err(broken)?, stderr: stderr.map_err(broken)? })
}

async fn read_some(
    pipe: impl tokio::io::AsyncRead + Unpin,
    bytes: &mut Vec<u8>,
) -> std::io::Result<()> {
    let mut limited = pipe.take(MOST_BYTES);
    limited.read_to_end(bytes).await?;
    // What is beyond the limit is read and thrown away, so that the program does not hang on a full pipe.
    let mut rest = limited.into_inner();
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}

fn end_group(group: Option<u32>) {
    #[cfg(unix)]
    if let Some(group) = group.and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

fn failure_of(output: &Output) -> Option<Failure> {
    if output.status == Some(0) {
        return None;
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("it printed no reason")
        .trim();
    let how = match output.status {
        Some(code) if code >= 0 => format!("exited with {code}"),
        Some(signal) => format!("was ended by signal {}", -signal),
        None => "ended".into(),
    };
    let last: String = last.chars().take(300).collect();
    Some(our_failure(FailureKind::Program, format!("the program {how}: {last}")))
}

fn read_answer(output: &Output) -> Answer {
    if let Some(failure) = failure_of(output) {
        return Answer::failed(failure);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let text = text.trim();
    if text.is_empty() {
        return Answer::failed(our_failure(FailureKind::Empty, "the program printed no answer"));
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(map)) if map.contains_key("output") => Answer {
            output: map["output"].clone(),
            latency_ms: map.get("latency_ms").and_then(Value::as_f64),
            cost_usd: map.get("cost_usd").and_then(Value::as_f64),
            usage: map
                .get("usage")
                .and_then(|usage| serde_json::from_value::<Usage>(usage.clone()).ok()),
            ..Answer::default()
        },
        Ok(json) => Answer { output: json, ..Answer::default() },
        Err(_) => Answer { output: Value::String(text.to_owned()), ..Answer::default() },
    }
}
