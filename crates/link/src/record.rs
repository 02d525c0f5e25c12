//! Frames and keep-alives as records, each a Noise message with its length before it.
//!
//! A record's plaintext is its content and, behind it, one byte that says what it is (as in TLS
//! 1.3: a content is opened where it lies and its last byte taken off). A frame that does not fit
//! one record is several, all but the last of them parts.
//!
//! Record `n` of a direction is sealed with the number `n`, from 0, and after every
//! [`LINK_RECORDS_PER_KEY`] of them the key moves on (Noise revision 34, section 11.3).

use alloc::{borrow::Cow, vec::Vec};
use core::{fmt, ops::RangeInclusive};

use vocab::limits::{
    LINK_MISPLACED, LINK_RECORDS_PER_KEY, MAX_FRAME, MAX_LINK_MESSAGE, MAX_LINK_RECORDS,
};

use crate::{
    cipher::{CipherKey, KEY_BYTES, TAG_BYTES},
    error::{OpenError, SealError},
    intake::{BadLength, Intake, length},
};

/// Bytes of a record beside its content: the kind, and the tag.
pub const RECORD_OVERHEAD: usize = 1 + TAG_BYTES;
/// Bytes of content that fit one record.
pub const MAX_CONTENT: usize = MAX_LINK_MESSAGE - RECORD_OVERHEAD;

const LENGTHS: RangeInclusive<usize> = RECORD_OVERHEAD..=MAX_LINK_MESSAGE;

/// What a record is; its last byte within the encryption.
#[derive(Clone, Copy)]
enum Kind {
    /// A frame, or the last part of one.
    Frame = 0,
    /// A part of a frame that goes on.
    Part = 1,
    /// A question whether the peer is there.
    Ping = 2,
    /// The answer, with what the ping said.
    Pong = 3,
}

impl Kind {
    const fn of(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Frame),
            1 => Some(Self::Part),
            2 => Some(Self::Ping),
            3 => Some(Self::Pong),
            _ => None,
        }
    }
}

/// What came out of records.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming {
    /// A frame, whole.
    Frame(Vec<u8>),
    /// The peer asks whether this end is there: a [`Sealer::pong`] with the same number is due.
    Ping(u64),
    /// The peer is there.
    Pong(u64),
}

/// A key, and how many records it and those before it have seen.
struct Direction {
    key: CipherKey,
    number: u64,
}

impl Direction {
    /// Counts a record, and moves the key on when it has had its share.
    fn advance(&mut self) {
        self.number = self.number.saturating_add(1);
        if self.number.is_multiple_of(LINK_RECORDS_PER_KEY) {
            self.key.rekey();
        }
    }

    const fn is_exhausted(&self) -> bool {
        self.number >= MAX_LINK_RECORDS
    }

    fn first_key(&self) -> Option<&[u8; KEY_BYTES]> {
        (self.number < LINK_RECORDS_PER_KEY).then(|| self.key.expose())
    }
}

/// The direction in which this end sends.
pub struct Sealer(Direction);

impl Sealer {
    pub(crate) const fn new(key: CipherKey) -> Self {
        Self(Direction { key, number: 0 })
    }

    pub(crate) fn first_key(&self) -> Option<&[u8; KEY_BYTES]> {
        self.0.first_key()
    }

    #[cfg(test)]
    pub(crate) fn set_number(&mut self, number: u64) {
        self.0.number = number;
    }

    /// Appends to `out` the records of a frame of at most [`MAX_FRAME`] bytes.
    ///
    /// They have to be sent, in this order, before anything that is sealed later.
    ///
    /// # Errors
    ///
    /// [`SealError::FrameTooLong`], and nothing happened; [`SealError::Exhausted`], and the link
    /// can send no more. `out` is as it was.
    pub fn seal(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        if frame.len() > MAX_FRAME {
            return Err(SealError::FrameTooLong { bytes: frame.len() });
        }
        let before = out.len();
        self.parts(frame, out).inspect_err(|_| out.truncate(before))
    }

    /// Appends a question whether the peer is there; it answers with the same `number`.
    ///
    /// # Errors
    ///
    /// [`SealError::Exhausted`].
    pub fn ping(&mut self, number: u64, out: &mut Vec<u8>) -> Result<(), SealError> {
        self.record(Kind::Ping, &number.to_be_bytes(), out)
    }

    /// Appends the answer to the peer's ping of that `number`.
    ///
    /// # Errors
    ///
    /// [`SealError::Exhausted`].
    pub fn pong(&mut self, number: u64, out: &mut Vec<u8>) -> Result<(), SealError> {
        self.record(Kind::Pong, &number.to_be_bytes(), out)
    }

    fn parts(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let mut rest = frame;
        while rest.len() > MAX_CONTENT {
            let (part, more) = rest.split_at(MAX_CONTENT);
            self.record(Kind::Part, part, out)?;
            rest = more;
        }
        self.record(Kind::Frame, rest, out)
    }

    fn record(&mut self, kind: Kind, content: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.any(kind as u8, content, out)
    }

    /// A record of a kind that there need not be.
    pub(crate) fn any(
        &mut self,
        kind: u8,
        content: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        if self.0.is_exhausted() {
            return Err(SealError::Exhausted);
        }
        let bytes = content.len().saturating_add(RECORD_OVERHEAD);
        out.reserve(bytes.saturating_add(crate::LENGTH_BYTES));
        out.extend_from_slice(&length(bytes));
        let start = out.len();
        out.extend_from_slice(content);
        out.push(kind);
        let (_, plain) = out.split_at_mut(start);
        let tag = self.0.key.seal(self.0.number, &[], plain);
        out.extend_from_slice(&tag);
        self.0.advance();
        Ok(())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Direction { key: _, number }) = self;
        write!(f, "Sealer(at {number})")
    }
}

/// The direction in which this end receives.
///
/// Holds at most one unfinished record and the parts of one unfinished frame, and nothing at all
/// between two frames.
pub struct Opener {
    direction: Direction,
    intake: Intake,
    parts: Vec<u8>,
    failed: Option<OpenError>,
}

impl Opener {
    pub(crate) fn new(key: CipherKey) -> Self {
        let direction = Direction { key, number: 0 };
        Self { direction, intake: Intake::default(), parts: Vec::new(), failed: None }
    }

    pub(crate) fn first_key(&self) -> Option<&[u8; KEY_BYTES]> {
        self.direction.first_key()
    }

    #[cfg(test)]
    pub(crate) fn set_number(&mut self, number: u64) {
        self.direction.number = number;
    }

    /// Bytes of memory beside this value itself and its key.
    #[cfg(test)]
    pub(crate) fn heap(&self) -> usize {
        self.intake.heap() + self.parts.capacity()
    }

    /// Takes from `chunk` until something is complete, or nothing is left of it.
    ///
    /// To be called until it returns `None`; the rest of an unfinished frame comes with the next
    /// chunk.
    ///
    /// # Errors
    ///
    /// Why the link is over. Every further call returns the same.
    pub fn open(&mut self, chunk: &mut &[u8]) -> Result<Option<Incoming>, OpenError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.next(chunk).inspect_err(|error| {
            self.failed = Some(*error);
            self.intake = Intake::default();
            self.parts = Vec::new();
        })
    }

    /// Judges the end of the connection: fine between two frames.
    ///
    /// It says nothing of whether the peer wanted it. What has to arrive is acknowledged by frames.
    ///
    /// # Errors
    ///
    /// [`OpenError::Truncated`] within a frame, or why the link was over before.
    pub fn closed(&self) -> Result<(), OpenError> {
        let bytes = self.intake.held().saturating_add(self.parts.len());
        match self.failed {
            Some(error) => Err(error),
            None if bytes == 0 => Ok(()),
            None => Err(OpenError::Truncated { bytes }),
        }
    }

    fn next(&mut self, chunk: &mut &[u8]) -> Result<Option<Incoming>, OpenError> {
        while let Some(record) = self.intake.next(chunk, &LENGTHS).map_err(bad_length)? {
            let number = self.direction.number;
            let mut content = self.decrypt(record)?;
            let kind = content.pop().unwrap_or(u8::MAX);
            let kind = Kind::of(kind).ok_or(OpenError::UnknownKind { number, kind })?;
            match kind {
                Kind::Frame if self.parts.is_empty() => return Ok(Some(Incoming::Frame(content))),
                Kind::Frame => {
                    self.append(&content)?;
                    return Ok(Some(Incoming::Frame(core::mem::take(&mut self.parts))));
                }
                Kind::Part if content.is_empty() => return Err(OpenError::EmptyPart { number }),
                Kind::Part => self.append(&content)?,
                Kind::Ping => return Ok(Some(Incoming::Ping(eight(number, &content)?))),
                Kind::Pong => return Ok(Some(Incoming::Pong(eight(number, &content)?))),
            }
        }
        Ok(None)
    }

    fn append(&mut self, part: &[u8]) -> Result<(), OpenError> {
        let bytes = self.parts.len().saturating_add(part.len());
        if bytes > MAX_FRAME {
            return Err(OpenError::FrameTooLong { bytes });
        }
        self.parts.extend_from_slice(part);
        Ok(())
    }

    /// The plaintext of the record that is due.
    fn decrypt(&mut self, record: Cow<'_, [u8]>) -> Result<Vec<u8>, OpenError> {
        if self.direction.is_exhausted() {
            return Err(OpenError::Exhausted);
        }
        let number = self.direction.number;
        let Some((sealed, &tag)) = record.split_last_chunk() else {
            return Err(OpenError::Undersized { length: record.len() });
        };
        let bytes = sealed.len();
        let mut plain = match record {
            Cow::Borrowed(_) => sealed.to_vec(),
            Cow::Owned(mut record) => {
                record.truncate(bytes);
                record
            }
        };
        if !self.direction.key.open(number, &[], &mut plain, &tag) {
            return Err(self.why_not(plain, &tag));
        }
        self.direction.advance();
        Ok(plain)
    }

    /// What is wrong with a record that is not the one that is due. Looks only at those near it and
    /// under the same key, so an attacker makes this end work [`LINK_MISPLACED`] times twice, once.
    fn why_not(&self, mut sealed: Vec<u8>, tag: &[u8; TAG_BYTES]) -> OpenError {
        let Direction { key, number: due } = &self.direction;
        let (due, age) = (*due, due.checked_rem(LINK_RECORDS_PER_KEY).unwrap_or(0));
        let left = LINK_RECORDS_PER_KEY.saturating_sub(age).saturating_sub(1);
        let before = (1..=age.min(LINK_MISPLACED)).map(|back| due.saturating_sub(back));
        let after = (1..=left.min(LINK_MISPLACED)).map(|on| due.saturating_add(on));
        for number in before {
            if key.open(number, &[], &mut sealed, tag) {
                return OpenError::Replayed { number, due };
            }
        }
        for number in after {
            if key.open(number, &[], &mut sealed, tag) {
                return OpenError::Misplaced { number, due };
            }
        }
        OpenError::Tampered { number: due }
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { direction: Direction { key: _, number }, intake: _, parts: _, failed } = self;
        write!(f, "Opener(at {number}, {failed:?})")
    }
}

const fn bad_length(BadLength(length): BadLength) -> OpenError {
    if length < RECORD_OVERHEAD {
        OpenError::Undersized { length }
    } else {
        OpenError::Oversized { length }
    }
}

fn eight(number: u64, content: &[u8]) -> Result<u64, OpenError> {
    let eight = content.try_into().map(u64::from_be_bytes);
    eight.map_err(|_| OpenError::KeepAlive { number, bytes: content.len() })
}
