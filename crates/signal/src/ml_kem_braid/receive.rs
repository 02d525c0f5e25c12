//! What receiving does in each state (ML-KEM Braid section 2.5).
//!
//! A message is tried before its MAC has been checked, so receiving only says what would change;
//! [`Braid::commit`] makes it so.

use alloc::boxed::Box;
use core::mem;

use super::{
    CT2_ROWS, MAC_BYTES,
    authenticator::{Authenticator, EpochSecret, epoch_secret, same},
    braid::{Braid, State, ct1_decoder, ct2_decoder, header_decoder},
    erasure::{Added, Chunk, Decoder, Encoder, ROW_BYTES},
    message::Payload,
};
use crate::{
    crypto::ml_kem::{
        Ct1, Ct2, DecapsulationSeed, EncapsulationSeed, Header, Vector, is_consistent,
    },
    error::PostQuantumError,
    trace::{Tracer, Value, report},
};

/// What receiving one message would change.
#[derive(Debug)]
pub(crate) enum Change {
    /// Nothing.
    Nothing,
    /// The decoder of the present state keeps a chunk.
    Keep(Chunk),
    /// The header has arrived: this is the first chunk of `ct1`.
    HeaderArrived(Chunk),
    /// `ct1` is whole.
    Ct1Whole(Box<Ct1>),
    /// The vector has arrived: this is the first chunk of `ct2`.
    VectorArrived(Chunk),
    /// `ct2` is whole and holds: the epoch has its secret, and the next one begins.
    Agreed { auth: Authenticator, secret: EpochSecret },
    /// The header is whole and holds.
    HeaderWhole(Box<Header>),
    /// The vector is whole and holds; `ct1` has not been acknowledged.
    VectorWhole(Box<Vector>),
    /// `ct1` has arrived; the vector is not whole with this chunk.
    Ct1Arrived(Chunk),
    /// The second part of the ciphertext, with its MAC, may go out.
    Ct2Ready(Encoder),
    /// The other side is in the next epoch.
    NextEpoch,
}

impl Change {
    /// The secret of the epoch, if the message completes one.
    pub(crate) fn secret(&self) -> Option<&EpochSecret> {
        if let Self::Agreed { secret, .. } = self { Some(secret) } else { None }
    }
}

impl Braid {
    /// What receiving `payload` in `epoch` would change.
    ///
    /// # Errors
    ///
    /// [`PostQuantumError`] if the whole message has to be refused.
    pub(crate) fn receive(
        &self,
        epoch: u64,
        payload: &Payload,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Change, PostQuantumError> {
        //= spec: mlkem-braid r1 2.5 other-epochs — chunks of another epoch change nothing.
        //= Deployed: who is more than the one epoch ahead that is possible is refused.
        if epoch > self.epoch {
            //= spec: mlkem-braid r1 2.5 ct2-sampled-receive — a message of the next epoch says that
            //= the ciphertext has arrived: the sides change places.
            let is_next = self.epoch.checked_add(1) == Some(epoch);
            return if is_next && matches!(self.state, State::Ct2Sampled { .. }) {
                Ok(Change::NextEpoch)
            } else {
                Err(PostQuantumError::Epoch { found: epoch, ours: self.epoch })
            };
        }
        if epoch < self.epoch {
            return Ok(Change::Nothing);
        }
        self.receive_current(payload, trace)
    }

    fn receive_current(
        &self,
        payload: &Payload,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Change, PostQuantumError> {
        match (&self.state, payload) {
            //= spec: mlkem-braid r1 2.5 keys-sampled-receive — a chunk of the first part shows that
            //= the header has arrived.
            (State::KeysSampled { .. }, Payload::Ct1(chunk)) => Ok(Change::HeaderArrived(*chunk)),
            //= spec: mlkem-braid r1 2.5 header-sent-receive — chunks of the first part are
            //= gathered.
            (State::HeaderSent { ct1, .. }, Payload::Ct1(chunk)) => Ok(match whole(ct1, chunk) {
                Some(ct1) => Change::Ct1Whole(ct1),
                None => Change::Keep(*chunk),
            }),
            //= spec: mlkem-braid r1 2.5 ct1-received-receive — a chunk of the second part shows
            //= that the vector has arrived.
            (State::Ct1Received { .. }, Payload::Ct2(chunk)) => Ok(Change::VectorArrived(*chunk)),
            (State::EkSentCt1Received { keys, ct1, ct2 }, Payload::Ct2(chunk)) => {
                match whole::<{ CT2_ROWS * ROW_BYTES }>(ct2, chunk) {
                    Some(object) => self.agree(keys, ct1, object.as_slice(), trace),
                    None => Ok(Change::Keep(*chunk)),
                }
            }
            (State::NoHeaderReceived { header }, Payload::Header(chunk)) => {
                self.receive_header(header, chunk)
            }
            //= spec: mlkem-braid r1 2.5 ct1-sampled-receive-ek — the vector may be whole before the
            //= first part of the ciphertext is acknowledged.
            (State::Ct1Sampled { header, vector, .. }, Payload::Vector(chunk)) => {
                Ok(match checked_vector(header, vector, chunk)? {
                    Some(vector) => Change::VectorWhole(vector),
                    None => Change::Keep(*chunk),
                })
            }
            //= spec: mlkem-braid r1 2.5 ct1-sampled-receive-ack — an acknowledgement comes with a
            //= chunk of the vector, which counts.
            //= spec: mlkem-braid r1 2.5 ct1-sampled-receive-both — and may make the vector whole.
            (State::Ct1Sampled { seed, header, vector, .. }, Payload::VectorAck(chunk)) => {
                Ok(match checked_vector(header, vector, chunk)? {
                    Some(vector) => Change::Ct2Ready(self.ct2(seed, header, &vector, trace)),
                    None => Change::Ct1Arrived(*chunk),
                })
            }
            //= spec: mlkem-braid r1 2.5 ek-received-ct1-sampled-receive — with the acknowledgement
            //= the ciphertext is finished. Deployed: either acknowledging type counts.
            (
                State::EkReceivedCt1Sampled { seed, header, vector, .. },
                Payload::VectorAck(_) | Payload::Ct1Ack,
            ) => Ok(Change::Ct2Ready(self.ct2(seed, header, vector, trace))),
            //= spec: mlkem-braid r1 2.5 ct1-acknowledged-receive — the rest of the vector is
            //= gathered. Deployed: a late chunk without acknowledgement counts too.
            (
                State::Ct1Acknowledged { seed, header, vector },
                Payload::Vector(chunk) | Payload::VectorAck(chunk),
            ) => Ok(match checked_vector(header, vector, chunk)? {
                Some(vector) => Change::Ct2Ready(self.ct2(seed, header, &vector, trace)),
                None => Change::Keep(*chunk),
            }),
            //= spec: mlkem-braid r1 2.5 keys-unsampled-receive — nothing is expected.
            //= spec: mlkem-braid r1 2.5 header-received-receive — nothing is expected.
            _ => Ok(Change::Nothing),
        }
    }

    //= spec: mlkem-braid r1 2.5 no-header-received-receive — chunks of the header are gathered;
    //= nothing is drawn when it is whole.
    //= spec: mlkem-braid r1 2.4 verify-header — a header whose MAC is wrong is refused.
    fn receive_header(&self, held: &Decoder, chunk: &Chunk) -> Result<Change, PostQuantumError> {
        let Added::Complete(object) = held.with(chunk) else { return Ok(Change::Keep(*chunk)) };
        let (header, mac) = split::<{ size_of::<Header>() }>(&object);
        if !same(&self.auth.header_mac(self.epoch, &header), &mac) {
            return Err(PostQuantumError::Authentication);
        }
        Ok(Change::HeaderWhole(Box::new(header)))
    }

    //= spec: mlkem-braid r1 1.1 key-consistency — what was encapsulated, under a MAC with it.
    //= spec: mlkem-braid r1 2.5 ek-sent-ct1-received-receive — with the whole ciphertext the secret
    //= is decapsulated, the authenticator moves, and then the ciphertext's MAC is checked with it.
    //= spec: mlkem-braid r1 2.4 verify-ciphertext — a ciphertext whose MAC is wrong is refused.
    fn agree(
        &self,
        keys: &DecapsulationSeed,
        ct1: &Ct1,
        object: &[u8],
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Change, PostQuantumError> {
        let (ct2, mac) = split::<{ size_of::<Ct2>() }>(object);
        let shared = keys.decapsulate(ct1, &ct2);
        let inputs = [Value::public("ct1", ct1), Value::public("ct2", &ct2)];
        let outputs = [Value::secret("ss", shared.as_ref())];
        report(trace, "decaps", "mlkem-braid r1 2.5", &inputs, &outputs);
        let secret = epoch_secret(self.epoch, &shared, trace);
        let auth = self.auth.updated(self.epoch, secret.expose(), trace);
        if !same(&auth.ciphertext_mac(self.epoch, ct1, &ct2), &mac) {
            return Err(PostQuantumError::Authentication);
        }
        Ok(Change::Agreed { auth, secret })
    }

    /// The second part of the ciphertext and its MAC.
    fn ct2(
        &self,
        seed: &EncapsulationSeed,
        header: &Header,
        vector: &Vector,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Encoder {
        let (ct1, ct2) = seed.both(header, vector);
        let mac = self.auth.ciphertext_mac(self.epoch, &ct1, &ct2);
        let inputs = [Value::public("ek_vector", vector), Value::secret("m", seed.expose())];
        let outputs = [Value::public("ct2", &ct2), Value::public("mac", &mac)];
        report(trace, "encaps2", "mlkem-braid r1 2.5", &inputs, &outputs);
        Encoder::new([&ct2[..], &mac[..]].concat().into_boxed_slice())
    }

    //= spec: mlkem-braid r1 1.1 one-key-per-epoch — an epoch that has its key is left.
    //= spec: mlkem-braid r1 2.6 progress — every state is left by a message that can come.
    /// Makes a change real. It must come from this state.
    pub(crate) fn commit(&mut self, change: Change) {
        let state = mem::replace(&mut self.state, State::KeysUnsampled);
        self.state = match (state, change) {
            (State::KeysSampled { keys, .. }, Change::HeaderArrived(chunk)) => {
                let vector = Encoder::new(keys.public().1 as Box<[u8]>);
                let mut ct1 = ct1_decoder();
                ct1.add(chunk);
                State::HeaderSent { keys, vector, ct1 }
            }
            (State::HeaderSent { keys, vector, .. }, Change::Ct1Whole(ct1)) => {
                State::Ct1Received { keys, vector, ct1 }
            }
            (State::Ct1Received { keys, ct1, .. }, Change::VectorArrived(chunk)) => {
                let mut ct2 = ct2_decoder();
                ct2.add(chunk);
                State::EkSentCt1Received { keys, ct1, ct2 }
            }
            (State::EkSentCt1Received { .. }, Change::Agreed { auth, secret: _ }) => {
                self.auth = auth;
                self.epoch = self.epoch.saturating_add(1);
                State::NoHeaderReceived { header: header_decoder() }
            }
            (State::NoHeaderReceived { .. }, Change::HeaderWhole(header)) => {
                State::HeaderReceived { header }
            }
            (State::Ct1Sampled { seed, header, ct1, .. }, Change::VectorWhole(vector)) => {
                State::EkReceivedCt1Sampled { seed, header, ct1, vector }
            }
            (State::Ct1Sampled { seed, header, mut vector, .. }, Change::Ct1Arrived(chunk)) => {
                vector.add(chunk);
                State::Ct1Acknowledged { seed, header, vector }
            }
            (
                State::Ct1Sampled { .. }
                | State::EkReceivedCt1Sampled { .. }
                | State::Ct1Acknowledged { .. },
                Change::Ct2Ready(ct2),
            ) => State::Ct2Sampled { ct2 },
            (State::Ct2Sampled { .. }, Change::NextEpoch) => {
                self.epoch = self.epoch.saturating_add(1);
                State::KeysUnsampled
            }
            (mut state, Change::Keep(chunk)) => {
                if let Some(decoder) = state.decoder() {
                    decoder.add(chunk);
                }
                state
            }
            (state, _) => state,
        };
    }
}

impl State {
    /// What gathers chunks in this state.
    const fn decoder(&mut self) -> Option<&mut Decoder> {
        match self {
            Self::HeaderSent { ct1: decoder, .. }
            | Self::EkSentCt1Received { ct2: decoder, .. }
            | Self::NoHeaderReceived { header: decoder }
            | Self::Ct1Sampled { vector: decoder, .. }
            | Self::Ct1Acknowledged { vector: decoder, .. } => Some(decoder),
            Self::KeysUnsampled
            | Self::KeysSampled { .. }
            | Self::Ct1Received { .. }
            | Self::HeaderReceived { .. }
            | Self::EkReceivedCt1Sampled { .. }
            | Self::Ct2Sampled { .. } => None,
        }
    }
}

/// The object of `N` bytes, if `chunk` makes it whole.
fn whole<const N: usize>(held: &Decoder, chunk: &Chunk) -> Option<Box<[u8; N]>> {
    match held.with(chunk) {
        Added::Complete(object) => object.into_boxed_slice().try_into().ok(),
        Added::Stored => None,
    }
}

//= spec: mlkem-braid r1 2.5 vector-integrity — a whole vector that is not the one whose hash the
//= header has is refused.
fn checked_vector(
    header: &Header,
    held: &Decoder,
    chunk: &Chunk,
) -> Result<Option<Box<Vector>>, PostQuantumError> {
    let Some(vector) = whole(held, chunk) else { return Ok(None) };
    if is_consistent(header, &vector) {
        Ok(Some(vector))
    } else {
        Err(PostQuantumError::EncapsulationKey)
    }
}

/// The first `N` bytes of an object, and the MAC after them.
fn split<const N: usize>(object: &[u8]) -> ([u8; N], [u8; MAC_BYTES]) {
    let (mut body, mut mac) = ([0; N], [0; MAC_BYTES]);
    let slots = body.iter_mut().chain(&mut mac);
    slots.zip(object).for_each(|(slot, byte)| *slot = *byte);
    (body, mac)
}
