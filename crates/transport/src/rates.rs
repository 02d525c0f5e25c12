//! How fast links speak: messages, receipts, frames and bytes.
//!
//! In memory alone: after a restart every link has its whole burst once more, which nobody but the
//! operator can bring about. A link that goes down and comes again finds what it had used up.

use alloc::collections::BTreeMap;

use vocab::{Instant, Micros, NoiseKey, Rate, limits};
use wire::transport::{Ask, Payload};

use crate::gcra;

/// What links have used up.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    links: BTreeMap<NoiseKey, Spent>,
}

/// Moments at which each burst is whole again.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    frames: u64,
    bytes: u64,
    messages: u64,
    receipts: u64,
    pieces: u64,
}

impl Spent {
    /// When nothing of it is used up any more.
    fn whole(&self) -> u64 {
        let frames = self.frames.max(self.bytes);
        frames.max(self.messages).max(self.receipts).max(self.pieces)
    }
}

impl Rates {
    /// A frame came on a person's link: whether it is to be read at all.
    pub(crate) fn frame(&mut self, link: NoiseKey, bytes: usize, now: Instant) -> bool {
        let before = self.links.get(&link).copied().unwrap_or_default();
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let frames = gcra::take(limits::FRAMES_PER_LINK, before.frames, 1, now.0);
        let bytes = gcra::take(limits::BYTES_PER_LINK, before.bytes, bytes, now.0);
        let (Ok(frames), Ok(bytes)) = (frames, bytes) else { return false };
        self.remember(link, Spent { frames, bytes, ..before }, now);
        true
    }

    /// A request came: how long its end has to wait, if it asks too often.
    pub(crate) fn ask(
        &mut self,
        link: NoiseKey,
        ask: &Ask,
        acts_for_businesses: bool,
        now: Instant,
    ) -> Result<(), Micros> {
        let mut spent = self.links.get(&link).copied().unwrap_or_default();
        let payload = match ask {
            Ask::Send(envelope) => Some(&envelope.payload),
            // What is handed out is much longer than the request.
            Ask::GetPiece { .. } if !acts_for_businesses => None,
            Ask::Register { .. }
            | Ask::RequestCode { .. }
            | Ask::Publish { .. }
            | Ask::Fetch { .. }
            | Ask::Ack { .. }
            | Ask::Hello { .. }
            | Ask::Report { .. }
            | Ask::PutPiece { .. }
            | Ask::GetPiece { .. }
            | Ask::DeleteAccount { .. }
            | Ask::Block { .. } => return Ok(()),
        };
        let (used, rate): (&mut u64, Rate) = match payload {
            None => (&mut spent.pieces, limits::PIECES_PER_LINK),
            Some(Payload::Receipt { .. }) if acts_for_businesses => return Ok(()),
            Some(Payload::Receipt { .. }) => (&mut spent.receipts, limits::RECEIPTS_PER_LINK),
            Some(Payload::Message(_) | Payload::PreKey(_)) if acts_for_businesses => {
                (&mut spent.messages, limits::MESSAGES_PER_HOP3)
            }
            Some(Payload::Message(_) | Payload::PreKey(_)) => {
                (&mut spent.messages, limits::MESSAGES_PER_LINK)
            }
        };
        *used = gcra::take(rate, *used, 1, now.0)?;
        self.remember(link, spent, now);
        Ok(())
    }

    fn remember(&mut self, link: NoiseKey, spent: Spent, now: Instant) {
        self.links.insert(link, spent);
        if self.links.len() > limits::MAX_LINKS_RATED {
            self.links.retain(|_, spent| spent.whole() > now.0);
        }
        if self.links.len() > limits::MAX_LINKS_RATED {
            let idle = self.links.iter().min_by_key(|(_, spent)| spent.whole());
            if let Some(idle) = idle.map(|(link, _)| *link) {
                self.links.remove(&idle);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use vocab::{Instant, NoiseKey, limits};

    use super::Rates;

    #[test]
    fn frames_beyond_the_bytes_of_a_link_are_not_read_and_are_again_after_the_time() {
        let mut rates = Rates::default();
        let (link, other, now) = (NoiseKey([1; 32]), NoiseKey([2; 32]), Instant(5));
        let burst = limits::BYTES_PER_LINK.burst as usize;
        assert!(rates.frame(link, burst - 1, now));
        assert!(rates.frame(link, 1, now));
        assert!(!rates.frame(link, 1, now));
        assert!(rates.frame(other, 1, now), "one link never stops another");
        assert!(rates.frame(link, 1, Instant(6)), "a microsecond brings a byte");
    }

    #[test]
    fn frames_beyond_their_number_are_not_read_and_are_again_after_the_time() {
        let mut rates = Rates::default();
        let (link, now) = (NoiseKey([1; 32]), Instant(5));
        for _ in 0..limits::FRAMES_PER_LINK.burst {
            assert!(rates.frame(link, 1, now));
        }
        assert!(!rates.frame(link, 1, now));
        assert!(rates.frame(link, 1, now.after(limits::FRAMES_PER_LINK.every)));
        assert!(!rates.frame(link, 1, now.after(limits::FRAMES_PER_LINK.every)));
    }
}
