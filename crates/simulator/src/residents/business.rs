//! A business.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "events that acknowledge or show nothing are the rest"
)]

use business::{Business, Command, Event};

use crate::{node::Resident, view::EventRecord};

impl Resident for Business {
    fn token(command: &Command) -> Option<u128> {
        match command {
            Command::Send { id, .. } => Some(u128::from_be_bytes(id.0)),
            Command::Grant(_) | Command::AutoReply(_) => None,
        }
    }

    fn acknowledged(event: &Event) -> Option<u128> {
        match event {
            Event::Accepted { id } => Some(u128::from_be_bytes(id.0)),
            _ => None,
        }
    }

    fn typed(command: &Command) -> Option<Vec<u8>> {
        match command {
            Command::Send { to, text, .. } => {
                Some(format!("to {}: {text}", to.digits()).into_bytes())
            }
            Command::Grant(_) | Command::AutoReply(_) => None,
        }
    }

    fn shown(event: &Event) -> Option<Vec<u8>> {
        match event {
            Event::Shown { from, text, .. } => {
                Some(format!("from {}: {text}", from.digits()).into_bytes())
            }
            Event::Wrote { to, text, .. } => {
                Some(format!("answers {}: {text}", to.digits()).into_bytes())
            }
            _ => None,
        }
    }

    fn render(event: &Event) -> Option<EventRecord> {
        Some(match event {
            Event::Registered { granted } => {
                EventRecord::new("registered").with("granted", *granted)
            }
            Event::AutoReply { on } => EventRecord::new("auto-reply").with("on", *on),
            Event::Shown { wamid, from, .. } => EventRecord::new("shown")
                .with("from", from.to_string())
                .with("wamid", wamid.clone()),
            Event::StatusSeen { wamid, status, .. } => EventRecord::new("status")
                .with("status", status.name())
                .with("wamid", wamid.clone()),
            Event::Wrote { request, to, .. } => EventRecord::new("wrote")
                .with("request", request.to_string())
                .with("to", to.to_string()),
            Event::Accepted { id } => EventRecord::new("accepted").with("id", id.to_string()),
            Event::SendAccepted { request, wamid } => EventRecord::new("send-accepted")
                .with("request", request.to_string())
                .with("wamid", wamid.clone()),
            Event::SendFailed { request, status } => EventRecord::new("send-failed")
                .with("request", request.to_string())
                .with("status", *status),
            Event::Refused { status } => EventRecord::new("refused").with("status", *status),
            _ => return None,
        })
    }
}
