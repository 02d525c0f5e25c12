//! A capture with Noise, opened with its key log by AES-GCM alone.

use std::collections::BTreeMap;

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};

use super::{packets::streams, runs::scenario};
use crate::{
    export::{Target, Wanted},
    report::model::Report,
    run::{self, Options},
    watch::arrows::frame_words,
};

struct Captured {
    report: Report,
    packets: Vec<u8>,
    keys: String,
}

fn captured(noise: bool, partitions: usize) -> Captured {
    let [packets, keys] = [(); 2].map(|()| Target::memory());
    let (pcap, pcap_keys) = (Some(packets.clone()), noise.then(|| keys.clone()));
    let exports = Wanted { pcap, pcap_keys, ..Wanted::default() };
    let options = Options { partitions: Some(partitions), exports, ..Options::default() };
    let mut scenario = scenario();
    scenario.noise = noise;
    let report = run::run(&scenario, &options, &mut |_progress| {}).unwrap().report;
    Captured { report, packets: packets.bytes(), keys: String::from_utf8(keys.bytes()).unwrap() }
}

/// Keys by session: from client to server, and back.
fn key_log(text: &str) -> BTreeMap<String, [[u8; 32]; 2]> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let key = |word: &str| -> [u8; 32] {
        let bytes: Vec<u8> = word.as_bytes().chunks(2).map(byte).collect();
        bytes.try_into().unwrap()
    };
    let lines = text.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    lines
        .map(|words| {
            assert_eq!((words.len(), words[0]), (4, "BLINDPOST_LINK"));
            (words[1].to_owned(), [key(words[2]), key(words[3])])
        })
        .collect()
}

/// Messages with their lengths before them.
fn messages(mut stream: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while let [a, b, c, rest @ ..] = stream {
        let (message, behind) = rest.split_at(u32::from_be_bytes([0, *a, *b, *c]) as usize);
        messages.push(message);
        stream = behind;
    }
    messages
}

/// What the records of one direction contain, without what says that they are frames.
fn opened(key: &[u8; 32], records: &[&[u8]]) -> Vec<Vec<u8>> {
    let cipher = Aes256Gcm::new(key.into());
    let open = |(number, record): (u64, &&[u8])| {
        let (sealed, tag) = record.split_last_chunk::<16>().unwrap();
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&number.to_be_bytes());
        let mut plain = sealed.to_vec();
        let whole = plain.as_mut_slice().into();
        cipher.decrypt_inout_detached(&nonce.into(), &[], whole, tag.into()).expect("it opens");
        assert_eq!(plain.pop(), Some(0), "a frame");
        plain
    };
    (0..).zip(records).map(open).collect()
}

#[test]
fn a_capture_with_noise_has_handshakes_and_records_that_its_key_log_opens() {
    let Captured { report, packets, keys } = captured(true, 1);
    let keys = key_log(&keys);
    let (mut links, mut frames) = (0, 0_u64);
    let streams = streams(&packets);
    for ((client, server), there) in &streams {
        if server.1 != 7_713 {
            continue;
        }
        links += 1;
        let there = there.strip_prefix(b"BPL\x01").expect("a link begins with its intro");
        let there = messages(there);
        let back = messages(&streams[&(*server, *client)]);
        assert_eq!((there[0].len(), back[0].len(), there[1].len()), (32, 96, 64));
        let session: String = there[0].iter().map(|byte| format!("{byte:02x}")).collect();
        let [to_server, to_client] = &keys[&session];
        let opened = [opened(to_server, &there[2..]), opened(to_client, &back[1..])].concat();
        for frame in &opened {
            assert_ne!(frame_words(frame), "bytes that are no frame");
        }
        frames += opened.len() as u64;
    }
    assert_eq!(links, keys.len(), "a line for each link");
    let kinds = &report.frames.kinds;
    let sent: u64 =
        kinds.iter().filter(|(kind, _)| !kind.starts_with("http")).map(|(_, count)| count).sum();
    assert_eq!(frames, sent);
}

#[test]
fn a_capture_with_noise_is_the_same_whatever_runs_in_parallel() {
    let (one, seven) = (captured(true, 1), captured(true, 7));
    assert_eq!(one.report.digest, seven.report.digest);
    assert!(one.packets == seven.packets, "packets differ");
    assert_eq!(one.keys, seven.keys);
}

#[test]
fn with_noise_the_links_show_no_number_that_they_show_without() {
    // Numbers are on links in clear (`Register`, `Envelope`), and on HTTP in either case.
    let numbers = |packets: &[u8]| {
        let streams = streams(packets);
        let links = streams.iter().filter(|((from, to), _)| from.1 == 7_713 || to.1 == 7_713);
        let count = |stream: &[u8]| stream.windows(7).filter(|it| *it == b"1202555").count();
        links.map(|(_, stream)| count(stream)).sum::<usize>()
    };
    assert!(numbers(&captured(false, 1).packets) > 10);
    assert_eq!(numbers(&captured(true, 1).packets), 0);
}
