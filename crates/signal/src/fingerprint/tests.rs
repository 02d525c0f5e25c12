//! Safety numbers against the published one, and what a comparison says.

use keys::{IdentityKey, PublicKey};

use super::{Comparison, DIGITS, Party, SafetyNumber, ScanError};
use crate::testing::Published;

fn key(number: u8) -> IdentityKey {
    IdentityKey::new(PublicKey::from_bytes([number; 32]))
}

//= test: x3dh r1 4.1 compare
//= test: pqxdh r3 4.1 compare
#[test]
fn the_published_number_is_reproduced_from_either_side() {
    let vector = Published::vector("fingerprint-displayable");
    let identity = |name| [IdentityKey::decode(&vector.bytes(name)).unwrap()];
    let (ours, theirs) = (identity("local_identity"), identity("remote_identity"));
    let local = Party::new(vector.text("local_id").as_bytes(), &ours);
    let remote = Party::new(vector.text("remote_id").as_bytes(), &theirs);
    let from_here = SafetyNumber::new(&local, &remote);
    assert_eq!(from_here.digits(), vector.text("display"));
    assert_eq!(from_here.digits().len(), DIGITS);
    assert_eq!(SafetyNumber::new(&remote, &local).digits(), vector.text("display"));
}

#[test]
fn what_one_side_shows_the_other_finds_the_same_and_nobody_else_does() {
    let (alice, bob, mallory) = ([key(1)], [key(2)], [key(3)]);
    let alice_is = Party::new(b"alice", &alice);
    let bob_is = Party::new(b"bob", &bob);
    let (hers, his) =
        (SafetyNumber::new(&alice_is, &bob_is), SafetyNumber::new(&bob_is, &alice_is));
    for version in [1, 2] {
        let shown = hers.scannable(version);
        assert_eq!(shown.len(), 74);
        assert_eq!(his.compare(&shown, version), Ok(Comparison::Same));
        // Her own code held before her own camera is not his.
        assert_eq!(hers.compare(&shown, version), Ok(Comparison::Different));
    }
    let with_her_key = Party::new(b"alice", &mallory);
    let under_her_key = Party::new(b"alicia", &alice);
    for other in [with_her_key, under_her_key] {
        let believed = SafetyNumber::new(&bob_is, &other);
        assert_eq!(believed.compare(&hers.scannable(2), 2), Ok(Comparison::Different));
        assert_ne!(believed.digits(), hers.digits());
    }
}

#[test]
fn any_changed_bit_of_a_fingerprint_in_a_code_is_a_difference() {
    let (alice, bob) = ([key(1)], [key(2)]);
    let (alice, bob) = (Party::new(b"alice", &alice), Party::new(b"bob", &bob));
    let (hers, his) = (SafetyNumber::new(&alice, &bob), SafetyNumber::new(&bob, &alice));
    let shown = hers.scannable(2);
    for index in (6..38).chain(42..74) {
        for bit in 0..8 {
            let mut changed = shown.clone();
            changed[index] ^= 1 << bit;
            assert_eq!(his.compare(&changed, 2), Ok(Comparison::Different), "byte {index}");
        }
    }
}

#[test]
fn a_code_of_another_version_and_what_is_no_code_are_not_compared() {
    let (alice, bob) = ([key(1)], [key(2)]);
    let number = SafetyNumber::new(&Party::new(b"alice", &alice), &Party::new(b"bob", &bob));
    let refused = number.compare(&number.scannable(1), 2);
    assert_eq!(refused, Err(ScanError::Version { found: 1, expected: 2 }));
    for scanned in [&b""[..], b"WIFI:S:cafe;;", &number.scannable(2)[..73]] {
        assert!(matches!(number.compare(scanned, 2), Err(ScanError::Malformed(_))));
    }
}

//= test: sesame r2 6.1 compare
#[test]
fn the_keys_of_several_devices_count_in_any_order_and_each_of_them_does() {
    let bob = [key(9)];
    let bob = Party::new(b"bob", &bob);
    let number = |keys: &[IdentityKey]| SafetyNumber::new(&Party::new(b"alice", keys), &bob);
    let both = number(&[key(1), key(2)]);
    assert_eq!(both, number(&[key(2), key(1)]));
    for other in [&[key(1)][..], &[key(2)], &[key(1), key(3)], &[key(1), key(2), key(3)]] {
        assert_ne!(both, number(other));
    }
}
