//! Files: they travel as blobs that the relay cannot read, and arrive whole or not at all.

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use endpoint::{Failure, Happening};
use vocab::limits;
use wire::{
    content::{Body, Media, MediaKind},
    transport::{Ask as Frame, Status},
};

use super::world::{World, id, phone};
use crate::{Ask, Event, File};

const WORDS: &[u8] = b"a picture of bread on a wooden table";

fn media(kind: MediaKind) -> Box<Media> {
    Box::new(Media {
        kind,
        blob: Vec::new(),
        key: [0; 32],
        digest: [0; 32],
        file_digest: [0; 32],
        size: 0,
        mime_type: "image/png".into(),
        caption: "Bread".into(),
        filename: String::new(),
        voice: false,
        animated: false,
    })
}

fn send(message: u8, file: Vec<u8>) -> Ask {
    let media = media(MediaKind::Image);
    Ask::SendFile { id: id(message), to: phone(1), quoted: None, media, file: File(file) }
}

impl World {
    /// What a person was told of the files that came, in order.
    fn fetched(&self, node: usize) -> Vec<Result<u64, Failure>> {
        let fetched = |event: &Event| {
            let Event::Fetched { outcome, .. } = event else { return None };
            Some(outcome.map(|(_, length)| length))
        };
        self.nodes[node].events.iter().filter_map(fetched).collect()
    }

    /// The media that a person was shown.
    fn media(&self, node: usize) -> Vec<Media> {
        let shown = |event: &Event| {
            let Event::Shown { body: Body::Media(media), .. } = event else { return None };
            Some((**media).clone())
        };
        self.nodes[node].events.iter().filter_map(shown).collect()
    }

    /// Whether a row of a device holds these bytes in a table.
    fn keeps(&self, node: usize, table: &str, bytes: &[u8]) -> bool {
        let table = store::Key::table(table);
        let mut found = false;
        store::Engine::visit(&self.nodes[node].store, &mut |row| {
            found |= row.key.starts_with(&table) && row.value == bytes;
        });
        found
    }

    fn rows_of(&self, node: usize, table: &str) -> usize {
        let table = store::Key::table(table);
        let mut rows = 0;
        store::Engine::visit(&self.nodes[node].store, &mut |row| {
            rows += usize::from(row.key.starts_with(&table));
        });
        rows
    }
}

#[test]
fn a_file_arrives_whole_whatever_its_length_and_the_relay_sees_only_noise() {
    for length in [1, WORDS.len(), limits::BLOB_PIECE, 3 * limits::BLOB_PIECE, limits::MAX_FILE] {
        let mut world = World::of(2);
        let file: Vec<u8> = WORDS.iter().copied().cycle().take(length).collect();
        world.does(0, send(1, file.clone()));
        assert_eq!(world.fetched(1), [Ok(u64::try_from(length).unwrap())]);
        assert!(world.keeps(1, "file", &file) && world.keeps(0, "file", &file));
        let media = world.media(1).remove(0);
        assert_eq!((media.caption.as_str(), media.size), ("Bread", u64::try_from(length).unwrap()));
        assert_eq!(world.blobs.len(), (length / 16 + 1) * 16 / limits::BLOB_PIECE + 1);
        for (_, frame) in &world.asked {
            let bytes = frame.encode();
            assert!(!contains(&bytes, &media.key) && (length < 9 || !contains(&bytes, &file[..9])));
        }
        for node in [0, 1] {
            for table in ["put", "out", "get", "got", "ask"] {
                assert_eq!(world.rows_of(node, table), 0, "{table} of {node}");
            }
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn each_file_has_a_key_and_a_name_of_its_own() {
    let mut world = World::of(2);
    world.does(0, send(1, WORDS.to_vec()));
    world.does(0, send(2, WORDS.to_vec()));
    let media = world.media(1);
    assert_eq!(media[0].file_digest, media[1].file_digest);
    assert!(media[0].key != media[1].key && media[0].blob != media[1].blob);
    assert_eq!(world.blobs.len(), 2);
}

#[test]
fn a_blob_that_is_gone_or_another_is_told_as_such_and_nothing_of_it_is_kept() {
    let mut world = World::of(2);
    let long = vec![7; 2 * limits::BLOB_PIECE];
    world.is_holding = true;
    world.does(0, send(1, WORDS.to_vec()));
    world.does(0, send(2, WORDS.to_vec()));
    world.does(0, send(3, long));
    let carried = world.take_carried();
    let names: Vec<_> = world.blobs.keys().cloned().collect();
    let order = |world: &World, nth: usize| {
        let puts = world.asked.iter().filter_map(|(_, frame)| {
            let Frame::PutPiece { by, blob, number: 0, .. } = &frame.ask else { return None };
            Some((by.clone(), *blob, 0))
        });
        puts.clone().nth(nth).unwrap()
    };
    assert_eq!(names.len(), 5);
    let (gone, damaged, cut) = (order(&world, 0), order(&world, 1), order(&world, 2));
    world.blobs.remove(&gone);
    world.blobs.get_mut(&damaged).unwrap()[3] ^= 1;
    world.blobs.remove(&(cut.0, cut.1, 2));
    for envelope in &carried {
        world.deliver(envelope);
    }
    let expected = [Failure::FileMissing, Failure::FileWrong, Failure::FileMissing].map(Err);
    assert_eq!(world.fetched(1), expected);
    assert_eq!(world.media(1).len(), 3);
    assert_eq!(["file", "get", "got"].map(|table| world.rows_of(1, table)), [0, 0, 0]);
}

#[test]
fn what_the_relay_does_not_store_is_not_sent() {
    let mut world = World::of(2);
    world.puts_are = Status::Forbidden;
    world.does(0, send(1, vec![7; 2 * limits::BLOB_PIECE]));
    let why = Failure::FileNotStored;
    let failed = Happening::Failed { id: id(1), to: super::world::address(1), why };
    assert_eq!(world.count(0, |happening| *happening == failed), 1);
    assert!(world.carried.is_empty() && world.fetched(1).is_empty());
    assert_eq!(["put", "out", "ask"].map(|table| world.rows_of(0, table)), [0, 0, 0]);
    world.puts_are = Status::Ok;
    world.does(0, send(2, vec![0; limits::MAX_FILE + 1]));
    assert_eq!(world.count(0, |what| matches!(what, Happening::Failed { .. })), 2);
}

#[test]
fn a_file_goes_on_where_it_was_when_a_device_lost_power() {
    let mut world = World::of(2);
    world.is_deaf = true;
    let file = vec![7; 2 * limits::BLOB_PIECE];
    world.does(0, send(1, file.clone()));
    world.is_deaf = false;
    world.restart(0);
    assert_eq!(world.fetched(1), [Ok(u64::try_from(file.len()).unwrap())]);
    assert!(world.keeps(1, "file", &file));
}
