//! The state of one side (ML-KEM Braid sections 2.5 and 2.6).

use alloc::boxed::Box;

use super::{
    CT1_ROWS, CT2_ROWS, HEADER_ROWS, VECTOR_ROWS,
    authenticator::Authenticator,
    erasure::{Decoder, Encoder},
};
use crate::{
    crypto::ml_kem::{Ct1, DecapsulationSeed, EncapsulationSeed, Header, Vector},
    trace::Tracer,
};

/// The epoch that is being negotiated, the authenticator, and how far the exchange is.
#[derive(Debug)]
pub(crate) struct Braid {
    pub(crate) epoch: u64,
    pub(crate) auth: Authenticator,
    pub(crate) state: State,
}

/// How far the exchange of the epoch is. The first five belong to the side that generates the key
/// pair, the others to the side that encapsulates.
#[derive(Debug)]
pub(crate) enum State {
    /// Nothing is drawn yet.
    KeysUnsampled,
    /// The header goes out.
    KeysSampled { keys: DecapsulationSeed, header: Encoder },
    /// The header has arrived; the vector goes out, and `ct1` comes in.
    HeaderSent { keys: DecapsulationSeed, vector: Encoder, ct1: Decoder },
    /// `ct1` is here; the rest of the vector goes out.
    Ct1Received { keys: DecapsulationSeed, vector: Encoder, ct1: Box<Ct1> },
    /// The vector has arrived; `ct2` comes in.
    EkSentCt1Received { keys: DecapsulationSeed, ct1: Box<Ct1>, ct2: Decoder },

    /// The header comes in.
    NoHeaderReceived { header: Decoder },
    /// The header is here; nothing is drawn yet.
    HeaderReceived { header: Box<Header> },
    /// `ct1` goes out, and the vector comes in.
    Ct1Sampled { seed: EncapsulationSeed, header: Box<Header>, ct1: Encoder, vector: Decoder },
    /// The vector is here; the rest of `ct1` goes out.
    EkReceivedCt1Sampled {
        seed: EncapsulationSeed,
        header: Box<Header>,
        ct1: Encoder,
        vector: Box<Vector>,
    },
    /// `ct1` has arrived; the rest of the vector comes in.
    Ct1Acknowledged { seed: EncapsulationSeed, header: Box<Header>, vector: Decoder },
    /// `ct2` goes out.
    Ct2Sampled { ct2: Encoder },
}

impl Braid {
    //= spec: mlkem-braid r1 2.6 init — both sides begin in epoch 1 with one key; who started the
    //= session generates the first key pair, the other waits for its header.
    /// The side that started the session.
    pub(crate) fn initiator(key: &[u8; 32], trace: &mut (impl Tracer + ?Sized)) -> Self {
        Self { epoch: 1, auth: Authenticator::start(key, trace), state: State::KeysUnsampled }
    }

    /// The side that answers.
    pub(crate) fn responder(key: &[u8; 32], trace: &mut (impl Tracer + ?Sized)) -> Self {
        let state = State::NoHeaderReceived { header: header_decoder() };
        Self { epoch: 1, auth: Authenticator::start(key, trace), state }
    }
}

impl Braid {
    /// Whether sending begins something new, which is drawn.
    pub(crate) const fn draws(&self) -> bool {
        matches!(self.state, State::KeysUnsampled | State::HeaderReceived { .. })
    }
}

/// A decoder of the header with its MAC.
pub(crate) const fn header_decoder() -> Decoder {
    Decoder::new(HEADER_ROWS)
}

/// A decoder of the vector.
pub(crate) const fn vector_decoder() -> Decoder {
    Decoder::new(VECTOR_ROWS)
}

/// A decoder of the first part of a ciphertext.
pub(crate) const fn ct1_decoder() -> Decoder {
    Decoder::new(CT1_ROWS)
}

/// A decoder of the second part of a ciphertext with its MAC.
pub(crate) const fn ct2_decoder() -> Decoder {
    Decoder::new(CT2_ROWS)
}
