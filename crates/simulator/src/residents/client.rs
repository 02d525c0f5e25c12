//! A person's device.

use client::{Ask, Client, Command, Event};

use super::happening;
use crate::{node::Resident, view::EventRecord};

/// Numbers of commands that follow short messages; the plan's and a reader's are below.
const TEXTED_COMMANDS: u64 = 1 << 41;

impl Resident for Client {
    fn token(command: &Command) -> Option<u128> {
        Some(command.number.into())
    }

    fn acknowledged(event: &Event) -> Option<u128> {
        match event {
            Event::Acknowledged { number } => Some((*number).into()),
            Event::Shown { .. }
            | Event::Fetched { .. }
            | Event::Labelled { .. }
            | Event::Happened(_) => None,
        }
    }

    fn typed(command: &Command) -> Option<Vec<u8>> {
        match &command.ask {
            Ask::Write { to, text, .. } => Some(format!("to {}: {text}", to.digits()).into_bytes()),
            Ask::Send { to, body, .. } => {
                Some(format!("to {}: {}", to.digits(), body.words()).into_bytes())
            }
            Ask::SendFile { to, media, file, .. } => {
                let words = format!("to {}: {} ", to.digits(), media.caption);
                Some([words.as_bytes(), &file.0].concat())
            }
            Ask::Report { about, attached, .. } => {
                Some(format!("report {}: {attached:?}", about.digits()).into_bytes())
            }
            Ask::Block { who, .. } => Some(format!("block {}", who.digits()).into_bytes()),
            Ask::EnterCode { code } => Some(format!("code {code}").into_bytes()),
            Ask::Read { .. }
            | Ask::Play { .. }
            | Ask::AskAgain { .. }
            | Ask::LoseSession { .. }
            | Ask::DeleteAccount
            | Ask::Reinstall => None,
        }
    }

    fn texted(text: &[u8], nth: u64) -> Option<Command> {
        let code = String::from_utf8(text.to_vec()).ok()?;
        let number = u64::saturating_add(TEXTED_COMMANDS, nth);
        Some(Command { number, ask: Ask::EnterCode { code } })
    }

    fn shown(event: &Event) -> Option<Vec<u8>> {
        match event {
            Event::Shown { from, text, .. } => {
                Some(format!("from {}: {text}", from.digits()).into_bytes())
            }
            Event::Acknowledged { .. }
            | Event::Fetched { .. }
            | Event::Labelled { .. }
            | Event::Happened(_) => None,
        }
    }

    fn render(event: &Event) -> Option<EventRecord> {
        Some(match event {
            Event::Acknowledged { number } => {
                EventRecord::new("acknowledged").with("number", *number)
            }
            Event::Shown { from, id, .. } => {
                EventRecord::new("shown").with("from", from.to_string()).with("id", id.to_string())
            }
            Event::Fetched { from, id, outcome } => {
                let record = EventRecord::new("fetched").with("from", from.to_string());
                let record = record.with("id", id.to_string());
                match outcome {
                    Ok((_, length)) => record.with("bytes", *length),
                    Err(why) => record.with("why", why.to_string()),
                }
            }
            Event::Labelled { with, operator } => EventRecord::new("labelled")
                .with("operator", format!("{operator:?}"))
                .with("with", with.to_string()),
            Event::Happened(what) => happening(what),
        })
    }
}
