//! Commands that run until they are told to end, and what they print.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

/// The built command.
pub(crate) fn blindpost(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_blindpost"));
    command.args(words);
    command
}

/// A command that runs.
pub(crate) struct Live {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    stdin: Option<ChildStdin>,
    log: Lines<BufReader<ChildStderr>>,
}

impl Live {
    pub(crate) fn start(words: &[&str]) -> Self {
        let mut child = blindpost(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let out = child.stdout.take().expect("its output is ours");
        let log = child.stderr.take().expect("its log is ours");
        let stdin = child.stdin.take();
        let (lines, log) = (BufReader::new(out).lines(), BufReader::new(log).lines());
        Self { child, lines, stdin, log }
    }

    /// What it prints until it says that it runs.
    pub(crate) fn is_ready(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        for line in self.lines.by_ref() {
            let line = line.expect("it prints text");
            if line == "Ctrl-C ends it." {
                return said;
            }
            said.push(line);
        }
        panic!("it ended: {said:?}");
    }

    /// The value that it printed behind `name` when it was ready.
    pub(crate) fn told(&mut self, names: &[&str]) -> Vec<String> {
        let said = self.is_ready();
        let value = |name: &&str| {
            let line = said.iter().find(|line| line.split_whitespace().next() == Some(name));
            let line = line.unwrap_or_else(|| panic!("{name} in {said:?}"));
            line.split_whitespace().nth(1).expect("a value").to_owned()
        };
        names.iter().map(value).collect()
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &Value) {
        let stdin = self.stdin.as_mut().expect("it reads");
        writeln!(stdin, "{line}").expect("it reads");
    }

    /// The next line of JSON that is this event.
    pub(crate) fn event(&mut self, event: &str) -> Value {
        for line in self.lines.by_ref() {
            let line: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            if line["event"] == event {
                return line;
            }
        }
        panic!("it ended before {event}");
    }

    /// What the next line of the log says that begins with `words`, behind them.
    pub(crate) fn logs(&mut self, words: &str) -> String {
        for line in self.log.by_ref() {
            let line: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            if let Some(rest) = line["what"].as_str().and_then(|what| what.strip_prefix(words)) {
                return rest.to_owned();
            }
        }
        panic!("it ended before it logged {words}");
    }

    /// Waits until it prints a line in which `words` stand.
    pub(crate) fn prints(&mut self, words: &str) {
        let mut said = Vec::new();
        for line in self.lines.by_ref() {
            let line = line.expect("it prints text");
            if line.contains(words) {
                return;
            }
            said.push(line);
        }
        panic!("it ended before it printed {words}: {said:?}");
    }

    /// Waits until it ends by itself: its exit code, and what it said on the standard error.
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        let said: Vec<String> = self.log.by_ref().map_while(Result::ok).collect();
        (self.child.wait().expect("it ends").code(), said.join("\n"))
    }

    /// Tells it to end; whether it ended well.
    pub(crate) fn end(mut self) -> bool {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().expect("there is kill");
        assert!(killed.success());
        self.child.wait().expect("it ends").success()
    }
}

impl Drop for Live {
    /// A test that failed leaves nothing behind.
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
