//! Who sends messages: connections that stay open, and a pace that nobody waits for.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::sleep_until,
};

use crate::figures::{micros, percentile, rate, tenth};

/// Connections that are open at a time.
pub(crate) const CONNECTIONS: u64 = 64;

/// A connection, on which one call is made after the other.
pub(crate) struct Connection {
    stream: TcpStream,
    to: SocketAddr,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, to, buffer: Vec::new() }
    }

    /// A call: the status and body of its answer.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: &Value,
    ) -> (u16, String) {
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.to,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.answer().await
    }

    async fn answer(&mut self) -> (u16, String) {
        self.buffer.clear();
        let (head, body) = loop {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.unwrap(), 0, "it hung up");
            let ends = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(at) = ends {
                break (String::from_utf8(self.buffer[..at].to_vec()).unwrap(), at + 4);
            }
        };
        let mut words = head.split(' ');
        let status = words.nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
        });
        let end = body + length.expect("a length");
        while self.buffer.len() < end {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.unwrap(), 0, "it hung up");
        }
        (status, String::from_utf8(self.buffer[body..end].to_vec()).unwrap())
    }
}

/// Sends texts to people in turn.
#[derive(Clone)]
pub(crate) struct Caller(Arc<Inner>);

struct Inner {
    to: SocketAddr,
    path: String,
    token: String,
    users: Vec<String>,
}

/// What sending came to.
pub(crate) struct Sent {
    pub(crate) count: u64,
    pub(crate) per_second: f64,
    /// Microseconds from when a message was due until it was accepted, sorted.
    latencies: Vec<u64>,
}

impl Sent {
    /// A percentile of latency in milliseconds.
    pub(crate) fn ms(&self, percent: usize) -> f64 {
        tenth(percentile(&self.latencies, percent) as f64 / 1_000.0)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "messages": self.count, "accepted_per_second": self.per_second.round(),
            "p50_ms": self.ms(50), "p99_ms": self.ms(99),
        })
    }
}

impl Caller {
    pub(crate) fn new(to: SocketAddr, path: String, token: String, users: Vec<String>) -> Self {
        Self(Arc::new(Inner { to, path, token, users }))
    }

    /// The same calls of another server.
    pub(crate) fn of(&self, to: SocketAddr) -> Self {
        let Inner { path, token, users, .. } = &*self.0;
        Self::new(to, path.clone(), token.clone(), users.clone())
    }

    /// Sends the messages from `first` on, so many a second; each must be accepted. Each is due at
    /// its own time, whatever became of those before it.
    pub(crate) async fn pace(&self, first: u64, count: u64, per_second: u64) -> Sent {
        let every = Duration::from_secs(1).div_f64(per_second as f64);
        let begins = Instant::now() + Duration::from_millis(100);
        self.all(first, count, move |index| Some(begins + every.mul_f64(index as f64))).await
    }

    /// Sends them as fast as they are answered.
    pub(crate) async fn press(&self, first: u64, count: u64) -> Sent {
        self.all(first, count, |_| None).await
    }

    async fn all(
        &self,
        first: u64,
        count: u64,
        due: impl Fn(u64) -> Option<Instant> + Copy + Send + Sync + 'static,
    ) -> Sent {
        let mut workers = JoinSet::new();
        // From when the first is due: what comes before is for connections.
        let began = due(0).unwrap_or_else(Instant::now);
        for worker in 0..CONNECTIONS {
            let caller = self.clone();
            workers.spawn(async move {
                let mut connection = Connection::open(caller.0.to).await;
                let mut latencies = Vec::new();
                for index in (worker..count).step_by(CONNECTIONS as usize) {
                    if let Some(at) = due(index) {
                        sleep_until(at.into()).await;
                    }
                    let from = due(index).unwrap_or_else(Instant::now);
                    caller.send(&mut connection, first + index).await;
                    latencies.push(micros(from, Instant::now()));
                }
                latencies
            });
        }
        let mut latencies = workers.join_all().await.concat();
        let per_second = rate(count, began.elapsed());
        latencies.sort_unstable();
        Sent { count, per_second, latencies }
    }

    async fn send(&self, connection: &mut Connection, index: u64) {
        let users = &self.0.users;
        let to = &users[usize::try_from(index).unwrap() % users.len()];
        let message = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": to,
            "type": "text", "text": { "body": format!("Message {index} of those that are sent.") },
        });
        let (status, body) = connection.call("POST", &self.0.path, &self.0.token, &message).await;
        assert_eq!(status, 200, "{body}");
    }
}
