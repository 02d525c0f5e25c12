//! Running the commands of a chapter, in a folder of their own.

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::chapter::{Chapter, Doing};

/// What a command came to.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// What it printed, on both outputs, as a terminal shows it.
    pub(crate) printed: Vec<String>,
    /// Its exit code.
    pub(crate) code: i32,
}

/// Does what `chapter` asks for, in turn: the folder has a copy of `sims/`, and nothing else yet.
pub(crate) fn run(chapter: &Chapter, folder: &str) -> io::Result<Vec<Ran>> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&crate::root().join("sims"), &folder.join("sims"))?;
    let path = path_with_ours()?;
    let mut ran: Vec<Ran> = Vec::new();
    for doing in &chapter.doings {
        match doing {
            Doing::Write { name, more, text } => {
                let file = folder.join(name);
                let before = if *more { fs::read_to_string(&file)? } else { String::new() };
                fs::write(file, format!("{before}{text}"))?;
            }
            Doing::Run(step) => {
                let last = ran.last().map_or(0, |ran| ran.code);
                ran.push(one(&step.command, last, &folder, &path)?);
            }
        }
    }
    Ok(ran)
}

/// Runs one command line; `$?` is the exit code of the one before.
fn one(command: &str, last: i32, folder: &Path, path: &OsString) -> io::Result<Ran> {
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n(exit {last})\n{command}"))
        .current_dir(folder)
        .env("PATH", path)
        .env("LC_ALL", "C")
        .env_remove("BLINDPOST_PORTABLE")
        .stdin(Stdio::null())
        .output()?;
    let printed = String::from_utf8(output.stdout).map_err(io::Error::other)?;
    let printed = printed.lines().map(|line| line.trim_end().to_owned()).collect();
    Ok(Ran { printed, code: output.status.code().unwrap_or(-1) })
}

/// The search path, with the built command first.
fn path_with_ours() -> io::Result<OsString> {
    let built = Path::new(env!("CARGO_BIN_EXE_blindpost"));
    let ours = built.parent().map(Path::to_owned);
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths(ours.into_iter().chain(env::split_paths(&others))).map_err(io::Error::other)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copied = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &copied)?;
        } else {
            fs::copy(entry.path(), copied)?;
        }
    }
    Ok(())
}
