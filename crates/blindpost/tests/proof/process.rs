//! One process of the built command: what it says is heard, and it can be killed.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Read, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::Sender,
    thread::{self, JoinHandle},
    time::{SystemTime, UNIX_EPOCH},
};

/// A line that a process wrote.
#[derive(Debug)]
pub(crate) struct Said {
    /// The process, by its name.
    pub(crate) who: String,
    pub(crate) line: Line,
}

/// Where it was written.
#[derive(Debug)]
pub(crate) enum Line {
    /// To the standard output.
    Out(String),
    /// To the standard error: the log.
    Log(String),
}

/// A process that runs.
pub(crate) struct Process {
    name: String,
    child: Child,
    input: ChildStdin,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts `command`. All that it writes goes to `heard`; beside that its log to the end of the
    /// file `log`, and its standard output to the end of `said`, with the date.
    pub(crate) fn start(
        name: &str,
        command: &mut Command,
        (log, said): (&Path, &Path),
        heard: Sender<Said>,
    ) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let out = child.stdout.take().expect("its standard output is a pipe");
        let err = child.stderr.take().expect("its standard error is a pipe");
        let input = child.stdin.take().expect("its standard input is a pipe");
        let (mut log, said) = (end_of(log), said.to_owned());
        let to_log = move |line: String| {
            writeln!(log, "{line}").expect("a file takes lines");
            Line::Log(line)
        };
        let to_said = move |line: String| {
            record(&said, &line);
            Line::Out(line)
        };
        let readers = vec![read(name, out, to_said, heard.clone()), read(name, err, to_log, heard)];
        Self { name: name.to_owned(), child, input, readers }
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("whoever runs reads what is typed");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it with SIGKILL; it has had no time for anything. All that it wrote was heard.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process of ours can be killed");
        self.gone();
    }

    /// Asks it to end with SIGTERM, and waits until it has.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(sent.success(), "{} was not there any more", self.name);
        self.gone()
    }

    fn gone(&mut self) -> ExitStatus {
        let status = self.child.wait().expect("a process of ours can be waited for");
        for reader in self.readers.drain(..) {
            reader.join().expect("a reader ends with what it reads");
        }
        status
    }
}

impl Drop for Process {
    /// A test that failed leaves nothing behind.
    fn drop(&mut self) {
        if !self.readers.is_empty() {
            let _gone = self.child.kill().and_then(|()| self.child.wait());
        }
    }
}

fn end_of(file: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(file).expect("a file can be opened")
}

/// Writes a line to the end of a file, with the date in microseconds as logs have it: for whoever
/// wants to know how a failed run came about.
pub(crate) fn record(file: &Path, line: &str) {
    let date = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    writeln!(end_of(file), "{} {line}", date.as_micros()).expect("a file takes lines");
}

fn read(
    name: &str,
    from: impl Read + Send + 'static,
    mut what: impl FnMut(String) -> Line + Send + 'static,
    heard: Sender<Said>,
) -> JoinHandle<()> {
    let name = name.to_owned();
    thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let line = what(line.expect("what it writes is UTF-8"));
            // Whoever listened may have heard enough.
            let _enough = heard.send(Said { who: name.clone(), line });
        }
    })
}
