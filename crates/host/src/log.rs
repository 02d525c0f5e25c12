//! The operator's log: lines of JSON, without content and without phone numbers.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Map, Value};

use crate::clock::machine_wall;

/// Where lines go; copies share it.
#[derive(Clone)]
pub struct Log(Arc<Mutex<Box<dyn Write + Send>>>);

impl core::fmt::Debug for Log {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Log")
    }
}

impl Log {
    /// Lines go to `out`.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(out))))
    }

    /// Lines go to the end of a file, which is made where there is none.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn append(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self::to)
    }

    /// Lines go nowhere.
    pub fn none() -> Self {
        Self::to(io::sink())
    }

    /// Writes one line: when (by the machine's clock, in microseconds since 1970), which node, what
    /// happened, and its circumstances.
    pub fn line(&self, node: &str, what: &str, with: &[(&str, Value)]) {
        let mut line = Map::new();
        line.insert("at_us".to_owned(), machine_wall().0.into());
        line.insert("node".to_owned(), node.into());
        line.insert("what".to_owned(), what.into());
        line.extend(with.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written is no reason to lose messages.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}
