//! Business Manager, billing, statistics and the readers.

use meta::{Billing, BusinessManager, Event, NoCommand, Reader, Statistics, reader};

use crate::{node::Resident, view::EventRecord};

fn audit(event: &Event) -> Option<EventRecord> {
    let (kind, principal, pattern) = match event {
        Event::Denied { principal, pattern, .. } => ("denied", principal, pattern),
        Event::Invalid { principal, pattern, .. } => ("invalid", principal, pattern),
        Event::Accessed { principal, pattern } => ("accessed", principal, pattern),
        _ => return None,
    };
    Some(EventRecord::new(kind).with("principal", principal.clone()).with("route", *pattern))
}

impl Resident for BusinessManager {
    fn token(command: &NoCommand) -> Option<u128> {
        match *command {}
    }

    fn render(event: &Event) -> Option<EventRecord> {
        audit(event)
    }
}

impl Resident for Billing {
    fn token(command: &NoCommand) -> Option<u128> {
        match *command {}
    }

    fn render(event: &Event) -> Option<EventRecord> {
        audit(event)
    }
}

impl Resident for Statistics {
    fn token(command: &NoCommand) -> Option<u128> {
        match *command {}
    }

    fn render(event: &Event) -> Option<EventRecord> {
        audit(event)
    }
}

impl Resident for Reader {
    fn render(event: &reader::Event) -> Option<EventRecord> {
        match event {
            reader::Event::Asked { authority, method, target, status, .. } => Some(
                EventRecord::new("asked")
                    .with("method", method.clone())
                    .with("server", authority.clone())
                    .with("status", *status)
                    .with("target", target.clone()),
            ),
            reader::Event::Unanswered { authority, method, target, .. } => Some(
                EventRecord::new("unanswered")
                    .with("method", method.clone())
                    .with("server", authority.clone())
                    .with("target", target.clone()),
            ),
            reader::Event::RoundEnded { rounds, .. } => {
                Some(EventRecord::new("round-ended").with("rounds", *rounds))
            }
            _ => None,
        }
    }
}
