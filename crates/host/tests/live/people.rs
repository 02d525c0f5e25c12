//! What people do over the control API, and what goes wrong on purpose.

use host::up::Up;
use serde_json::{Value, json};

use crate::world::{Caller, options, run};

impl Caller {
    /// A call of the control API that must be done.
    async fn done(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(&self.control(path), body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// The first person sends `message` to the business: the status and the answer.
    async fn says(&self, message: Value) -> (u16, Value) {
        let number = &self.ready.phone_number_id;
        let body = json!({
            "from": self.ready.users[0], "phone_number_id": number, "message": message,
        });
        self.post(&self.control("/inbound"), body).await
    }

    async fn persona(&self, persona: Value) {
        self.done(&format!("/users/{}", self.ready.users[0]), persona).await;
    }
}

/// SHA-256 of `bread`.
const BREAD: &str = "985604c2b60243122c24d4e18363e6434c535923be05f760204a1aef023aae9b";
/// SHA-256 of 200,000 zeros, which are four pieces of a blob.
const ZEROS: &str = "4cbbd9be0cba685835755f827758705db5a413c5494c34262cd25946a73e7582";

fn buttons() -> Value {
    let button =
        |id: &str| json!({ "type": "reply", "reply": { "id": id, "title": id.to_uppercase() } });
    let action = json!({ "buttons": [button("yes"), button("no")] });
    let interactive = json!({ "type": "button", "body": { "text": "Bread?" }, "action": action });
    json!({ "type": "interactive", "interactive": interactive })
}

#[test]
fn a_person_presses_a_button_that_was_sent_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let press = |id: &str| {
            let reply = json!({ "type": "button_reply", "button_reply": { "id": id } });
            json!({ "type": "interactive", "interactive": reply })
        };
        caller.write("Hello").await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        let (status, answer) = caller.says(press("yes")).await;
        assert_eq!(status, 409, "{answer}");
        let offer = caller.send(&caller.ready.users[0], buttons()).await;
        let shown = caller.wait_for(&format!("wamid={offer}&status=shown"), 1).await;
        assert_eq!(shown[0]["choices"][1]["title"], "NO", "{}", shown[0]);
        assert_eq!(caller.says(press("maybe")).await.0, 409);
        assert_eq!(caller.says(press("yes")).await.0, 200);
        let pressed =
            caller.wait_for("type=interactive&direction=inbound&status=received", 1).await;
        assert_eq!(pressed[0]["context"]["id"], offer.as_str());
        up.end().await;
    });
}

#[test]
fn people_do_by_themselves_what_their_persona_says_and_nothing_after_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let user = caller.ready.users[0].clone();
        caller.write("Hello").await;
        let echo = caller.wait_for("direction=outbound&status=delivered", 1).await;
        assert!(!echo[0]["statuses"].to_string().contains("read"), "nobody reads by default");
        caller.done(&format!("/users/{user}/read"), json!({})).await;
        caller.wait_for("direction=outbound&status=read", 1).await;

        caller.persona(json!({ "reads": true, "presses": true, "answers": ["Fine"] })).await;
        let offer = caller.send(&user, buttons()).await;
        caller.wait_for(&format!("wamid={offer}&status=read"), 1).await;
        caller.wait_for(&format!("from={user}&type=interactive&status=received"), 1).await;
        // The sample business answers words, and the person answers that, once.
        caller.write("And cake?").await;
        caller.wait_for(&format!("from={user}&contains=Fine&status=received"), 1).await;
        let (_, known) = caller.get(&caller.control(&format!("/users/{user}"))).await;
        assert_eq!(known["persona"]["answers"], json!([]));

        caller.done("/reset", json!({ "user": user })).await;
        let (_, known) = caller.get(&caller.control("/users")).await;
        assert_eq!(known["users"][0]["persona"]["reads"], false, "{known}");
        up.end().await;
    });
}

#[test]
fn calls_and_webhooks_go_wrong_as_often_as_was_said() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let webhooks = json!({ "status": 503, "times": 1 });
        let sends = json!({ "code": 131_056, "times": 1 });
        // The first webhook fails and comes again; the first answer of the sample business is
        // refused, and it answers again as well.
        caller.done("/faults", json!({ "webhooks": webhooks, "sends": sends })).await;
        caller.write("Bread").await;
        caller.wait_for("direction=outbound&contains=Bread&status=shown", 1).await;
        let (_, left) = caller.get(&caller.control("/faults")).await;
        assert_eq!(left, json!({ "webhooks": null, "sends": null }));

        let user = &caller.ready.users[0];
        let found = async |query: &str| {
            let path = format!("/webhooks?{query}&user={user}&wait_ms=20000");
            let (status, found) = caller.get(&caller.control(&path)).await;
            assert_eq!(status, 200, "{found}");
            found["webhooks"].as_array().unwrap().clone()
        };
        let failed = found("delivered=false").await;
        assert_eq!(failed[0]["status"], 503, "{failed:?}");
        let told =
            failed[0]["body"]["entry"][0]["changes"][0]["value"]["messages"][0]["text"].clone();
        assert_eq!(told["body"], "Bread");
        let again = found(&format!("delivered=true&after={}", failed[0]["number"])).await;
        assert_eq!(again[0]["body"], failed[0]["body"], "it came again as it was");
        let (_, none) = caller.get(&caller.control("/webhooks?user=12015550177")).await;
        assert_eq!(none, json!({ "webhooks": [] }));

        let delay = json!({ "sends": { "delay_ms": 60_000 } });
        assert_eq!(caller.post(&caller.control("/faults"), delay).await.0, 400);
        up.end().await;
    });
}

#[test]
fn files_travel_both_ways_and_what_arrived_is_told_by_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let (bread, zeros) = (b"bread".as_slice(), vec![0; 200_000]);
        let image = json!({ "data": "YnJlYWQ=", "mime_type": "image/png", "caption": "Fresh" });
        let (status, answer) = caller.says(json!({ "type": "image", "image": image })).await;
        assert_eq!(status, 200, "{answer}");
        let came = caller.wait_for("type=image&direction=inbound&status=received", 1).await;
        assert_eq!(
            (&came[0]["image"]["sha256"], &came[0]["image"]["file_size"]),
            (&BREAD.into(), &5.into())
        );
        assert!(came[0]["image"]["data"].is_null());
        for (mime_type, kind, file, digest) in
            [("image/png", "image", bread, BREAD), ("video/mp4", "video", &zeros, ZEROS)]
        {
            let id = caller.upload(mime_type, file).await;
            let message = json!({ "type": kind, kind: { "id": id } });
            let wamid = caller.send(&caller.ready.users[0], message).await;
            let got = caller.wait_for(&format!("wamid={wamid}&status=fetched"), 1).await;
            assert_eq!(got[0]["file"], json!({ "sha256": digest, "file_size": file.len() }));
        }
        let (status, answer) = caller.says(json!({ "type": "image", "image": {} })).await;
        assert_eq!(status, 400, "{answer}");
        up.end().await;
    });
}
