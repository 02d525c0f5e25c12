//! Sessions as rows: six parts each, of which a message writes only those that it changed.

use hop::{Attempt, Waiting};
use signal::{Changes, OneTimePreKey, PartRefs, PreKeys, Session, SignedPreKey};
use store::Key;
use vocab::{Address, DataClass, Keep, Reason};

use crate::{
    account::Account,
    mutant::{Mutant, planted},
    rows::Peer,
    vault::Vault,
};

/// A session as it was read, and as it is worked on.
pub(crate) struct Working {
    pub(crate) session: Option<Session>,
    read: [Option<alloc::vec::Vec<u8>>; PARTS],
}

const PARTS: usize = 6;

impl<V: Vault> Account<V> {
    //= spec: sesame r2 3.1 records — a session is kept by person and device.
    fn session_keys(&self, peer: &Peer) -> [Key; PARTS] {
        let key = |part| self.keys.session(&peer.name, peer.device(), part);
        [key(0), key(1), key(2), key(3), key(4), key(5)]
    }

    /// Reads the session with `peer`; a session whose rows do not decode counts as none.
    pub(crate) fn load<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
    ) -> Result<Working, Waiting> {
        let keys = self.session_keys(peer);
        attempt.need(&keys)?;
        let [turn, skipped, archive, pending, exchange, hot] = keys;
        let mut read = |key| {
            if planted(self.config.mutant, Mutant::RatchetWithoutRevision) {
                attempt.peek(key)
            } else {
                attempt.read(key)
            }
        };
        let read = [
            read(&turn)?,
            read(&skipped)?,
            read(&archive)?,
            read(&pending)?,
            read(&exchange)?,
            read(&hot)?,
        ];
        let [turn, skipped, archive, pending, exchange, hot] = &read;
        let session = turn.as_ref().and_then(|turn| {
            let parts = PartRefs {
                hot: part(hot),
                turn,
                skipped: part(skipped),
                archive: part(archive),
                pending: part(pending),
                exchange: part(exchange),
            };
            Session::restore(parts).ok()
        });
        Ok(Working { session, read })
    }

    /// Removes the session with a device, as an old back-up or a broken disk does.
    pub fn lose_session<E, N>(&self, attempt: &mut Attempt<'_, E, N>, with: &Address) {
        let peer = self.peer(with);
        for key in self.session_keys(&peer) {
            attempt.delete(key);
        }
    }

    /// Writes the parts that changed since they were read.
    pub(crate) fn save<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        working: &mut Working,
    ) {
        let Some(session) = &mut working.session else { return };
        let Changes { hot, turn, skipped, archive, pending, exchange } = session.changes();
        let [read_turn, ..] = &working.read;
        let unsaved = planted(self.config.mutant, Mutant::TurnUnsaved) && read_turn.is_some();
        let turn = turn.filter(|_| !unsaved);
        let skipped = skipped.filter(|_| !planted(self.config.mutant, Mutant::SkippedUnsaved));
        let archive = archive.filter(|_| !planted(self.config.mutant, Mutant::ArchiveUnsaved));
        let parts = [turn, skipped, archive, pending, exchange, hot];
        for ((key, part), read) in self.session_keys(peer).into_iter().zip(parts).zip(&working.read)
        {
            let Some(part) = part else { continue };
            match (part.is_empty(), read) {
                (true, None) => {}
                (true, Some(_)) => attempt.delete(key),
                (false, Some(read)) if *read == *part => {}
                (false, _) => {
                    attempt.write(
                        key,
                        part.to_vec(),
                        DataClass::RatchetState,
                        Keep::Never(Reason::Session),
                    );
                }
            }
        }
    }
}

/// The bytes of a part; a part that was empty has no row.
fn part(read: &Option<alloc::vec::Vec<u8>>) -> &[u8] {
    read.as_deref().unwrap_or_default()
}

/// The private prekeys that one incoming message names, brought to the desk.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) signed: Option<SignedPreKey>,
    pub(crate) one_time: Option<OneTimePreKey>,
    pub(crate) kem: Option<signal::KemPreKey>,
    pub(crate) base_seen: bool,
}

impl PreKeys for Named {
    fn signed(&self, id: u32) -> Option<&SignedPreKey> {
        self.signed.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn one_time(&self, id: u32) -> Option<&OneTimePreKey> {
        self.one_time.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn kem(&self, id: u32) -> Option<&signal::KemPreKey> {
        self.kem.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn base_key_seen(&self, _kem: Option<u32>, _signed: u32, _base: &keys::PublicKey) -> bool {
        self.base_seen
    }
}
