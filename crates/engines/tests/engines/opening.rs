//! What is opened, and what is refused with a reason that names what was found.

use std::{fs, path::Path};

use engines::{APPLICATION_ID, DATABASE, KEYRING, OpenError, RootKey, Sqlite, VERSION};
use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::common::{START, Temporary, done, open, put, rng, root, value};

fn refused(folder: &Path) -> OpenError {
    Sqlite::open(folder, root(), rng(2)).unwrap_err()
}

/// A store with one row, closed.
fn store(place: &Temporary) -> std::path::PathBuf {
    let folder = place.at("store");
    done(&mut open(&folder), START, vec![put("a", b"value")]);
    folder
}

#[test]
fn a_store_is_there_again_when_it_is_opened_again() {
    let place = Temporary::new();
    let folder = store(&place);
    assert_eq!(value(&mut open(&folder), START, "a").as_deref(), Some(&b"value"[..]));
}

#[test]
fn a_store_is_open_once_at_a_time() {
    let place = Temporary::new();
    let folder = store(&place);
    let first = open(&folder);
    assert!(matches!(refused(&folder), OpenError::InUse { .. }));
    drop(first);
    open(&folder);
}

#[test]
fn a_newer_store_is_refused_by_both_versions_and_left_alone() {
    let place = Temporary::new();
    let folder = store(&place);
    let newer = VERSION + 1;
    let connection = Connection::open(folder.join(DATABASE)).unwrap();
    connection.pragma_update(None, "user_version", newer).unwrap();
    drop(connection);
    let before = fs::read(folder.join(DATABASE)).unwrap();
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Newer { found, known: VERSION } if found == newer));
    let words = format!("schema version {newer}; this program knows versions up to {VERSION}");
    assert!(error.to_string().contains(&words), "{error}");
    assert_eq!(fs::read(folder.join(DATABASE)).unwrap(), before);
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let place = Temporary::new();
    let folder = store(&place);
    let words = b"These are not the bytes of a database. ".repeat(300);
    fs::write(folder.join(DATABASE), &words).unwrap();
    assert!(matches!(refused(&folder), OpenError::NotADatabase { .. }), "{:?}", refused(&folder));
    assert_eq!(fs::read(folder.join(DATABASE)).unwrap(), words);
}

#[test]
fn the_database_of_another_application_is_refused_and_left_alone() {
    let place = Temporary::new();
    for application_id in [0, 7] {
        let folder = place.at(&application_id.to_string());
        fs::create_dir_all(&folder).unwrap();
        let connection = Connection::open(folder.join(DATABASE)).unwrap();
        connection.pragma_update(None, "application_id", application_id).unwrap();
        connection.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)").unwrap();
        drop(connection);
        let before = fs::read(folder.join(DATABASE)).unwrap();
        let error = refused(&folder);
        assert!(
            matches!(error, OpenError::OtherApplication { application_id: found, .. }
                if found == application_id),
            "{error:?}"
        );
        assert_eq!(fs::read(folder.join(DATABASE)).unwrap(), before);
        assert!(!folder.join(KEYRING).exists());
    }
    assert_ne!(APPLICATION_ID, 0);
}

#[test]
fn a_store_without_its_keyring_or_its_database_is_refused() {
    let place = Temporary::new();
    let folder = store(&place);
    let (database, keyring) = (folder.join(DATABASE), folder.join(KEYRING));
    let keys = fs::read(&keyring).unwrap();
    fs::remove_file(&keyring).unwrap();
    assert!(matches!(refused(&folder), OpenError::KeyringMissing { .. }));
    assert!(!keyring.exists());
    fs::write(&keyring, keys).unwrap();
    fs::remove_file(&database).unwrap();
    assert!(matches!(refused(&folder), OpenError::DatabaseMissing { .. }));
    assert!(!database.exists());
}

#[test]
fn another_root_key_opens_nothing() {
    let place = Temporary::new();
    let folder = store(&place);
    let other = RootKey::new(&Zeroizing::new([8; 32]));
    let error = Sqlite::open(&folder, other, rng(2)).unwrap_err();
    assert!(matches!(error, OpenError::KeyringRefused { id: 1 }), "{error:?}");
    open(&folder);
}

#[test]
fn a_keyring_that_was_changed_is_refused_by_its_line() {
    let place = Temporary::new();
    let folder = store(&place);
    let keyring = folder.join(KEYRING);
    let text = fs::read_to_string(&keyring).unwrap();
    let (header, _) = text.split_once('\n').unwrap();
    for (text, line) in [
        (text.replace(header, "some other keyring"), 1),
        (format!("{header}\n1 abc\n"), 2),
        (format!("{text}two aa\n"), 3),
        (format!("{header}\n"), 1),
        (String::new(), 1),
    ] {
        fs::write(&keyring, &text).unwrap();
        let error = refused(&folder);
        let OpenError::KeyringMalformed { line: found, .. } = error else { panic!("{error:?}") };
        assert_eq!(found, line, "{text:?}");
    }
    // A key under another's number is not that key.
    fs::write(&keyring, text.replace("\n1 ", "\n2 ")).unwrap();
    assert!(matches!(refused(&folder), OpenError::KeyringRefused { id: 2 }));
}

#[cfg(unix)]
#[test]
fn keyring_and_database_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Temporary::new();
    let folder = store(&place);
    let _open = open(&folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in [DATABASE, KEYRING, "store.db-wal", "store.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&folder), 0o700);
}
