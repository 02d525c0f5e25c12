//! Noise gives no hits, and nothing that is fed costs more than it should.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::{
    MarkerClass, Noise, Story,
    disguises::{base64, gzip, hex},
};
use crate::scan::MAX_INFLATED;

#[test]
fn ten_megabytes_of_random_bytes_give_no_hits() {
    let mut story = Story::new();
    for id in 0..1_000 {
        story.canary(id);
        story.mint.phone(id);
        story.mint.register_text(id, &format!("{id} is how many parcels came today, I think"));
    }
    let mut noise = Noise(5);
    for _ in 0..160 {
        let record = noise.bytes(65_536);
        story.sees(&record);
    }
    story.scanner.finish(&story.mint, 0);
    story.found_nothing();
    assert_eq!(story.scanner.bytes_scanned(), 10_485_760);
    assert!(story.scanner.bytes_matched() < 12_000_000);
}

#[test]
fn cost_is_linear_in_the_bytes_whatever_they_look_like() {
    let mut noise = Noise(6);
    let random = noise.bytes(300_000);
    let words = b"It costs \"12, 34\" a day\\nand 50%25 more\n".repeat(5_000);
    let worst = [
        ("random", random.clone()),
        ("zeros", vec![0; 300_000]),
        ("text with escapes", words.clone()),
        ("hex of noise", hex(&random)),
        ("base64 of noise", base64(&random)),
        ("hex of hex of hex", hex(&hex(&hex(&random)))),
        ("base64 of base64 of base64", base64(&base64(&base64(&random)))),
        ("one letter", vec![b'a'; 300_000]),
        ("digits", b"1, 234,5".repeat(40_000)),
        ("UTF-16", b"x\0".repeat(150_000)),
        ("percent signs", b"%25".repeat(100_000)),
        ("backslashes", vec![b'\\'; 300_000]),
        ("escapes of both kinds", b"%5c\\u0025".repeat(30_000)),
        ("the start of gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\xff".repeat(30_000)),
        ("tags", b"zq4msgxw".repeat(40_000)),
        ("base64 in JSON in percent", wrap_thrice(&random)),
        ("phone tags", b"99900417".repeat(40_000)),
    ];
    for (name, bytes) in worst {
        for half in [bytes.len() / 2, bytes.len()] {
            let mut story = Story::new();
            story.canary(1);
            story.sees(&bytes[..half]);
            let each = story.scanner.bytes_matched() as f64 / half as f64;
            assert!(each < 24.0, "{name}: {each} bytes matched for each of {half}");
        }
    }
}

/// Base64 with an escape of each kind often enough that both stay open.
fn wrap_thrice(bytes: &[u8]) -> Vec<u8> {
    let lines: Vec<_> = base64(bytes).chunks(200).map(<[u8]>::to_vec).collect();
    lines.join(&b"%41\\n"[..])
}

#[test]
fn a_gzip_bomb_is_inflated_no_further_than_its_cap() {
    let mut story = Story::new();
    let canary = story.canary(1);
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        bomb.write_all(&vec![b' '; 1_024 * 1_024]).unwrap();
    }
    bomb.write_all(canary.as_bytes()).unwrap();
    let bomb = bomb.finish().unwrap();

    story.sees(&bomb);
    assert_eq!(story.scanner.gzip_capped(), 1);
    assert!(story.scanner.bytes_matched() < 2 * MAX_INFLATED as u64);
    story.found_nothing(); // And that it was not read to its end is reported.

    // A bomb of bombs may not multiply: what a stream inflates is bounded as a whole.
    let mut story = Story::new();
    let bombs = gzip(&bomb.repeat(40));
    story.sees(&bombs.repeat(3));
    let most = 2 * MAX_INFLATED as u64 + 200 * story.scanner.bytes_scanned();
    assert!(story.scanner.bytes_matched() < most, "{}", story.scanner.bytes_matched());
    assert!(story.scanner.gzip_capped() > 0);
}

#[test]
fn a_gzip_member_is_found_behind_several_false_starts() {
    for false_starts in 0..3 {
        let mut story = Story::new();
        let (canary, phone) = (story.canary(1), story.mint.phone(2));
        story.sees(&b"\x1f\x8b\x08".repeat(false_starts));
        story.sees(&gzip(canary.as_bytes()));
        story.sees(&gzip(phone.as_bytes()));
        let found: Vec<_> = story.scanner.hits().keys().copied().collect();
        let expected = [(MarkerClass::MessageContent, 1), (MarkerClass::ConsumerPhone, 2)];
        assert_eq!(found, expected);
    }
}

#[test]
fn what_a_canary_is_compressed_with_does_not_hide_it() {
    let mut noise = Noise(7);
    let mut story = Story::new();
    let canary = story.canary(1);
    let text: Vec<u8> =
        (0..200_000).map(|_| b'a' + noise.below(26) as u8).chain(canary.bytes()).collect();
    let zipped = gzip(&text);
    assert!(zipped.len() > 50_000);
    zipped.chunks(1_000).for_each(|record| story.sees(record));
    assert_eq!(story.only_hit(1).disguise.to_string(), "gzip");
}
