//! Files that are not what they should be.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{CHAT, FULL, LEAST};
use crate::scenario::{limits::MAX_FILE, load};

/// A folder for one test, gone when it is over.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scenario-{}-{test}", std::process::id()));
        let _absent_is_fine = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _best_effort = fs::remove_dir_all(&self.0);
    }
}

/// The error of `path`, which it begins with; what follows.
#[track_caller]
fn complaint(path: &Path) -> String {
    let error = load(path).unwrap_err().to_string();
    error.strip_prefix(&path.display().to_string()).unwrap().to_owned()
}

const EXPECTED: &str = "expected a scenario such as sims/01-first-message.toml";

#[test]
fn a_missing_file_and_a_directory_are_told_apart() {
    let folder = Folder::new("missing");
    let missing = complaint(&folder.0.join("x.toml"));
    assert!(missing.starts_with(": cannot be read (") && missing.ends_with(EXPECTED), "{missing}");
    assert_eq!(complaint(&folder.0), format!(": is a directory: {EXPECTED}"));
}

#[test]
fn bytes_that_are_no_text_are_refused_on_their_line() {
    let folder = Folder::new("bytes");
    let path = folder.file("x.toml", b"title = \"x\"\nabout = \"\xff\"\n");
    assert_eq!(complaint(&path), ":2: byte 21 is not UTF-8: expected a text file in UTF-8");
    let path = folder.file("utf16.toml", b"\xff\xfet\0i\0");
    assert!(complaint(&path).starts_with(":1: byte 0 is not UTF-8"));
}

#[test]
fn an_empty_file_is_refused() {
    let folder = Folder::new("empty");
    let path = folder.file("x.toml", "");
    assert!(complaint(&path).starts_with(&format!(":1: is empty: {EXPECTED}")));
}

#[test]
fn fifty_megabytes_are_refused_and_so_is_one_byte_too_many() {
    let folder = Folder::new("large");
    for size in [50 * 1024 * 1024, MAX_FILE + 1] {
        let path = folder.0.join("x.toml");
        // Sparse: it is the size that is looked at, and the disk need not hold it.
        fs::File::create(&path).unwrap().set_len(size).unwrap();
        assert_eq!(complaint(&path), ": has more than 1048576 bytes: expected a smaller file");
    }
    let padding = MAX_FILE as usize - LEAST.len();
    let most = format!("{LEAST}#{}", "x".repeat(padding - 1));
    assert!(load(&folder.file("most.toml", most)).is_ok());
}

#[test]
fn an_unknown_key_a_negative_and_an_absurd_duration_are_refused_on_their_line() {
    let folder = Folder::new("values");
    for (find, put, line, expected) in [
        ("title", "titel", 1, "unknown key \"titel\": expected one of title,"),
        ("\"1m\"", "\"-1m\"", 2, "\"-1m\" is negative: expected a span of time from 1us to 400d"),
        ("\"1m\"", "\"9999d\"", 2, "\"9999d\" is too long: expected a span of time"),
    ] {
        let path = folder.file("x.toml", LEAST.replacen(find, put, 1));
        let complaint = complaint(&path);
        assert!(complaint.starts_with(&format!(":{line}: {expected}")), "{complaint}");
    }
    let node = format!("{LEAST}[[crash]]\nat = \"1s\"\nnode = \"cloud\"\n");
    let complaint = complaint(&folder.file("x.toml", node));
    assert!(complaint.starts_with(":9: unknown node \"cloud\": expected one of"), "{complaint}");
}

#[test]
fn a_chat_export_lies_relative_to_the_scenario() {
    let folder = Folder::new("chat");
    let path = folder.file("sims/x.toml", FULL.replace("chat.txt", "data/chat.txt"));
    folder.file("sims/data/chat.txt", CHAT);
    assert_eq!(load(&path).unwrap().chats[0].lines.len(), 2);
}

#[test]
fn a_chat_export_that_cannot_be_opened_is_a_mistake_of_the_scenario() {
    let folder = Folder::new("chat-missing");
    let path = folder.file("x.toml", FULL);
    let line = FULL.lines().position(|line| line.starts_with("file =")).unwrap() + 1;
    let chat = folder.0.join("chat.txt");
    let prefix = format!(":{line}: the chat export {} ", chat.display());
    let missing = complaint(&path);
    assert!(missing.starts_with(&format!("{prefix}cannot be read (")), "{missing}");
    assert!(missing.ends_with("): expected a chat exported from WhatsApp as text"), "{missing}");

    fs::create_dir(&chat).unwrap();
    assert!(complaint(&path).starts_with(&format!("{prefix}is a directory: expected a chat")));
    fs::remove_dir(&chat).unwrap();

    fs::File::create(&chat).unwrap().set_len(16 * 1024 * 1024 + 1).unwrap();
    let large = format!("{prefix}has more than 16777216 bytes: expected a smaller file");
    assert_eq!(complaint(&path), large);
}

#[test]
fn a_chat_export_without_a_message_or_with_other_bytes_is_refused_by_its_own_name() {
    let folder = Folder::new("chat-bad");
    let path = folder.file("x.toml", FULL);
    for (bytes, expected) in [
        (&b"31/12/2023, 21:41 - Messages are encrypted.\n"[..], ":1: no message from anybody"),
        (&b"31/12/2023, 21:41 - Maria Rossi: a\n\xff\n"[..], ":2: byte 35 is not UTF-8: expected"),
    ] {
        let chat = folder.file("chat.txt", bytes);
        let error = load(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}{expected}", chat.display())), "{error}");
    }
}
