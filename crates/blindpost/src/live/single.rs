//! One role in one process.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, value_parser};
use host::{
    process::{self, Signals},
    roles::{Role, RoleError, Said},
    settings::Unless,
};
use serde_json::{Map, Value};

use super::ready_file::{self, FileError, at};
use crate::{
    exit::Exit,
    sim::{broken, unusable},
};

/// Places in [`Role::ALL`]: a command for each.
pub(crate) const TRANSPORT: usize = 0;
pub(crate) const CLOUD_API: usize = 1;
pub(crate) const BUSINESS: usize = 2;
pub(crate) const CLIENT: usize = 3;
pub(crate) const META: usize = 4;

const CONFIG: &str = "config";
const CHECK: &str = "check";
const PRINT_KEY: &str = "print-key";
const READY_FILE: &str = "ready-file";
const CLOCK: &str = "clock";

/// What is asked of a role: its settings are its flags.
#[derive(Debug)]
pub(crate) struct Args<const ROLE: usize> {
    config: Option<PathBuf>,
    check: bool,
    print_key: bool,
    ready_file: Option<PathBuf>,
    flags: BTreeMap<String, Vec<String>>,
}

fn role(place: usize) -> Role {
    Role::ALL.get(place).copied().unwrap_or(Role::Transport)
}

/// A virtual clock moves when nothing is under way any more, which a process knows of itself alone:
/// what several processes have under way between them, none does.
fn clock(text: &str) -> Result<(), &'static str> {
    match text {
        "real" => Ok(()),
        "virtual" => Err("a virtual clock moves once nothing is under way any more, and no role \
            knows what is under way in another process; `blindpost up --clock virtual` runs all \
            of them in one"),
        _ => Err("expected real"),
    }
}

impl<const ROLE: usize> clap::Args for Args<ROLE> {
    fn augment_args(command: Command) -> Command {
        let path = |name, value| {
            Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf))
        };
        let flag = |name| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let mut command = command
            .arg(path(CONFIG, "FILE").help("Settings, as TOML: the table of this role counts"))
            .arg(flag(CHECK).help("Say what is wrong with the settings, and start nothing"))
            .arg(flag(PRINT_KEY).help("Print the key that others know it by, and start nothing"))
            .arg(
                Arg::new(CLOCK)
                    .long(CLOCK)
                    .value_name("CLOCK")
                    .value_parser(clock)
                    .help("Which clock: real; a virtual one is for `blindpost up` alone"),
            )
            .arg(path(READY_FILE, "FILE").help("Write addresses and key as JSON once it listens"))
            .after_help(
                "Every setting can also stand in the environment (BLINDPOST_ before its name in \
                 capitals) and in the file; a flag counts first, then the environment, then the \
                 file.\nExit codes: 0 it ended when it was told to, or nothing is wrong; 1 it \
                 could not go on; 2 it could not start, or something is wrong.",
            );
        for setting in role(ROLE).settings() {
            let help = match setting.unless {
                Unless::Refused => format!("{} [needed]", setting.doc),
                Unless::Absent => setting.doc.to_owned(),
                Unless::Default(default) => format!("{} [default: {default}]", setting.doc),
            };
            let action = if setting.many { ArgAction::Append } else { ArgAction::Set };
            let argument = Arg::new(setting.name).long(setting.flag()).value_name(setting.value);
            command = command.arg(argument.action(action).help(help));
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const ROLE: usize> FromArgMatches for Args<ROLE> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = BTreeMap::new();
        for setting in role(ROLE).settings() {
            if let Some(values) = matches.get_many::<String>(setting.name) {
                flags.insert(setting.name.to_owned(), values.cloned().collect());
            }
        }
        Ok(Self {
            config: matches.get_one(CONFIG).cloned(),
            check: matches.get_flag(CHECK),
            print_key: matches.get_flag(PRINT_KEY),
            ready_file: matches.get_one(READY_FILE).cloned(),
            flags,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Why it does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The role does not start.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system refuses something.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// The name of a file, and what it says.
fn read(path: &Path) -> Result<(String, String), FileError> {
    let text = fs::read_to_string(path).map_err(at(path))?;
    Ok((path.display().to_string(), text))
}

/// Runs the role until it is told to end, or checks what it is told.
pub(crate) fn run<const ROLE: usize>(asked: Args<ROLE>) -> Exit {
    let Args { config, check, print_key, ready_file, flags } = asked;
    let role = role(ROLE);
    let file = match config.as_deref().map(read).transpose() {
        Ok(file) => file,
        Err(why) => return unusable(&why.to_string()),
    };
    let said = Said { flags, file };
    let variable = |name: &str| env::var(name).ok();
    if check {
        return match role.check(said, variable) {
            Ok(()) => Exit::Held,
            Err(problems) => {
                let problems = problems.iter().map(|problem| unusable(&problem.to_string()));
                problems.max().unwrap_or(Exit::Unusable)
            }
        };
    }
    if print_key {
        return match role.key(said, variable) {
            Ok(key) => {
                // Whoever closed the standard output did not want it.
                let _unread = writeln!(io::stdout(), "{key}");
                Exit::Held
            }
            Err(why) => unusable(&why.to_string()),
        };
    }
    match process::run(live(role, said, ready_file)).map_err(Failure::from) {
        Ok(Ok(None)) => Exit::Held,
        Ok(Ok(Some(what))) => broken(&what),
        Ok(Err(why)) | Err(why) => unusable(&why.to_string()),
    }
}

/// Runs it; what broke meanwhile, if anything did.
async fn live(
    role: Role,
    said: Said,
    ready_file: Option<PathBuf>,
) -> Result<Option<String>, Failure> {
    let mut signals = Signals::listen()?;
    let ready_file = ready_file.as_deref();
    ready_file::remove(ready_file)?;
    let running = role.start(said, |name| env::var(name).ok()).await?;
    let told = running.told.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let mut told: Map<String, Value> = told.collect();
    told.insert("pids".to_owned(), vec![std::process::id()].into());
    ready_file::write(ready_file, &told)?;
    if role != Role::Client {
        announce(&told);
    }
    let broken = signals.heard_or(running.failed()).await;
    if broken.is_none() {
        running.end().await;
    }
    ready_file::remove(ready_file)?;
    Ok(broken)
}

/// Says where it is. The standard output of a client is its person's.
fn announce(told: &Map<String, Value>) {
    let mut out = io::stdout().lock();
    for (name, value) in told {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // Whoever closed the standard output may still use what was started.
        let _unread = writeln!(out, "{name:<18} {value}");
    }
    let _unread = writeln!(out, "Ctrl-C ends it.").and_then(|()| out.flush());
}
