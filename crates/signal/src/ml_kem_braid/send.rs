//! What sending does in each state (ML-KEM Braid section 2.5).

use alloc::boxed::Box;
use core::mem;

use super::{
    authenticator::{EpochSecret, epoch_secret},
    braid::{Braid, State, vector_decoder},
    erasure::Encoder,
    message::Payload,
};
use crate::{
    crypto::ml_kem::{DecapsulationSeed, EncapsulationSeed},
    trace::{Tracer, Value, report},
};

/// Random bytes that a step may draw: 64 for a key pair, of which an encapsulation takes 32.
pub(crate) const SEND_RANDOM_BYTES: usize = 64;

impl Braid {
    /// What the next message carries, and the secret of the epoch if sending agreed on one.
    pub(crate) fn send(
        &mut self,
        random: &mut [u8; SEND_RANDOM_BYTES],
        trace: &mut (impl Tracer + ?Sized),
    ) -> (Payload, Option<EpochSecret>) {
        match &mut self.state {
            State::KeysUnsampled => (self.sample_keys(random, trace), None),
            //= spec: mlkem-braid r1 2.5 keys-sampled-send — one more chunk of the header.
            State::KeysSampled { header, .. } => (Payload::Header(header.next_chunk()), None),
            //= spec: mlkem-braid r1 2.5 header-sent-send — one more chunk of the vector.
            State::HeaderSent { vector, .. } => (Payload::Vector(vector.next_chunk()), None),
            //= spec: mlkem-braid r1 2.5 ct1-received-send — the vector goes on, and says that the
            //= first part of the ciphertext is here.
            State::Ct1Received { vector, .. } => (Payload::VectorAck(vector.next_chunk()), None),
            //= spec: mlkem-braid r1 2.5 ek-sent-ct1-received-send — nothing to send. Deployed: the
            //= type that acknowledges, not the empty one.
            State::EkSentCt1Received { .. } => (Payload::Ct1Ack, None),
            //= spec: mlkem-braid r1 2.5 no-header-received-send — nothing to send.
            //= spec: mlkem-braid r1 2.5 ct1-acknowledged-send — nothing to send.
            State::NoHeaderReceived { .. } | State::Ct1Acknowledged { .. } => (Payload::None, None),
            State::HeaderReceived { .. } => self.sample_ct1(random, trace),
            //= spec: mlkem-braid r1 2.5 ct1-sampled-send — one more chunk of the first part.
            //= spec: mlkem-braid r1 2.5 ek-received-ct1-sampled-send — the first part goes on.
            State::Ct1Sampled { ct1, .. } | State::EkReceivedCt1Sampled { ct1, .. } => {
                (Payload::Ct1(ct1.next_chunk()), None)
            }
            //= spec: mlkem-braid r1 2.5 ct2-sampled-send — one more chunk of the second part.
            State::Ct2Sampled { ct2 } => (Payload::Ct2(ct2.next_chunk()), None),
        }
    }

    //= spec: mlkem-braid r1 2.5 keys-unsampled-send — a key pair is drawn, its header
    //= authenticated, and the first chunk of both goes out.
    fn sample_keys(
        &mut self,
        random: &mut [u8; SEND_RANDOM_BYTES],
        trace: &mut (impl Tracer + ?Sized),
    ) -> Payload {
        let keys = DecapsulationSeed::from_secret(random);
        let (header, vector) = keys.public();
        let object = self.auth.header_object(self.epoch, &header);
        let inputs = [Value::secret("d || z", keys.expose())];
        let outputs = [
            Value::public("ek_header || mac", &object),
            Value::public("ek_vector", vector.as_slice()),
        ];
        report(trace, "keygen", "mlkem-braid r1 2.5", &inputs, &outputs);
        let mut header = Encoder::new(object);
        let chunk = header.next_chunk();
        self.state = State::KeysSampled { keys, header };
        Payload::Header(chunk)
    }

    //= spec: mlkem-braid r1 2.5 header-received-send — the first part of a ciphertext is made from
    //= the header alone; the epoch has its key, the authenticator moves, and the first chunk goes
    //= out.
    fn sample_ct1(
        &mut self,
        random: &mut [u8; SEND_RANDOM_BYTES],
        trace: &mut (impl Tracer + ?Sized),
    ) -> (Payload, Option<EpochSecret>) {
        let State::HeaderReceived { header } = mem::replace(&mut self.state, State::KeysUnsampled)
        else {
            unreachable!("called in this state alone");
        };
        let mut m = [0; 32];
        m.iter_mut().zip(random.iter()).for_each(|(slot, byte)| *slot = *byte);
        zeroize::Zeroize::zeroize(random);
        let seed = EncapsulationSeed::from_secret(&mut m);
        let (ct1, shared) = seed.first(&header);
        let inputs =
            [Value::public("ek_header", header.as_slice()), Value::secret("m", seed.expose())];
        let outputs = [Value::public("ct1", ct1.as_slice()), Value::secret("ss", shared.as_ref())];
        report(trace, "encaps1", "mlkem-braid r1 2.5", &inputs, &outputs);
        let secret = epoch_secret(self.epoch, &shared, trace);
        self.auth = self.auth.updated(self.epoch, secret.expose(), trace);
        let mut ct1 = Encoder::new(ct1 as Box<[u8]>);
        let chunk = ct1.next_chunk();
        self.state = State::Ct1Sampled { seed, header, ct1, vector: vector_decoder() };
        (Payload::Ct1(chunk), Some(secret))
    }
}
