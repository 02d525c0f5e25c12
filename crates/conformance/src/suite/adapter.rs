//! A process behind the adapter protocol, asked one thing at a time and never waited for longer
//! than agreed.
//!
//! Three threads carry its lines, so that no pipe can block the suite. What they keep is bounded:
//! lines in length and number, and complaints to their last bytes.

use std::{
    io::{self, BufRead as _, BufReader, Read, Write as _},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::lines::MAX_LINE;

/// Lines that may wait to be read; a process that writes more waits itself.
const WAITING_LINES: usize = 16;
/// Bytes kept of what a process wrote to its standard error.
const COMPLAINTS: usize = 2_048;
/// How long the end of a process is waited for in one go.
const MOMENT: Duration = Duration::from_millis(5);

/// A refusal, in the words of the implementation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// What comes before the colon.
    pub(crate) kind: String,
    /// All of it.
    pub(crate) text: String,
}

/// Why a process is of no use any more. The implementation, or whoever named the command, is to
/// blame.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("cannot be started: {0}")]
    NotStarted(io::Error),
    #[error("hangs: no answer within {} s", .0.as_secs_f32())]
    Hangs(Duration),
    #[error("answered without being asked: {0}")]
    Unasked(String),
    #[error("{0} without an answer")]
    Ended(String),
    #[error("wrote a line of more than {MAX_LINE} bytes")]
    TooLong,
    #[error("wrote what is not UTF-8: {0}")]
    NotText(String),
    #[error("wrote what is not JSON: {0}")]
    NotJson(String),
    #[error("answered neither with `ok` nor with `err`: {0}")]
    Neither(String),
    #[error("did not exit within {} s of the end of its input", .0.as_secs_f32())]
    Stays(Duration),
    #[error("{0} at the end of its input, not with 0")]
    Exit(String),
}

enum Event {
    Line(Vec<u8>),
    TooLong,
    End,
}

/// One process.
pub(crate) struct Adapter {
    child: Child,
    /// Gone once its input has been ended.
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Event>,
    complaints: Complaints,
    timeout: Duration,
}

impl Adapter {
    /// Starts `command`, a program and its arguments.
    pub(crate) fn start(command: &[String], timeout: Duration) -> Result<Self, Broken> {
        let none = || Broken::NotStarted(io::Error::other("the command is empty"));
        let (program, arguments) = command.split_first().ok_or_else(none)?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Broken::NotStarted)?;
        let (requests, to_write) = mpsc::channel();
        let (lines, answers) = mpsc::sync_channel(WAITING_LINES);
        let complaints = Complaints::default();
        if let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        {
            let tail = complaints.clone();
            thread::spawn(move || write(input, &to_write));
            thread::spawn(move || read(output, &lines));
            thread::spawn(move || listen(errors, &tail));
        }
        Ok(Self { child, requests: Some(requests), answers, complaints, timeout })
    }

    /// The answer to `request`.
    pub(crate) fn ask(&mut self, request: &Value) -> Result<Result<Value, Refused>, Broken> {
        self.say(format!("{request}\n").into_bytes())
    }

    /// The answer to `line`, whatever it is.
    pub(crate) fn say(&mut self, line: Vec<u8>) -> Result<Result<Value, Refused>, Broken> {
        self.silent()?;
        if let Some(requests) = &self.requests {
            // Nobody hears it if the process is gone, which the missing answer will tell.
            let _unheard = requests.send(line);
        }
        match self.answers.recv_timeout(self.timeout) {
            Ok(Event::Line(line)) => answer(&line),
            Ok(Event::TooLong) => Err(Broken::TooLong),
            Ok(Event::End) | Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
            Err(RecvTimeoutError::Timeout) => Err(Broken::Hangs(self.timeout)),
        }
    }

    /// That nothing waits to be read before something was asked.
    pub(crate) fn silent(&self) -> Result<(), Broken> {
        match self.answers.try_recv() {
            Ok(Event::Line(line)) => Err(Broken::Unasked(shown(&line))),
            Ok(Event::TooLong) => Err(Broken::TooLong),
            Ok(Event::End) | Err(TryRecvError::Empty | TryRecvError::Disconnected) => Ok(()),
        }
    }

    /// As [`silent`](Self::silent), for a moment: who floods is found out here.
    pub(crate) fn stays_silent(&self) -> Result<(), Broken> {
        match self.answers.recv_timeout(MOMENT.saturating_mul(10)) {
            Ok(Event::Line(line)) => Err(Broken::Unasked(shown(&line))),
            Ok(Event::TooLong) => Err(Broken::TooLong),
            Ok(Event::End) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Ok(())
            }
        }
    }

    /// Ends the input, upon which the process has to exit with 0.
    pub(crate) fn finish(&mut self) -> Result<(), Broken> {
        self.requests = None;
        match self.answers.recv_timeout(self.timeout) {
            Ok(Event::Line(line)) => return Err(Broken::Unasked(shown(&line))),
            Ok(Event::TooLong) => return Err(Broken::TooLong),
            Ok(Event::End) | Err(RecvTimeoutError::Disconnected) => {}
            Err(RecvTimeoutError::Timeout) => return Err(Broken::Stays(self.timeout)),
        }
        match self.wait(self.timeout) {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Broken::Exit(how(status))),
            None => Err(Broken::Stays(self.timeout)),
        }
    }

    /// The last lines of what the process wrote to its standard error.
    pub(crate) fn complaints(&self) -> String {
        self.complaints.text()
    }

    fn ended(&mut self) -> Broken {
        // It closed its output; most that do are about to exit.
        Broken::Ended(
            self.wait(self.timeout.min(MOMENT.saturating_mul(100)))
                .map_or_else(|| "closed its output".to_owned(), how),
        )
    }

    fn wait(&mut self, most: Duration) -> Option<ExitStatus> {
        let (_kept, nothing) = mpsc::channel::<()>();
        let mut waited = Duration::ZERO;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if waited >= most {
                return None;
            }
            let _elapsed = nothing.recv_timeout(MOMENT);
            waited = waited.saturating_add(MOMENT);
        }
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        self.requests = None;
        // It has had its time; what it holds lives in its memory alone.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

fn how(status: ExitStatus) -> String {
    status.code().map_or_else(|| format!("died ({status})"), |code| format!("exited with {code}"))
}

fn answer(line: &[u8]) -> Result<Result<Value, Refused>, Broken> {
    let text = str::from_utf8(line).map_err(|_| Broken::NotText(shown(line)))?;
    let value: Value = serde_json::from_str(text).map_err(|_| Broken::NotJson(shown(line)))?;
    match (value.get("ok"), value.get("err").and_then(Value::as_str)) {
        (Some(ok), None) if ok.is_object() => Ok(Ok(ok.clone())),
        (None, Some(text)) => {
            let (kind, _) = text.split_once(':').unwrap_or((text, ""));
            Ok(Err(Refused { kind: kind.trim().to_owned(), text: text.to_owned() }))
        }
        _ => Err(Broken::Neither(shown(line))),
    }
}

/// The beginning of a line, on one line.
fn shown(line: &[u8]) -> String {
    const MOST: usize = 100;
    let text = String::from_utf8_lossy(line.get(..MOST).unwrap_or(line));
    let dots = if line.len() > MOST { "..." } else { "" };
    format!("{}{dots}", text.escape_debug())
}

fn write(mut input: ChildStdin, lines: &Receiver<Vec<u8>>) {
    for line in lines {
        if input.write_all(&line).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

fn read(output: ChildStdout, lines: &SyncSender<Event>) {
    let mut output = BufReader::new(output);
    let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX).saturating_add(1);
    loop {
        let mut line = Vec::new();
        let read = output.by_ref().take(most).read_until(b'\n', &mut line);
        let ended = line.pop_if(|last| *last == b'\n').is_some();
        let event = match read {
            Ok(_) if line.len() > MAX_LINE => Event::TooLong,
            Ok(0) | Err(_) => Event::End,
            // A last line need not be ended.
            Ok(_) => Event::Line(line),
        };
        let last = matches!(event, Event::TooLong | Event::End);
        if lines.send(event).is_err() || last {
            return;
        }
        if !ended {
            let _nobody = lines.send(Event::End);
            return;
        }
    }
}

fn listen(mut errors: ChildStderr, tail: &Complaints) {
    let mut buffer = [0; 1_024];
    while let Ok(read @ 1..) = errors.read(&mut buffer) {
        tail.add(buffer.get(..read).unwrap_or_default());
    }
}

#[derive(Clone, Default)]
struct Complaints(Arc<Mutex<Vec<u8>>>);

impl Complaints {
    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let excess = kept.len().saturating_sub(COMPLAINTS);
        kept.drain(..excess);
    }

    fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).trim().to_owned()
    }
}
