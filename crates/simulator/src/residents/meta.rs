//! Business Manager, billing, statistics and the readers.

use meta::{AutoReply, Billing, BusinessManager, Event, NoCommand, Reader, Statistics, reader};

use crate::{node::Resident, view::EventRecord};

fn audit(event: &Event) -> Option<EventRecord> {
    let (kind, principal, pattern) = match event {
        Event::Denied { principal, pattern, .. } => ("denied", principal, pattern),
        Event::Invalid { principal, pattern, .. } => ("invalid", principal, pattern),
        Event::Accessed { principal, pattern } => ("accessed", principal, pattern),
        Event::ServiceEnabled { business, service, terms_id } => {
            let record = EventRecord::new("service-enabled").with("business", business.clone());
            let record = record.with("service", service.clone());
            return Some(record.with("terms_id", terms_id.clone()));
        }
        Event::ServiceRemoved { business, service } => {
            let record = EventRecord::new("service-removed").with("business", business.clone());
            return Some(record.with("service", service.clone()));
        }
        Event::Processed { service, business, message, terms_id } => {
            let record = EventRecord::new("processed").with("business", business.clone());
            let record = record.with("message", message.clone()).with("service", *service);
            return Some(record.with("terms_id", terms_id.clone()));
        }
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

impl Resident for AutoReply {
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
