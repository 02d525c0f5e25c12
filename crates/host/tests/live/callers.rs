//! What callers are refused, and what operators see.

use host::up::Up;
use serde_json::{Value, json};

use crate::world::{Caller, options, run};

#[test]
fn calls_that_mean_nothing_are_refused_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let number = caller.ready.phone_number_id.clone();
        let user = caller.ready.users[0].clone();
        let text = |body: &str| json!({ "type": "text", "text": { "body": body } });
        let inbound = |from: &str, number: &str, message: Value| {
            let (from, number) = (json!(from), json!(number));
            json!({ "from": from, "phone_number_id": number, "message": message })
        };
        for (expected, body) in [
            (404, inbound("12015550177", &number, text("a"))),
            (404, inbound(&user, "1", text("a"))),
            (400, inbound("nobody", &number, text("a"))),
            (400, inbound(&user, &number, text(""))),
            (400, inbound(&user, &number, json!({ "type": "telepathy" }))),
            (400, json!({})),
        ] {
            let (status, answer) = caller.post(&caller.control("/inbound"), body.clone()).await;
            assert_eq!(status, expected, "{body}: {answer}");
        }
        assert_eq!(caller.get(&caller.control("/nothing")).await.0, 404);
        assert_eq!(caller.get(&caller.control("/inbound")).await.0, 405);
        let (_, passed) = caller.get(&caller.control("/messages")).await;
        assert_eq!(passed, json!({ "messages": [] }));
        up.end().await;
    });
}

#[test]
fn operators_see_health_readiness_and_counters() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let operations = caller.ready.operations_url.clone();
        assert_eq!(caller.text(&format!("{operations}/healthz")).await, "alive\n");
        assert_eq!(caller.text(&format!("{operations}/readyz")).await, "ready\n");
        let metrics = caller.text(&format!("{operations}/metrics")).await;
        assert!(metrics.contains("\nblindpost_links 3\n"), "{metrics}");
        up.end().await;
    });
}

#[test]
fn neither_the_log_nor_the_metrics_have_a_number_or_a_word_of_what_was_written() {
    const WORD: &str = "Zimtschnecken";
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        caller.write(WORD).await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        let metrics = caller.text(&format!("{}/metrics", caller.ready.operations_url)).await;
        let ready = caller.ready.clone();
        up.end().await;
        let log = std::fs::read_to_string(folder.path().join(host::up::LOG)).unwrap();
        assert!(log.contains("a link ended"), "{log}");
        let business = ready.display_phone_number.trim_start_matches('+').to_owned();
        for secret in ready.users.iter().chain([&business, &ready.token]).map(String::as_str) {
            assert!(!log.contains(secret) && !metrics.contains(secret), "{secret}");
        }
        assert!(!log.contains(WORD) && !metrics.contains(WORD));
    });
}
