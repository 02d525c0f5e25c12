//! Installations that are restored from a back-up.

use std::{cell::RefCell, collections::BTreeSet, path::Path};

use host::{
    backup::{back_up, restore},
    folder::{Folder, FolderError},
    up::{Options, Time, Up, UpError},
    upkeep::check_stores,
};
use vocab::UnixMicros;

use crate::world::{Caller, options, run};

/// The tables of a store, and of each of its owners, if it has several.
fn tables(store: &Path, owners: bool) -> BTreeSet<String> {
    let (tables, scratch) = (RefCell::default(), tempfile::tempdir().unwrap());
    let look = |key: &store::Key| {
        let mut parts = key.as_bytes().split(|byte| *byte == 0);
        let table = if owners { parts.nth(1) } else { parts.next() }.unwrap();
        let table = String::from_utf8_lossy(table).into_owned();
        RefCell::<BTreeSet<String>>::borrow_mut(&tables).insert(table);
        false
    };
    let source = engines::sources(&[store.to_path_buf()]).unwrap().remove(0);
    source.back_up(&scratch.path().join("copy"), look, UnixMicros(0)).unwrap();
    tables.into_inner()
}

#[test]
fn a_restored_installation_talks_again_and_no_session_or_prekey_of_the_backup_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    run(async {
        let up = Up::start(options(&at("data"))).await.unwrap();
        let caller = Caller::of(&up);
        caller.write("First").await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        up.end().await;
        back_up(&at("data"), &at("copy")).unwrap();

        // Sessions go on: what the back-up has is the past.
        let up = Up::start(options(&at("data"))).await.unwrap();
        let before = Caller::of(&up);
        before.write("Second").await;
        before.wait_for("direction=outbound&contains=Second&status=shown", 1).await;
        up.end().await;

        restore(&at("copy"), &at("again")).unwrap();
        for (store, owners) in [("cloud-api", false), ("people", true), ("transport", false)] {
            let has = |at: &Path| tables(&at.join("stores").join(store), owners);
            let (was, is) = (has(&at("data")), has(&at("again")));
            for table in ["me", "ses", "spk", "opk", "kem", "mkey", "one-time", "kem-one-time"] {
                assert!(!is.contains(table), "{store}: {table}");
            }
            let gone = if store == "transport" { "one-time" } else { "ses" };
            assert!(was.contains(gone), "{store} had {gone}: {was:?}");
        }
        assert!(check_stores(&at("again")).unwrap().iter().all(|store| store.findings.is_empty()));

        let again = Up::start(options(&at("again"))).await.unwrap();
        let after = Caller::of(&again);
        assert_eq!(after.ready.token, before.ready.token);
        after.write("Third").await;
        after.wait_for("direction=outbound&contains=Third&status=shown", 1).await;
        again.end().await;
    });
}

#[test]
fn a_backup_of_an_installation_that_goes_on_is_one_that_runs_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    run(async {
        let up = Up::start(options(&at("data"))).await.unwrap();
        let caller = Caller::of(&up);
        let names: Vec<String> = (0..4).map(|nth| format!("copy-{nth}")).collect();
        // Messages are under way in every store while it is copied.
        for (nth, name) in names.iter().enumerate() {
            for text in 0..5 {
                caller.write(&format!("Text {text} of {nth}")).await;
            }
            let (data, copy) = (at("data"), at(name));
            let copied = tokio::task::spawn_blocking(move || back_up(&data, &copy));
            caller.write("Meanwhile").await;
            assert!(copied.await.unwrap().unwrap().iter().any(|store| store.rows > 0));
        }
        caller.wait_for("direction=outbound&contains=Meanwhile&status=shown", 4).await;
        up.end().await;
        assert!(check_stores(&at("data")).unwrap().iter().all(|store| store.findings.is_empty()));
        for name in names {
            let again = at(&format!("again-{name}"));
            restore(&at(&name), &again).unwrap();
            assert!(check_stores(&again).unwrap().iter().all(|store| store.findings.is_empty()));
            let up = Up::start(options(&again)).await.unwrap();
            let after = Caller::of(&up);
            assert_eq!(after.ready.token, caller.ready.token);
            after.write("Again").await;
            after.wait_for("direction=outbound&contains=Again&status=shown", 1).await;
            up.end().await;
        }
    });
}

#[test]
fn a_backup_goes_by_the_date_of_a_virtual_clock_also_where_it_never_moved() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let virtually =
        |data: &str| Options { time: Time::Virtual, seed: Some(7), ..options(&at(data)) };
    run(async {
        let up = Up::start(virtually("data")).await.unwrap();
        let caller = Caller::of(&up);
        caller.write("First").await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        back_up(&at("data"), &at("copy")).unwrap();
        up.end().await;
        restore(&at("copy"), &at("again")).unwrap();
        // Who wrote is kept for thirty days; a seeded world stands in January.
        let authors = |data: &str| tables(&at(data).join("stores/cloud-api"), false);
        for data in ["data", "copy", "again"] {
            assert!(authors(data).contains("from"), "{data}: {:?}", authors(data));
        }
        // The next start is later than every row of this one.
        let first = Folder::existing(&at("again")).unwrap().clock().unwrap();
        let up = Up::start(virtually("again")).await.unwrap();
        up.end().await;
        assert!(Folder::existing(&at("again")).unwrap().clock().unwrap() > first);
    });
}

#[test]
fn a_restore_replaces_nothing_and_nobody_runs_on_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    run(async {
        let up = Up::start(options(&at("data"))).await.unwrap();
        up.end().await;
        back_up(&at("data"), &at("copy")).unwrap();
        let over = [
            back_up(&at("data"), &at("copy")),
            restore(&at("copy"), &at("data")),
            restore(&at("copy"), &at("copy")),
        ];
        for outcome in over {
            let why = outcome.unwrap_err().to_string();
            assert!(why.ends_with("is there already and not empty: nothing is replaced"), "{why}");
        }
        let why = restore(&at("data"), &at("new")).unwrap_err().to_string();
        assert!(why.contains("no `backup.json` in it"), "{why}");
        let refused = Up::start(options(&at("copy"))).await;
        assert!(matches!(refused, Err(UpError::Folder(FolderError::Backup(_)))), "{refused:?}");

        // A back-up that is damaged makes no folder.
        std::fs::write(at("copy").join("stores/people/keys"), "").unwrap();
        std::fs::remove_file(at("copy").join("stores/people/store.db")).unwrap();
        let why = restore(&at("copy"), &at("new")).unwrap_err().to_string();
        assert!(why.starts_with("the store people: "), "{why}");
        assert!(!at("new").exists());
    });
}
