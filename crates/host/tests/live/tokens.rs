//! Tokens of system users, live: issued by the business at Business Manager, held to their scopes
//! by the Cloud API, and worth nothing without their system user.

use host::up::Up;
use serde_json::{Value, json};

use crate::world::{Caller, options, run};

/// Calls that may still be answered before word of a change has come.
const MOST_CALLS: usize = 10_000;

#[test]
fn a_token_for_messages_sends_changes_nothing_else_and_ends_with_its_system_user() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let mut till = Caller::of(&up);
        let (ready, phone) = (caller.ready.clone(), caller.ready.users[0].clone());
        let user = format!(
            "{}/businesses/{}/system_users/till",
            ready.business_manager_url, ready.waba_id
        );
        let wamid = caller.write("hello").await;
        caller.wait_for(&format!("wamid={wamid}&status=read"), 1).await;

        let employee = json!({ "role": "employee", "numbers": [ready.phone_number_id] });
        let (status, answer) = caller.call("PUT", &user, employee).await;
        assert_eq!(status, 200, "{answer}");
        let wanted = json!({ "scopes": ["whatsapp_business_messaging"], "expires_in": 3_600 });
        let (status, issued) = caller.post(&format!("{user}/tokens"), wanted).await;
        assert_eq!(status, 200, "{issued}");
        till.ready.token = issued["access_token"].as_str().unwrap().to_owned();

        till.send(&phone, json!({ "type": "text", "text": { "body": "from the till" } })).await;
        caller.wait_for("contains=till&status=shown", 1).await;
        let number = format!("{}/{}", ready.base_url, ready.phone_number_id);
        let (status, refused) = till.get(&format!("{number}/settings")).await;
        assert_eq!((status, &refused["error"]["code"]), (403, &200.into()));
        let account = format!("{}/{}/message_templates", ready.base_url, ready.waba_id);
        assert_eq!(till.get(&account).await.0, 403);
        assert_eq!(till.call("DELETE", &user, Value::Null).await.0, 401, "no token of a business");

        assert_eq!(caller.call("DELETE", &user, Value::Null).await.0, 200);
        let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "x" });
        let messages = format!("{number}/messages");
        let mut calls = 0;
        while till.post(&messages, read.clone()).await.0 != 401 {
            calls += 1;
            assert!(calls < MOST_CALLS, "the token goes on after {calls} calls");
        }
        up.end().await;
    });
}
