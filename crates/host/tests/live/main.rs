//! Messages over real sockets: every hop as a task, every byte through TCP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on has failed"
)]

mod backups;
mod callers;
mod clock;
mod failing;
mod forms;
mod hostile;
mod intercept;
mod people;
mod refusals;
mod services;
mod snapshots;
mod tokens;
#[cfg(feature = "otel")]
mod traces;
mod world;

use host::up::Up;
use serde_json::json;

use crate::world::{Caller, options, run};

#[test]
fn a_person_writes_and_the_business_answers_over_real_sockets() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let wamid = caller.write("Do you have bread?").await;
        let seen = caller.wait_for(&format!("wamid={wamid}&status=read"), 1).await;
        assert_eq!(seen[0]["direction"], "inbound");
        let answers = caller.wait_for("direction=outbound&status=shown", 1).await;
        assert_eq!(answers[0]["text"]["body"], "You wrote: Do you have bread?");
        assert_eq!(answers[0]["user"], caller.ready.users[0].as_str());
        up.end().await;
    });
}

#[test]
fn only_a_template_reaches_a_person_who_never_wrote() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let to = &caller.ready.users[1];
        let template = json!({ "name": "hello_world", "language": { "code": "en_US" } });
        let greeting = caller.send(to, json!({ "type": "template", "template": template })).await;
        caller.wait_for(&format!("wamid={greeting}&status=delivered"), 1).await;
        let text = json!({ "type": "text", "text": { "body": "Your order is ready" } });
        let text = caller.send(to, text).await;
        caller.wait_for(&format!("wamid={text}&status=failed"), 1).await;
        up.end().await;
    });
}

#[test]
fn everything_survives_a_restart_on_the_same_folder() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let first = Up::start(options(folder.path())).await.unwrap();
        let before = Caller::of(&first);
        before.write("First").await;
        before.wait_for("direction=outbound&status=shown", 1).await;
        first.end().await;

        let second = Up::start(options(folder.path())).await.unwrap();
        let after = Caller::of(&second);
        assert_eq!(after.ready.token, before.ready.token);
        assert_eq!(after.ready.phone_number_id, before.ready.phone_number_id);
        after.write("Second").await;
        let answers = after.wait_for("direction=outbound&status=shown", 1).await;
        assert_eq!(answers[0]["text"]["body"], "You wrote: Second");
        second.end().await;
    });
}
