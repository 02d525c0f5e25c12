//! Values as bytes, for frames that never leave the world.

use store::{
    Answer, Check, Expect, Key, Op, Refusal, Revision, Row, Transaction, Value, transaction::Stored,
};
use vocab::{DataClass, Keep, Micros, Reason, UnixMicros};

/// What can be written and read back.
pub(super) trait Code: Sized {
    fn put(&self, out: &mut Vec<u8>);
    /// Reads one off the front; `None` if that is none.
    fn take(from: &mut &[u8]) -> Option<Self>;
}

impl Code for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        from.split_off_first().copied()
    }
}

impl Code for bool {
    fn put(&self, out: &mut Vec<u8>) {
        u8::from(*self).put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(u8::take(from)? != 0)
    }
}

macro_rules! number {
    ($number:ty) => {
        impl Code for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                let (bytes, rest) = from.split_first_chunk()?;
                *from = rest;
                Some(Self::from_be_bytes(*bytes))
            }
        }
    };
}
number!(u32);
number!(u64);

impl Code for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        u64::take(from)?.try_into().ok()
    }
}

impl Code for Key {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self.as_bytes(), out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        take_bytes(from).map(Self::from_bytes)
    }
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    bytes.len().put(out);
    out.extend_from_slice(bytes);
}

fn take_bytes(from: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::take(from)?;
    from.split_off(..length).map(<[u8]>::to_vec)
}

impl<T: Code> Code for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

impl<T: Code> Code for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = usize::take(from)?;
        // Each takes at least a byte: no more are read than can be there.
        (length <= from.len()).then(|| (0..length).map(|_| T::take(from)).collect())?
    }
}

impl Code for Transaction {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { checks, ops } = self;
        checks.put(out);
        ops.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(Self { checks: Code::take(from)?, ops: Code::take(from)? })
    }
}

impl Code for Check {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { key, expect } = self;
        key.put(out);
        let at = match expect {
            Expect::Absent => None,
            Expect::At(Revision(at)) => Some(*at),
        };
        at.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let key = Code::take(from)?;
        let at: Option<u64> = Code::take(from)?;
        Some(Self { key, expect: at.map_or(Expect::Absent, |at| Expect::At(Revision(at))) })
    }
}

impl Code for Op {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Get(key) => tagged(0, key, out),
            Self::Put(row) => tagged(1, row, out),
            Self::Delete(key) => tagged(2, key, out),
            Self::Append(row) => tagged(3, row, out),
            Self::Scan { prefix, after, limit } => {
                tagged(4, prefix, out);
                after.put(out);
                limit.put(out);
            }
            Self::TakeFirst(prefix) => tagged(5, prefix, out),
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Get(Code::take(from)?),
            1 => Self::Put(Code::take(from)?),
            2 => Self::Delete(Code::take(from)?),
            3 => Self::Append(Code::take(from)?),
            4 => Self::Scan {
                prefix: Code::take(from)?,
                after: Code::take(from)?,
                limit: Code::take(from)?,
            },
            5 => Self::TakeFirst(Code::take(from)?),
            _ => return None,
        })
    }
}

fn tagged(tag: u8, value: &impl Code, out: &mut Vec<u8>) {
    tag.put(out);
    value.put(out);
}

impl Code for Row {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { key, revision, value, class, keep } = self;
        key.put(out);
        revision.0.put(out);
        put_bytes(value, out);
        put_place(&CLASSES, class, out);
        match keep {
            Keep::For(span) => tagged(0, &span.0, out),
            Keep::Until(moment) => tagged(1, &moment.0, out),
            Keep::Never(reason) => {
                2_u8.put(out);
                put_place(&REASONS, reason, out);
            }
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            key: Code::take(from)?,
            revision: Revision(Code::take(from)?),
            value: take_bytes(from)?,
            class: take_place(&CLASSES, from)?,
            keep: match u8::take(from)? {
                0 => Keep::For(Micros(Code::take(from)?)),
                1 => Keep::Until(UnixMicros(Code::take(from)?)),
                2 => Keep::Never(take_place(&REASONS, from)?),
                _ => return None,
            },
        })
    }
}

/// Every class: a row of another does not read back, and is never answered.
const CLASSES: [DataClass; 13] = [
    DataClass::MessageContent,
    DataClass::ConsumerPhone,
    DataClass::Statistics,
    DataClass::IntegritySignals,
    DataClass::BusinessInformation,
    DataClass::Billing,
    DataClass::KeyMaterial,
    DataClass::Credential,
    DataClass::RatchetState,
    DataClass::Template,
    DataClass::Consent,
    DataClass::ConnectionMetadata,
    DataClass::Audit,
];

const REASONS: [Reason; 7] = [
    Reason::Account,
    Reason::Session,
    Reason::OwnHistory,
    Reason::BusinessRecord,
    Reason::Accounting,
    Reason::Aggregate,
    Reason::UntilDone,
];

fn put_place<T: PartialEq>(all: &[T], one: &T, out: &mut Vec<u8>) {
    let place = all.iter().position(|other| other == one);
    (place.unwrap_or(all.len()) as u8).put(out);
}

fn take_place<T: Copy>(all: &[T], from: &mut &[u8]) -> Option<T> {
    all.get(usize::from(u8::take(from)?)).copied()
}

impl Code for Stored {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { key, revision, value, expires } = self;
        key.put(out);
        revision.0.put(out);
        put_bytes(value, out);
        expires.map(|moment| moment.0).put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            key: Code::take(from)?,
            revision: Revision(Code::take(from)?),
            value: take_bytes(from)?,
            expires: <Option<u64> as Code>::take(from)?.map(UnixMicros),
        })
    }
}

impl Code for Value {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Row(row) => tagged(0, row, out),
            Self::Rows(rows) => tagged(1, rows, out),
            Self::Written => 2_u8.put(out),
            Self::Appended(key) => tagged(3, key, out),
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Row(Code::take(from)?),
            1 => Self::Rows(Code::take(from)?),
            2 => Self::Written,
            3 => Self::Appended(Code::take(from)?),
            _ => return None,
        })
    }
}

const REFUSALS: [Refusal; 3] = [Refusal::Full, Refusal::ReadOnly, Refusal::RowTooLarge];

impl Code for Answer {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Done(values) => tagged(0, values, out),
            Self::Conflict { check } => tagged(1, check, out),
            Self::Unavailable(refusal) => {
                2_u8.put(out);
                put_place(&REFUSALS, refusal, out);
            }
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Done(Code::take(from)?),
            1 => Self::Conflict { check: Code::take(from)? },
            2 => Self::Unavailable(take_place(&REFUSALS, from)?),
            _ => return None,
        })
    }
}
