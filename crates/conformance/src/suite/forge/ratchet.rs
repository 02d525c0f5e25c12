//! The forger's Double Ratchet (sections 2, 3 and 7.2), without skipped keys.
//!
//! With the post-quantum ratchet it sends what says nothing (type None) for ever, which every peer
//! has to bear, and so never leaves epoch 1.

use super::{
    primitives::{MessageKeys, Secret, hkdf, hmac, wire},
    proto::{Fields, Item, put_varint},
};

/// Keys that one message may make the forger pass over.
const MOST_SKIPPED: u32 = 30_000;

/// A sending or receiving chain.
#[derive(Clone)]
pub(crate) struct Chain {
    key: [u8; 32],
    pub(crate) next: u32,
}

impl Chain {
    pub(crate) const fn new(key: [u8; 32]) -> Self {
        Self { key, next: 0 }
    }

    /// The seed of the next message, and its number.
    fn advance(&mut self) -> (u32, [u8; 32]) {
        let seed = hmac(&self.key, &[&[1]]);
        self.key = hmac(&self.key, &[&[2]]);
        let number = self.next;
        self.next = number.saturating_add(1);
        (number, seed)
    }
}

/// One line of keys of the post-quantum ratchet.
#[derive(Clone)]
struct Line {
    next: [u8; 32],
    index: u32,
}

impl Line {
    fn advance(&mut self) -> [u8; 32] {
        self.index = self.index.saturating_add(1);
        let info = [&self.index.to_be_bytes(), b"Signal PQ Ratchet V1 Chain Next".as_slice()];
        let [next, key] = hkdf::<2>(Some(&[0; 32]), &self.next, &info.concat());
        self.next = next;
        key
    }
}

/// What a ratchet step of ours is made with.
pub(crate) enum Turn {
    /// A key pair.
    Honest(Secret),
    /// A public key, and whatever the receiver will compute with it.
    Forged { public: [u8; 32], shared: [u8; 32] },
}

/// One end of a session.
#[derive(Clone)]
pub(crate) struct Ratchet {
    root: [u8; 32],
    /// The root before our last turn, so that it can be taken in another way.
    before: [u8; 32],
    /// Our ratchet key as it is sent.
    pub(crate) key: Vec<u8>,
    private: Secret,
    pub(crate) sending: Option<Chain>,
    theirs: Option<[u8; 32]>,
    receiving: Option<Chain>,
    /// What we send with and receive with after the quantum.
    lines: Option<(Line, Line)>,
    version: u8,
    ours: Vec<u8>,
    remote: Vec<u8>,
}

/// What both ends of a session know from the start.
pub(crate) struct Start {
    pub(crate) root: [u8; 32],
    pub(crate) chain: [u8; 32],
    /// The key that the post-quantum ratchet grows from, where it is spoken.
    pub(crate) authentication: Option<[u8; 32]>,
    pub(crate) version: u8,
    /// Identities in wire form.
    pub(crate) ours: Vec<u8>,
    pub(crate) remote: Vec<u8>,
}

impl Ratchet {
    /// The initiator's end, with its first ratchet key.
    pub(crate) fn initiator(start: Start, signed: [u8; 32], turn: &Turn) -> Self {
        let mut new = Self::new(start, Secret::new([0; 32]));
        new.receiving = new.sending.take();
        new.theirs = Some(signed);
        new.turn(turn);
        new
    }

    /// The responder's end, whose first ratchet key is its signed prekey.
    pub(crate) fn responder(start: Start, signed: Secret) -> Self {
        let mut new = Self::new(start, signed);
        new.lines = new.lines.map(|(a2b, b2a)| (b2a, a2b));
        new
    }

    fn new(start: Start, private: Secret) -> Self {
        let lines = start.authentication.map(|key| {
            let info = b"Signal PQ Ratchet V1 Chain  Start";
            let [_root, a2b, b2a] = hkdf::<3>(Some(&[0; 32]), &key, info);
            (Line { next: a2b, index: 0 }, Line { next: b2a, index: 0 })
        });
        Self {
            root: start.root,
            before: start.root,
            key: private.wire(),
            private,
            sending: Some(Chain::new(start.chain)),
            theirs: None,
            receiving: None,
            lines,
            version: start.version,
            ours: start.ours,
            remote: start.remote,
        }
    }

    fn step(&mut self, shared: &[u8; 32]) -> Chain {
        let [root, chain] = hkdf::<2>(Some(&self.root), shared, b"WhisperRatchet");
        self.root = root;
        Chain::new(chain)
    }

    /// Our half of a ratchet step: a new sending chain in place of the last one.
    pub(crate) fn turn(&mut self, turn: &Turn) {
        self.root = self.before;
        let shared = match turn {
            Turn::Honest(secret) => {
                (self.private, self.key) = (*secret, secret.wire());
                secret.agree(&self.theirs.unwrap_or_default())
            }
            Turn::Forged { public, shared } => {
                self.key = wire(public);
                *shared
            }
        };
        self.sending = Some(self.step(&shared));
    }

    /// Passes over `count` messages of the sending chain, as if they had been lost.
    pub(crate) fn skip(&mut self, count: u32) {
        for _ in 0..count {
            if let Some(chain) = &mut self.sending {
                chain.advance();
            }
            if let Some((line, _)) = &mut self.lines {
                line.advance();
            }
        }
    }

    /// Seals `text`. `edit` changes what the MAC then covers: version byte and fields.
    pub(crate) fn seal(&mut self, text: &str, edit: impl FnOnce(&mut u8, &mut Fields)) -> Vec<u8> {
        let line = self.lines.as_mut().map(|(line, _)| (line.advance(), line.index));
        let pq = line.map(|(_, index)| {
            let mut bytes = vec![1, 1];
            put_varint(&mut bytes, u64::from(index));
            bytes.push(0);
            bytes
        });
        self.seal_with(text, line.map(|(key, _)| key), pq, edit)
    }

    /// As [`seal`](Self::seal), with this key and field of the post-quantum ratchet.
    pub(crate) fn seal_with(
        &mut self,
        text: &str,
        salt: Option<[u8; 32]>,
        pq: Option<Vec<u8>>,
        edit: impl FnOnce(&mut u8, &mut Fields),
    ) -> Vec<u8> {
        let (number, seed) = self.sending.as_mut().map(Chain::advance).unwrap_or_default();
        let keys = MessageKeys::expand(&seed, salt.as_ref());
        let mut fields = Fields::default();
        fields.set_bytes(1, &self.key);
        fields.set(2, Item::Number(u64::from(number)));
        fields.set(3, Item::Number(0));
        fields.set_bytes(4, &keys.encrypt(text.as_bytes()));
        if let Some(pq) = pq {
            fields.set_bytes(5, &pq);
        }
        let mut version = self.version;
        edit(&mut version, &mut fields);
        let mut message = vec![version];
        message.extend(fields.encode());
        let tag = keys.tag(&[&self.ours, &self.remote, &message]);
        message.extend_from_slice(&tag);
        message
    }

    /// Opens a message of the other end, later than all that were opened before it.
    ///
    /// `None` if it is not authentic; the ratchet is then spoilt.
    pub(crate) fn open(&mut self, message: &[u8], next: Secret) -> Option<String> {
        let (covered, tag) = message.split_last_chunk::<8>()?;
        let fields = Fields::parse(covered.get(1..)?)?;
        let (_type, key) = fields.bytes(1)?.split_first()?;
        let key = <[u8; 32]>::try_from(key).ok()?;
        let turned = self.theirs != Some(key);
        if turned {
            let shared = self.private.agree(&key);
            self.receiving = Some(self.step(&shared));
            self.before = self.root;
            self.theirs = Some(key);
        }
        let wanted = u32::try_from(fields.number(2)?).ok()?;
        let chain = self.receiving.as_mut()?;
        let mut seed = None;
        if wanted.saturating_sub(chain.next) > MOST_SKIPPED {
            return None;
        }
        while chain.next <= wanted {
            seed = Some(chain.advance().1);
        }
        let salt = match &mut self.lines {
            Some((_, line)) => salt(line, fields.bytes(5)?)?,
            None => None,
        };
        let keys = MessageKeys::expand(&seed?, salt.as_ref());
        if keys.tag(&[&self.remote, &self.ours, covered]) != *tag {
            return None;
        }
        let text = String::from_utf8(keys.decrypt(fields.bytes(4)?)?).ok()?;
        if turned {
            self.turn(&Turn::Honest(next));
        }
        Some(text)
    }

    /// What was computed for the last turn would be this with the key pair `secret`.
    pub(crate) fn shared_with(&self, secret: &Secret) -> [u8; 32] {
        secret.agree(&self.theirs.unwrap_or_default())
    }

    /// The next key of the post-quantum ratchet, and its index.
    pub(crate) fn next_line_key(&mut self) -> Option<([u8; 32], u32)> {
        self.lines.as_mut().map(|(line, _)| (line.advance(), line.index))
    }
}

/// The key that a post-quantum field of epoch 1 names: none by index 0, which deployed clients from
/// 0.74 to 0.91 send until their peer has answered, in case it does without.
fn salt(line: &mut Line, field: &[u8]) -> Option<Option<[u8; 32]>> {
    let (1, rest) = field.split_first().map(|(version, rest)| (*version, rest))? else {
        return None;
    };
    let (1, mut rest) = rest.split_first().map(|(epoch, rest)| (*epoch, rest))? else {
        return None;
    };
    let mut index: u32 = 0;
    for shift in (0..32).step_by(7) {
        let (byte, after) = rest.split_first()?;
        rest = after;
        index |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            break;
        }
    }
    if index == 0 {
        return Some(None);
    }
    let mut key = None;
    if index.saturating_sub(line.index) > MOST_SKIPPED {
        return None;
    }
    while line.index < index {
        key = Some(line.advance());
    }
    key.map(Some)
}
