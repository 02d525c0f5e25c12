//! Who is calling: tokens that Business Manager vouches for, remembered for a minute.

use std::collections::BTreeMap;

use hop::{ExchangeId, http::Request, router::TokenHash};
use sha2::{Digest as _, Sha256};
use vocab::{Instant, Micros};

/// How long an answer of Business Manager holds. A revoked token works no longer than this.
const MEMORY: Micros = Micros::seconds(60);
/// Tokens remembered at once; the memory starts anew beyond that.
const MOST: usize = 1_000;
/// Calls that may wait for Business Manager at once.
const MOST_WAITING: usize = 1_000;

/// Tokens and the calls that wait to know whose theirs is.
#[derive(Debug, Default)]
pub(crate) struct Principals {
    known: BTreeMap<TokenHash, (String, Instant)>,
    asked: BTreeMap<ExchangeId, TokenHash>,
    waiting: Vec<(TokenHash, ExchangeId, Request)>,
}

/// Whose a token is.
pub(crate) enum Whose {
    Known(String),
    /// Business Manager is being asked already.
    BeingAsked,
    /// Somebody has to ask Business Manager.
    Unknown,
}

impl Principals {
    pub(crate) fn hash(token: &str) -> TokenHash {
        Sha256::digest(token.as_bytes()).into()
    }

    pub(crate) fn whose(&self, hash: &TokenHash, now: Instant) -> Whose {
        match self.known.get(hash) {
            Some((principal, until)) if *until > now => Whose::Known(principal.clone()),
            _ if self.asked.values().any(|asked| asked == hash) => Whose::BeingAsked,
            _ => Whose::Unknown,
        }
    }

    /// A call waits for an answer; `false` if too many do.
    pub(crate) fn wait(&mut self, hash: TokenHash, id: ExchangeId, request: Request) -> bool {
        let room = self.waiting.len() < MOST_WAITING;
        if room {
            self.waiting.push((hash, id, request));
        }
        room
    }

    pub(crate) fn asking(&mut self, exchange: ExchangeId, hash: TokenHash) {
        self.asked.insert(exchange, hash);
    }

    /// Business Manager answered, or did not: the calls that waited for this token.
    pub(crate) fn answered(
        &mut self,
        exchange: ExchangeId,
        principal: Option<String>,
        now: Instant,
    ) -> Option<Vec<(ExchangeId, Request)>> {
        let hash = self.asked.remove(&exchange)?;
        if let Some(principal) = principal {
            if self.known.len() >= MOST {
                self.known.clear();
            }
            self.known.insert(hash, (principal, now.after(MEMORY)));
        }
        let (mine, others) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(of, _, _)| *of == hash);
        self.waiting = others;
        let mine: Vec<(TokenHash, ExchangeId, Request)> = mine;
        Some(mine.into_iter().map(|(_, id, request)| (id, request)).collect())
    }
}
