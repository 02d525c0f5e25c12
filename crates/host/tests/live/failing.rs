//! Stores that fail under a process that runs.

use host::up::Up;
use serde_json::json;

use crate::world::{Caller, options, run};

#[test]
fn a_dead_writer_is_noticed_and_nothing_is_acknowledged_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        caller.write("Before").await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        let (status, _) = caller.post(&caller.control("/break"), json!({ "store": "none" })).await;
        assert_eq!(status, 404);
        let (status, _) =
            caller.post(&caller.control("/break"), json!({ "store": "cloud-api" })).await;
        assert_eq!(status, 200);
        let what = up.failed().await;
        assert_eq!(what, "the store cloud-api has failed: its writer has died");
        for page in ["readyz", "healthz"] {
            let url = format!("{}/{page}", caller.ready.operations_url);
            let (status, _) = caller.get(&url).await;
            assert_eq!((status, caller.text(&url).await), (503, format!("{what}\n")), "{page}");
        }
        let url = format!("{}/{}/messages", caller.ready.base_url, caller.ready.phone_number_id);
        let to = caller.ready.users[0].clone();
        let text = json!({ "messaging_product": "whatsapp", "to": to, "text": { "body": "a" } });
        let asks = Caller::of(&up);
        let answered = tokio::spawn(async move { asks.post(&url, text).await });
        // The process ends without ending anything in order; whoever still waits is not answered.
        drop(up);
        assert!(answered.await.is_err(), "nothing is acknowledged");
    });
    run(async {
        let log = std::fs::read_to_string(folder.path().join(host::up::LOG)).unwrap();
        assert!(log.contains("the thread that writes this store has died"), "{log}");

        let again = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&again);
        caller.write("After").await;
        caller.wait_for("direction=outbound&contains=After&status=shown", 1).await;
        again.end().await;
    });
}
