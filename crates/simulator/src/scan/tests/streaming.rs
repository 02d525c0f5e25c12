//! How a stream is cut into records changes nothing.

use super::{
    MarkerClass, Noise, Place, Story,
    disguises::{ALL, hex},
};

#[test]
fn a_canary_split_anywhere_over_two_records_is_found_in_every_encoding() {
    for dress in ALL {
        let mut reference = Story::new();
        let canary = reference.canary(5);
        let dressed = (dress.wear)(canary.as_bytes());
        for cut in 0..=dressed.len() {
            let mut story = Story::new();
            assert_eq!(story.canary(5), canary);
            story.sees(&dressed[..cut]);
            story.sees(&dressed[cut..]);
            assert_eq!(story.path(5), dress.path, "{} cut at {cut}", dress.name);
            assert_eq!(story.only_hit(5).count, 1, "{} cut at {cut}", dress.name);
        }
    }
}

#[test]
fn byte_by_byte_and_in_random_pieces_find_what_one_piece_finds() {
    let mut noise = Noise(2);
    let mut story = Story::new();
    let mut record = Vec::new();
    for (id, dress) in ALL.iter().enumerate() {
        let length = noise.below(200);
        record.extend(noise.bytes(length));
        let canary = story.canary(id as u64);
        record.extend((dress.wear)(format!("Hello {canary}, see you").as_bytes()));
        record.extend(b" [\"");
    }
    record.extend((ALL[4].wear)(&[b'-'; 90])); // A run that is still open at the end.

    let whole = found_in_pieces(&record, |_| record.len());
    assert_eq!(whole.len(), ALL.len());
    assert_eq!(found_in_pieces(&record, |_| 1), whole);
    for longest in [3, 17, 64, 300] {
        assert_eq!(found_in_pieces(&record, |noise| 1 + noise.below(longest)), whole);
    }
}

/// (id, disguise, offset, count) of everything found.
fn found_in_pieces(
    record: &[u8],
    size: impl Fn(&mut Noise) -> usize,
) -> Vec<(u64, String, u64, u64)> {
    let mut noise = Noise(3);
    let mut story = Story::new();
    for id in 0..ALL.len() {
        story.canary(id as u64);
    }
    let mut rest = record;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(size(&mut noise).min(rest.len()));
        story.sees(piece);
        rest = later;
    }
    story.scanner.finish(&story.mint, 0);
    assert_eq!(story.scanner.unregistered().len(), 0);
    let hits = story.scanner.hits_of(MarkerClass::MessageContent);
    hits.map(|(id, hit)| (id, hit.disguise.to_string(), hit.offset, hit.count)).collect()
}

#[test]
fn streams_of_two_places_are_never_joined() {
    let mut story = Story::new();
    let canary = story.canary(5);
    let (first, second) = canary.split_at(12);
    story.sees(first.as_bytes());
    let elsewhere = Place::new("transport/store");
    story.scanner.feed(&story.mint, &elsewhere, 1, second.as_bytes());
    assert_eq!(story.scanner.hits().len(), 0);

    story.sees(second.as_bytes());
    assert_eq!(story.only_hit(5).place.as_str(), "transport/log");
}

#[test]
fn a_hit_tells_its_first_sighting_and_counts_the_others_by_place() {
    let mut story = Story::new();
    let canary = story.canary(5);
    let elsewhere = Place::new("transport/store");
    story.scanner.feed(&story.mint, &elsewhere, 17, &hex(canary.as_bytes()));
    story.sees(canary.as_bytes());
    story.sees(canary.as_bytes());

    let hit = story.only_hit(5);
    assert_eq!((hit.place.as_str(), hit.first_seen, hit.count), ("transport/store", 17, 3));
    let places: Vec<_> = hit.places.iter().map(|(place, count)| (place.as_str(), *count)).collect();
    assert_eq!(places, [("transport/log", 2), ("transport/store", 1)]);
}

#[test]
fn a_marker_made_while_streams_are_open_is_found() {
    let mut story = Story::new();
    story.sees(b"a log line, and then ");
    let canary = story.canary(9);
    story.sees(canary.as_bytes());
    assert_eq!(story.only_hit(9).offset, 21);
}
