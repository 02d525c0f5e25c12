//! Every error of the catalogue, shown to a client by a fault that is switched on.

use cloud_api::errors::{CATALOGUE, known};
use host::up::Up;
use serde_json::{Value, json};

use crate::world::{Caller, options, run};

impl Caller {
    /// A message is sent while calls are answered with this code: the status and the error.
    async fn refused_with(&self, code: u32) -> (u16, Value) {
        let faults = json!({ "sends": { "code": code, "times": 1 } });
        let (status, answer) = self.post(&self.control("/faults"), faults).await;
        assert_eq!(status, 200, "{answer}");
        let url = format!("{}/{}/messages", self.ready.base_url, self.ready.phone_number_id);
        let text = json!({ "body": "Bread" });
        let message = json!({
            "messaging_product": "whatsapp", "to": self.ready.users[0], "type": "text",
            "text": text,
        });
        let (status, answer) = self.post(&url, message).await;
        (status, answer["error"].clone())
    }
}

#[test]
fn every_code_of_the_catalogue_is_answered_with_its_status_and_shape_when_it_is_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        for row in CATALOGUE {
            let (status, error) = caller.refused_with(row.code).await;
            assert_eq!((status, &error["code"]), (row.status, &json!(row.code)), "{error}");
            assert_eq!(error["message"], format!("(#{}) {}", row.code, row.title));
            assert_eq!(error["type"], "OAuthException");
            assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
            assert_eq!(error["error_data"]["details"], row.details);
            assert!(error["fbtrace_id"].as_str().is_some_and(|id| !id.is_empty()), "{error}");
        }
        up.end().await;
    });
}

#[test]
fn what_only_a_failing_platform_answers_is_answered_while_it_is_switched_on_and_not_after() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        for (code, status) in [(131_000, 500), (131_016, 500), (133_004, 503)] {
            assert_eq!(known(code).status, status);
            let (answered, error) = caller.refused_with(code).await;
            assert_eq!((answered, &error["code"]), (status, &json!(code)), "{error}");
            caller
                .send(&caller.ready.users[0], json!({ "type": "text", "text": { "body": "a" } }))
                .await;
        }
        up.end().await;
    });
}
