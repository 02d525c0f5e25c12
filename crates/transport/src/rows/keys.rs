//! Keys of rows. They name accounts by alias, never by number.

use store::Key;
use vocab::{DeviceId, NoiseKey};

use crate::{alias::Alias, output::PrekeyKind};

/// Tables whose rows are messages on their way, for whoever asks what became of one.
pub const ON_THEIR_WAY: [&str; 1] = [MAIL];

/// Tables that back-ups leave out: a one-time prekey that left the directory since must not leave
/// it twice. Devices are told that few are left, and publish more.
pub const NOT_IN_BACKUPS: [&str; 3] = ["one-time", "kem-one-time", "stock"];

const MAIL: &str = "mail";

/// All accounts.
pub(crate) fn accounts() -> Key {
    Key::table("account")
}

/// One number's account.
pub(crate) fn account(alias: &Alias) -> Key {
    accounts().with(&alias.0)
}

/// What a link has claimed.
pub(crate) fn claims(link: &NoiseKey) -> Key {
    Key::table("claims").with(&link.0)
}

/// One device of an account.
pub(crate) fn device(alias: &Alias, device: DeviceId) -> Key {
    of_device(Key::table("device"), alias, device)
}

/// How many one-time prekeys a device has.
pub(crate) fn stock(alias: &Alias, device: DeviceId) -> Key {
    of_device(Key::table("stock"), alias, device)
}

/// One-time prekeys of one kind, of one device, under one identity: a range to take from.
pub(crate) fn one_time(kind: PrekeyKind, owner: &Owner) -> Key {
    let table = match kind {
        PrekeyKind::Curve => "one-time",
        PrekeyKind::Kem => "kem-one-time",
    };
    Key::table(table).with(&owner.0)
}

/// Whose one-time prekeys: alias, device and generation, as in keys of rows.
pub(crate) struct Owner([u8; Owner::BYTES]);

impl Owner {
    const BYTES: usize = 32 + 1 + 8;

    pub(crate) fn new(alias: &Alias, device: DeviceId, generation: u64) -> Self {
        let mut bytes = [0; Self::BYTES];
        let parts = alias.0.into_iter().chain([device.get()]).chain(generation.to_be_bytes());
        bytes.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        Self(bytes)
    }

    /// Reads the end of a key that [`clearing`] made.
    pub(crate) fn of(clearing: &Key) -> Option<Self> {
        clearing.as_bytes().last_chunk().copied().map(Self)
    }
}

/// That a one-time prekey was published.
pub(crate) fn published(kind: PrekeyKind, alias: &Alias, device: DeviceId, id: u32) -> Key {
    let kind = match kind {
        PrekeyKind::Curve => 0,
        PrekeyKind::Kem => 1,
    };
    of_device(Key::table("published"), alias, device).with(&[kind]).with(&id.to_be_bytes())
}

/// All prekeys that are to be cleared.
pub(crate) fn clearings() -> Key {
    Key::table("clearing")
}

/// That the one-time prekeys of `owner` are to be cleared.
pub(crate) fn clearing(owner: &Owner) -> Key {
    clearings().with(&owner.0)
}

/// The answer to a link's request.
pub(crate) fn answered(link: &NoiseKey, request: u64) -> Key {
    Key::table("answered").with(&link.0).with_number(request)
}

/// That an envelope was accepted; `digest` names link, envelope and recipient.
pub(crate) fn accepted(digest: &[u8; 32]) -> Key {
    Key::table("accepted").with(digest)
}

/// All mailboxes of an account.
pub(crate) fn mailboxes(alias: &Alias) -> Key {
    Key::table(MAIL).with(&alias.0)
}

/// A device's mailbox, a queue.
pub(crate) fn mailbox(alias: &Alias, device: DeviceId) -> Key {
    of_device(Key::table(MAIL), alias, device)
}

/// What waits in a mailbox.
pub(crate) fn fill(alias: &Alias, device: DeviceId) -> Key {
    of_device(Key::table("fill"), alias, device)
}

/// All that `by` blocks.
pub(crate) fn blocks(by: &Alias) -> Key {
    Key::table("block").with(&by.0)
}

/// That `by` blocks `blocked`.
pub(crate) fn block(by: &Alias, blocked: &Alias) -> Key {
    blocks(by).with(&blocked.0)
}

/// Reports by one account, a queue.
pub(crate) fn reports(by: &Alias) -> Key {
    Key::table("report").with(&by.0)
}

/// All integrity records.
pub(crate) fn integrities() -> Key {
    Key::table("integrity")
}

/// The integrity record of a business number.
pub(crate) fn integrity(business: &Alias) -> Key {
    integrities().with(&business.0)
}

/// That a business number wrote to somebody.
pub(crate) fn contact(business: &Alias, recipient: &Alias) -> Key {
    Key::table("contact").with(&business.0).with(&recipient.0)
}

/// The code that a number was sent for a link.
pub(crate) fn code(alias: &Alias, link: &NoiseKey) -> Key {
    Key::table("code").with(&alias.0).with(&link.0)
}

/// What is used up of the limits on codes of a number.
pub(crate) fn codes(alias: &Alias) -> Key {
    Key::table("codes").with(&alias.0)
}

/// What a link has used up of its limits.
pub(crate) fn caller(link: &NoiseKey) -> Key {
    Key::table("caller").with(&link.0)
}

/// That a link asked about a number or wrote to it.
pub(crate) fn met(link: &NoiseKey, alias: &Alias) -> Key {
    Key::table("met").with(&link.0).with(&alias.0)
}

/// How many numbers there are.
pub(crate) fn census() -> Key {
    Key::table("census")
}

/// Businesses that may hold something of somebody.
pub(crate) fn known(person: &Alias) -> Key {
    Key::table("known").with(&person.0)
}

/// All accounts that are being erased.
pub(crate) fn erasings() -> Key {
    Key::table("erasing")
}

/// That an account is being erased.
pub(crate) fn erasing(alias: &Alias) -> Key {
    erasings().with(&alias.0)
}

/// What outlives an account, under a hash that is not its alias.
pub(crate) fn suppressed(hash: &[u8; 32]) -> Key {
    Key::table("suppressed").with(hash)
}

/// Tables whose rows begin with an account's alias and hold what it published or did.
const OWN: [&str; 6] = ["one-time", "kem-one-time", "published", "clearing", "report", "code"];

/// What an account published or did, table by table.
pub(crate) fn own(alias: &Alias) -> impl Iterator<Item = Key> {
    let alias = *alias;
    OWN.into_iter().map(move |table| Key::table(table).with(&alias.0))
}

/// Tables of other accounts and links in which one may be named.
pub(crate) const ELSEWHERE: [&str; 3] = ["met", "block", "report"];

/// The other account that a key of two ends with.
pub(crate) fn other(key: &Key) -> Option<Alias> {
    key.as_bytes().last_chunk().copied().map(Alias)
}

/// That somebody reported a business.
pub(crate) fn reporter(business: &Alias, by: &Alias) -> Key {
    Key::table("reporter").with(&business.0).with(&by.0)
}

fn of_device(table: Key, alias: &Alias, device: DeviceId) -> Key {
    table.with(&alias.0).with(&[device.get()])
}
