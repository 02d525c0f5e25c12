//! Processes whose store fails for good.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::Value;

use crate::{common::Live, text};

#[test]
fn a_process_whose_writer_died_says_so_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready.json");
    let words = ["up", "--port", "0", "--people", "0", "--ready-file", text(&ready)];
    let mut up = Live::start(&words);
    up.is_ready();
    let told: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
    let at = told["base_url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(at).unwrap();
    let body = r#"{"store":"transport"}"#;
    write!(
        stream,
        "POST /_blindpost/break HTTP/1.1\r\nhost: {at}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    // It may end before it answers.
    let _ended = stream.read(&mut [0; 1]);
    let (code, said) = up.ends();
    assert_eq!(code, Some(1), "{said}");
    let why = "blindpost: the store transport has failed: its writer has died";
    assert!(said.lines().any(|line| line == why), "{said}");
    assert!(!ready.exists());
}
