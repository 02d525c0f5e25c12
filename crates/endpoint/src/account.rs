//! One account: its configuration, what it remembers, and the requests that it makes.

use core::cell::Cell;

use alloc::{string::String, vec::Vec};

use hop::{Act, Attempt, Waiting};
use prost::Message as _;
use rand_core::CryptoRng;
use signal::{IdentityKeyPair, Profile};
use vocab::{Address, Keep, MessageId, NoiseKey, Now, limits};
use wire::transport::{Ask, Envelope, Payload, ReceiptKind, ToTransport};

use crate::{
    courier::Note,
    mutant::Mutant,
    rows::{Keys, MeRow, Peer},
    vault::Vault,
};

/// Accounts that can share a link: a request's id, modulo this, is its account's slot.
pub const SLOTS: u64 = 4_096;

/// How an account behaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its number and device.
    pub address: Address,
    /// The pinned static Noise key of the transport.
    pub transport: NoiseKey,
    /// Which handshake it starts and accepts.
    pub profile: Profile,
    /// What others see as its name.
    pub profile_name: String,
    /// One-time prekeys of the elliptic curve that it keeps published.
    pub one_time_prekeys: u32,
    /// One-time KEM prekeys that it keeps published.
    pub kem_prekeys: u32,
    /// How long unfinished work with content stays: until done on a person's device, bounded where
    /// content may not stay.
    pub work: Keep,
    /// Which of the accounts on one link this is, below [`SLOTS`]: its requests' ids say so.
    pub slot: u32,
    /// Whether derivations are told as [`crate::Happening::Derived`].
    pub trace: bool,
    /// A planted mistake.
    pub mutant: Option<Mutant>,
}

/// Who the account is, once its row is read.
#[derive(Debug)]
pub struct Me {
    /// Its identity.
    pub identity: IdentityKeyPair,
    /// Its registration id.
    pub registration_id: u32,
    /// Whether messages can come and go.
    pub ready: bool,
}

/// One account at one end.
#[derive(Debug)]
pub struct Account<V> {
    pub(crate) config: Config,
    pub(crate) vault: V,
    pub(crate) keys: Keys,
    /// Known from the first attempt on; see [`Account::boot`].
    me: Option<Me>,
    /// Request ids ascend, also over restarts: they begin at the wall clock.
    last_request: Cell<u64>,
}

impl<V: Vault> Account<V> {
    /// An account that has not read its rows yet.
    pub fn new(config: Config, vault: V) -> Self {
        let keys = Keys { name: vault.name(&config.address.phone) };
        Self { config, vault, keys, me: None, last_request: Cell::new(0) }
    }

    /// Its number and device.
    pub const fn address(&self) -> &Address {
        &self.config.address
    }

    /// What others see as its name.
    pub fn profile_name(&self) -> &str {
        &self.config.profile_name
    }

    /// The vault that keeps its content.
    pub const fn vault(&self) -> &V {
        &self.vault
    }

    /// The keys of its rows.
    pub const fn keys(&self) -> Keys {
        self.keys
    }

    /// Who it is; `None` until [`Note::Booted`] was applied.
    pub const fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    /// Whether messages can come and go.
    pub const fn is_ready(&self) -> bool {
        matches!(&self.me, Some(me) if me.ready)
    }

    /// Applies [`Note::Booted`].
    pub fn booted(&mut self, me: Me) {
        self.me = Some(me);
    }

    /// Applies [`Note::Left`].
    pub fn left(&mut self) {
        self.me = None;
    }

    /// Reads the account's rows, or makes a new account and claims its number.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn boot<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        match self.me_row(attempt)? {
            Some(row) => self.resume(attempt, &row),
            None => self.found(attempt, rng),
        }
    }

    pub(crate) fn me_row<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
    ) -> Result<Option<MeRow>, Waiting> {
        Ok(attempt.read(&self.keys.me())?.and_then(|bytes| MeRow::decode(bytes.as_slice()).ok()))
    }

    pub(crate) fn peer(&self, address: &Address) -> Peer {
        Peer { address: address.clone(), name: self.vault.name(&address.phone) }
    }

    /// Writes a request down and sends it; the courier goes on until it is answered.
    pub(crate) fn ask<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        ask: Ask,
        rng: &mut dyn CryptoRng,
    ) -> Result<u64, Waiting> {
        let id = self.next_number(attempt.now());
        let bears = match &ask {
            Ask::Send(envelope) => envelope.payload.ciphertext().is_some(),
            Ask::PutPiece { .. } => true,
            Ask::Register { .. }
            | Ask::RequestCode { .. }
            | Ask::Publish { .. }
            | Ask::Fetch { .. }
            | Ask::Ack { .. }
            | Ask::Hello { .. }
            | Ask::Report { .. }
            | Ask::GetPiece { .. }
            | Ask::DeleteAccount { .. }
            | Ask::Block { .. } => false,
        };
        let frame = ToTransport { id, ask }.encode();
        let (key, work) = (self.keys.ask(id), self.config.work);
        self.vault.put_bearing(attempt, key, (&frame, bears), work, rng)?;
        attempt.act(Act::Send { to: self.config.transport, bytes: frame.clone() });
        attempt.note(N::from(Note::Asked { id, frame }));
        Ok(id)
    }

    /// A request that needs no row: it is made again whenever the link comes up.
    pub fn hello(&self, now: Now) -> (u64, Vec<u8>) {
        let id = self.next_number(now);
        let ask = Ask::Hello { address: self.config.address.clone() };
        (id, ToTransport { id, ask }.encode())
    }

    /// Acknowledges what is at a place of the mailbox, once this attempt is durable.
    pub fn acknowledge<E, N>(&self, attempt: &mut Attempt<'_, E, N>, place: u64) {
        let id = self.next_number(attempt.now());
        let ask = Ask::Ack { address: self.config.address.clone(), places: [place].into() };
        let bytes = ToTransport { id, ask }.encode();
        attempt.act(Act::Send { to: self.config.transport, bytes });
    }

    /// A number greater than all that this account gave before, also before a restart; modulo
    /// [`SLOTS`] it is the account's slot.
    pub fn next_number(&self, now: Now) -> u64 {
        let by_clock = now.wall.0.saturating_mul(SLOTS).saturating_add(self.config.slot.into());
        let id = by_clock.max(self.last_request.get().saturating_add(SLOTS));
        self.last_request.set(id);
        id
    }

    /// `id` was given before a restart, whatever the clock says now.
    pub fn numbered(&self, id: u64) {
        self.last_request.set(self.last_request.get().max(id));
    }

    /// Sends a receipt.
    pub(crate) fn receipt<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        to: &Address,
        receipt: (ReceiptKind, Vec<MessageId>, u32),
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let (kind, ids, of_attempt) = receipt;
        let envelope = Envelope {
            id: MessageId(random(rng)),
            from: self.config.address.clone(),
            to: to.clone(),
            payload: Payload::Receipt { kind, ids, attempt: of_attempt },
            sent_at: attempt.now().wall,
            attempt: 0,
        };
        self.ask(attempt, Ask::Send(envelope), rng).map(drop)
    }

    /// Tells a sender that its messages were read.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn mark_read<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        from: &Address,
        ids: &[MessageId],
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        for ids in ids.chunks(limits::MAX_IDS) {
            self.receipt(attempt, from, (ReceiptKind::Read, ids.to_vec(), 0), rng)?;
        }
        Ok(())
    }

    /// Tells a sender that its voice messages were listened to.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn mark_played<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        from: &Address,
        ids: &[MessageId],
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        for ids in ids.chunks(limits::MAX_IDS) {
            self.receipt(attempt, from, (ReceiptKind::Played, ids.to_vec(), 0), rng)?;
        }
        Ok(())
    }

    /// Tells a sender that an answer to a message is being written.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn tell_typing<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        to: &Address,
        answering: MessageId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        self.receipt(attempt, to, (ReceiptKind::Typing, [answering].into(), 0), rng)
    }

    /// Asks a sender for a message that was lost here.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn ask_again<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        from: &Address,
        id: MessageId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        self.receipt(attempt, from, (ReceiptKind::Retry, [id].into(), 0), rng)
    }

    /// Asks the transport for something that is not a message: a report, a block.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn request<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        ask: Ask,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        self.ask(attempt, ask, rng).map(drop)
    }
}

/// `N` random bytes.
pub(crate) fn random<const N: usize>(rng: &mut dyn CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}
