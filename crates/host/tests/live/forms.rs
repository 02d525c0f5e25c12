//! Numbers that are written in two ways, as SDKs write them: whom they reach.

use host::up::{Options, Up};
use serde_json::{Value, json};
use vocab::PhoneNumber;

use crate::world::{Caller, options, run};

/// Accounts: in Brazil with and without the ninth digit, in Mexico with and without the 1.
const ACCOUNTS: [&str; 4] = ["5511987654321", "559181234567", "5215512345678", "523312345678"];
/// What the business has in its address book for each.
const WRITTEN: [&str; 4] =
    ["+55 (11) 8765-4321", "+55 91 98123-4567", "+52 55 1234 5678", "5213312345678"];

fn text() -> Value {
    json!({ "type": "text", "text": { "body": "Fresh bread" } })
}

fn template() -> Value {
    let template = json!({ "name": "hello_world", "language": { "code": "en_US" } });
    json!({ "type": "template", "template": template })
}

impl Caller {
    /// The business sends a message: the contact in the answer, and the wamid.
    async fn reaches(&self, to: &str, mut message: Value) -> (Value, String) {
        let url = format!("{}/{}/messages", self.ready.base_url, self.ready.phone_number_id);
        message["messaging_product"] = json!("whatsapp");
        message["to"] = json!(to);
        let (status, answer) = self.post(&url, message).await;
        assert_eq!(status, 200, "{answer}");
        let wamid = answer["messages"][0]["id"].as_str().unwrap().to_owned();
        (answer["contacts"][0].clone(), wamid)
    }

    async fn hears_from(&self, user: &str) {
        let number = &self.ready.phone_number_id;
        let body = json!({ "from": user, "phone_number_id": number, "message": text() });
        let (status, answer) = self.post(&self.control("/inbound"), body).await;
        assert_eq!(status, 200, "{answer}");
        self.wait_for(&format!("from={user}&status=received"), 1).await;
    }

    /// What the business was told of a message, once there are so many statuses.
    async fn told(&self, wamid: &str, count: usize) -> Vec<Value> {
        let path = format!("/webhooks?wamid={wamid}&count={count}&wait_ms=20000");
        let (_, found) = self.get(&self.control(&path)).await;
        let status = |webhook: &Value| {
            webhook["body"]["entry"][0]["changes"][0]["value"]["statuses"][0].clone()
        };
        found["webhooks"].as_array().unwrap().iter().map(status).collect()
    }
}

async fn start(folder: &std::path::Path) -> Up {
    let persons = ACCOUNTS.map(|number| PhoneNumber::parse(number).unwrap()).to_vec();
    Up::start(Options { persons, ..options(folder) }).await.unwrap()
}

#[test]
fn both_forms_of_a_number_reach_the_account_that_the_person_has() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = start(folder.path()).await;
        let caller = Caller::of(&up);
        for (account, written) in ACCOUNTS.into_iter().zip(WRITTEN) {
            caller.hears_from(account).await;
            for to in [written, account] {
                let (contact, wamid) = caller.reaches(to, text()).await;
                assert_eq!(contact, json!({ "input": to, "wa_id": account }));
                caller.wait_for(&format!("wamid={wamid}&to={account}&status=shown"), 1).await;
            }
        }
        up.end().await;
    });
}

#[test]
fn what_goes_to_somebody_new_under_the_other_form_arrives_and_statuses_say_whose_it_is() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = start(folder.path()).await;
        let caller = Caller::of(&up);
        for (account, written) in ACCOUNTS.into_iter().zip(WRITTEN) {
            let (contact, wamid) = caller.reaches(written, template()).await;
            let digits = PhoneNumber::parse(written).unwrap();
            assert_eq!(contact, json!({ "input": written, "wa_id": digits.digits() }));
            let told = caller.told(&wamid, 2).await;
            assert_eq!(told.len(), 2, "{told:?}");
            for status in told {
                assert_eq!(status["recipient_id"], account, "{status}");
                assert!(status["errors"].is_null(), "{status}");
            }
            let (contact, _) = caller.reaches(written, template()).await;
            assert_eq!(contact["wa_id"], account, "the account is known from then on");
        }
        up.end().await;
    });
}

#[test]
fn a_number_that_has_no_account_in_either_form_fails_once() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = start(folder.path()).await;
        let caller = Caller::of(&up);
        let (_, wamid) = caller.reaches("5511912345678", template()).await;
        let told = caller.told(&wamid, 1).await;
        assert_eq!(told[0]["errors"][0]["code"], 131_026, "{told:?}");
        assert_eq!(told.len(), 1);
        up.end().await;
    });
}

#[test]
fn a_block_of_one_form_is_a_block_of_the_person() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = start(folder.path()).await;
        let caller = Caller::of(&up);
        caller.hears_from(ACCOUNTS[0]).await;
        let number = &caller.ready.phone_number_id;
        let url = format!("{}/{number}/block_users", caller.ready.base_url);
        let users = json!([{ "user": WRITTEN[0] }]);
        let body = json!({ "messaging_product": "whatsapp", "block_users": users });
        let (status, answer) = caller.post(&url, body).await;
        assert_eq!(status, 200, "{answer}");
        let added = json!([{ "input": WRITTEN[0], "wa_id": ACCOUNTS[0] }]);
        assert_eq!(answer["block_users"]["added_users"], added);
        up.end().await;
    });
}
