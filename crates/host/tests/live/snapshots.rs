//! Whole worlds that are put aside and put back.

use host::up::{Options, Time, Up};
use serde_json::json;

use crate::world::{Caller, options, run};

#[test]
fn a_world_that_is_put_back_goes_on_from_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let standing = Options { time: Time::Virtual, ..options(folder.path()) };
        let up = Up::start(standing).await.unwrap();
        let caller = Caller::of(&up);
        let call = async |path: &str, name: &str| {
            caller.post(&caller.control(path), json!({ "name": name })).await
        };
        let date = async || caller.get(&caller.control("/clock")).await.1["now_us"].as_u64();
        caller.write("First").await;
        caller.wait_for("direction=outbound&contains=First&status=shown", 1).await;
        let before = date().await.unwrap();
        assert_eq!(call("/snapshot", "one").await.0, 200);

        // Sessions, the clock and templates go on.
        caller.write("Second").await;
        caller.wait_for("direction=outbound&contains=Second&status=shown", 1).await;
        let day = json!({ "advance_ms": 86_400_000 });
        assert_eq!(caller.post(&caller.control("/clock"), day).await.0, 200);
        let templates =
            format!("{}/v24.0/{}/message_templates", caller.ready.base_url, caller.ready.waba_id);
        let template = json!({
            "name": "later", "language": "en_US", "category": "UTILITY",
            "components": [{ "type": "BODY", "text": "Later." }],
        });
        assert_eq!(caller.post(&templates, template).await.0, 200);

        assert_eq!(call("/restore", "one").await.0, 200);
        let (_, known) = caller.get(&templates).await;
        assert!(!known.to_string().contains("later"), "{known}");
        let after = date().await.unwrap();
        assert!((before..before + 60_000_000).contains(&after), "{before} {after}");
        caller.write("Third").await;
        caller.wait_for("direction=outbound&contains=Third&status=shown", 1).await;

        // Twice from the same moment, and again over a start of the process.
        assert_eq!(call("/restore", "one").await.0, 200);
        caller.write("Fourth").await;
        caller.wait_for("direction=outbound&contains=Fourth&status=shown", 1).await;
        let (_, names) = caller.get(&caller.control("/snapshots")).await;
        assert_eq!(names, json!({ "snapshots": ["one"] }));
        assert_eq!(call("/restore", "two").await.0, 404);
        assert_eq!(call("/snapshot", "../two").await.0, 400);
        caller.write("Fifth").await;
        caller.wait_for("direction=outbound&contains=Fifth&status=shown", 1).await;
        up.end().await;
    });
}
