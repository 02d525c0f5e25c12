//! Retransmission: a message that could not be opened is encrypted anew, never sent as it was.

use alloc::vec::Vec;

use hop::{Attempt, Waiting};
use keys::IdentityKey;
use prost::Message as _;
use rand_core::CryptoRng;
use signal::Session;
use vocab::{Address, MessageId, limits};
use wire::transport::ReceiptKind;

use crate::{
    account::Account,
    courier::Note,
    happening::{Failure, Happening},
    mutant::{Mutant, planted},
    rows::{KeptRow, Peer, SealedRow},
    sending::{Outgoing, recipient},
    sessions::Working,
    vault::Vault,
};

impl<V: Vault> Account<V> {
    /// Somebody asks for a message again.
    pub(crate) fn asked_again<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        id: MessageId,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        //= spec: sesame r2 4.1 unknown-record — what is not kept is refused.
        let Some((kept, state)) = self.kept(attempt, id)? else {
            return self.refuse(attempt, peer, id, Failure::NotKept, rng);
        };
        //= spec: sesame r2 4.1 refuse-foreign — only the recipient has it again.
        if recipient(&kept).as_ref() != Some(&peer.address) {
            // A stranger: neither the message nor the fact that there is one is for them.
            return self.refuse(attempt, peer, id, Failure::NotKept, rng);
        }
        //= spec: sesame r2 4.1 resend-limit — so many times and no more.
        let without_limit = planted(self.config.mutant, Mutant::RetryWithoutLimit);
        if state.attempt >= limits::MAX_RETRIES_GRANTED && !without_limit {
            return self.refuse(attempt, peer, id, Failure::TooManyRetries, rng);
        }
        let of_attempt = state.attempt.saturating_add(1);
        let mut working = self.load(attempt, peer)?;
        let renewed = working.session.as_ref().is_some_and(|session| {
            session.base_key().is_some_and(|base| base.as_bytes().as_slice() != state.base)
        });
        if renewed {
            // The session it could not be opened in was replaced since: the new one will do.
            let happened = self.reseal(attempt, peer, &mut working, id, rng)?;
            self.save(attempt, peer, &mut working);
            return Ok(happened);
        }
        //= spec: sesame r2 4.1 fresh-session — the session it could not be opened in is replaced.
        let again = Outgoing { id, content: Vec::new(), attempt: of_attempt };
        self.wait_for_bundle(attempt, peer, &again, rng)?;
        Ok(Vec::new())
    }

    /// Encrypts a kept message in the session as it now is, if it is still the same recipient's.
    pub(crate) fn reseal<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        working: &mut Working,
        id: MessageId,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let Some((kept, state)) = self.kept(attempt, id)? else {
            return self.refuse(attempt, peer, id, Failure::NotKept, rng);
        };
        let now = working.session.as_ref().map(Session::remote_identity);
        let same = now == IdentityKey::decode(&state.identity).ok();
        if !same && !planted(self.config.mutant, Mutant::AnyIdentity) {
            return self.refuse(attempt, peer, id, Failure::IdentityChanged, rng);
        }
        let of_attempt = state.attempt.saturating_add(1);
        let outgoing = Outgoing { id, content: kept.content, attempt: of_attempt };
        let before = working.session.as_ref().map(Session::snapshot);
        let mut happened = self.seal(attempt, peer, working, &outgoing, rng)?;
        if planted(self.config.mutant, Mutant::KeyReusedOnRetransmission) {
            working.session = before.and_then(|parts| Session::restore(parts.refs()).ok());
        }
        happened.push(Happening::Retransmitted { id, attempt: of_attempt });
        Ok(happened)
    }

    fn kept<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        id: MessageId,
    ) -> Result<Option<(KeptRow, SealedRow)>, Waiting> {
        let plain = self.vault.get(attempt, &self.keys.kept(id))?;
        let state = attempt.read(&self.keys.sealed(id))?;
        let kept = plain.and_then(|plain| KeptRow::decode(plain.as_slice()).ok());
        Ok(kept.zip(state.and_then(|state| SealedRow::decode(state.as_slice()).ok())))
    }

    fn refuse<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        id: MessageId,
        why: Failure,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let to: Address = peer.address.clone();
        self.receipt(attempt, &to, (ReceiptKind::Refused, [id].into(), 0), rng)?;
        Ok([Happening::RetransmissionRefused { id, to, why }].into())
    }
}
