//! What the three have in common: a socket, a window, and an end to patience.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::{Condvar, Mutex},
    time::Duration,
};

/// No answer takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that waits only so long.
pub fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// So many may be under way.
pub struct Window {
    under_way: Mutex<u64>,
    most: u64,
    less: Condvar,
}

impl Window {
    pub fn new(most: u64) -> Self {
        Self { under_way: Mutex::new(0), most, less: Condvar::new() }
    }

    /// Takes up to `wanted` places, at least one.
    pub fn take(&self, wanted: u64) -> u64 {
        let mut under_way = self.under_way.lock().expect("no panic");
        while *under_way >= self.most {
            let waited = self.less.wait_timeout(under_way, PATIENCE).expect("no panic");
            assert!(!waited.1.timed_out(), "no answer comes any more");
            under_way = waited.0;
        }
        let taken = wanted.min(self.most - *under_way);
        *under_way += taken;
        taken
    }

    pub fn give(&self, places: u64) {
        *self.under_way.lock().expect("no panic") -= places;
        self.less.notify_one();
    }
}

/// Bytes that came and were not understood yet.
pub struct Incoming<R> {
    from: R,
    bytes: Vec<u8>,
    start: usize,
}

impl<R: Read> Incoming<R> {
    pub fn new(from: R) -> Self {
        Self { from, bytes: Vec::new(), start: 0 }
    }

    /// What is there, not empty.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub fn skip(&mut self, bytes: usize) {
        self.start += bytes;
        assert!(self.start <= self.bytes.len());
    }

    /// Waits for more.
    pub fn more(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let mut chunk = [0; 65_536];
        let length = self.from.read(&mut chunk)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.bytes.extend_from_slice(&chunk[..length]);
        Ok(())
    }

    /// Waits until `bytes` are there.
    pub fn at_least(&mut self, bytes: usize) -> io::Result<()> {
        while self.rest().len() < bytes {
            self.more()?;
        }
        Ok(())
    }

    /// Takes everything up to and with the first `mark`.
    pub fn through(&mut self, mark: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = find(self.rest(), mark) {
                let taken = self.rest()[..at + mark.len()].to_vec();
                self.skip(taken.len());
                return Ok(taken);
            }
            self.more()?;
        }
    }
}

/// Where `mark` begins first.
pub fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

/// Something other came than can be.
pub fn unexpected(what: &[u8]) -> io::Error {
    io::Error::other(format!("unexpected: {}", String::from_utf8_lossy(what).trim()))
}

/// Writes everything at once.
pub fn say(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)
}
