//! Keys of every length sort as their bytes do.

use alloc::{vec, vec::Vec};

use super::{IN_PLACE, Key};

/// Keys around the length from which they are kept elsewhere, with zeros where they could mislead.
fn keys() -> Vec<Vec<u8>> {
    let mut keys = vec![Vec::new()];
    for length in [1, 2, 7, 8, 9, 15, 16, IN_PLACE - 1, IN_PLACE, IN_PLACE + 1, 3 * IN_PLACE] {
        for fill in [0, 1, 0xff] {
            keys.push(vec![fill; length]);
            for last in [0, 1, 0x80, 0xff] {
                let mut key = vec![fill; length];
                key[length - 1] = last;
                keys.push(key.clone());
                key[length / 2] = last;
                keys.push(key);
            }
        }
    }
    keys
}

#[test]
fn keys_sort_and_equal_each_other_as_their_bytes_do() {
    let keys = keys();
    for a in &keys {
        for b in &keys {
            let (key, other) = (Key::from_bytes(a.clone()), Key::from_bytes(b.clone()));
            assert_eq!(key.cmp(&other), a.cmp(b), "{a:?} {b:?}");
            assert_eq!(key == other, a == b, "{a:?} {b:?}");
            assert_eq!(key.starts_with(&other), a.starts_with(b), "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_key_is_the_same_in_whatever_parts_it_was_made() {
    for bytes in keys() {
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            let key = Key::from_bytes(head.to_vec()).with(tail);
            assert_eq!(key.as_bytes(), bytes);
            assert!(key == Key::from_bytes(bytes.clone()));
            assert_eq!(key.after(&Key::from_bytes(head.to_vec())), Some(tail));
        }
    }
}
