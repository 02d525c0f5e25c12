//! Blocks of a pcapng file, as the IETF draft of that name describes them; all little-endian.

/// Packets begin with their IPv4 header: the link type of that meaning.
const LINKTYPE_IPV4: u16 = 228;

/// The most bytes of one packet.
const SNAP_LENGTH: u32 = 65_535;

/// A section header and the one interface of a section.
pub(super) fn section(title: &str) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend_from_slice(&0x1a2b_3c4d_u32.to_le_bytes());
    header.extend_from_slice(&1_u16.to_le_bytes());
    header.extend_from_slice(&0_u16.to_le_bytes());
    header.extend_from_slice(&u64::MAX.to_le_bytes()); // The length of the section is not given.
    option(&mut header, 1, title.as_bytes());
    option(&mut header, 4, b"blindpost");
    end_of_options(&mut header);
    let mut blocks = block(0x0a0d_0d0a, &header);

    let mut interface = Vec::new();
    interface.extend_from_slice(&LINKTYPE_IPV4.to_le_bytes());
    interface.extend_from_slice(&0_u16.to_le_bytes());
    interface.extend_from_slice(&SNAP_LENGTH.to_le_bytes());
    option(&mut interface, 2, b"virtual links");
    option(&mut interface, 9, &[6]); // Timestamps are microseconds.
    end_of_options(&mut interface);
    blocks.extend(block(1, &interface));
    blocks
}

/// Names of addresses.
pub(super) fn names<'a>(names: impl Iterator<Item = ([u8; 4], &'a str)>) -> Vec<u8> {
    let mut body = Vec::new();
    for (address, name) in names {
        // A name ends with a zero byte, so it holds none.
        let name: Vec<u8> = name.bytes().filter(|byte| *byte != 0).take(200).collect();
        let length = name.len().saturating_add(5);
        body.extend_from_slice(&1_u16.to_le_bytes());
        body.extend_from_slice(&(length as u16).to_le_bytes());
        body.extend_from_slice(&address);
        body.extend_from_slice(&name);
        body.push(0);
        pad(&mut body);
    }
    body.extend_from_slice(&[0; 4]);
    block(4, &body)
}

/// A packet at a moment, in microseconds since 1970, with what there is to say of it.
pub(super) fn packet(at_us: u64, bytes: &[u8], comment: Option<&str>) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len().saturating_add(64));
    let length = (bytes.len() as u32).to_le_bytes();
    body.extend_from_slice(&0_u32.to_le_bytes());
    body.extend_from_slice(&((at_us >> 32) as u32).to_le_bytes());
    body.extend_from_slice(&(at_us as u32).to_le_bytes());
    body.extend_from_slice(&length);
    body.extend_from_slice(&length);
    body.extend_from_slice(bytes);
    pad(&mut body);
    if let Some(comment) = comment {
        option(&mut body, 1, comment.as_bytes());
        end_of_options(&mut body);
    }
    block(6, &body)
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len().saturating_add(12) as u32).to_le_bytes();
    let mut block = Vec::with_capacity(body.len().saturating_add(12));
    block.extend_from_slice(&kind.to_le_bytes());
    block.extend_from_slice(&length);
    block.extend_from_slice(body);
    block.extend_from_slice(&length);
    block
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = value.get(..value.len().min(1_000)).unwrap_or_default();
    body.extend_from_slice(&code.to_le_bytes());
    body.extend_from_slice(&(value.len() as u16).to_le_bytes());
    body.extend_from_slice(value);
    pad(body);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend_from_slice(&[0; 4]);
}

/// Everything in a block begins at a multiple of four bytes.
fn pad(body: &mut Vec<u8>) {
    while !body.len().is_multiple_of(4) {
        body.push(0);
    }
}
