//! The Cloud API, or the same code at the business.

use cloud_api::{CloudApi, Command, Event};

use super::happening;
use crate::{node::Resident, view::EventRecord};

impl Resident for CloudApi {
    fn token(command: &Command) -> Option<u128> {
        match *command {}
    }

    fn render(event: &Event) -> Option<EventRecord> {
        let on = |record: EventRecord, phone_number_id: &str| {
            record.with("phone_number_id", phone_number_id)
        };
        Some(match event {
            Event::Decrypted { phone_number_id, id } => {
                on(EventRecord::new("decrypted").with("id", id.to_string()), phone_number_id)
            }
            Event::Took { phone_number_id, id } => {
                on(EventRecord::new("took").with("id", id.to_string()), phone_number_id)
            }
            Event::Withheld { phone_number_id, id, code } => {
                let record = EventRecord::new("withheld").with("id", id.to_string());
                on(record.with("code", *code), phone_number_id)
            }
            Event::Forwarded { item } => EventRecord::new("forwarded").with("item", item.clone()),
            Event::Denied { principal, route } => EventRecord::new("denied")
                .with("principal", principal.clone())
                .with("route", route.clone()),
            Event::Accessed { principal, route } => EventRecord::new("accessed")
                .with("principal", principal.clone())
                .with("route", route.clone()),
            // What an operator reads aloud to a business is no part of a run's record.
            Event::Code { phone_number_id, .. } => on(EventRecord::new("code"), phone_number_id),
            Event::Granted { phone_number_id } => on(EventRecord::new("granted"), phone_number_id),
            Event::Revoked { phone_number_id } => on(EventRecord::new("revoked"), phone_number_id),
            Event::Forgot { phone_number_id } => on(EventRecord::new("forgot"), phone_number_id),
            Event::ServiceOn { phone_number_id, service, terms_id } => {
                let record = EventRecord::new("service-on").with("service", service.clone());
                on(record.with("terms_id", terms_id.clone()), phone_number_id)
            }
            Event::ServiceOff { phone_number_id, service } => {
                let record = EventRecord::new("service-off").with("service", service.clone());
                on(record, phone_number_id)
            }
            Event::ServiceReplied { phone_number_id, service, terms_id, to, id } => {
                let record = EventRecord::new("service-replied").with("id", id.to_string());
                let record = record.with("service", service.clone());
                let record = record.with("terms_id", terms_id.clone());
                on(record.with("to", to.to_string()), phone_number_id)
            }
            Event::Happened { phone_number_id, happening: what } => {
                on(happening(what), phone_number_id)
            }
        })
    }
}
