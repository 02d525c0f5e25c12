//! Gzip members, inflated as they stream.

use flate2::{Decompress, FlushDecompress, Status};
use memchr::{memchr, memchr_iter};

use super::{
    hit::Encoding,
    layer::{Layer, View},
    pass::Pass,
};

/// Finds and inflates the gzip members in one layer.
#[derive(Debug, Default)]
pub(super) struct Gzip {
    /// Several, since three bytes of something else can look like the start of one.
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    /// Where it starts in the layer's stream.
    origin: u64,
    layer: Box<Layer>,
    state: State,
    inflated: usize,
}

#[derive(Debug)]
enum State {
    /// What has come of the header, behind the magic.
    Header(Vec<u8>),
    Body(Box<Decompress>),
}

/// Whether a member takes more bytes.
#[derive(Clone, Copy, Debug)]
enum Fed {
    More,
    /// It ended, or it was no gzip after all.
    Over,
    /// It was longer than we inflate.
    Capped,
}

impl Gzip {
    pub(super) fn feed(&mut self, view: View<'_>, pass: &mut Pass<'_>) {
        let fresh = view.bytes.get(view.fresh..).unwrap_or_default();
        for member in std::mem::take(&mut self.members) {
            self.members.extend(member.feed_on(fresh, pass));
        }
        let from = view.fresh.saturating_sub(MAGIC.len().saturating_sub(1));
        let unsearched = view.bytes.get(from..).unwrap_or_default();
        for start in memchr_iter(ID1, unsearched) {
            let behind = unsearched.get(start..).and_then(|rest| rest.strip_prefix(MAGIC));
            let Some(behind) = behind else { continue };
            let origin = view.start.saturating_add(from.saturating_add(start) as u64);
            if self.members.len() >= MAX_MEMBERS {
                pass.tally.capped = pass.tally.capped.saturating_add(1);
                continue;
            }
            let state = State::Header(Vec::new());
            let member = Member { origin, layer: pass.layer(), state, inflated: 0 };
            self.members.extend(member.feed_on(behind, pass));
        }
    }

    /// The stream around the members is over.
    pub(super) fn end(&mut self, pass: &mut Pass<'_>) {
        self.members.drain(..).for_each(|member| member.retire(pass));
    }
}

impl Member {
    /// Feeds a member; nothing comes back of one that takes no more.
    fn feed_on(mut self, bytes: &[u8], pass: &mut Pass<'_>) -> Option<Self> {
        pass.enter(Encoding::Gzip, self.origin);
        let fed = self.feed(bytes, pass);
        pass.leave();
        match fed {
            Fed::More => return Some(self),
            Fed::Over => {}
            Fed::Capped => pass.tally.capped = pass.tally.capped.saturating_add(1),
        }
        self.retire(pass);
        None
    }

    fn retire(self, pass: &mut Pass<'_>) {
        pass.enter(Encoding::Gzip, self.origin);
        pass.retire(self.layer);
        pass.leave();
    }

    fn feed(&mut self, bytes: &[u8], pass: &mut Pass<'_>) -> Fed {
        let State::Header(header) = &mut self.state else { return self.inflate(bytes, pass) };
        let before = header.len();
        let room = MAX_HEADER.saturating_sub(before);
        header.extend(bytes.iter().take(room));
        match header_length(header) {
            Header::Not => Fed::Over,
            Header::Incomplete if header.len() >= MAX_HEADER => Fed::Over,
            Header::Incomplete => Fed::More,
            Header::Length(length) => {
                let body = bytes.get(length.saturating_sub(before)..).unwrap_or_default();
                self.state = State::Body(Box::new(Decompress::new(false)));
                self.inflate(body, pass)
            }
        }
    }

    fn inflate(&mut self, mut bytes: &[u8], pass: &mut Pass<'_>) -> Fed {
        let State::Body(body) = &mut self.state else { return Fed::Over };
        let mut out = vec![0; OUT_BYTES];
        loop {
            let (was_in, was_out) = (body.total_in(), body.total_out());
            let status = body.decompress(bytes, &mut out, FlushDecompress::None);
            let taken = body.total_in().saturating_sub(was_in) as usize;
            let made = body.total_out().saturating_sub(was_out) as usize;
            bytes = bytes.get(taken..).unwrap_or_default();
            self.layer.feed(out.get(..made).unwrap_or_default(), pass);
            match status {
                Ok(Status::Ok | Status::BufError) => {}
                Ok(Status::StreamEnd) | Err(_) => return Fed::Over,
            }
            self.inflated = self.inflated.saturating_add(made);
            *pass.allowance = pass.allowance.saturating_sub(made as u64);
            if self.inflated >= MAX_INFLATED || *pass.allowance == 0 {
                return Fed::Capped;
            }
            if made < out.len() && (bytes.is_empty() || taken == 0) {
                return Fed::More;
            }
        }
    }
}

enum Header {
    /// So many bytes behind the magic.
    Length(usize),
    Incomplete,
    Not,
}

/// The length of a header behind the magic (RFC 1952 §2.3).
fn header_length(header: &[u8]) -> Header {
    let Some(flags) = header.first() else { return Header::Incomplete };
    if flags & RESERVED != 0 {
        return Header::Not;
    }
    let mut length = FIXED_HEADER;
    if flags & HAS_EXTRA != 0 {
        let Some([low, high]) = header.get(length..).and_then(<[u8]>::first_chunk::<2>) else {
            return Header::Incomplete;
        };
        let extra = usize::from(u16::from_le_bytes([*low, *high]));
        length = length.saturating_add(2).saturating_add(extra);
    }
    for text in [HAS_NAME, HAS_COMMENT] {
        if flags & text != 0 {
            let rest = header.get(length..).unwrap_or_default();
            let Some(zero) = memchr(0, rest) else { return Header::Incomplete };
            length = length.saturating_add(zero).saturating_add(1);
        }
    }
    if flags & HAS_HEADER_CRC != 0 {
        length = length.saturating_add(2);
    }
    if header.len() < length { Header::Incomplete } else { Header::Length(length) }
}

/// ID1, ID2, and CM = deflate, the only method there is (RFC 1952 §2.3.1).
const MAGIC: &[u8] = &[ID1, 0x8b, 0x08];
const ID1: u8 = 0x1f;
const HAS_HEADER_CRC: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;
/// Flags, time, extra flags, system.
const FIXED_HEADER: usize = 7;
const MAX_HEADER: usize = 4 * 1_024;
/// Inflated at a time.
const OUT_BYTES: usize = 16 * 1_024;
/// Members of one layer that are inflated at a time.
pub const MAX_MEMBERS: usize = 4;
/// Bytes of one member that are inflated.
pub const MAX_INFLATED: usize = 4 * 1_024 * 1_024;
