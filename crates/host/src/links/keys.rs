//! A key log of links, for whoever develops or teaches: with it, a capture of them can be read.

use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use link::Channel;

/// Sessions that are remembered as logged: both ends of a link may be in this process, and log
/// within moments of each other.
const REMEMBERED: usize = 256;

/// Where keys of links go, if anywhere. Copies share it.
///
/// Whoever reads it reads every link of the process, back to its handshake; no message, which is
/// sealed for its receiver beneath.
#[derive(Clone, Debug, Default)]
pub struct KeyLog(Option<Arc<Mutex<Inner>>>);

#[derive(Debug)]
struct Inner {
    file: File,
    logged: VecDeque<[u8; 32]>,
}

impl KeyLog {
    /// Lines go to the end of a file that only its owner reads.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn append(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let inner = Inner { file: options.open(path)?, logged: VecDeque::new() };
        Ok(Self(Some(Arc::new(Mutex::new(inner)))))
    }

    /// Logs the keys of a link on which nothing was sent yet.
    pub(super) fn note(&self, channel: &Channel) {
        let Some(inner) = &self.0 else { return };
        let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.logged.contains(&channel.session) {
            return;
        }
        let Some(line) = channel.key_log_line() else { return };
        inner.logged.push_back(channel.session);
        if inner.logged.len() > REMEMBERED {
            inner.logged.pop_front();
        }
        // A capture without keys is no reason to lose messages.
        let _unwritten = writeln!(inner.file, "{}", line.as_str());
    }
}
