//! Prosody, which stores what is for somebody who is not there: senders whose messages it
//! acknowledges (XEP-0198), then recipients who come, take everything and acknowledge.

use std::{io, net::TcpStream, thread, time::Instant};

use crate::{
    Outcome, TEXT,
    wire::{Incoming, connect, find, say, unexpected},
};

const HOST: &str = "localhost";
const SENDERS: u64 = 8;

struct Client {
    stream: TcpStream,
    incoming: Incoming<TcpStream>,
}

impl Client {
    /// Logs in as `user`, whose password is `secret`, and has stanzas acknowledged.
    fn log_in(address: &str, user: &str) -> io::Result<Self> {
        let stream = connect(address)?;
        let mut client = Self { incoming: Incoming::new(stream.try_clone()?), stream };
        client.open()?;
        let plain = base64(format!("\0{user}\0secret").as_bytes());
        client.say(&format!(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>"
        ))?;
        let answer = client.incoming.through(b">")?;
        if find(&answer, b"<success").is_none() {
            return Err(unexpected(&answer));
        }
        client.open()?;
        client.say(
            "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
        )?;
        client.incoming.through(b"</iq>")?;
        client.say("<enable xmlns='urn:xmpp:sm:3'/>")?;
        let answer = client.incoming.through(b">")?;
        if find(&answer, b"<enabled").is_none() {
            return Err(unexpected(&answer));
        }
        Ok(client)
    }

    fn open(&mut self) -> io::Result<()> {
        self.say(&format!(
            "<stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>"
        ))?;
        self.incoming.through(b"</stream:features>").map(drop)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        say(&mut self.stream, text.as_bytes())
    }

    /// Writes `messages`, `window` at a time; returns when the server has acknowledged all.
    fn send(&mut self, messages: u64, window: u64, to: impl Fn(u64) -> u64) -> io::Result<()> {
        let (mut written, mut acknowledged) = (0, 0);
        let text = "x".repeat(TEXT);
        while acknowledged < messages {
            if written < messages && written - acknowledged < window {
                let mut out = String::new();
                while written < messages && written - acknowledged < window {
                    out += &format!(
                        "<message type='chat' id='{written}' to='r{}@{HOST}'>\
                         <body>{text}</body></message>",
                        to(written)
                    );
                    written += 1;
                }
                out += "<r xmlns='urn:xmpp:sm:3'/>";
                self.say(&out)?;
            }
            let stanza = self.incoming.through(b">")?;
            if let Some(at) = find(&stanza, b"<a ") {
                acknowledged = count(&stanza[at..])?;
            } else if find(&stanza, b"<r ").is_some() {
                self.say("<a xmlns='urn:xmpp:sm:3' h='0'/>")?;
            } else {
                return Err(unexpected(&stanza));
            }
        }
        Ok(())
    }

    /// Says that it is there and takes `messages`, acknowledging whenever it is asked.
    fn receive(&mut self, messages: u64) -> io::Result<()> {
        self.say("<presence/>")?;
        let (mut received, mut stanzas) = (0, 0_u64);
        let mut asked = false;
        while received < messages || !asked {
            let part = self.incoming.through(b">")?;
            if find(&part, b"</message>").is_some() {
                received += 1;
                stanzas += 1;
                asked = false;
            } else if find(&part, b"<presence").is_some() {
                stanzas += 1;
            } else if find(&part, b"<r ").is_some() {
                self.say(&format!("<a xmlns='urn:xmpp:sm:3' h='{stanzas}'/>"))?;
                asked = true;
            }
        }
        Ok(())
    }
}

/// The number in `h='…'`.
fn count(stanza: &[u8]) -> io::Result<u64> {
    let text = String::from_utf8_lossy(stanza);
    let digits = text.split_once("h='").and_then(|(_, rest)| rest.split_once('\''));
    digits.and_then(|(digits, _)| digits.parse().ok()).ok_or_else(|| unexpected(stanza))
}

pub fn run(address: &str, messages: u64, window: u64, recipients: u64) -> io::Result<Outcome> {
    let each = messages / (SENDERS * recipients) * recipients;
    let senders: Result<Vec<Client>, _> =
        (0..SENDERS).map(|number| Client::log_in(address, &format!("s{number}"))).collect();
    let began = Instant::now();
    let mut sending = Vec::new();
    for mut sender in senders? {
        sending.push(thread::spawn(move || {
            sender.send(each, window.div_ceil(SENDERS), |number| number % recipients)
        }));
    }
    for sender in sending {
        sender.join().expect("no panic")?;
    }
    let stored = began.elapsed();
    let mut receiving = Vec::new();
    for part in 0..SENDERS {
        let address = address.to_owned();
        receiving.push(thread::spawn(move || -> io::Result<()> {
            for number in (part..recipients).step_by(SENDERS as usize) {
                let mut client = Client::log_in(&address, &format!("r{number}"))?;
                client.receive(SENDERS * each / recipients)?;
            }
            Ok(())
        }));
    }
    for receiver in receiving {
        receiver.join().expect("no panic")?;
    }
    let how = format!(
        "{SENDERS} senders, then {recipients} recipients who log in; stored in {:.1} s",
        stored.as_secs_f64()
    );
    Ok(Outcome { messages: SENDERS * each, time: began.elapsed(), how })
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for digit in 0..4 {
            let six = (word >> (18 - 6 * digit)) & 63;
            text.push(if digit > chunk.len() { '=' } else { DIGITS[six as usize].into() });
        }
    }
    text
}
