//! The symmetric chains of the post-quantum ratchet (Double Ratchet sections 5.2 to 5.7).
//!
//! Every epoch of the braid gives two chains, one for each direction. The braid negotiates an epoch
//! while messages are keyed from the one before.

use alloc::{collections::BTreeMap, collections::VecDeque, vec::Vec};

use vocab::limits::MAX_SKIPPED_KEYS;
use zeroize::Zeroizing;

use crate::{
    crypto::{
        hash::{hkdf, hkdf_of_key},
        secret::{KEY_BYTES, secret_key},
    },
    double_ratchet::{receiving::Work, root::split_64},
    error::PostQuantumError,
    ml_kem_braid::authenticator::EpochSecret,
    trace::{Tracer, Value, report},
};

secret_key! {
    /// `RK`: every epoch's secret is mixed into it.
    EpochRoot
}

secret_key! {
    /// One link of a chain.
    Link
}

secret_key! {
    /// The post-quantum half of one message's keys.
    PostQuantumKey
}

/// 32 secret bytes on their way.
type Bytes = Zeroizing<[u8; KEY_BYTES]>;

/// Which of an epoch's two chains we send on. Fixed for the life of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the side that started the session.
    FromInitiator,
    /// From the side that answered.
    FromResponder,
}

/// All chains that are kept: those of the epoch sent on, the one before and the one after.
#[derive(Debug)]
pub(crate) struct Chains {
    pub(crate) direction: Direction,
    pub(crate) root: EpochRoot,
    /// The number of the first of `epochs`.
    pub(crate) first: u64,
    pub(crate) epochs: VecDeque<Epoch>,
}

/// The chains of one epoch.
#[derive(Debug)]
pub(crate) struct Epoch {
    /// Gone once a later epoch is sent on.
    pub(crate) sending: Option<Line>,
    pub(crate) receiving: Line,
    /// Keys of messages that have not arrived, by number.
    pub(crate) skipped: BTreeMap<u32, PostQuantumKey>,
}

/// A chain as far as it has been followed.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) link: Link,
    /// The number of the last key that was taken; the first has number 1.
    pub(crate) count: u32,
}

/// What taking a received message's key would change.
#[derive(Debug)]
pub(crate) struct KeyTrial {
    epoch: u64,
    index: u32,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// The key waits among the skipped ones.
    Dig,
    /// The chain moves forward.
    Advance { key: PostQuantumKey, skipped: Vec<(u32, PostQuantumKey)>, link: Link },
}

impl Chains {
    //= spec: double-ratchet r4 5.4 init — a shared key gives the root key and the first chains;
    //= each side sends on the one that the other receives on.
    //= spec: double-ratchet r4 7.2 kdf-scka-init — HKDF to 96 bytes with a zero salt. Deployed: two
    //= spaces in the label.
    /// The chains of epoch 0.
    pub(crate) fn start(
        key: &[u8; KEY_BYTES],
        direction: Direction,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Self {
        let okm = hkdf::<96>(None, key, b"Signal PQ Ratchet V1 Chain  Start");
        let (root, epoch) = epoch(&okm, direction);
        let inputs = [Value::secret("sk", key)];
        report(trace, "kdf-scka-init", "double-ratchet r4 7.2", &inputs, &outputs(&root, &okm));
        Self { direction, root, first: 0, epochs: VecDeque::from([epoch]) }
    }

    //= spec: double-ratchet r4 5.1 mix-every-key — each key of the braid is mixed into the root
    //= key, which gives the chains of its epoch.
    //= spec: double-ratchet r4 7.2 kdf-scka-rk — HKDF to 96 bytes with the root key as salt.
    /// The epoch after the last, and the root key after it.
    pub(crate) fn derive_epoch(
        &self,
        secret: &EpochSecret,
        trace: &mut (impl Tracer + ?Sized),
    ) -> (EpochRoot, Epoch) {
        let salt = Some(self.root.expose().as_slice());
        let okm = hkdf::<96>(salt, secret.expose(), b"Signal PQ Ratchet V1 Chain Add Epoch");
        let (root, epoch) = epoch(&okm, self.direction);
        let inputs =
            [Value::secret("rk", self.root.expose()), Value::secret("scka key", secret.expose())];
        report(trace, "kdf-scka-rk", "double-ratchet r4 7.2", &inputs, &outputs(&root, &okm));
        (root, epoch)
    }

    /// Adds what [`derive_epoch`](Self::derive_epoch) gave.
    pub(crate) fn add_epoch(&mut self, (root, epoch): (EpochRoot, Epoch)) {
        self.root = root;
        self.epochs.push_back(epoch);
    }

    fn get(&self, epoch: u64) -> Option<&Epoch> {
        let index = usize::try_from(epoch.checked_sub(self.first)?).ok()?;
        self.epochs.get(index)
    }

    fn get_mut(&mut self, epoch: u64) -> Option<&mut Epoch> {
        let index = usize::try_from(epoch.checked_sub(self.first)?).ok()?;
        self.epochs.get_mut(index)
    }

    /// Whether a message can be sent on the chain of `epoch`.
    pub(crate) fn can_send(&self, epoch: u64) -> bool {
        let sending = self.get(epoch).and_then(|epoch| epoch.sending.as_ref());
        sending.is_some_and(|line| line.count < u32::MAX)
    }

    /// Whether no message of `epoch` has been received with a key.
    pub(crate) fn is_unheard(&self, epoch: u64) -> bool {
        self.get(epoch).is_some_and(|epoch| epoch.receiving.count == 0)
    }

    //= spec: double-ratchet r4 5.5 numbers-from-one — the first key of a chain has number 1.
    //= spec: double-ratchet r4 5.5 clear-old-epochs — sending forgets the epochs two and more
    //= before.
    //= spec: double-ratchet r4 5.5 seal-previous — and the sending chain of the one before.
    /// The next key to send with in `epoch`, and its number.
    pub(crate) fn send(
        &mut self,
        epoch: u64,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Option<(u32, Bytes)> {
        let line = self.get_mut(epoch)?.sending.as_mut()?;
        let count = line.count.checked_add(1)?;
        let (link, key) = step(&line.link, count, trace);
        line.link.overwrite(&link);
        line.count = count;
        while self.first.saturating_add(1) < epoch {
            self.epochs.pop_front();
            self.first = self.first.saturating_add(1);
        }
        if let Some(before) = epoch.checked_sub(1).and_then(|before| self.get_mut(before)) {
            before.sending = None;
        }
        Some((count, key))
    }

    //= spec: double-ratchet r4 5.6 skipped-first — a stored key serves once.
    //= spec: double-ratchet r4 5.6 skip — keys up to the one before the message's are stored, and
    //= the message's own is the step after them.
    //= spec: double-ratchet r4 5.6 max-skip — a jump beyond the limit is refused.
    /// Derives the key of message `index` of `epoch`, leaving the chains as they are.
    ///
    /// # Errors
    ///
    /// [`PostQuantumError`] if the epoch or the key is not kept, or too far ahead.
    pub(crate) fn try_key(
        &self,
        epoch: u64,
        index: u32,
        work: &mut Work,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<KeyTrial, PostQuantumError> {
        let gone = PostQuantumError::EpochGone { epoch: epoch.saturating_add(1) };
        let kept = self.get(epoch).ok_or(gone)?;
        let step =
            match index.checked_sub(kept.receiving.count) {
                None if kept.skipped.contains_key(&index) => Step::Dig,
                None | Some(0) => return Err(PostQuantumError::Used { index }),
                Some(jump) => {
                    work.spend_post_quantum(jump)
                        .map_err(|limit| PostQuantumError::TooFarAhead { index, jump, limit })?;
                    kept.receiving.advance(index, trace)
                }
            };
        Ok(KeyTrial { epoch, index, step })
    }

    /// The key that `trial` found.
    pub(crate) fn key<'a>(&'a self, trial: &'a KeyTrial) -> Option<&'a PostQuantumKey> {
        match &trial.step {
            Step::Dig => self.get(trial.epoch)?.skipped.get(&trial.index),
            Step::Advance { key, .. } => Some(key),
        }
    }

    /// Makes a trial real: its key is spent. It must come from these chains. Says whether the
    /// skipped keys changed.
    pub(crate) fn commit(&mut self, trial: KeyTrial) -> bool {
        let KeyTrial { epoch, index, step } = trial;
        let Some(kept) = self.get_mut(epoch) else { return false };
        match step {
            Step::Dig => kept.skipped.remove(&index).is_some(),
            Step::Advance { skipped, link, key: _ } => {
                let has_skipped = !skipped.is_empty();
                kept.skipped.extend(skipped);
                kept.receiving = Line { link, count: index };
                while kept.skipped.first_key_value().is_some_and(|(old, _)| *old < oldest(index)) {
                    kept.skipped.pop_first();
                }
                has_skipped
            }
        }
    }

    /// Whether any epoch keeps skipped keys.
    pub(crate) fn has_skipped(&self) -> bool {
        self.epochs.iter().any(|epoch| !epoch.skipped.is_empty())
    }
}

/// The oldest number whose key is kept once the chain stands at `count`.
fn oldest(count: u32) -> u32 {
    count.saturating_sub(u32::try_from(MAX_SKIPPED_KEYS).unwrap_or(u32::MAX))
}

impl Line {
    /// Follows the chain to `index`, which is ahead.
    fn advance(&self, index: u32, trace: &mut (impl Tracer + ?Sized)) -> Step {
        let first = self.count.saturating_add(1);
        let room = index.saturating_sub(oldest(index).max(first));
        let mut skipped = Vec::with_capacity(usize::try_from(room).unwrap_or(0));
        let kept = |mut key: Bytes| PostQuantumKey::from_secret(&mut key);
        let mut last = step(&self.link, first, trace);
        for number in first.saturating_add(1)..=index {
            let link = Link::from_secret(&mut last.0);
            let next = step(&link, number, trace);
            let before = number.saturating_sub(1);
            if before >= oldest(index) {
                skipped.push((before, kept(last.1)));
            }
            last = next;
        }
        let (mut link, key) = last;
        let (link, key) = (Link::from_secret(&mut link), kept(key));
        Step::Advance { key, skipped, link }
    }
}

//= spec: double-ratchet r4 7.2 kdf-scka-ck — HKDF to 64 bytes over the chain key, with a zero salt
//= and the counter in front of the label.
//= spec: double-ratchet r4 5.2 kdf-scka-ck — a key comes from chain key, counter and label.
/// The link after `link` and the key between them, which has number `count`.
fn step(link: &Link, count: u32, trace: &mut (impl Tracer + ?Sized)) -> (Bytes, Bytes) {
    const LABEL: &[u8; 31] = b"Signal PQ Ratchet V1 Chain Next";
    let mut info = [0; 35];
    let bytes = count.to_be_bytes();
    info.iter_mut().zip(bytes.iter().chain(LABEL)).for_each(|(slot, byte)| *slot = *byte);
    let okm = hkdf_of_key::<64>(link.expose(), &info);
    let stepped = split_64(&okm);
    let inputs = [Value::secret("ck", link.expose()), Value::public("ctr", &bytes)];
    let outputs =
        [Value::secret("ck'", stepped.0.as_ref()), Value::secret("mk", stepped.1.as_ref())];
    report(trace, "kdf-scka-ck", "double-ratchet r4 7.2", &inputs, &outputs);
    stepped
}

/// Root key and the chains of an epoch.
fn epoch(okm: &[u8; 96], direction: Direction) -> (EpochRoot, Epoch) {
    let mut thirds = Zeroizing::new([[0; KEY_BYTES]; 3]);
    thirds.as_flattened_mut().copy_from_slice(okm);
    let [root, from_initiator, from_responder] = &mut *thirds;
    let root = EpochRoot::from_secret(root);
    let from_initiator = Line { link: Link::from_secret(from_initiator), count: 0 };
    let from_responder = Line { link: Link::from_secret(from_responder), count: 0 };
    let (sending, receiving) = match direction {
        Direction::FromInitiator => (from_initiator, from_responder),
        Direction::FromResponder => (from_responder, from_initiator),
    };
    (root, Epoch { sending: Some(sending), receiving, skipped: BTreeMap::new() })
}

fn outputs<'a>(root: &'a EpochRoot, okm: &'a [u8; 96]) -> [Value<'a>; 2] {
    let chains = okm.get(KEY_BYTES..).unwrap_or_default();
    [Value::secret("rk'", root.expose()), Value::secret("cks || ckr", chains)]
}
