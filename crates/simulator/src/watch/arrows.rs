//! Arrows: what went from node to node, as far as both ends' views tell.

use std::collections::BTreeMap;

use vocab::MessageId;
use wire::transport::{Ask, Envelope, FromTransport, Payload, ToTransport};

use crate::{
    kernel::HostId,
    report::model::{MAX_ARROWS, TEXT},
    view::{Stream, View},
};

/// One arrow of the conversation.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// When it left.
    pub at_us: u64,
    /// When it arrived.
    pub arrived_us: Option<u64>,
    /// From which host.
    pub from: HostId,
    /// To which host.
    pub to: HostId,
    /// What it is.
    pub what: String,
    /// Whether it is a step of a message.
    pub main: bool,
    /// How long it is.
    pub bytes: u64,
    /// The message that it carries or speaks of.
    pub message: Option<MessageId>,
    /// What anybody who has the bytes can parse.
    pub fields: Vec<(String, String)>,
    /// The first bytes, in hexadecimal.
    pub hex: String,
}

/// Bytes of an arrow that a report shows.
const SHOWN_BYTES: usize = 96;
/// Characters of an HTTP body that a report shows.
const SHOWN_BODY: usize = 800;
/// Of the arrows that are kept, how many may be upkeep: it must not crowd out the messages.
const MAX_UPKEEP: usize = 150;

/// The arrows of a run, in the order of their departure.
#[derive(Debug, Default)]
pub struct Arrows {
    drawn: Vec<Drawn>,
    upkeep: usize,
    left_out: u64,
    open: BTreeMap<(bool, HostId, HostId, u64), usize>,
}

impl Arrows {
    /// Draws what a node sent, and notes when it arrived.
    pub fn view(&mut self, view: &View) {
        match (view.stream, view.peer) {
            (Stream::FrameOut, Some(peer)) => self.left(view, peer, false, frame(&view.bytes)),
            (Stream::RequestOut | Stream::ResponseOut, Some(peer)) => {
                self.left(view, peer, true, exchange(&view.bytes));
            }
            (Stream::FrameIn, Some(peer)) => self.arrived(view, peer, false),
            (Stream::RequestIn | Stream::ResponseIn, Some(peer)) => self.arrived(view, peer, true),
            (Stream::AppIn, _) => self.left(view, view.host, false, at_home("writes", &view.bytes)),
            (Stream::AppOut, _) => self.left(view, view.host, false, at_home("sees", &view.bytes)),
            _ => {}
        }
    }

    fn left(&mut self, view: &View, to: HostId, http: bool, told: Told) {
        let full = self.drawn.len() >= MAX_ARROWS;
        if full || (!told.main && self.upkeep >= MAX_UPKEEP) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.upkeep = self.upkeep.saturating_add(usize::from(!told.main));
        let at_home = to == view.host;
        if !at_home {
            self.open.insert((http, view.host, to, view.number), self.drawn.len());
        }
        let shown = view.bytes.iter().take(SHOWN_BYTES);
        self.drawn.push(Drawn {
            at_us: view.at.0,
            arrived_us: at_home.then_some(view.at.0),
            from: view.host,
            to,
            what: told.what,
            main: told.main,
            bytes: view.bytes.len() as u64,
            message: told.message,
            fields: told.fields,
            hex: shown.map(|byte| format!("{byte:02x}")).collect(),
        });
    }

    fn arrived(&mut self, view: &View, from: HostId, http: bool) {
        let index = self.open.get(&(http, from, view.host, view.number));
        if let Some(arrow) = index.and_then(|index| self.drawn.get_mut(*index)) {
            arrow.arrived_us.get_or_insert(view.at.0);
        }
    }

    /// The arrows.
    pub fn drawn(&self) -> &[Drawn] {
        &self.drawn
    }

    /// How many were left out.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }
}

/// What bytes tell to anybody who has them.
struct Told {
    what: String,
    main: bool,
    message: Option<MessageId>,
    fields: Vec<(String, String)>,
}

impl Told {
    fn upkeep(what: &str) -> Self {
        Self { what: what.to_owned(), main: false, message: None, fields: Vec::new() }
    }

    fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }
}

/// What a frame is, in a few words.
pub(crate) fn frame_words(bytes: &[u8]) -> String {
    frame(bytes).what
}

/// The kind of a frame, for counting.
pub fn kind(bytes: &[u8]) -> &'static str {
    match (ToTransport::decode(bytes), FromTransport::decode(bytes)) {
        (Ok(frame), _) => match frame.ask {
            Ask::Register { .. } => "register",
            Ask::RequestCode { .. } => "request-code",
            Ask::Publish { .. } => "publish",
            Ask::Fetch { .. } => "fetch",
            Ask::Send(envelope) => match envelope.payload {
                Payload::Message(_) => "send-message",
                Payload::PreKey(_) => "send-prekey-message",
                Payload::Receipt { .. } => "send-receipt",
            },
            Ask::Ack { .. } => "ack",
            Ask::Hello { .. } => "hello",
            Ask::Report { .. } => "report",
            Ask::Block { .. } => "block",
            Ask::PutPiece { .. } => "put-piece",
            Ask::GetPiece { .. } => "get-piece",
            Ask::DeleteAccount { .. } => "delete-account",
        },
        (Err(_), Ok(frame)) => match frame {
            FromTransport::Answer { bundle: Some(_), .. } => "answer-bundle",
            FromTransport::Answer { bundle: None, .. } => "answer",
            FromTransport::Piece { .. } => "piece",
            FromTransport::Deliver { .. } => "deliver",
            FromTransport::Gone { .. } => "gone",
            FromTransport::PrekeysLow { .. } => "prekeys-low",
        },
        (Err(_), Err(_)) => "unknown",
    }
}

fn frame(bytes: &[u8]) -> Told {
    match (kind(bytes), ToTransport::decode(bytes), FromTransport::decode(bytes)) {
        (_, Ok(ToTransport { ask: Ask::Send(envelope), .. }), _) => carried("sends", &envelope),
        (kind, Ok(frame), _) => asked(kind, &frame.ask),
        (_, Err(_), Ok(FromTransport::Deliver { envelope, place })) => {
            carried("delivers", &envelope).with("place in mailbox", place)
        }
        (kind, Err(_), Ok(FromTransport::Answer { status, bundle, .. })) => {
            let told = Told::upkeep(&kind.replace('-', " ")).with("status", status.as_str_name());
            match bundle {
                Some(bundle) => told
                    .with("signed prekey", bundle.signed_prekey.map_or(0, |prekey| prekey.id))
                    .with("one-time prekey", bundle.one_time.map_or(0, |prekey| prekey.id))
                    .with("kem prekey", bundle.kem.map_or(0, |prekey| prekey.id)),
                None => told,
            }
        }
        (kind, Err(_), Ok(FromTransport::Piece { bytes, .. })) => {
            Told::upkeep(kind).with("ciphertext", bytes.len())
        }
        (kind, Err(_), Ok(FromTransport::Gone { place, notice })) => Told::upkeep(kind)
            .with("number", &notice.phone)
            .with("not arrived", notice.ids.len())
            .with("place in mailbox", place),
        (kind, Err(_), Ok(FromTransport::PrekeysLow { one_time, .. })) => {
            Told::upkeep(kind).with("one-time prekeys left", one_time)
        }
        (_, Err(_), Err(_)) => Told::upkeep("bytes that are no frame"),
    }
}

fn asked(kind: &str, ask: &Ask) -> Told {
    let told = Told::upkeep(&kind.replace('-', " "));
    match ask {
        Ask::Register { address, .. }
        | Ask::RequestCode { address }
        | Ask::Fetch { address }
        | Ask::Hello { address } => told.with("number", address),
        Ask::Publish { address, one_time, kem_one_time, .. } => told
            .with("number", address)
            .with("one-time prekeys", one_time.len())
            .with("kem prekeys", kem_one_time.len()),
        Ask::Ack { address, places } => {
            told.with("number", address).with("places", format!("{places:?}"))
        }
        Ask::Report { by, about, attached, .. } => Told { main: true, ..told }
            .with("by", by)
            .with("about", about)
            .with("attached", format!("{attached:?}")),
        Ask::Block { by, blocked, on } => {
            Told { main: true, ..told }.with("by", by).with("blocked", blocked).with("on", on)
        }
        Ask::PutPiece { by, number, bytes, .. } => {
            told.with("number", by).with("piece", number).with("ciphertext", bytes.len())
        }
        Ask::GetPiece { by, of, number, .. } => {
            told.with("number", by).with("of", of).with("piece", number)
        }
        Ask::DeleteAccount { phone } => Told { main: true, ..told }.with("number", phone),
        Ask::Send(envelope) => carried("sends", envelope),
    }
}

fn carried(verb: &str, envelope: &Envelope) -> Told {
    let (what, main, inside) = match &envelope.payload {
        Payload::PreKey(bytes) => (format!("{verb} prekey message"), true, bytes.len()),
        Payload::Message(bytes) => (format!("{verb} message"), true, bytes.len()),
        Payload::Receipt { kind, .. } => {
            let kind = kind.as_str_name().trim_start_matches("RECEIPT_KIND_").to_lowercase();
            (format!("{verb} receipt: {kind}"), false, 0)
        }
    };
    let told = Told { main, ..Told::upkeep(&what) }
        .with("id", envelope.id)
        .with("from", &envelope.from)
        .with("to", &envelope.to)
        .with("sent at (us)", envelope.sent_at.0)
        .with("attempt", envelope.attempt);
    let mut told =
        if inside > 0 { told.with("ciphertext", format!("{inside} bytes")) } else { told };
    if let Payload::Receipt { ids, .. } = &envelope.payload {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        told = told.with("about", ids.join(", "));
    } else {
        told.message = Some(envelope.id);
        told.fields.extend(signal_fields(envelope));
    }
    told
}

/// The header of the Signal message, which is not encrypted.
fn signal_fields(envelope: &Envelope) -> Vec<(String, String)> {
    use wire::signal::{PreKeySignalMessage, SignalMessage};
    let field = |name: &str, value: String| (name.to_owned(), value);
    let header = |message: &SignalMessage<'_>| {
        vec![
            field("version byte", format!("0x{:02x}", message.version)),
            field("counter in chain", message.counter.to_string()),
        ]
    };
    match &envelope.payload {
        Payload::Message(bytes) => {
            SignalMessage::parse(bytes).map(|message| header(&message)).unwrap_or_default()
        }
        Payload::PreKey(bytes) => {
            let Ok(first) = PreKeySignalMessage::parse(bytes) else { return Vec::new() };
            let mut fields = header(&first.message);
            let id = |id: Option<u32>| id.map_or("none".to_owned(), |id| id.to_string());
            fields.push(field("one-time prekey used", id(first.pre_key_id)));
            fields.push(field("kem prekey used", id(first.kem.map(|kem| kem.pre_key_id))));
            fields
        }
        Payload::Receipt { .. } => Vec::new(),
    }
}

/// An HTTP message, all of which both ends can read. It is a step of a message if it has its words.
fn exchange(bytes: &[u8]) -> Told {
    let head = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(head).into_owned();
    let what = line.replace(" HTTP/1.1", "").replace("HTTP/1.1 ", "HTTP ");
    let body = body(bytes);
    let told = Told::upkeep(&what).with("first line", line);
    let told = match body {
        [] => told,
        body => {
            let shown = String::from_utf8_lossy(body);
            told.with("body", shown.chars().take(SHOWN_BODY).collect::<String>())
        }
    };
    match serde_json::from_slice(body).ok().as_ref().and_then(words) {
        Some(words) => Told { main: true, ..told }.with(TEXT, words),
        None => told,
    }
}

/// The words of the first text message in a webhook or a request to send.
fn words(json: &serde_json::Value) -> Option<&str> {
    use serde_json::Value;
    match json {
        Value::Object(fields) => {
            let here = fields.get("text").and_then(|text| text.get("body")?.as_str());
            here.or_else(|| fields.values().find_map(words))
        }
        Value::Array(values) => values.iter().find_map(words),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn at_home(verb: &str, bytes: &[u8]) -> Told {
    let text = String::from_utf8_lossy(bytes).into_owned();
    Told { main: true, ..Told::upkeep(verb) }.with(TEXT, text)
}

/// An HTTP message counts under its own name.
pub const fn http_kind(stream: Stream) -> Option<&'static str> {
    match stream {
        Stream::RequestOut => Some("http-request"),
        Stream::ResponseOut => Some("http-response"),
        Stream::FrameIn
        | Stream::FrameOut
        | Stream::RequestIn
        | Stream::ResponseIn
        | Stream::Store
        | Stream::Erased
        | Stream::AppIn
        | Stream::AppOut
        | Stream::Log => None,
    }
}

/// The body of an HTTP message as written by [`hop::http::Request::to_bytes`].
pub fn body(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    end.and_then(|end| bytes.get(end.saturating_add(4)..)).unwrap_or_default()
}
