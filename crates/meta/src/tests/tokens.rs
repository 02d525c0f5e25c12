//! Stories about tokens that a business has issued.

use hop::http::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::Engine as _;
use vocab::{
    DataClass, Instant, Micros,
    limits::{MAX_SYSTEM_USERS, MAX_TOKENS_HELD},
};

use super::{bakery, new_manager, node::Node};
use crate::{BusinessManager, manager::SCOPES};

const BAKERY: &str = "business:bakery";
const TILL: &str = "/businesses/bakery/system_users/till";
const TOKENS: &str = "/businesses/bakery/system_users/till/tokens";

/// A bakery with a till that acts for all of it.
fn known() -> Node<BusinessManager> {
    let mut node = Node::start(new_manager());
    node.must(BAKERY, "PUT", "/businesses/bakery", &bakery());
    let number = json!({ "display_phone_number": "493012345678" });
    node.must(BAKERY, "PUT", "/businesses/bakery/numbers/100", &number);
    node.must(BAKERY, "PUT", TILL, &json!({ "role": "admin" }));
    node
}

fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bakery has a token issued to the till.
fn issue(node: &mut Node<BusinessManager>, wanted: &Value) -> String {
    let answer = node.must(BAKERY, "POST", TOKENS, wanted);
    answer["access_token"].as_str().unwrap().to_owned()
}

/// What the Cloud API is told of a token, and with which status.
fn whose(node: &mut Node<BusinessManager>, token: &str) -> (u16, Value) {
    let target = format!("/principals/{}", hash(token));
    let answer = node.ask("cloud-api", "GET", &target, &Value::Null);
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// How often the Cloud API was told that something changed; it answers.
fn told(node: &mut Node<BusinessManager>) -> usize {
    let mut told = 0;
    while !node.requests.is_empty() {
        assert_eq!(node.answer(Ok(Response::empty(200))).target, "/grants_changed");
        told += 1;
    }
    told
}

#[test]
fn a_token_is_good_for_everything_and_for_ever_unless_its_business_says_less() {
    let mut node = known();
    let all = issue(&mut node, &json!({}));
    let expected = json!({
        "principal": BAKERY, "system_user": "till", "numbers": null,
        "scopes": SCOPES, "expires_at": null,
    });
    assert_eq!(whose(&mut node, &all), (200, expected));

    let less = json!({ "scopes": ["whatsapp_business_messaging"], "expires_in": 3_600 });
    let less = issue(&mut node, &less);
    let (_, told) = whose(&mut node, &less);
    assert_eq!(told["scopes"], json!(["whatsapp_business_messaging"]));
    assert_eq!(told["expires_at"], node.now.wall.seconds() + 3_600);
    assert_ne!(all, less);
}

#[test]
fn an_employee_has_the_numbers_that_are_named_and_the_cloud_api_hears_of_a_change() {
    let mut node = known();
    let token = issue(&mut node, &json!({}));
    told(&mut node);
    node.must(BAKERY, "PUT", TILL, &json!({ "role": "employee", "numbers": ["100"] }));
    assert_eq!(told(&mut node), 1);
    assert_eq!(whose(&mut node, &token).1["numbers"], json!(["100"]));
    node.must(BAKERY, "PUT", TILL, &json!({ "role": "employee", "numbers": ["100"] }));
    assert_eq!(told(&mut node), 0, "nothing changed");
    let listed = node.must(BAKERY, "GET", "/businesses/bakery/system_users", &Value::Null);
    let till = json!({ "name": "till", "role": "employee", "numbers": ["100"] });
    assert_eq!(listed, json!({ "system_users": [till] }));
    for (wanted, status) in [
        (json!({ "role": "admin", "numbers": ["100"] }), 400),
        (json!({ "role": "owner" }), 400),
        (json!({ "role": "employee", "numbers": ["one"] }), 400),
        (json!({ "role": "employee", "numbers": ["999"] }), 404),
        (json!({ "role": "employee", "tokens": [] }), 400),
    ] {
        assert_eq!(node.status(BAKERY, "PUT", TILL, &wanted), status, "{wanted}");
    }
}

#[test]
fn the_tokens_of_a_system_user_end_with_it() {
    let mut node = known();
    let tokens = [json!({}), json!({ "expires_in": 60 })].map(|wanted| issue(&mut node, &wanted));
    told(&mut node);
    node.must(BAKERY, "DELETE", TILL, &Value::Null);
    assert_eq!(told(&mut node), 1);
    for token in &tokens {
        assert_eq!(whose(&mut node, token).0, 404);
    }
    node.store.visit(&mut |row| assert_ne!(row.class, DataClass::Credential));
    assert_eq!(node.status(BAKERY, "POST", TOKENS, &json!({})), 404);
    node.must(BAKERY, "PUT", TILL, &json!({ "role": "admin" }));
    assert_eq!(whose(&mut node, &tokens[0]).0, 404, "nor do they come back with the name");
}

#[test]
fn a_token_that_was_there_from_the_start_is_told_as_before() {
    let mut node = known();
    assert_eq!(whose(&mut node, "business:bakery-token").1, json!({ "principal": BAKERY }));
}

#[test]
fn a_token_ends_when_it_was_to_end_and_its_rows_are_gone() {
    let mut node = known();
    let token = issue(&mut node, &json!({ "expires_in": 60 }));
    node.advance_to(Instant(0).after(Micros::seconds(59)));
    assert_eq!(whose(&mut node, &token).0, 200);
    node.advance_to(Instant(0).after(Micros::seconds(60)));
    assert_eq!(whose(&mut node, &token).0, 404);
    node.store.sweep(node.now.wall);
    node.store.visit(&mut |row| assert_ne!(row.class, DataClass::Credential));
}

#[test]
fn a_token_is_taken_back_by_its_own_business_alone() {
    let mut node = known();
    let token = issue(&mut node, &json!({}));
    node.must("business:florist", "PUT", "/businesses/florist", &bakery());
    let of = |business: &str| format!("/businesses/{business}/tokens/{}", hash(&token));
    told(&mut node);
    node.must("business:florist", "DELETE", &of("florist"), &Value::Null);
    assert_eq!(node.status("business:florist", "DELETE", &of("bakery"), &Value::Null), 403);
    assert_eq!((whose(&mut node, &token).0, told(&mut node)), (200, 0));
    node.must(BAKERY, "DELETE", &of("bakery"), &Value::Null);
    assert_eq!((whose(&mut node, &token).0, told(&mut node)), (404, 1));
}

#[test]
fn a_token_lies_nowhere_and_survives_a_restart_by_its_hash() {
    let mut node = known();
    let token = issue(&mut node, &json!({}));
    node.restart(new_manager());
    assert_eq!(whose(&mut node, &token).0, 200);
    node.store.visit(&mut |row| {
        let found = row.value.windows(token.len()).any(|part| part == token.as_bytes());
        assert!(!found, "{:?}", row.key);
    });
}

#[test]
fn nobody_has_a_token_issued_for_another_or_for_what_there_is_not() {
    let mut node = known();
    for who in ["business:florist", "business-manager", "cloud-api", "rest-of-meta"] {
        assert_eq!(node.status(who, "POST", TOKENS, &json!({})), 403, "{who}");
    }
    let nobody = "/businesses/bakery/system_users/nobody/tokens";
    assert_eq!(node.status(BAKERY, "POST", nobody, &json!({})), 404);
    for wanted in [
        json!({ "scopes": [] }),
        json!({ "scopes": ["ads_management"] }),
        json!({ "expires_in": 0 }),
        json!({ "expires_in": 60 * 86_400 + 1 }),
        json!({ "for": "ever" }),
    ] {
        assert_eq!(node.status(BAKERY, "POST", TOKENS, &wanted), 400, "{wanted}");
    }
}

#[test]
fn a_business_has_so_many_system_users_and_one_of_them_so_many_tokens() {
    let mut node = known();
    for _ in 0..MAX_TOKENS_HELD {
        issue(&mut node, &json!({ "expires_in": 60 }));
    }
    assert_eq!(node.status(BAKERY, "POST", TOKENS, &json!({})), 409);
    node.advance_to(Instant(0).after(Micros::seconds(60)));
    issue(&mut node, &json!({}));

    let user = |number: usize| format!("/businesses/bakery/system_users/till-{number}");
    for number in 1..MAX_SYSTEM_USERS {
        node.must(BAKERY, "PUT", &user(number), &json!({ "role": "admin" }));
    }
    let more = json!({ "role": "admin" });
    assert_eq!(node.status(BAKERY, "PUT", &user(MAX_SYSTEM_USERS), &more), 409);
    assert_eq!(node.status(BAKERY, "PUT", &user(1), &more), 200, "one that is there");
}
