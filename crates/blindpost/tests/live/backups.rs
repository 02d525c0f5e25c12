//! `blindpost store backup` and `restore`, as operators run them.

use std::fs;

use crate::{
    common::{Live, blindpost},
    text,
};

#[test]
fn a_backup_is_restored_to_a_new_folder_on_which_everything_runs_again() {
    let folder = tempfile::tempdir().unwrap();
    let [data, copy, warm, again] =
        ["data", "copy", "warm", "again"].map(|name| folder.path().join(name));
    let store = |words: [&str; 3]| {
        let output = blindpost(&["store", words[0], words[1], words[2]]).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let start = |data| Live::start(&["up", "--port", "0", "--people", "1", "--data", data]);
    let (code, said) = store(["backup", text(&data), text(&copy)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("expected the --data of a live command"), "{said}");

    let mut up = start(text(&data));
    let told = up.is_ready();
    // Of a folder in use, and of one that nobody uses.
    let (code, said) = store(["backup", text(&data), text(&folder.path().join("hot"))]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.lines().any(|line| line.starts_with("transport: ")), "{said}");
    let (code, said) = store(["restore", text(&folder.path().join("hot")), text(&warm)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(up.end());

    let (code, said) = store(["backup", text(&data), text(&copy)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.lines().any(|line| line.starts_with("transport: ")), "{said}");
    let (code, said) = store(["restore", text(&copy), text(&data)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("is there already and not empty"), "{said}");
    fs::remove_dir_all(&data).unwrap();
    let (code, said) = store(["restore", text(&copy), text(&again)]);
    assert_eq!(code, Some(0), "{said}");

    let token = |told: &[String]| told.iter().find(|line| line.starts_with("token ")).cloned();
    for restored in [&warm, &again] {
        let mut up = start(text(restored));
        assert_eq!(token(&up.is_ready()), token(&told));
        assert!(up.end());
        let output = blindpost(&["store", "check", text(restored)]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
