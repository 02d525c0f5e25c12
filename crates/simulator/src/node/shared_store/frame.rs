//! What a store and the nodes over it say to each other. None of it is a frame of the transport.

use store::{Answer, Key, Transaction};

use super::code::Code;

/// What a node asks of its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) struct Request {
    /// How often the node has started: numbers are those of one start.
    pub(in crate::node) start: u32,
    /// The first request of this start whose answer the node lacks: answers to those before it are
    /// needed no more.
    pub(in crate::node) first: u64,
    /// Counts the requests of one start from one. The same number is the same request.
    pub(in crate::node) number: u64,
    pub(in crate::node) wish: Wish,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) enum Wish {
    Transact(Transaction),
    /// To be told when another node adds a row to a queue, or no longer.
    Watch {
        queue: Key,
        on: bool,
    },
}

/// What a store says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) enum Said {
    /// The answer to a request of a start.
    Answer { start: u32, number: u64, answer: Answer },
    /// Another node added a row to a queue.
    Joined { queue: Key },
}

/// No message in protobuf begins like this: there is no field of number zero.
const MARK: u8 = 0;

/// Whether bytes are of a store or for one.
pub(crate) fn is_of_a_store(bytes: &[u8]) -> bool {
    bytes.first() == Some(&MARK)
}

fn read<T>(bytes: &[u8], take: impl FnOnce(&mut &[u8]) -> Option<T>) -> Option<T> {
    let mut rest = bytes.strip_prefix(&[MARK])?;
    take(&mut rest).filter(|_| rest.is_empty())
}

impl Request {
    pub(in crate::node) fn encode(&self) -> Vec<u8> {
        let Self { start, first, number, wish } = self;
        let mut out = vec![MARK];
        start.put(&mut out);
        first.put(&mut out);
        number.put(&mut out);
        match wish {
            Wish::Transact(transaction) => {
                0_u8.put(&mut out);
                transaction.put(&mut out);
            }
            Wish::Watch { queue, on } => {
                1_u8.put(&mut out);
                queue.put(&mut out);
                on.put(&mut out);
            }
        }
        out
    }

    pub(in crate::node) fn decode(bytes: &[u8]) -> Option<Self> {
        read(bytes, |from| {
            Some(Self {
                start: Code::take(from)?,
                first: Code::take(from)?,
                number: Code::take(from)?,
                wish: match u8::take(from)? {
                    0 => Wish::Transact(Code::take(from)?),
                    1 => Wish::Watch { queue: Code::take(from)?, on: Code::take(from)? },
                    _ => return None,
                },
            })
        })
    }
}

impl Said {
    pub(in crate::node) fn encode(&self) -> Vec<u8> {
        let mut out = vec![MARK];
        match self {
            Self::Answer { start, number, answer } => {
                0_u8.put(&mut out);
                start.put(&mut out);
                number.put(&mut out);
                answer.put(&mut out);
            }
            Self::Joined { queue } => {
                1_u8.put(&mut out);
                queue.put(&mut out);
            }
        }
        out
    }

    pub(in crate::node) fn decode(bytes: &[u8]) -> Option<Self> {
        read(bytes, |from| {
            Some(match u8::take(from)? {
                0 => Self::Answer {
                    start: Code::take(from)?,
                    number: Code::take(from)?,
                    answer: Code::take(from)?,
                },
                1 => Self::Joined { queue: Code::take(from)? },
                _ => return None,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use store::{
        Answer, Check, Expect, Key, Op, Refusal, Revision, Row, Transaction, Value,
        transaction::Stored,
    };
    use vocab::{DataClass, Keep, Micros, Reason, UnixMicros};
    use wire::transport::{FromTransport, ToTransport};

    use super::{Request, Said, Wish};

    fn key(name: &str) -> Key {
        Key::table(name).with_number(7)
    }

    fn row(class: DataClass, keep: Keep) -> Row {
        Row { key: key("row"), revision: Revision(u64::MAX), value: vec![0, 1, 255], class, keep }
    }

    fn transaction() -> Transaction {
        let checks = vec![
            Check { key: key("a"), expect: Expect::Absent },
            Check { key: key("b"), expect: Expect::At(Revision(3)) },
        ];
        let ops = vec![
            Op::Get(key("a")),
            Op::Put(row(DataClass::Audit, Keep::For(Micros(5)))),
            Op::Delete(key("b")),
            Op::Append(row(DataClass::MessageContent, Keep::Until(UnixMicros(9)))),
            Op::Put(row(DataClass::ConsumerPhone, Keep::Never(Reason::UntilDone))),
            Op::Scan { prefix: key("c"), after: Some(key("d")), limit: 100 },
            Op::Scan { prefix: key("c"), after: None, limit: 0 },
            Op::TakeFirst(key("e")),
        ];
        Transaction { checks, ops }
    }

    fn frames() -> (Vec<Request>, Vec<Said>) {
        let stored = |expires| Stored {
            key: key("s"),
            revision: Revision(1),
            value: b"value".to_vec(),
            expires,
        };
        let wishes = [Wish::Transact(transaction()), Wish::Watch { queue: key("q"), on: true }];
        let requests =
            wishes.map(|wish| Request { start: 2, first: 3, number: u64::MAX, wish }).into();
        let answers = [
            Answer::Done(vec![
                Value::Row(None),
                Value::Row(Some(stored(None))),
                Value::Rows(vec![stored(Some(UnixMicros(4))), stored(None)]),
                Value::Written,
                Value::Appended(key("q")),
            ]),
            Answer::Conflict { check: 1 },
            Answer::Unavailable(Refusal::Full),
            Answer::Unavailable(Refusal::ReadOnly),
            Answer::Unavailable(Refusal::RowTooLarge),
        ];
        let said = answers.map(|answer| Said::Answer { start: 2, number: 9, answer });
        let joined = Said::Joined { queue: key("q") };
        (requests, said.into_iter().chain([joined]).collect())
    }

    #[test]
    fn every_frame_reads_back_and_no_other_length_of_it_does() {
        let (requests, said) = frames();
        for request in requests {
            let bytes = request.encode();
            assert_eq!(Request::decode(&bytes), Some(request));
            for cut in 0..bytes.len() {
                assert_eq!(Request::decode(&bytes[..cut]), None);
            }
            assert_eq!(Request::decode(&[&bytes[..], &[0]].concat()), None);
        }
        for one in said {
            let bytes = one.encode();
            assert_eq!(Said::decode(&bytes), Some(one));
            for cut in 0..bytes.len() {
                assert_eq!(Said::decode(&bytes[..cut]), None);
            }
        }
    }

    #[test]
    fn no_frame_of_a_store_is_taken_for_one_of_the_transport() {
        let (requests, said) = frames();
        let all = requests.iter().map(Request::encode).chain(said.iter().map(Said::encode));
        for bytes in all {
            assert!(ToTransport::decode(&bytes).is_err() && FromTransport::decode(&bytes).is_err());
            assert!(super::is_of_a_store(&bytes));
        }
    }
}
