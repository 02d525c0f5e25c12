//! A message with its length before it, put together from pieces of any size.

use alloc::{borrow::Cow, vec::Vec};
use core::ops::RangeInclusive;

use crate::LENGTH_BYTES;

/// The part of a message that has arrived. Takes memory for what came, never for what was promised,
/// and none between two messages.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    length: [u8; LENGTH_BYTES],
    of_length: usize,
    body: Vec<u8>,
}

/// A length that is not allowed here.
pub(crate) struct BadLength(pub(crate) usize);

impl Intake {
    /// Takes from `chunk` until a message is complete or nothing is left.
    ///
    /// A length outside `allowed` is refused before a byte of what it promises is looked at.
    pub(crate) fn next<'a>(
        &mut self,
        chunk: &mut &'a [u8],
        allowed: &RangeInclusive<usize>,
    ) -> Result<Option<Cow<'a, [u8]>>, BadLength> {
        for place in self.length.iter_mut().skip(self.of_length) {
            let Some((byte, rest)) = chunk.split_first() else { return Ok(None) };
            *place = *byte;
            *chunk = rest;
            self.of_length = self.of_length.saturating_add(1);
        }
        let [a, b, c] = self.length;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if !allowed.contains(&length) {
            return Err(BadLength(length));
        }
        let missing = length.saturating_sub(self.body.len());
        let (taken, rest) = chunk.split_at_checked(missing).unwrap_or((*chunk, &[]));
        *chunk = rest;
        if taken.len() < missing {
            self.body.extend_from_slice(taken);
            return Ok(None);
        }
        self.of_length = 0;
        if self.body.is_empty() {
            return Ok(Some(Cow::Borrowed(taken)));
        }
        let mut message = core::mem::take(&mut self.body);
        message.extend_from_slice(taken);
        Ok(Some(Cow::Owned(message)))
    }

    /// Bytes of an unfinished message, its length among them.
    pub(crate) fn held(&self) -> usize {
        self.of_length.saturating_add(self.body.len())
    }

    /// Bytes of memory beside this value itself.
    #[cfg(test)]
    pub(crate) fn heap(&self) -> usize {
        self.body.capacity()
    }
}

/// The length before `bytes` of message.
pub(crate) fn length(bytes: usize) -> [u8; LENGTH_BYTES] {
    let [_, length @ ..] = (bytes as u32).to_be_bytes();
    length
}
