//! The keyring: the data keys that seal rows, each wrapped by a root key that is not stored here.
//!
//! The file is text, for its owner alone (mode 0600): the line `blindpost keyring 1`, then one line
//! for each data key, its number and, in hexadecimal, the key as AES-256-GCM under the root key
//! sealed it, with the number authenticated. The greatest number is the key in use.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    fs, io,
};

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    error::OpenError,
    folder::{Folder, at},
    seal::{Cipher, KEY},
};

const HEADER: &str = "blindpost keyring 1";

/// Wraps the data keys of a store. Whoever has it and the store's folder reads every row.
pub struct RootKey(Cipher);

impl RootKey {
    /// The root key of these bytes, which are 32 bytes of a cryptographic generator.
    pub fn new(bytes: &Zeroizing<[u8; 32]>) -> Self {
        Self(Cipher::new(bytes))
    }

    fn wrap(&self, id: u32, key: &[u8; KEY], rng: &mut dyn CryptoRng) -> Vec<u8> {
        // A data key has 32 bytes: that is never too long.
        self.0.seal(&about(id), key, rng).unwrap_or_default()
    }

    fn unwrap(&self, id: u32, wrapped: Vec<u8>) -> Option<Cipher> {
        let bytes = self.0.open(&about(id), wrapped)?;
        Some(Cipher::new(bytes.as_slice().try_into().ok()?))
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey")
    }
}

fn about(id: u32) -> Vec<u8> {
    [HEADER.as_bytes(), &id.to_be_bytes()].concat()
}

struct DataKey {
    cipher: Cipher,
    wrapped: Vec<u8>,
}

/// The data keys of one store.
pub(crate) struct Keyring {
    keys: BTreeMap<u32, DataKey>,
}

impl Keyring {
    /// A keyring with one key, written to `folder`.
    pub(crate) fn create(
        folder: &Folder,
        root: &RootKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, OpenError> {
        let mut keyring = Self { keys: BTreeMap::new() };
        keyring.add(folder, root, rng)?;
        Ok(keyring)
    }

    /// The keyring of `folder`.
    pub(crate) fn open(folder: &Folder, root: &RootKey) -> Result<Self, OpenError> {
        let path = folder.keyring();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(OpenError::KeyringMissing { path });
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(OpenError::KeyringMalformed { path, line: 1 });
            }
            read => read.map_err(at(&path))?,
        };
        let malformed = |line| OpenError::KeyringMalformed { path: path.clone(), line };
        let mut keys = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            if number == 1 {
                if line != HEADER {
                    return Err(malformed(1));
                }
                continue;
            }
            let (id, wrapped) = parse(line).ok_or_else(|| malformed(number))?;
            let cipher = root.unwrap(id, wrapped.clone());
            let cipher = cipher.ok_or(OpenError::KeyringRefused { id })?;
            keys.insert(id, DataKey { cipher, wrapped });
        }
        if keys.is_empty() {
            return Err(malformed(text.lines().count().max(1)));
        }
        Ok(Self { keys })
    }

    /// Another key, in use from now on; it is on the disk before it seals anything.
    pub(crate) fn add(
        &mut self,
        folder: &Folder,
        root: &RootKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<u32, OpenError> {
        let id = self.newest().saturating_add(1);
        let mut key = Zeroizing::new([0; KEY]);
        rng.fill_bytes(&mut *key);
        let wrapped = root.wrap(id, &key, rng);
        self.keys.insert(id, DataKey { cipher: Cipher::new(&key), wrapped });
        self.write(folder).inspect_err(|_| drop(self.keys.remove(&id)))?;
        Ok(id)
    }

    /// Forgets every key but the newest.
    pub(crate) fn keep_newest(&mut self, folder: &Folder) -> Result<(), OpenError> {
        let newest = self.keys.split_off(&self.newest());
        let old = core::mem::replace(&mut self.keys, newest);
        if old.is_empty() {
            return Ok(());
        }
        self.write(folder).inspect_err(|_| self.keys.extend(old))
    }

    /// The number of the key in use.
    pub(crate) fn newest(&self) -> u32 {
        self.keys.last_key_value().map_or(0, |(id, _)| *id)
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Cipher> {
        self.keys.get(&id).map(|key| &key.cipher)
    }

    fn write(&self, folder: &Folder) -> Result<(), OpenError> {
        folder.replace(&folder.keyring(), self.text().as_bytes())
    }

    fn text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for (id, key) in &self.keys {
            // Writing to a string never fails.
            let _written = write!(text, "{id} ");
            for byte in &key.wrapped {
                let _written = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        text
    }
}

fn parse(line: &str) -> Option<(u32, Vec<u8>)> {
    let (id, hex) = line.split_once(' ')?;
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok();
    let wrapped = pairs.iter().map(byte).collect::<Option<_>>()?;
    rest.is_empty().then_some(())?;
    Some((id.parse().ok()?, wrapped))
}
