//! Blobs: who may store and have them, how many, and for how long.

use alloc::{vec, vec::Vec};

use vocab::{BlobId, Micros, limits};
use wire::transport::{Ask, FromTransport, Status};

use super::{
    people::End,
    world::{CLOUD_API, World},
};

const BLOB: BlobId = BlobId([5; 16]);

fn put(end: &End, number: u32, bytes: &[u8]) -> Ask {
    Ask::PutPiece { by: end.phone(), blob: BLOB, number, bytes: bytes.to_vec() }
}

/// A piece, or why there is none.
#[track_caller]
fn get(
    world: &mut World,
    end: &End,
    of: &End,
    blob: BlobId,
    number: u32,
) -> Result<Vec<u8>, Status> {
    let ask = Ask::GetPiece { by: end.phone(), of: of.phone(), blob, number };
    let wanted = world.send(end.link, ask);
    let mut pieces = world.take(end.link, |frame| {
        if let FromTransport::Piece { id, bytes } = frame {
            return (*id == wanted).then(|| Ok(bytes.clone()));
        }
        let FromTransport::Answer { id, status, .. } = frame else { return None };
        (*id == wanted).then_some(Err(*status))
    });
    assert_eq!(pieces.len(), 1, "a request has one answer");
    pieces.remove(0)
}

fn world() -> (World, End, End) {
    let mut world = World::guarded_without_codes();
    let (ada, bakery) = (End::new(1, "393331000001"), End::new(CLOUD_API, "390212345"));
    for end in [&ada, &bakery] {
        assert_eq!(world.ask(end.link, end.register()), Status::Ok);
    }
    (world, ada, bakery)
}

#[test]
fn who_knows_the_name_of_a_blob_has_its_pieces_and_nobody_else_does() {
    let (mut world, ada, bakery) = world();
    assert_eq!(world.ask(ada.link, put(&ada, 0, b"first")), Status::Ok);
    assert_eq!(world.ask(ada.link, put(&ada, 1, b"second")), Status::Ok);
    assert_eq!(get(&mut world, &bakery, &ada, BLOB, 1), Ok(b"second".to_vec()));
    assert_eq!(get(&mut world, &bakery, &ada, BLOB, 0), Ok(b"first".to_vec()));
    assert_eq!(get(&mut world, &bakery, &ada, BLOB, 2), Err(Status::NotFound));
    assert_eq!(get(&mut world, &bakery, &ada, BlobId([6; 16]), 0), Err(Status::NotFound));
    assert_eq!(get(&mut world, &bakery, &bakery, BLOB, 0), Err(Status::NotFound));
    let stranger = End::new(9, "393331000009");
    assert_eq!(get(&mut world, &stranger, &ada, BLOB, 0), Err(Status::NotFound));
    let impostor = End::with_identity(9, "393331000001", 1);
    assert_eq!(get(&mut world, &impostor, &ada, BLOB, 0), Err(Status::Forbidden));
    assert_eq!(world.ask(impostor.link, put(&ada, 3, b"forged")), Status::Forbidden);
}

#[test]
fn a_piece_that_is_there_is_never_another_one() {
    let (mut world, ada, bakery) = world();
    assert_eq!(world.ask(ada.link, put(&ada, 0, b"first")), Status::Ok);
    assert_eq!(world.ask(ada.link, put(&ada, 0, b"first")), Status::Ok);
    assert_eq!(world.ask(ada.link, put(&ada, 0, b"other")), Status::Forbidden);
    world.crash();
    assert_eq!(get(&mut world, &bakery, &ada, BLOB, 0), Ok(b"first".to_vec()));
}

#[test]
fn a_blob_is_gone_after_thirty_days() {
    let (mut world, ada, bakery) = world();
    assert_eq!(world.ask(ada.link, put(&ada, 0, b"first")), Status::Ok);
    world.pass(Micros(limits::BLOB_AGE.0 - 1));
    assert!(get(&mut world, &bakery, &ada, BLOB, 0).is_ok());
    world.pass(Micros(1));
    assert_eq!(get(&mut world, &bakery, &ada, BLOB, 0), Err(Status::NotFound));
}

#[test]
fn an_account_stores_so_many_bytes_and_more_after_the_time_that_it_is_told() {
    let (mut world, ada, bakery) = world();
    let piece = vec![7; limits::BLOB_PIECE];
    let quota = limits::BLOB_BYTES_PER_ACCOUNT;
    let fits = u32::try_from(quota.burst as usize / piece.len()).unwrap();
    let named = |number: u32| Ask::PutPiece {
        by: ada.phone(),
        blob: BlobId([u8::try_from(number / limits::MAX_BLOB_PIECES).unwrap(); 16]),
        number: number % limits::MAX_BLOB_PIECES,
        bytes: piece.clone(),
    };
    for number in 0..fits {
        assert_eq!(world.ask(ada.link, named(number)), Status::Ok, "piece {number}");
    }
    let wait = world.ask_limited(ada.link, named(fits), Status::Limited);
    assert_eq!(world.ask(bakery.link, put(&bakery, 0, &piece)), Status::Ok);
    world.pass(wait);
    assert_eq!(world.ask(ada.link, named(fits)), Status::Ok);
}

#[test]
fn a_persons_link_is_handed_pieces_only_so_fast() {
    let (mut world, ada, bakery) = world();
    assert_eq!(world.ask(bakery.link, put(&bakery, 0, b"first")), Status::Ok);
    for _ in 0..limits::PIECES_PER_LINK.burst {
        assert!(get(&mut world, &ada, &bakery, BLOB, 0).is_ok());
    }
    assert_eq!(get(&mut world, &ada, &bakery, BLOB, 0), Err(Status::Limited));
    assert!(get(&mut world, &bakery, &bakery, BLOB, 0).is_ok());
    world.pass(limits::PIECES_PER_LINK.every);
    assert!(get(&mut world, &ada, &bakery, BLOB, 0).is_ok());
}

#[test]
fn blobs_go_with_the_account_and_no_clear_number_stands_in_their_rows() {
    let (mut world, ada, bakery) = world();
    let ours = b"only ours to give";
    assert_eq!(world.ask(ada.link, put(&ada, 0, ours)), Status::Ok);
    let mut rows = 0;
    store::Engine::visit(&world.store, &mut |row| {
        if row.value == ours {
            rows += 1;
            let digits = ada.phone();
            let digits = digits.digits().as_bytes();
            assert!(!row.key.as_bytes().windows(digits.len()).any(|part| part == digits));
        }
    });
    assert_eq!(rows, 1);
    assert_eq!(world.ask(ada.link, Ask::DeleteAccount { phone: ada.phone() }), Status::Ok);
    store::Engine::visit(&world.store, &mut |row| assert_ne!(row.value, ours));
    assert_eq!(get(&mut world, &bakery, &ada, BLOB, 0), Err(Status::NotFound));
}
