//! Files that messages name by a link: fetched first, from servers that the configuration allows.
//!
//! The call waits for its answer meanwhile, so that a crash loses nothing that was accepted. What
//! cannot be fetched is accepted and then told as failed, as the platform does it.

use std::collections::BTreeMap;

use hop::{
    Act, ExchangeId, Unreachable,
    http::{Request, Response},
};

use super::{CloudApi, Step};
use crate::{graph::manage::callbacks::Callback, input::NumberJob, parameters::File};

/// Messages that wait for their files, at once.
const MOST_WAITING: usize = 100;

/// Messages that wait for their files.
pub(super) type Linking = BTreeMap<ExchangeId, (u32, NumberJob)>;

impl CloudApi {
    /// Does a piece of work once the file that it names by a link was fetched, or could not be.
    pub(super) fn after_link(&mut self, slot: u32, mut work: NumberJob, step: &mut Step<'_>) {
        let exchange = work.exchange();
        let NumberJob::Send { message, .. } = &mut work else {
            return self.on_number(slot, work, step);
        };
        let server = message.link().and_then(Callback::parse);
        let server = server.filter(|at| self.may_fetch_from(&at.authority));
        match (server, exchange) {
            (Some(_), Some(exchange)) if self.linking.len() >= MOST_WAITING => {
                self.try_later(exchange, step);
            }
            (Some(server), _) => {
                let id = self.exchange();
                self.linking.insert(id, (slot, work));
                let request = Request::new(&server.authority, "GET", &server.path);
                step.at_once(Act::Request { id, request });
            }
            (None, _) => self.on_number(slot, work, step),
        }
    }

    /// Whether the configuration allows a server; those of the platform itself have no files.
    fn may_fetch_from(&self, authority: &str) -> bool {
        let config = &self.config;
        let own = [Some(&config.business_manager), config.billing.as_ref()];
        let own = own.into_iter().chain([config.statistics.as_ref()]).flatten();
        let services = config.services.iter().map(|one| &one.authority);
        let mut own = own.into_iter().chain(services);
        config.management.links.allow(authority) && own.all(|name| name != authority)
    }

    /// A server answered with a file, or did not; whether the exchange was about that.
    pub(super) fn link_came(
        &mut self,
        id: ExchangeId,
        outcome: &Result<Response, Unreachable>,
        step: &mut Step<'_>,
    ) -> bool {
        let Some((slot, mut work)) = self.linking.remove(&id) else { return false };
        if let (NumberJob::Send { message, .. }, Ok(answer)) = (&mut work, outcome)
            && answer.is_success()
        {
            let mut headers = answer.headers.iter();
            let mime_type = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            let mime_type = mime_type.map(|(_, value)| value.clone());
            let bytes = answer.body.clone();
            message.fetched(File {
                name: String::new(),
                filename: String::new(),
                mime_type,
                bytes,
            });
        }
        self.on_number(slot, work, step);
        true
    }
}
