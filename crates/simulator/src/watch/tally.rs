//! Messages that are counted, and not noted one by one: what is under way, and what was shown.

use std::collections::{BTreeMap, BTreeSet};

use vocab::MessageId;

use super::time;
use crate::kernel::HostId;

/// Pieces of evidence that are kept; more would say nothing more.
const MOST: usize = 20;

/// A message that nobody was shown yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Who wrote it.
    pub from: HostId,
    /// Who is to see it; `None` where nobody has that number.
    pub to: Option<HostId>,
    /// When its writer's hop had taken it over.
    pub at_us: u64,
}

/// Counts of messages.
#[derive(Debug, Default)]
pub struct Tally {
    /// By their ids.
    under_way: BTreeMap<MessageId, UnderWay>,
    /// Requests of businesses at the Cloud API, which have no id yet.
    requests: BTreeMap<MessageId, UnderWay>,
    /// Shown before it was known whose it is: where and when.
    early: BTreeMap<MessageId, (HostId, u64)>,
    /// Half of the ids of those that were shown: two that are alike among a thousand million are
    /// one chance in forty.
    shown: BTreeSet<u64>,
    written: u64,
    delivered: u64,
    duplicated: u64,
    refused: u64,
    /// Messages that were shown twice, or to somebody else: the first few.
    wrong: Vec<String>,
    astray: Vec<String>,
    spans: Spans,
}

impl Tally {
    /// A person's hop took a message over; it says so again after a crash.
    pub fn written(&mut self, id: MessageId, message: UnderWay) {
        if !self.shown.contains(&half(id)) && self.under_way.insert(id, message).is_none() {
            self.written = self.written.saturating_add(1);
        }
    }

    /// A business wrote a message, under this request.
    pub fn requested(&mut self, request: MessageId, message: UnderWay) {
        if self.requests.insert(request, message).is_none() {
            self.written = self.written.saturating_add(1);
        }
    }

    /// The message of a request has this id.
    pub fn named(&mut self, request: MessageId, id: MessageId) {
        let Some(message) = self.requests.remove(&request) else { return };
        self.under_way.insert(id, message);
        if let Some((at, at_us)) = self.early.remove(&id) {
            self.shown(id, at, at_us);
        }
    }

    /// Takes a message back that was shown before it was known to be noted elsewhere.
    pub fn take_early(&mut self, id: MessageId) -> Option<(HostId, u64)> {
        self.early.remove(&id)
    }

    /// An application was shown a message.
    pub fn shown(&mut self, id: MessageId, at: HostId, at_us: u64) {
        match self.under_way.remove(&id) {
            Some(message) if message.to == Some(at) => {
                self.shown.insert(half(id));
                self.delivered = self.delivered.saturating_add(1);
                self.spans.add(at_us.saturating_sub(message.at_us));
            }
            Some(message) => {
                self.under_way.insert(id, message);
                let what = format!("message {id} was shown to somebody else at {}", time(at_us));
                note(&mut self.astray, what);
            }
            None if self.shown.contains(&half(id)) => {
                self.duplicated = self.duplicated.saturating_add(1);
                let what = format!("message {id} was shown again at {}", time(at_us));
                note(&mut self.wrong, what);
            }
            None => {
                self.early.insert(id, (at, at_us));
            }
        }
    }

    /// The writer was told that the message does not go out, or its addressee does not want it.
    pub fn refused(&mut self, id: MessageId) {
        let known = self.under_way.remove(&id).or_else(|| self.requests.remove(&id));
        self.refused = self.refused.saturating_add(u64::from(known.is_some()));
    }

    /// Messages that hops took over, without those that were refused.
    pub const fn sent(&self) -> u64 {
        self.written.saturating_sub(self.refused)
    }

    /// Messages that were shown to their addressees.
    pub const fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Further times that they were.
    pub const fn duplicated(&self) -> u64 {
        self.duplicated
    }

    /// Those that were shown more than once: the first few.
    pub fn twice(&self) -> &[String] {
        &self.wrong
    }

    /// What was shown that nobody wrote, or to whom nobody wrote it: the first few.
    pub fn astray(&self) -> Vec<String> {
        let early = self.early.iter().map(|(id, (_, at_us))| {
            format!("message {id} was shown at {}, which nobody wrote", time(*at_us))
        });
        self.astray.iter().cloned().chain(early).take(MOST).collect()
    }

    /// Those that nobody was shown, by their ids.
    pub const fn under_way(&self) -> &BTreeMap<MessageId, UnderWay> {
        &self.under_way
    }

    /// Those that nobody was shown and that have no id yet.
    pub fn nameless(&self) -> impl Iterator<Item = &UnderWay> {
        self.requests.values()
    }

    /// How long messages took.
    pub const fn spans(&self) -> &Spans {
        &self.spans
    }
}

fn note(list: &mut Vec<String>, what: String) {
    if list.len() < MOST {
        list.push(what);
    }
}

fn half(id: MessageId) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = id.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// How many spans of time there were of each length, to one part in 32.
#[derive(Clone, Debug, Default)]
pub struct Spans {
    counts: BTreeMap<u32, u64>,
    count: u64,
    longest: u64,
}

impl Spans {
    /// One more.
    pub fn add(&mut self, span: u64) {
        let there = self.counts.entry(place(span)).or_default();
        *there = there.saturating_add(1);
        self.count = self.count.saturating_add(1);
        self.longest = self.longest.max(span);
    }

    /// How many.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The longest, exactly.
    pub const fn longest(&self) -> u64 {
        self.longest
    }

    /// The shortest span of those that are alike with the one behind which `hundredths` of all are.
    pub fn at(&self, hundredths: u64) -> u64 {
        let last = self.count.saturating_sub(1);
        let mut left = last.saturating_mul(hundredths).checked_div(100).unwrap_or(0);
        for (place, count) in &self.counts {
            match left.checked_sub(*count) {
                Some(less) => left = less,
                None => return shortest(*place),
            }
        }
        0
    }
}

/// Spans of one place differ by less than one part in 32.
fn place(span: u64) -> u32 {
    let shift = span.checked_ilog2().unwrap_or(0).saturating_sub(5);
    shift.saturating_mul(32).saturating_add((span >> shift) as u32)
}

/// The shortest span of a place.
fn shortest(place: u32) -> u64 {
    let shift = (place / 32).saturating_sub(1);
    u64::from(place.saturating_sub(shift.saturating_mul(32))) << shift
}

#[cfg(test)]
mod tests {
    use vocab::MessageId;

    use super::{Spans, Tally, UnderWay, place, shortest};
    use crate::kernel::HostId;

    const SHOP: HostId = HostId(7);

    fn tally() -> Tally {
        let mut tally = Tally::default();
        let message = UnderWay { from: HostId(1), to: Some(SHOP), at_us: 10 };
        tally.written(MessageId([1; 16]), message);
        tally.written(MessageId([1; 16]), message);
        tally.requested(MessageId([2; 16]), message);
        tally
    }

    #[test]
    fn a_message_is_counted_once_when_it_is_written_and_once_when_it_is_shown() {
        let mut tally = tally();
        assert_eq!((tally.sent(), tally.delivered()), (2, 0));
        tally.shown(MessageId([1; 16]), SHOP, 50);
        assert_eq!((tally.delivered(), tally.spans().longest()), (1, 40));
        tally.written(MessageId([1; 16]), UnderWay { from: HostId(1), to: Some(SHOP), at_us: 60 });
        assert_eq!((tally.sent(), tally.under_way().len()), (2, 0));
        assert!(tally.twice().is_empty() && tally.astray().is_empty());
    }

    #[test]
    fn a_message_that_is_shown_before_its_request_is_answered_is_no_stray_afterwards() {
        let mut tally = tally();
        tally.shown(MessageId([3; 16]), SHOP, 50);
        assert_eq!(tally.astray().len(), 1);
        tally.named(MessageId([2; 16]), MessageId([3; 16]));
        assert_eq!((tally.astray().len(), tally.delivered(), tally.nameless().count()), (0, 1, 0));
    }

    #[test]
    fn what_is_shown_twice_or_to_somebody_else_or_was_never_written_is_told() {
        let mut tally = tally();
        tally.shown(MessageId([1; 16]), HostId(8), 50);
        assert_eq!((tally.astray().len(), tally.delivered()), (1, 0));
        tally.shown(MessageId([1; 16]), SHOP, 51);
        tally.shown(MessageId([1; 16]), SHOP, 52);
        assert_eq!((tally.twice().len(), tally.duplicated()), (1, 1));
        tally.shown(MessageId([9; 16]), SHOP, 53);
        assert_eq!(tally.astray().len(), 2);
    }

    #[test]
    fn what_is_refused_is_neither_sent_nor_under_way() {
        let mut tally = tally();
        tally.refused(MessageId([1; 16]));
        tally.refused(MessageId([2; 16]));
        tally.refused(MessageId([4; 16]));
        assert_eq!((tally.sent(), tally.under_way().len(), tally.nameless().count()), (0, 0, 0));
    }

    #[test]
    fn spans_are_told_to_one_part_in_thirty_two() {
        for span in [0, 1, 31, 32, 63, 64, 65, 1_000, 999_999, u64::MAX] {
            let told = shortest(place(span));
            assert!(told <= span && span - told <= span / 32, "{span} {told}");
        }
        let mut spans = Spans::default();
        assert_eq!(spans.at(50), 0);
        (1..=1_000).for_each(|span| spans.add(span));
        let near = |told: u64, exact: u64| told <= exact && exact - told <= exact / 32;
        assert!(near(spans.at(50), 500) && near(spans.at(90), 900) && near(spans.at(99), 990));
        assert_eq!((spans.count(), spans.longest()), (1_000, 1_000));
    }
}
