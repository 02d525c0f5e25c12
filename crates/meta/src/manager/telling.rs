//! Telling the Cloud API that grants have changed, until it has answered.

use hop::{Act, Effect, ExchangeId, Unreachable, http};
use vocab::{
    Instant, Micros, Now,
    limits::{RESEND_FIRST, RESEND_MOST},
};

use super::config::Config;
use crate::output::Event;

/// What one node of the Cloud API was told, and what is under way.
pub(super) struct Telling {
    authority: String,
    token: String,
    made: u64,
    told: u64,
    /// The request under way, and up to which change it speaks.
    asking: Option<(ExchangeId, u64)>,
    last_exchange: u64,
    /// From one exchange to the next: each node of the Cloud API has numbers of its own.
    step: u64,
    wait: Micros,
    not_before: Option<Instant>,
}

impl Telling {
    /// One for each node of the Cloud API.
    pub(super) fn all(config: &Config) -> Vec<Self> {
        let step = config.cloud_api.len() as u64;
        let nodes = (0_u64..).zip(&config.cloud_api);
        nodes.map(|(node, authority)| Self::new(config, authority, (node, step))).collect()
    }

    fn new(config: &Config, authority: &str, (node, step): (u64, u64)) -> Self {
        Self {
            authority: authority.to_owned(),
            token: config.token.clone(),
            made: 0,
            told: 0,
            asking: None,
            last_exchange: node,
            step,
            wait: RESEND_FIRST,
            not_before: None,
        }
    }

    /// The store holds these counts; an older report changes nothing.
    pub(super) fn learn(&mut self, made: u64, told: u64) {
        self.made = self.made.max(made);
        self.told = self.told.max(told);
    }

    /// Asks now if there is something to tell and nothing to wait for.
    pub(super) fn go_on(&mut self, now: Now, effects: &mut Vec<Effect<Event>>) {
        let waits = self.not_before.is_some_and(|at| at > now.mono);
        if self.told >= self.made || self.asking.is_some() || waits {
            return;
        }
        self.not_before = None;
        self.last_exchange = self.last_exchange.saturating_add(self.step);
        let id = ExchangeId(self.last_exchange);
        self.asking = Some((id, self.made));
        let request = http::Request::new(&self.authority, "POST", "/grants_changed")
            .bearer(&self.token)
            .json(b"{}".to_vec());
        effects.push(Effect { after: None, act: Act::Request { id, request } });
    }

    /// Up to which change the node knows.
    pub(super) const fn told(&self) -> u64 {
        self.told
    }

    /// A request has ended. Returns up to which change the node now knows, if that is news.
    pub(super) fn ended(
        &mut self,
        id: ExchangeId,
        outcome: &Result<http::Response, Unreachable>,
        now: Now,
    ) -> Option<u64> {
        let (_, spoken) = self.asking.take_if(|(asked, _)| *asked == id)?;
        if outcome.as_ref().is_ok_and(http::Response::is_success) {
            self.wait = RESEND_FIRST;
            self.told = self.told.max(spoken);
            return Some(spoken);
        }
        self.not_before = Some(now.mono.after(self.wait));
        self.wait = self.wait.doubled_up_to(RESEND_MOST);
        None
    }

    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.not_before.filter(|_| self.told < self.made && self.asking.is_none())
    }
}
