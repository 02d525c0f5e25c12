//! NATS JetStream: a stream on the disk that forgets what was acknowledged. The best case for it:
//! one connection that publishes, one consumer for all recipients.

use std::{io, net::TcpStream, sync::Arc, thread, time::Instant};

use crate::{
    Outcome, TEXT,
    wire::{Incoming, Window, connect, say, unexpected},
};

/// Recipients, each a subject.
const RECIPIENTS: u64 = 1_000;
/// Written to the socket at a time.
const TOGETHER: u64 = 64;

/// What a server sends on a connection.
enum Came {
    Message { subject: String, reply: Option<String>, body: Vec<u8> },
    Other,
}

struct Client {
    stream: TcpStream,
    incoming: Incoming<TcpStream>,
}

impl Client {
    fn connect(address: &str) -> io::Result<Self> {
        let stream = connect(address)?;
        let mut client = Self { incoming: Incoming::new(stream.try_clone()?), stream };
        client.incoming.through(b"\r\n")?;
        client.say(b"CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\n")?;
        Ok(client)
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        say(&mut self.stream, bytes)
    }

    fn next(&mut self) -> io::Result<Came> {
        let line = self.incoming.through(b"\r\n")?;
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let mut words = line.split(' ');
        match words.next() {
            Some("MSG") => {
                let words: Vec<&str> = words.collect();
                let (subject, reply, length) = match words[..] {
                    [subject, _id, length] => (subject, None, length),
                    [subject, _id, reply, length] => (subject, Some(reply.to_owned()), length),
                    _ => return Err(unexpected(line.as_bytes())),
                };
                let length: usize = length.parse().map_err(io::Error::other)?;
                self.incoming.at_least(length + 2)?;
                let body = self.incoming.rest()[..length].to_vec();
                self.incoming.skip(length + 2);
                Ok(Came::Message { subject: subject.to_owned(), reply, body })
            }
            Some("PING") => self.say(b"PONG\r\n").map(|()| Came::Other),
            Some("INFO" | "+OK" | "PONG") => Ok(Came::Other),
            _ => Err(unexpected(line.as_bytes())),
        }
    }

    fn message(&mut self) -> io::Result<(String, Option<String>, Vec<u8>)> {
        loop {
            if let Came::Message { subject, reply, body } = self.next()? {
                return Ok((subject, reply, body));
            }
        }
    }

    /// Asks the API and wants no error.
    fn ask(&mut self, subject: &str, body: &str) -> io::Result<()> {
        self.say(format!("PUB {subject} api {}\r\n{body}\r\n", body.len()).as_bytes())?;
        let (_, _, answer) = self.message()?;
        if String::from_utf8_lossy(&answer).contains("\"error\"") {
            return Err(unexpected(&answer));
        }
        Ok(())
    }
}

pub fn run(address: &str, messages: u64, window: u64) -> io::Result<Outcome> {
    let mut setup = Client::connect(address)?;
    setup.say(b"SUB api 1\r\n")?;
    let stream =
        r#"{"name":"mail","subjects":["mail.*"],"retention":"workqueue","storage":"file"}"#;
    setup.ask("$JS.API.STREAM.CREATE.mail", stream)?;
    let consumer = r#"{"stream_name":"mail","config":{"durable_name":"all","deliver_subject":"to.all","ack_policy":"explicit","max_ack_pending":10000}}"#;
    let mut receiver = Client::connect(address)?;
    receiver.say(b"SUB to.all 1\r\nSUB acked 2\r\n")?;
    setup.ask("$JS.API.CONSUMER.DURABLE.CREATE.mail.all", consumer)?;
    let began = Instant::now();
    let accepted = Arc::new(Window::new(window));
    let publisher = {
        let address = address.to_owned();
        thread::spawn(move || publish(&address, messages, &accepted))
    };
    receive(&mut receiver, messages)?;
    publisher.join().expect("no panic")?;
    let how = "one publisher, one consumer, each acknowledgement confirmed".to_owned();
    Ok(Outcome { messages, time: began.elapsed(), how })
}

/// Publishes, `window` at a time, and sees each accepted.
fn publish(address: &str, messages: u64, window: &Arc<Window>) -> io::Result<()> {
    let mut client = Client::connect(address)?;
    client.say(b"SUB accepted 1\r\n")?;
    let mut writer = client.stream.try_clone()?;
    let places = window.clone();
    let writing = thread::spawn(move || -> io::Result<()> {
        let text = "x".repeat(TEXT);
        let mut written = 0;
        while written < messages {
            let now = places.take(TOGETHER.min(messages - written));
            let mut out = String::new();
            for number in written..written + now {
                out += &format!("PUB mail.{} accepted {TEXT}\r\n{text}\r\n", number % RECIPIENTS);
            }
            say(&mut writer, out.as_bytes())?;
            written += now;
        }
        Ok(())
    });
    for _ in 0..messages {
        let (_, _, answer) = client.message()?;
        if String::from_utf8_lossy(&answer).contains("\"error\"") {
            return Err(unexpected(&answer));
        }
        window.give(1);
    }
    writing.join().expect("no panic")
}

/// Takes everything, acknowledges each, and waits until that is confirmed.
fn receive(client: &mut Client, messages: u64) -> io::Result<()> {
    let (mut confirmed, mut out) = (0, Vec::new());
    while confirmed < messages {
        let (subject, reply, body) = client.message()?;
        if subject == "acked" {
            confirmed += 1;
        } else if let Some(reply) = reply {
            assert_eq!(body.len(), TEXT);
            out.extend_from_slice(format!("PUB {reply} acked 4\r\n+ACK\r\n").as_bytes());
        }
        // Answers leave together, when nothing is left to read.
        if !out.is_empty() && (client.incoming.rest().is_empty() || out.len() > 16_384) {
            client.say(&out)?;
            out.clear();
        }
    }
    Ok(())
}
