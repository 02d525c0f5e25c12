//! Who is calling: tokens that Business Manager vouches for, remembered for a minute.

use std::collections::BTreeMap;

use hop::{
    ExchangeId,
    http::{Request, Response},
    router::TokenHash,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vocab::{Instant, Micros, Now, UnixMicros};

use crate::{
    errors::GraphError,
    graph::scopes::{Scope, Scopes},
    mutant::{Mutant, planted},
};

/// How long an answer of Business Manager holds. A revoked token works no longer than this.
const MEMORY: Micros = Micros::seconds(60);
/// Tokens remembered at once; the memory starts anew beyond that.
const MOST: usize = 1_000;
/// Calls that may wait for Business Manager at once.
const MOST_WAITING: usize = 1_000;

/// Tokens and the calls that wait to know whose theirs is.
#[derive(Debug, Default)]
pub(crate) struct Principals {
    known: BTreeMap<TokenHash, (Caller, Instant)>,
    asked: BTreeMap<ExchangeId, Asked>,
    waiting: Vec<(TokenHash, ExchangeId, Request)>,
}

/// What Business Manager is asked.
#[derive(Debug)]
struct Asked {
    hash: TokenHash,
    /// Whether something changed there since, so that the answer may be from before.
    is_overtaken: bool,
}

/// What follows from an answer of Business Manager.
#[derive(Debug)]
pub(crate) enum Answered {
    /// These calls waited for it.
    Calls(Vec<(ExchangeId, Request)>),
    /// It may be from before a change, so it has to be asked again.
    Again(TokenHash),
}

/// Who calls, and how far their token goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// For whom they act, such as `business:bakery`.
    pub(crate) principal: String,
    /// What the token is good for.
    scopes: Scopes,
    /// The numbers that it is good for, by their ids; `None` for everything of the business's.
    numbers: Option<Vec<String>>,
    /// When it ends, in seconds since 1970.
    ends: Option<u64>,
    /// Whether it was issued to a system user, and may be taken back.
    is_issued: bool,
}

impl Caller {
    /// One whose token is good for all that the principal may.
    pub(crate) fn whole(principal: &str) -> Self {
        Self {
            principal: principal.to_owned(),
            scopes: Scopes::ALL,
            numbers: None,
            ends: None,
            is_issued: false,
        }
    }

    /// Reads what Business Manager says of a token; `None` if it is not understood, for a limit
    /// that is not understood must not be passed over.
    pub(crate) fn read(answer: &Response) -> Option<Self> {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        let whole = Self::whole(body.get("principal")?.as_str()?);
        if body.get("system_user").is_none() {
            return Some(whole);
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        // What has no limit is null; what is absent is not understood.
        let limit =
            |name: &str| body.get(name).map(|value| Some(value).filter(|one| !one.is_null()));
        let scopes =
            body.get("scopes")?.as_array()?.iter().map(|scope| Scope::named(scope.as_str()?));
        let numbers = match limit("numbers")? {
            Some(numbers) => Some(numbers.as_array()?.iter().map(text).collect::<Option<_>>()?),
            None => None,
        };
        let ends = match limit("expires_at")? {
            Some(at) => Some(at.as_u64()?),
            None => None,
        };
        let scopes = scopes.collect::<Option<Scopes>>()?;
        Some(Self { scopes, numbers, ends, is_issued: true, ..whole })
    }

    /// Whether the token is good for what a call needs.
    ///
    /// # Errors
    ///
    /// Error 200.
    pub(crate) fn needs(&self, scope: Scope, mutant: Option<Mutant>) -> Result<(), GraphError> {
        if planted(mutant, Mutant::ScopesIgnored) { Ok(()) } else { self.scopes.need(scope) }
    }

    /// Whether the token is good for all numbers of the business, and for what is no number's.
    pub(crate) const fn has_everything(&self) -> bool {
        self.numbers.is_none()
    }

    /// Whether the token is good for a number.
    pub(crate) fn has_number(&self, phone_number_id: &str) -> bool {
        let named = |numbers: &Vec<String>| numbers.iter().any(|one| one == phone_number_id);
        self.numbers.as_ref().is_none_or(named)
    }

    /// Whether the token has ended.
    fn has_ended(&self, now: UnixMicros) -> bool {
        self.ends.is_some_and(|at| at <= now.seconds())
    }
}

/// Whose a token is.
pub(crate) enum Whose {
    Known(Caller),
    /// Business Manager is being asked already.
    BeingAsked,
    /// Somebody has to ask Business Manager.
    Unknown,
}

impl Principals {
    pub(crate) fn hash(token: &str) -> TokenHash {
        Sha256::digest(token.as_bytes()).into()
    }

    pub(crate) fn whose(&self, hash: &TokenHash, now: Now) -> Whose {
        match self.known.get(hash) {
            Some((caller, until)) if *until > now.mono && !caller.has_ended(now.wall) => {
                Whose::Known(caller.clone())
            }
            _ if self.asked.values().any(|asked| asked.hash == *hash) => Whose::BeingAsked,
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
        self.asked.insert(exchange, Asked { hash, is_overtaken: false });
    }

    /// Something changed at Business Manager: what was issued may have been taken back, and what
    /// is on its way here may say what was so before.
    pub(crate) fn forget_issued(&mut self) {
        self.known.retain(|_, (caller, _)| !caller.is_issued);
        for asked in self.asked.values_mut() {
            asked.is_overtaken = true;
        }
    }

    /// Business Manager answered, or did not. `None` if it was asked nothing in this exchange.
    pub(crate) fn answered(
        &mut self,
        exchange: ExchangeId,
        caller: Option<Caller>,
        now: Instant,
    ) -> Option<Answered> {
        let Asked { hash, is_overtaken } = self.asked.remove(&exchange)?;
        if is_overtaken && caller.as_ref().is_some_and(|caller| caller.is_issued) {
            return Some(Answered::Again(hash));
        }
        if let Some(caller) = caller {
            if self.known.len() >= MOST {
                self.known.clear();
            }
            self.known.insert(hash, (caller, now.after(MEMORY)));
        }
        let (mine, others) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(of, _, _)| *of == hash);
        self.waiting = others;
        let mine: Vec<(TokenHash, ExchangeId, Request)> = mine;
        Some(Answered::Calls(mine.into_iter().map(|(_, id, request)| (id, request)).collect()))
    }
}
