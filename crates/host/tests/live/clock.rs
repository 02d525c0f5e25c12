//! Virtual time, and what a seed decides.

use host::up::{Options, Time, Up};
use serde_json::json;

use crate::world::{Caller, options, run};

const DAY_MS: u64 = 86_400_000;

#[test]
fn virtual_time_moves_a_month_and_messages_still_pass() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let standing = || Options { time: Time::Virtual, ..options(folder.path()) };
        let up = Up::start(standing()).await.unwrap();
        let caller = Caller::of(&up);
        let date = async || caller.get(&caller.control("/clock")).await.1["now_us"].as_u64();
        let before = date().await.unwrap();
        caller.write("Before").await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        assert_eq!(date().await, Some(before), "it stands still");

        let month = json!({ "advance_ms": 30 * DAY_MS });
        let (status, moved) = caller.post(&caller.control("/clock"), month).await;
        assert_eq!((status, moved["now_us"].as_u64()), (200, Some(before + 30 * DAY_MS * 1_000)));
        caller.write("After").await;
        caller.wait_for("direction=outbound&status=shown", 2).await;
        up.end().await;

        let again = Up::start(standing()).await.unwrap();
        let caller = Caller::of(&again);
        let (_, now) = caller.get(&caller.control("/clock")).await;
        assert!(now["now_us"].as_u64() >= moved["now_us"].as_u64(), "time does not go back");
        again.end().await;
    });
}

#[test]
fn a_real_clock_is_not_moved() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let body = json!({ "advance_ms": 1 });
        assert_eq!(caller.post(&caller.control("/clock"), body).await.0, 409);
        up.end().await;
    });
}

#[test]
fn one_seed_gives_the_same_ids_tokens_and_messages_and_another_gives_others() {
    let ids = |seed| {
        let folder = tempfile::tempdir().unwrap();
        run(async {
            let options = Options { seed: Some(seed), ..options(folder.path()) };
            let up = Up::start(options).await.unwrap();
            let caller = Caller::of(&up);
            let inbound = caller.write("One").await;
            caller.wait_for("direction=outbound&status=shown", 1).await;
            let ready = &caller.ready;
            let names = [&ready.token, &ready.app_secret, &ready.phone_number_id, &inbound];
            let names = names.map(Clone::clone);
            up.end().await;
            names
        })
    };
    let first = ids(1);
    assert_eq!(first, ids(1));
    assert!(first.iter().zip(ids(2)).all(|(one, other)| *one != other));
}
