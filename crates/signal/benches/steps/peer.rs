//! libsignal in a process of its own, asked for one block at a time.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

pub struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts `command`, words that blanks divide.
    pub fn start(command: &str) -> Self {
        let mut words = command.split_whitespace();
        let program = words.next().unwrap();
        let mut child = Command::new(program)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    fn ask(&mut self, step: &str, count: usize) -> serde_json::Value {
        writeln!(self.input, "{step} {count}").unwrap();
        self.input.flush().unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Nanoseconds of each of `runs` runs of `step`.
    pub fn run(&mut self, step: &str, runs: usize) -> Vec<u64> {
        let answer = self.ask(step, runs);
        answer["ns"].as_array().unwrap().iter().map(|ns| ns.as_u64().unwrap()).collect()
    }

    /// Bytes of its largest session over `messages` alternating messages.
    pub fn largest(&mut self, messages: usize) -> usize {
        let bytes = self.ask("session", messages)["bytes"].as_u64().unwrap();
        usize::try_from(bytes).unwrap()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
