//! One round: every question is asked until it is answered, or given up.

use std::collections::BTreeMap;

use hop::{ExchangeId, Unreachable, http::Response};
use rand_core::CryptoRng;
use vocab::{
    DataClass, Instant, Micros, Now,
    limits::{RESEND_FIRST, RESEND_MOST},
};

use super::{config::Ask, output::Event};

/// How often one question is asked in one round before it is given up.
const TRIES: u32 = 5;

/// The questions of one round that have not ended.
#[derive(Default)]
pub(super) struct Round {
    waiting: Vec<Question>,
    asked: BTreeMap<ExchangeId, Question>,
}

pub(super) struct Question {
    pub(super) ask: Ask,
    tries: u32,
    wait: Micros,
    at: Instant,
}

impl Round {
    /// A round that asks, at once, everything; or of each class one question of `one_in`, and one
    /// at least.
    pub(super) fn of(asks: &[Ask], one_in: u32, now: Now, rng: &mut dyn CryptoRng) -> Self {
        let mut round = Self::default();
        if one_in <= 1 {
            asks.iter().for_each(|ask| round.add(ask.clone(), now));
            return round;
        }
        let mut classes: BTreeMap<DataClass, Vec<&Ask>> = BTreeMap::new();
        for ask in asks {
            classes.entry(ask.class).or_default().push(ask);
        }
        for asks in classes.into_values() {
            let every = (one_in as usize).min(asks.len());
            // The remainder favours nothing that matters: `every` is small beside 2^32.
            let first = (rng.next_u32() as usize).checked_rem(every).unwrap_or_default();
            asks.into_iter().skip(first).step_by(every).for_each(|ask| round.add(ask.clone(), now));
        }
        round
    }

    /// One more question.
    fn add(&mut self, ask: Ask, now: Now) {
        self.waiting.push(Question { ask, tries: 0, wait: RESEND_FIRST, at: now.mono });
    }

    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.asked.is_empty()
    }

    /// Questions whose time has come; each is [`Round::sent`] or lost.
    pub(super) fn due(&mut self, now: Now) -> Vec<Question> {
        let waiting = std::mem::take(&mut self.waiting);
        let (due, later) = waiting.into_iter().partition(|question| question.at <= now.mono);
        self.waiting = later;
        due
    }

    pub(super) fn sent(&mut self, id: ExchangeId, question: Question) {
        self.asked.insert(id, question);
    }

    /// A question has been answered or not; what that means for the operator.
    pub(super) fn ended(
        &mut self,
        id: ExchangeId,
        outcome: Result<Response, Unreachable>,
        now: Now,
    ) -> Option<Event> {
        let mut question = self.asked.remove(&id)?;
        let Ask { authority, method, target, class } = question.ask.clone();
        match outcome {
            Ok(response) => {
                if let Some(next) = next_page(&response) {
                    self.add(Ask { target: next, ..question.ask }, now);
                }
                let status = response.status;
                Some(Event::Asked { authority, method, target, class, status })
            }
            Err(Unreachable) => {
                question.tries = question.tries.saturating_add(1);
                if question.tries >= TRIES {
                    return Some(Event::Unanswered { authority, method, target, class });
                }
                question.at = now.mono.after(question.wait);
                question.wait = question.wait.doubled_up_to(RESEND_MOST);
                self.waiting.push(question);
                None
            }
        }
    }

    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.waiting.iter().map(|question| question.at).min()
    }
}

/// Where an answer says that it goes on: everything is asked for, not only the first page.
fn next_page(response: &Response) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&response.body).ok()?;
    let next = body.get("paging")?.get("next")?.as_str()?;
    (response.is_success() && next.starts_with('/')).then(|| next.to_string())
}
