//! `blindpost listen` and `blindpost trigger`: what a developer does to an `up` that runs.

use std::io::{self, Write as _};

use host::{
    process::{self, Signals},
    terminal::{self, EVENTS, Event, Forwarded, Listener, Session, TerminalError},
};

use super::args::{Listen, Named, Trigger};
use crate::{exit::Exit, sim::unusable};

/// Why it comes to nothing.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// What runs refuses it, or nothing does.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
    /// The system refuses something.
    #[error("{0}")]
    System(#[from] io::Error),
}

fn exit(outcome: io::Result<Result<(), Failure>>) -> Exit {
    match outcome.map_err(Failure::from) {
        Ok(Ok(())) => Exit::Held,
        Ok(Err(why)) | Err(why) => unusable(&why.to_string()),
    }
}

/// Prints a line, for whoever still reads.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _unread = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Forwards webhooks until it is told to end.
pub(crate) fn listen(asked: Listen) -> Exit {
    exit(process::run(listening(asked)))
}

async fn listening(asked: Listen) -> Result<(), Failure> {
    let Listen { forward_to, print_json, at } = asked;
    let mut signals = Signals::listen()?;
    let session = Session::open(&at.url).await?;
    let secret = session.ready.app_secret.clone();
    let to = forward_to.as_ref().map(|to| format!("http://{}{}", to.authority, to.path));
    let shown = to.clone();
    let tell = move |webhook: &Forwarded| tell(webhook, shown.as_deref(), print_json);
    let listener = Listener::start(session, forward_to, tell).await?;
    say(&format!("Webhooks are signed with {secret}"));
    say(&format!("They go to {}", to.as_deref().unwrap_or("this terminal alone")));
    if let Some(before) = &listener.replaced {
        say(&format!(
            "The number had an override of its own, {before}: set it again when this has ended"
        ));
    }
    say("Ctrl-C ends it.");
    signals.heard().await;
    Ok(listener.end().await?)
}

fn tell(webhook: &Forwarded, to: Option<&str>, print_json: bool) {
    let Forwarded { what, body, status, millis } = webhook;
    let mut line = what.join(", ");
    if let Some(to) = to {
        let status = status.map_or("no answer".to_owned(), |status| status.to_string());
        line.push_str(&format!("  [{status}] POST {to} ({millis} ms)"));
    }
    say(&line);
    if print_json {
        say(&String::from_utf8_lossy(body));
    }
}

/// Makes something happen, or lists what can be made to.
pub(crate) fn trigger(asked: &Trigger) -> Exit {
    let Some(name) = &asked.event else {
        EVENTS.iter().for_each(|event| say(&format!("{:<22} {}", event.name, event.doc)));
        return Exit::Held;
    };
    let Some(event) = EVENTS.iter().find(|event| event.name == name) else {
        return unusable(&format!("{name} is no event; `blindpost trigger` lists them"));
    };
    exit(process::run(triggering(*event, asked)))
}

async fn triggering(event: Event, asked: &Trigger) -> Result<(), Failure> {
    let session = Session::open(&asked.at.url).await?;
    let about = terminal::trigger(&session, event, asked.user.as_deref()).await?;
    say(&format!("{}: {about}", event.name));
    Ok(())
}

/// Puts aside the state of the whole world.
pub(crate) fn snapshot(asked: &Named) -> Exit {
    exit(process::run(async {
        let session = Session::open(&asked.at.url).await?;
        Ok(session.snapshot(&asked.name).await?)
    }))
}

/// Puts it back.
pub(crate) fn restore(asked: &Named) -> Exit {
    exit(process::run(async {
        let session = Session::open(&asked.at.url).await?;
        Ok(session.restore(&asked.name).await?)
    }))
}
