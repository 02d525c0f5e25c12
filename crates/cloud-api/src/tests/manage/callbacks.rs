//! Where webhooks go: a number's own address before its account's before its app's.

use hop::http::Request;
use serde_json::{Value, json};

use super::{World, body};
use crate::management::{App, Servers};

const OTHER: &str = "https://other/hook";

impl World {
    fn with_app() -> Self {
        let mut world = Self::new();
        world.configure(0, |config| {
            let (id, secret, business) = ("700".into(), "app secret".into(), "bakery".into());
            config.management.apps.push(App { id, secret, business });
        });
        world
    }

    /// Webhooks that `authority` got for what happens next.
    fn goes_to(&mut self) -> [usize; 2] {
        let count = |world: &Self| ["shop", "other"].map(|to| world.bodies(to).len());
        let before = count(self);
        self.sends(1, "hello");
        let after = count(self);
        [after[0] - before[0], after[1] - before[1]]
    }
}

#[test]
fn a_numbers_own_address_wins_over_its_accounts_and_that_over_its_apps() {
    let mut world = World::with_app();
    assert_eq!(world.goes_to(), [1, 0]);
    world.does(
        "POST",
        "/700/subscriptions",
        json!({
            "object": "whatsapp_business_account", "callback_url": OTHER, "verify_token": "right",
            "fields": "messages",
        }),
    );
    assert_eq!(world.goes_to(), [0, 1]);
    let subscription = world.get("/700/subscriptions")["data"][0].clone();
    assert_eq!(
        (&subscription["callback_url"], &subscription["fields"][0]["name"]),
        (&OTHER.into(), &"messages".into())
    );

    let shop = json!({ "override_callback_uri": OTHER, "verify_token": "right" });
    world.does("POST", "/bakery/subscribed_apps", shop.clone());
    world.does("DELETE", "/700/subscriptions", Value::Null);
    assert_eq!(world.goes_to(), [0, 1]);
    let apps = world.get("/bakery/subscribed_apps");
    assert_eq!(apps["data"][0]["override_callback_uri"], OTHER);
    world.does("POST", "/100/", json!({ "webhook_configuration": shop }));
    world.does("POST", "/bakery/subscribed_apps", Value::Null);
    assert_eq!(world.goes_to(), [0, 1]);
    world.restart(0);
    assert_eq!(world.goes_to(), [0, 1]);
    let levels = world.get("/100")["webhook_configuration"].clone();
    assert_eq!(levels, json!({ "phone_number": OTHER, "application": "https://shop/webhook" }));
    let none = json!({ "webhook_configuration": { "override_callback_uri": "" } });
    world.does("POST", "/100", none);
    assert_eq!(world.goes_to(), [1, 0]);
}

#[test]
fn a_server_that_does_not_answer_the_challenge_gets_no_webhooks() {
    let mut world = World::with_app();
    let wrong = json!({ "override_callback_uri": OTHER, "verify_token": "wrong" });
    assert_eq!(world.plainly("POST", "/bakery/subscribed_apps", wrong), (2_200, 400));
    assert_eq!(world.goes_to(), [1, 0]);
    let no_token = json!({ "override_callback_uri": OTHER });
    world.refused(("POST", "/bakery/subscribed_apps"), no_token, (131_008, 400));
    let no_url = json!({ "override_callback_uri": "shop", "verify_token": "right" });
    world.refused(("POST", "/bakery/subscribed_apps"), no_url, (100, 400));
}

#[test]
fn an_address_that_configuration_forbids_is_not_even_asked() {
    let mut world = World::with_app();
    world.configure(0, |config| {
        config.management.callbacks = Servers::Only(vec!["shop".to_owned()]);
    });
    let asked = world.served.len();
    let call = json!({ "override_callback_uri": OTHER, "verify_token": "right" });
    world.refused(("POST", "/bakery/subscribed_apps"), call, (100, 400));
    assert!(!world.served[asked..].iter().any(|(_, _, request)| request.authority == "other"));
}

#[test]
fn an_account_without_a_subscription_has_no_webhooks_sent() {
    let mut world = World::with_app();
    world.does("DELETE", "/bakery/subscribed_apps", Value::Null);
    assert_eq!(world.goes_to(), [0, 0]);
    assert_eq!(world.get("/bakery/subscribed_apps"), json!({ "data": [] }));
    assert!(world.table("hook").is_empty());
    world.does("POST", "/bakery/subscribed_apps", Value::Null);
    assert_eq!(world.goes_to(), [1, 0]);
}

#[test]
fn an_apps_own_token_is_got_for_its_secret_and_acts_for_its_business() {
    let mut world = World::with_app();
    let token = |secret: &str, grant: &str| {
        let secret = secret.replace(' ', "%20");
        let query = format!("client_id=700&client_secret={secret}&grant_type={grant}");
        Request::new("cloud", "GET", &format!("/v24.0/oauth/access_token?{query}"))
    };
    let answer = world.call(0, token("app secret", "client_credentials"));
    let got = body(&answer)["access_token"].as_str().unwrap().to_owned();
    let number = world.call(0, Request::new("cloud", "GET", "/100").bearer(&got));
    assert_eq!(number.status, 200);
    for (secret, grant, code) in [("wrong", "client_credentials", 1), ("app secret", "magic", 100)]
    {
        let answer = world.call(0, token(secret, grant));
        assert_eq!((body(&answer)["error"]["code"].clone(), answer.status), (code.into(), 400));
    }
    let number = world.call(0, Request::new("cloud", "GET", "/100").bearer("700|wrong"));
    assert_eq!(number.status, 401);
}
