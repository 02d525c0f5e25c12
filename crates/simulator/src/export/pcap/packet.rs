//! IPv4 and TCP headers with the checksums that they must have (RFC 791, 9293, 1071).

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) address: [u8; 4],
    pub(super) port: u16,
}

/// What a segment says beside its payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) from: Socket,
    pub(super) to: Socket,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: u8,
    /// The number of the packet, which IPv4 wants to differ from packet to packet.
    pub(super) number: u16,
}

pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const PUSH: u8 = 0x08;
pub(super) const ACK: u8 = 0x10;

/// The most payload of one segment, as over Ethernet.
pub(super) const MOST_PAYLOAD: usize = 1_460;

/// What a SYN announces: segments of at most [`MOST_PAYLOAD`], and a window scaled by 2^7.
const SYN_OPTIONS: [u8; 8] = [2, 4, 0x05, 0xb4, 1, 3, 3, 7];

const TCP: u8 = 6;
const IP_HEADER: u16 = 20;

impl Segment {
    /// The packet with this payload, of at most [`MOST_PAYLOAD`] bytes.
    pub(super) fn packet(&self, payload: &[u8]) -> Vec<u8> {
        let options: &[u8] = if self.flags & SYN == 0 { &[] } else { &SYN_OPTIONS };
        let mut tcp = Vec::with_capacity(payload.len().saturating_add(28));
        tcp.extend_from_slice(&self.from.port.to_be_bytes());
        tcp.extend_from_slice(&self.to.port.to_be_bytes());
        tcp.extend_from_slice(&self.sequence.to_be_bytes());
        tcp.extend_from_slice(&self.acknowledged.to_be_bytes());
        let words = options.len().saturating_add(20) / 4;
        tcp.push((words as u8) << 4);
        tcp.push(self.flags);
        tcp.extend_from_slice(&u16::MAX.to_be_bytes());
        tcp.extend_from_slice(&[0; 4]); // The checksum, and no urgent data.
        tcp.extend_from_slice(options);
        tcp.extend_from_slice(payload);
        let length = (tcp.len() as u16).to_be_bytes();
        let mut covered = Vec::with_capacity(tcp.len().saturating_add(12));
        covered.extend_from_slice(&self.from.address);
        covered.extend_from_slice(&self.to.address);
        covered.extend_from_slice(&[0, TCP]);
        covered.extend_from_slice(&length);
        covered.extend_from_slice(&tcp);
        put(&mut tcp, 16, checksum(&covered));

        let total = (tcp.len() as u16).saturating_add(IP_HEADER);
        let mut packet = vec![0x45, 0];
        packet.extend_from_slice(&total.to_be_bytes());
        packet.extend_from_slice(&self.number.to_be_bytes());
        packet.extend_from_slice(&[0x40, 0, 64, TCP, 0, 0]); // Not to be fragmented, 64 hops.
        packet.extend_from_slice(&self.from.address);
        packet.extend_from_slice(&self.to.address);
        let sum = checksum(&packet);
        put(&mut packet, 10, sum);
        packet.extend_from_slice(&tcp);
        packet
    }
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    let place = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut());
    if let Some(place) = place {
        *place = value.to_be_bytes();
    }
}

/// The internet checksum: the complement of the ones' complement sum of all 16-bit words.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        let word = match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            [high] => u16::from_be_bytes([*high, 0]),
            _ => 0,
        };
        sum = sum.wrapping_add(u32::from(word)); // At most 33,000 words: no overflow.
    }
    while sum > 0xffff {
        sum = (sum & 0xffff).wrapping_add(sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::{ACK, PUSH, SYN, Segment, Socket, checksum};

    #[test]
    fn the_checksum_is_that_of_the_example_in_rfc_1071() {
        // Section 3 of the RFC: the sum of these bytes is ddf2.
        assert_eq!(checksum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), !0xddf2);
        assert_eq!(checksum(&[0x01]), !0x0100, "an odd byte counts as the high one");
    }

    #[test]
    fn a_header_with_its_checksum_sums_to_zero() {
        let socket = |last, port| Socket { address: [10, 0, 0, last], port };
        let segment = Segment {
            from: socket(1, 40_000),
            to: socket(2, 80),
            sequence: 7,
            acknowledged: 9,
            flags: PUSH | ACK,
            number: 3,
        };
        for (segment, payload) in
            [(segment, &b"odd"[..]), (segment, b"even"), (Segment { flags: SYN, ..segment }, b"")]
        {
            let packet = segment.packet(payload);
            assert_eq!(checksum(&packet[..20]), 0);
            let mut covered = packet[12..20].to_vec();
            covered.extend_from_slice(&[0, 6]);
            covered.extend_from_slice(&(packet.len() as u16 - 20).to_be_bytes());
            covered.extend_from_slice(&packet[20..]);
            assert_eq!(checksum(&covered), 0);
            assert_eq!(usize::from(u16::from_be_bytes([packet[2], packet[3]])), packet.len());
        }
    }
}
