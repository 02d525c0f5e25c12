//! A capture read back block by block, and its streams put together again.

use std::collections::BTreeMap;

use super::runs::once;

struct Block<'a> {
    kind: u32,
    body: &'a [u8],
}

/// The blocks of a pcapng file; each says its length twice.
fn blocks(mut bytes: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    while !bytes.is_empty() {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let length = word(4) as usize;
        assert!(length.is_multiple_of(4) && length >= 12, "{length}");
        assert_eq!(word(length - 4) as usize, length);
        blocks.push(Block { kind: word(0), body: &bytes[8..length - 4] });
        bytes = &bytes[length..];
    }
    blocks
}

/// An address and a port.
pub(super) type End = ([u8; 4], u16);

struct Packet {
    at_us: u64,
    from: End,
    to: End,
    sequence: u32,
    flags: u8,
    payload: Vec<u8>,
}

fn packets(capture: &[u8]) -> Vec<Packet> {
    let blocks = blocks(capture);
    let packets = blocks.iter().filter(|block| block.kind == 6).map(|block| {
        let word = |at: usize| u32::from_le_bytes(block.body[at..at + 4].try_into().unwrap());
        let bytes = &block.body[20..20 + word(12) as usize];
        let port = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let header = 20 + usize::from(bytes[32] >> 4) * 4;
        Packet {
            at_us: (u64::from(word(4)) << 32) | u64::from(word(8)),
            from: (bytes[12..16].try_into().unwrap(), port(20)),
            to: (bytes[16..20].try_into().unwrap(), port(22)),
            sequence: u32::from_be_bytes(bytes[24..28].try_into().unwrap()),
            flags: bytes[33],
            payload: bytes[header..].to_vec(),
        }
    });
    packets.collect()
}

#[test]
fn a_section_begins_with_its_header_its_interface_and_the_names_of_its_hosts() {
    let blocks = blocks(&once().packets);
    let kinds: Vec<u32> = blocks.iter().take(3).map(|block| block.kind).collect();
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 4]);
    assert!(blocks.iter().skip(3).all(|block| block.kind == 6));
    let names = String::from_utf8_lossy(blocks[2].body).into_owned();
    for name in ["Maria\0", "transport\0", "cloud-api\0", "Forno Bianchi\0"] {
        assert!(names.contains(name), "{name}");
    }
}

#[test]
fn times_go_on_and_begin_at_the_date_of_the_scenario() {
    let packets = packets(&once().packets);
    assert!(packets.windows(2).all(|pair| pair[0].at_us <= pair[1].at_us));
    let start = super::runs::scenario().start.0;
    let first = packets[0].at_us;
    assert!(first >= start && first < start + 60_000_000, "{first} {start}");
}

/// What each side of each connection wrote: every byte once, in its place.
pub(super) fn streams(capture: &[u8]) -> BTreeMap<(End, End), Vec<u8>> {
    let mut first = BTreeMap::new();
    let mut streams: BTreeMap<_, Vec<u8>> = BTreeMap::new();
    for packet in packets(capture) {
        let way = (packet.from, packet.to);
        if packet.flags & 0x02 != 0 {
            assert!(first.insert(way, packet.sequence.wrapping_add(1)).is_none(), "a port again");
            continue;
        }
        let begins = *first.get(&way).expect("a handshake comes first");
        let at = packet.sequence.wrapping_sub(begins) as usize;
        let stream = streams.entry(way).or_default();
        assert!(at <= stream.len() + 1, "a gap in {way:?}");
        let fresh = packet.payload.get(stream.len() - at.min(stream.len())..).unwrap_or_default();
        let known = packet.payload.len() - fresh.len();
        assert_eq!(packet.payload[..known], stream[at.min(stream.len())..][..known], "a copy");
        stream.extend_from_slice(fresh);
    }
    streams
}

#[test]
fn http_streams_hold_the_messages_that_the_run_counts() {
    let kinds = &once().report.frames.kinds;
    let (mut requests, mut responses) = (0, 0);
    for ((from, to), stream) in streams(&once().packets) {
        let text = String::from_utf8_lossy(&stream).into_owned();
        if to.1 == 80 {
            requests += text.matches(" HTTP/1.1\r\n").count() as u64;
            assert!(text.contains("\r\ncontent-length: "), "{text}");
        } else if from.1 == 80 {
            responses += text.matches("HTTP/1.1 ").count() as u64;
        }
    }
    assert_eq!((requests, responses), (kinds["http-request"], kinds["http-response"]));
}

#[test]
fn device_streams_are_frames_with_their_length_before_them() {
    let mut frames = 0_u64;
    for ((from, to), stream) in streams(&once().packets) {
        if from.1 != 7_713 && to.1 != 7_713 {
            continue;
        }
        let mut rest = &stream[..];
        while let [a, b, c, behind @ ..] = rest {
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            let frame = &behind[..length];
            assert_ne!(crate::watch::arrows::frame_words(frame), "bytes that are no frame");
            frames += 1;
            rest = &behind[length..];
        }
        assert!(rest.is_empty());
    }
    let kinds = &once().report.frames.kinds;
    let sent: u64 =
        kinds.iter().filter(|(kind, _)| !kind.starts_with("http")).map(|(_, count)| count).sum();
    assert_eq!(frames, sent);
}

#[test]
fn a_restart_is_a_connection_of_its_own() {
    // The Cloud API starts twice.
    let opened = packets(&once().packets).into_iter().filter(|packet| packet.flags & 0x12 == 0x02);
    let mut links = BTreeMap::new();
    for packet in opened.filter(|packet| packet.to.1 == 7_713) {
        *links.entry(packet.from.0).or_insert(0) += 1;
    }
    let counts: Vec<i32> = links.into_values().collect();
    assert_eq!(counts, [1, 1, 2], "Maria, Tom and the Cloud API");
}
