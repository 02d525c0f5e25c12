//! Running the built command, and files to run it on.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

/// A folder of a test's own, empty.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _absent = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder takes files");
    folder
}

/// The command, as a shell without a terminal would run it.
pub(crate) fn blindpost() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_blindpost"));
    command.stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("BLINDPOST_PORTABLE");
    command
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// What it wrote for people or machines.
    pub(crate) out: String,
    /// What it complained about.
    pub(crate) err: String,
}

/// Runs `command` to its end. No run may panic, whatever it was given.
#[track_caller]
pub(crate) fn end(command: &mut Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().expect("the command starts");
    let text = |bytes| String::from_utf8(bytes).expect("what it writes is UTF-8");
    let ended = Ended { code: status.code(), out: text(stdout), err: text(stderr) };
    assert!(!ended.err.contains("panicked"), "{}", ended.err);
    ended
}
