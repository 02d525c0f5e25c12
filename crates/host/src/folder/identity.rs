//! Who an installation is: what its `identity.json` says, and what a back-up keeps of it.

use std::{collections::BTreeSet, io, path::Path};

use serde::{Deserialize, Serialize};

use super::{FolderError, at};
use crate::secrets::{Secrets, hex};

/// The format of `identity.json`.
const FORMAT: u32 = 1;
/// The format of `backup.json`.
const BACKUP_FORMAT: u32 = 1;
/// How far a restore sets the number of starts forward: none of a later time is counted again.
const STARTS_SKIPPED: u64 = 1 << 16;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    pub(super) format: u32,
    /// 32 bytes as hexadecimal digits.
    pub(super) master: Hidden,
    /// The `--seed` that they follow from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seed: Option<u64>,
    /// Starts so far, the present one included.
    pub(super) starts: u64,
    /// Accounts that were set up once.
    pub(super) ready: BTreeSet<String>,
    /// Where a virtual clock stood, in microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clock: Option<u64>,
}

/// Text of which nothing is printed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Hidden(String);

impl core::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hidden")
    }
}

/// What a back-up keeps of a folder.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Backup {
    backup: u32,
    identity: Identity,
}

/// What a snapshot keeps of a folder.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marks {
    clock: Option<u64>,
    ready: BTreeSet<String>,
}

impl Identity {
    pub(super) fn new(path: &Path, seed: Option<u64>) -> Result<Self, FolderError> {
        let secrets = match seed {
            Some(seed) => Secrets::of_seed(seed),
            None => {
                let mut master = [0; 32];
                getrandom::fill(&mut master).map_err(|why| at(path)(io::Error::other(why)))?;
                Secrets::new(master)
            }
        };
        let master = hex(secrets.master());
        let (starts, ready, clock) = (0, BTreeSet::new(), None);
        Ok(Self { format: FORMAT, master: Hidden(master), seed, starts, ready, clock })
    }

    /// What everything that is secret follows from.
    pub(super) fn secrets(&self) -> Secrets {
        let mut master = [0; 32];
        for (to, byte) in master.iter_mut().zip(from_hex(&self.master.0)) {
            *to = byte;
        }
        Secrets::new(master)
    }

    /// What a back-up keeps of it.
    pub(super) fn to_backup(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(&Backup { backup: BACKUP_FORMAT, identity: self.clone() })
    }

    /// Whoever is restored from a back-up: not counted as an earlier start, and with the accounts
    /// set up that `stay` says.
    pub(super) fn from_backup(
        file: &Path,
        bytes: &[u8],
        stay: impl Fn(&str) -> bool,
    ) -> Result<Self, FolderError> {
        let wrong = |why: String| FolderError::Identity { path: file.to_path_buf(), why };
        let Backup { backup, mut identity } =
            serde_json::from_slice(bytes).map_err(|why| wrong(why.to_string()))?;
        if backup != BACKUP_FORMAT {
            return Err(wrong(format!("format {backup} of back-ups is not known here")));
        }
        identity.is_sound(file)?;
        identity.starts = identity.starts.saturating_add(STARTS_SKIPPED);
        identity.ready.retain(|account| stay(account));
        Ok(identity)
    }

    /// What a snapshot keeps of it.
    pub(super) fn marks(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(&Marks { clock: self.clock, ready: self.ready.clone() })
    }

    /// As it was when these were its marks.
    pub(super) fn go_back_to(&mut self, marks: &[u8]) -> serde_json::Result<()> {
        let Marks { clock, ready } = serde_json::from_slice(marks)?;
        (self.clock, self.ready) = (clock, ready);
        Ok(())
    }

    fn is_sound(&self, file: &Path) -> Result<(), FolderError> {
        let wrong = |why: String| FolderError::Identity { path: file.to_path_buf(), why };
        if self.format != FORMAT {
            return Err(wrong(format!("format {} is not known here", self.format)));
        }
        if from_hex(&self.master.0).count() != 32 {
            return Err(wrong("`master` is not 64 hexadecimal digits".to_owned()));
        }
        Ok(())
    }
}

pub(super) fn read(file: &Path, bytes: &[u8]) -> Result<Identity, FolderError> {
    let wrong = |why: String| FolderError::Identity { path: file.to_path_buf(), why };
    let identity: Identity = serde_json::from_slice(bytes).map_err(|why| wrong(why.to_string()))?;
    identity.is_sound(file)?;
    Ok(identity)
}

fn from_hex(text: &str) -> impl Iterator<Item = u8> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs.iter().filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
}
