//! Mosquitto: a persistent session with QoS 1 (MQTT 3.1.1). Nothing is synced for a message.

use std::{io, net::TcpStream, sync::Arc, thread, time::Instant};

use crate::{
    Outcome, TEXT,
    wire::{Incoming, Window, connect, say, unexpected},
};

const RECIPIENTS: u64 = 1_000;
const TOGETHER: u64 = 64;

const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const SUBACK: u8 = 9;

struct Client {
    stream: TcpStream,
    incoming: Incoming<TcpStream>,
}

fn string(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u16).to_be_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut length = body.len();
    loop {
        let more = length >= 128;
        bytes.push((length % 128) as u8 | if more { 128 } else { 0 });
        length /= 128;
        if !more {
            break;
        }
    }
    bytes.extend_from_slice(body);
    bytes
}

impl Client {
    fn connect(address: &str, name: &str) -> io::Result<Self> {
        let stream = connect(address)?;
        let mut client = Self { incoming: Incoming::new(stream.try_clone()?), stream };
        // No clean session, no keep-alive.
        let body = [&string("MQTT")[..], &[4, 0, 0, 0], &string(name)].concat();
        say(&mut client.stream, &packet(0x10, &body))?;
        client.expect(CONNACK)?;
        Ok(client)
    }

    fn next(&mut self) -> io::Result<(u8, Vec<u8>)> {
        self.incoming.at_least(2)?;
        let (mut length, mut digits) = (0_usize, 0);
        loop {
            self.incoming.at_least(2 + digits)?;
            let byte = self.incoming.rest()[1 + digits];
            length |= usize::from(byte & 127) << (7 * digits);
            digits += 1;
            if byte < 128 {
                break;
            }
        }
        let head = 1 + digits;
        self.incoming.at_least(head + length)?;
        let first = self.incoming.rest()[0];
        let body = self.incoming.rest()[head..head + length].to_vec();
        self.incoming.skip(head + length);
        Ok((first >> 4, body))
    }

    fn expect(&mut self, kind: u8) -> io::Result<()> {
        match self.next()? {
            (came, _) if came == kind => Ok(()),
            (_, body) => Err(unexpected(&body)),
        }
    }
}

pub fn run(address: &str, messages: u64, window: u64) -> io::Result<Outcome> {
    let mut receiver = Client::connect(address, "receiver")?;
    let body = [&[0, 1][..], &string("mail/#"), &[1]].concat();
    say(&mut receiver.stream, &packet(0x82, &body))?;
    receiver.expect(SUBACK)?;
    let began = Instant::now();
    let publisher = {
        let address = address.to_owned();
        thread::spawn(move || publish(&address, messages, window))
    };
    let (mut received, mut out) = (0, Vec::new());
    while received < messages {
        let (kind, body) = receiver.next()?;
        if kind != PUBLISH {
            return Err(unexpected(&body));
        }
        let topic = 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
        assert_eq!(body.len(), topic + 2 + TEXT);
        out.extend_from_slice(&packet(0x40, &body[topic..topic + 2]));
        received += 1;
        if receiver.incoming.rest().is_empty() || out.len() > 1_024 || received == messages {
            say(&mut receiver.stream, &out)?;
            out.clear();
        }
    }
    publisher.join().expect("no panic")?;
    let how = "one publisher, one persistent session, QoS 1, no sync for a message".to_owned();
    Ok(Outcome { messages, time: began.elapsed(), how })
}

fn publish(address: &str, messages: u64, window: u64) -> io::Result<()> {
    let mut client = Client::connect(address, "sender")?;
    let mut writer = client.stream.try_clone()?;
    let places = Arc::new(Window::new(window));
    let theirs = places.clone();
    let writing = thread::spawn(move || -> io::Result<()> {
        let mut written = 0;
        while written < messages {
            let now = theirs.take(TOGETHER.min(messages - written));
            let mut out = Vec::new();
            for number in written..written + now {
                let id = (number % 65_535 + 1) as u16;
                let topic = string(&format!("mail/{}", number % RECIPIENTS));
                let body = [&topic[..], &id.to_be_bytes(), &[b'x'; TEXT]].concat();
                out.extend_from_slice(&packet(0x32, &body));
            }
            say(&mut writer, &out)?;
            written += now;
        }
        Ok(())
    });
    for _ in 0..messages {
        client.expect(PUBACK)?;
        places.give(1);
    }
    writing.join().expect("no panic")
}
