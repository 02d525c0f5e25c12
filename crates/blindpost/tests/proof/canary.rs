//! Searching for canaries: in everything that processes wrote, and in what went over loopback.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use rand_core::Rng as _;
use simulator::{
    rng::stream,
    scan::{MarkerClass, Mint, Place, Scanner},
};

/// What is searched for: words in texts, and people's numbers.
pub(crate) struct Canaries {
    pub(crate) mint: Mint,
    words: u64,
}

/// What a search found.
pub(crate) struct Found {
    /// Class and place of each canary, and how it was written there.
    pub(crate) hits: Vec<String>,
    /// Bytes that were searched.
    pub(crate) bytes: u64,
    /// Files that these were of.
    pub(crate) files: u64,
}

impl Canaries {
    /// Of a run with this seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        stream(seed, "canaries", "").fill_bytes(&mut key);
        Self { mint: Mint::new(key), words: 0 }
    }

    /// A word that is in no other text.
    pub(crate) fn word(&mut self) -> String {
        self.words += 1;
        self.mint.word(MarkerClass::MessageContent, self.words)
    }

    /// A number that nobody else has.
    pub(crate) fn number(&mut self, person: u64) -> String {
        self.mint.phone(person)
    }

    /// Searches every file below a folder.
    pub(crate) fn in_files(&self, folder: &Path) -> Found {
        let mut scanner = Scanner::new();
        let files = self.feed_files(&mut scanner, folder, folder);
        Found { files, ..self.found(scanner) }
    }

    /// Searches streams of bytes, each with a name.
    pub(crate) fn in_streams<'s>(
        &self,
        streams: impl Iterator<Item = (&'s str, &'s [u8])>,
    ) -> Found {
        let mut scanner = Scanner::new();
        for (name, bytes) in streams {
            scanner.feed(&self.mint, &Place::new(name), 0, bytes);
        }
        self.found(scanner)
    }

    /// How many files there are below the folder.
    fn feed_files(&self, scanner: &mut Scanner, folder: &Path, root: &Path) -> u64 {
        let mut files = 0;
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                files += self.feed_files(scanner, &path, root);
                continue;
            }
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            // The name of a file is something that was written, too.
            scanner.feed(&self.mint, &Place::new("names of files"), 0, name.as_bytes());
            let mut file = File::open(&path).expect("a file can be opened");
            let (place, mut chunk) = (Place::new(name), vec![0; 1 << 16]);
            loop {
                let count = file.read(&mut chunk).expect("a file can be read");
                if count == 0 {
                    break;
                }
                scanner.feed(&self.mint, &place, 0, &chunk[..count]);
            }
            files += 1;
        }
        files
    }

    fn found(&self, mut scanner: Scanner) -> Found {
        scanner.finish(&self.mint, 0);
        // Records that the hops mark themselves, for billing say, are no business of this search.
        let is_meant = |class: &MarkerClass| {
            matches!(class, MarkerClass::MessageContent | MarkerClass::ConsumerPhone)
        };
        let known = scanner.hits().iter().filter(|((class, _), _)| is_meant(class));
        let known = known.map(|((class, id), hit)| (format!("{class:?} {id}"), hit));
        let unknown = scanner.unregistered().iter().filter(|((class, _), _)| is_meant(class));
        let unknown = unknown.map(|((class, _), hit)| (format!("{class:?} of nobody"), hit));
        let hits = known.chain(unknown).flat_map(|(what, hit)| {
            let disguise = &hit.disguise;
            hit.places.keys().map(move |place| format!("{what} in {place}, {disguise}"))
        });
        Found { hits: hits.collect(), bytes: scanner.bytes_scanned(), files: 0 }
    }
}
