//! Protocol buffers as lists of fields, to be written in any way, right or wrong.

use core::ops::Range;

/// A value on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Number(u64),
    Bytes(Vec<u8>),
}

/// The fields of a message in their order, and what comes after them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) list: Vec<(u32, Item)>,
    /// Bytes after the last field, whatever they are.
    pub(crate) tail: Vec<u8>,
}

impl Fields {
    /// The fields of `bytes`, if they are numbers and byte strings alone.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let fields = spans(bytes)?.into_iter().map(|span| Some((span.field, span.item)));
        Some(Self { list: fields.collect::<Option<_>>()?, tail: Vec::new() })
    }

    pub(crate) fn number(&self, field: u32) -> Option<u64> {
        self.list.iter().find_map(|(found, item)| match item {
            Item::Number(number) if *found == field => Some(*number),
            Item::Number(_) | Item::Bytes(_) => None,
        })
    }

    pub(crate) fn bytes(&self, field: u32) -> Option<&[u8]> {
        self.list.iter().find_map(|(found, item)| match item {
            Item::Bytes(bytes) if *found == field => Some(bytes.as_slice()),
            Item::Number(_) | Item::Bytes(_) => None,
        })
    }

    pub(crate) fn remove(&mut self, field: u32) {
        self.list.retain(|(found, _)| *found != field);
    }

    /// Replaces the field where it stands, or adds it.
    pub(crate) fn set(&mut self, field: u32, item: Item) {
        match self.list.iter_mut().find(|(found, _)| *found == field) {
            Some((_, old)) => *old = item,
            None => self.list.push((field, item)),
        }
    }

    pub(crate) fn set_bytes(&mut self, field: u32, bytes: &[u8]) {
        self.set(field, Item::Bytes(bytes.to_vec()));
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (field, item) in &self.list {
            let tag = u64::from(*field) << 3;
            match item {
                Item::Number(number) => {
                    put_varint(&mut out, tag);
                    put_varint(&mut out, *number);
                }
                Item::Bytes(bytes) => {
                    put_varint(&mut out, tag | 2);
                    put_varint(&mut out, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                    out.extend_from_slice(bytes);
                }
            }
        }
        out.extend_from_slice(&self.tail);
        out
    }
}

/// One field with the bytes it takes, tag and length too.
pub(crate) struct Span {
    pub(crate) field: u32,
    pub(crate) item: Item,
    pub(crate) range: Range<usize>,
}

/// Every field of `bytes` and where it lies.
pub(crate) fn spans(bytes: &[u8]) -> Option<Vec<Span>> {
    let mut rest = bytes;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let start = bytes.len().checked_sub(rest.len())?;
        let tag = take_varint(&mut rest)?;
        let field = u32::try_from(tag >> 3).ok()?;
        let item = match tag & 7 {
            0 => Item::Number(take_varint(&mut rest)?),
            2 => {
                let length = usize::try_from(take_varint(&mut rest)?).ok()?;
                let (taken, after) = rest.split_at_checked(length)?;
                rest = after;
                Item::Bytes(taken.to_vec())
            }
            _ => return None,
        };
        found.push(Span { field, item, range: start..bytes.len().checked_sub(rest.len())? });
    }
    Some(found)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The shortest form of `value`.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
