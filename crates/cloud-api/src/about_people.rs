//! What is kept here of a person, as data from which `docs/reference/people.md` is made: every
//! table that a person leaves rows in, under which name, of which class, and for how long
//! (requirements R062 to R065). Tests run stories and hold every row that they leave to it.

use std::fmt::Write as _;

use vocab::{DataClass, Micros, limits};

/// One table of rows about people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The table.
    pub table: &'static str,
    /// What its rows say.
    pub says: &'static str,
    /// How the person is named there.
    pub named: Named,
    /// The class of its rows.
    pub class: DataClass,
    /// How long a row is kept at most; `None` for those that live as long as what they belong to.
    pub within: Option<Micros>,
}

/// How a row names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By a keyed hash of the number.
    Hash,
    /// By the number, inside a row that is sealed with a key of its own.
    Sealed,
    /// By the id of one of their messages alone.
    Message,
}

impl Named {
    const fn words(self) -> &'static str {
        match self {
            Self::Hash => "keyed hash",
            Self::Sealed => "sealed",
            Self::Message => "id of a message",
        }
    }
}

use DataClass::{ConnectionMetadata, Consent, MessageContent, RatchetState};
use Named::{Hash, Message, Sealed};

const DAY: Option<Micros> = Some(Micros::days(1));
const MONTH: Option<Micros> = Some(limits::RETRANSMISSION_AGE);
const HOOK: Option<Micros> = Some(limits::WEBHOOK_AGE);
const DEDUPE: Option<Micros> = Some(limits::DEDUPE_AGE);

/// Every one of them, in the order of the page: those of the Cloud API, then those of its ends.
pub const KEPT: &[Kept] = &[
    kept("from", "who wrote a message", Sealed, MessageContent, MONTH),
    kept("hook", "a webhook that waits", Sealed, MessageContent, HOOK),
    kept("svc", "a message for an optional service", Message, MessageContent, DAY),
    kept("pend", "what is held in memory alone", Message, ConnectionMetadata, HOOK),
    kept("hist", "how far a message got", Message, ConnectionMetadata, MONTH),
    kept("tag", "what statuses of a message bear", Message, MessageContent, DEDUPE),
    kept("media", "how to fetch a file", Message, MessageContent, MONTH),
    kept("blk", "whom a number blocked", Sealed, MessageContent, MONTH),
    kept("win", "when a person last wrote", Hash, ConnectionMetadata, DAY),
    kept("pair", "how much they may still be written to", Hash, ConnectionMetadata, DAY),
    kept("mkt", "how much marketing they may still be sent", Hash, ConnectionMetadata, DAY),
    kept("conv", "that a conversation goes on", Hash, ConnectionMetadata, DAY),
    kept("unread", "messages that are not read", Hash, ConnectionMetadata, MONTH),
    kept("user", "the newest message of a user id", Hash, ConnectionMetadata, MONTH),
    kept("stop", "that they want no marketing", Hash, Consent, None),
    kept("ses", "the session with them", Hash, RatchetState, None),
    kept("pin", "their identity key", Hash, ConnectionMetadata, None),
    kept("seen", "ids of messages that were opened", Hash, ConnectionMetadata, DEDUPE),
    kept("sent", "how far a message got", Hash, ConnectionMetadata, DEDUPE),
    kept("sealed", "how a message was last encrypted", Message, ConnectionMetadata, DEDUPE),
    kept("retry", "how often one was asked for", Message, ConnectionMetadata, DEDUPE),
    kept("kept", "a message, for retransmission", Sealed, MessageContent, MONTH),
    kept("wait", "a message that waits for keys", Sealed, MessageContent, MONTH),
    kept("put", "a message whose file is on its way out", Sealed, MessageContent, MONTH),
    kept("get", "a message whose file is on its way in", Sealed, MessageContent, MONTH),
    kept("out", "an encrypted file on its way", Message, MessageContent, MONTH),
    kept("got", "the pieces of one", Message, MessageContent, MONTH),
    kept("ask", "a request to the transport", Sealed, MessageContent, MONTH),
    kept("gone", "that their account was deleted", Hash, ConnectionMetadata, DEDUPE),
];

const fn kept(
    table: &'static str,
    says: &'static str,
    named: Named,
    class: DataClass,
    within: Option<Micros>,
) -> Kept {
    Kept { table, says, named, class, within }
}

/// The reference page.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    for Kept { table, says, named, class, within } in KEPT {
        let within = match within {
            Some(within) => match within.0.div_euclid(Micros::days(1).0) {
                1 => "1 day".to_owned(),
                days => format!("{days} days"),
            },
            None => "as what it belongs to".to_owned(),
        };
        let (named, class) = (named.words(), class.name());
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{table}` | {says} | {named} | {class} | {within} |");
    }
    page
}

/// What stands above the table.
const HEAD: &str = concat!(
    "# What the Cloud API keeps of a person\n\n",
    "Made from `KEPT` in `crates/cloud-api/src/about_people.rs` by ",
    "`cargo run -q -p cloud-api --example people_page`; tests compare the two, and hold every row ",
    "that a story leaves to it (requirements R062 to R065).\n\n",
    "A number stands in no row in clear. A business-scoped user id is a keyed hash and is stored ",
    "nowhere; the profile name travels inside the encrypted message and lives with it. Windows, ",
    "rates and caps hold keyed hashes that expire with their window. Rows without an expiry hold ",
    "keyed hashes too: a session and a pinned identity live until the account of either end goes, ",
    "a preference about marketing until it is taken back. The list of people who are blocked ",
    "belongs to the transport; `blk` is what the business reads of it.\n\n",
    "| table | what a row says | who is named, and how | class | kept at most |\n",
    "|---|---|---|---|---|\n",
);

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_what_the_tables_say() {
        let found = include_str!("../../../docs/reference/people.md");
        let command = "cargo run -q -p cloud-api --example people_page > docs/reference/people.md";
        assert!(found == super::page(), "the page is not what the tables say; run `{command}`");
    }
}
