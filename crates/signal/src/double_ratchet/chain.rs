//! The symmetric-key ratchet (Double Ratchet section 2.2).

use hmac::Mac;
use zeroize::Zeroizing;

use crate::{
    crypto::{
        hash::{count_hmac, finish, hmac},
        secret::{KEY_BYTES, secret_key},
    },
    trace::{Tracer, Value, report},
};

secret_key! {
    /// `CK`: one link of a sending or receiving chain.
    ChainKey
}

secret_key! {
    /// `mk`: what the keys of exactly one message are expanded from.
    MessageSeed
}

impl ChainKey {
    /// The message key of this link.
    //= spec: double-ratchet r4 7.2 kdf-ck — HMAC keyed by the chain key, over one constant for the
    //= message key and another for the next chain key.
    pub(crate) fn message_key(
        &self,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Zeroizing<[u8; KEY_BYTES]> {
        count_hmac(1);
        let mut mac = hmac(self.expose());
        mac.update(&[0x01]);
        let key = finish(mac);
        let (input, output) = (Value::secret("ck", self.expose()), key.as_ref());
        report(trace, "kdf-ck mk", SPEC, &[input], &[Value::secret("mk", output)]);
        key
    }

    /// The message key of this link, to be kept.
    pub(crate) fn message_seed(&self, trace: &mut (impl Tracer + ?Sized)) -> MessageSeed {
        MessageSeed::from_secret(&mut self.message_key(trace))
    }

    //= spec: double-ratchet r4 2.1 chain-kdf — a chain moves by a function whose output is random
    //= to those without the key.
    //= spec: double-ratchet r4 2.4 delete-used — the link before is wiped when the next one takes
    //= its place.
    /// Moves to the next link, in place: the spent one is overwritten.
    pub(crate) fn advance(&mut self, trace: &mut (impl Tracer + ?Sized)) {
        count_hmac(1);
        let mut mac = hmac(self.expose());
        mac.update(&[0x02]);
        let next = finish(mac);
        let (input, output) = (Value::secret("ck", self.expose()), next.as_ref());
        report(trace, "kdf-ck ck", SPEC, &[input], &[Value::secret("ck'", output)]);
        self.overwrite(&next);
    }

    /// The link after this one.
    ///
    /// Borrows: receiving is a trial until the MAC has held. Whoever commits the next link drops,
    /// and so wipes, the spent one, which *is* forward secrecy.
    pub(crate) fn next(&self, trace: &mut (impl Tracer + ?Sized)) -> Self {
        count_hmac(1);
        let mut mac = hmac(self.expose());
        mac.update(&[0x02]);
        let next = Self::from_secret(&mut finish(mac));
        let (input, output) = (Value::secret("ck", self.expose()), next.expose());
        report(trace, "kdf-ck ck", SPEC, &[input], &[Value::secret("ck'", output)]);
        next
    }
}

const SPEC: &str = "double-ratchet r4 7.2";
