//! One round: every question is asked until it is answered, or given up.

use std::{collections::BTreeMap, sync::Arc};

use hop::{ExchangeId, Unreachable, http::Response};
use rand_core::CryptoRng;
use vocab::{
    DataClass, Instant, Micros, Now,
    limits::{RESEND_FIRST, RESEND_MOST},
};

use super::{config::Ask, output::Event};

/// Questions that wait for their answers at once: a reader knows many businesses and asks about
/// each at each, and a question under way has a request, a connection and an answer.
const MOST_ASKED: usize = 500;
/// How often one question is asked in one round before it is given up.
const TRIES: u32 = 5;

/// The questions of one round that have not ended.
#[derive(Default)]
pub(super) struct Round {
    waiting: Vec<Question>,
    asked: BTreeMap<ExchangeId, Question>,
}

pub(super) struct Question {
    pub(super) ask: Arc<Ask>,
    tries: u32,
    wait: Micros,
    at: Instant,
}

impl Round {
    /// A round that asks everything, so much of it at once as may wait for answers; or of each
    /// class one question of `one_in`, and one at least.
    pub(super) fn of(asks: &[Arc<Ask>], one_in: u32, now: Now, rng: &mut dyn CryptoRng) -> Self {
        let mut round = Self::default();
        if one_in <= 1 {
            asks.iter().for_each(|ask| round.add(Arc::clone(ask), now));
            return round;
        }
        let mut classes: BTreeMap<DataClass, Vec<&Arc<Ask>>> = BTreeMap::new();
        for ask in asks {
            classes.entry(ask.class).or_default().push(ask);
        }
        for asks in classes.into_values() {
            let every = (one_in as usize).min(asks.len());
            // The remainder favours nothing that matters: `every` is small beside 2^32.
            let first = (rng.next_u32() as usize).checked_rem(every).unwrap_or_default();
            asks.into_iter()
                .skip(first)
                .step_by(every)
                .for_each(|ask| round.add(Arc::clone(ask), now));
        }
        round
    }

    /// One more question.
    fn add(&mut self, ask: Arc<Ask>, now: Now) {
        self.waiting.push(Question { ask, tries: 0, wait: RESEND_FIRST, at: now.mono });
    }

    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.asked.is_empty()
    }

    /// Questions whose time has come and for which there is room; each is [`Round::sent`] or lost.
    pub(super) fn due(&mut self, now: Now) -> Vec<Question> {
        let mut room = self.room();
        if room == 0 {
            return Vec::new();
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (due, later) = waiting.into_iter().partition(|question| {
            let is_due = room > 0 && question.at <= now.mono;
            room = room.saturating_sub(usize::from(is_due));
            is_due
        });
        self.waiting = later;
        due
    }

    /// How many more questions may be asked now.
    fn room(&self) -> usize {
        MOST_ASKED.saturating_sub(self.asked.len())
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
        let Ask { authority, method, target, class } = Ask::clone(&question.ask);
        match outcome {
            Ok(response) => {
                if let Some(next) = next_page(&response) {
                    self.add(Arc::new(Ask { target: next, ..Ask::clone(&question.ask) }), now);
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

    /// When it goes on by itself; with no room it goes on with the next answer.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        let questions = self.waiting.iter().filter(|_| self.room() > 0);
        questions.map(|question| question.at).min()
    }
}

/// Where an answer says that it goes on: everything is asked for, not only the first page.
fn next_page(response: &Response) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&response.body).ok()?;
    let next = body.get("paging")?.get("next")?.as_str()?;
    (response.is_success() && next.starts_with('/')).then(|| next.to_string())
}
