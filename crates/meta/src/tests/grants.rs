//! Stories about Business Manager.

use hop::{Unreachable, http::Response};
use serde_json::{Value, json};
use vocab::{DataClass, Micros, marker};

use super::{bakery, new_manager, node::Node, wake};
use crate::BusinessManager;

const NUMBER: &str = "/businesses/bakery/numbers/1001";
const GRANT: &str = "/businesses/bakery/grants/1001";

/// A bakery with a number for which the Cloud API may act, and has been told so.
fn granted() -> Node<BusinessManager> {
    let mut node = Node::start(new_manager());
    node.must("business:bakery", "PUT", "/businesses/bakery", &bakery());
    let display = json!({ "display_phone_number": "+1 (202) 555-0111" });
    node.must("business:bakery", "PUT", NUMBER, &display);
    node.must("business:bakery", "PUT", GRANT, &json!({}));
    node.answer(Ok(Response::empty(200)));
    node
}

#[test]
fn a_grant_is_listed_with_its_business_and_the_digits_of_its_number() {
    let grants = granted().must("cloud-api", "GET", "/grants", &Value::Null);
    let one = json!({
        "business": "bakery",
        "phone_number_id": "1001",
        "display_phone_number": "12025550111",
    });
    assert_eq!(grants, json!({ "grants": [one] }));
}

#[test]
fn a_revoked_grant_vanishes_and_the_cloud_api_is_told() {
    let mut node = granted();
    node.must("business:bakery", "DELETE", GRANT, &Value::Null);

    let told = node.answer(Ok(Response::empty(200)));
    assert_eq!((told.authority.as_str(), told.target.as_str()), ("cloud-api", "/grants_changed"));
    assert_eq!(told.token(), Some("business-manager-token"));
    let grants = node.must("cloud-api", "GET", "/grants", &Value::Null);
    assert_eq!(grants, json!({ "grants": [] }));
}

#[test]
fn every_node_of_the_cloud_api_is_told_and_one_that_is_away_is_told_when_it_is_back() {
    let both = || {
        let cloud_api = vec!["cloud-api".to_string(), "cloud-api 2".to_string()];
        let token = "business-manager-token".to_string();
        let principals = super::principals();
        let services = Vec::new();
        BusinessManager::new(crate::manager::Config { principals, cloud_api, token, services })
    };
    let mut node = granted();
    node.restart(both());
    node.must("business:bakery", "DELETE", GRANT, &Value::Null);
    let authorities = |node: &Node<BusinessManager>| -> Vec<String> {
        node.requests.iter().map(|(_, request)| request.authority.clone()).collect()
    };
    assert_eq!(authorities(&node), ["cloud-api", "cloud-api 2"]);
    node.answer(Ok(Response::empty(200)));
    // The other has not heard, so a restart tells both again.
    node.restart(both());
    assert_eq!(authorities(&node), ["cloud-api", "cloud-api 2"]);
    node.answer(Ok(Response::empty(200)));
    node.answer(Ok(Response::empty(200)));
    node.restart(both());
    assert!(node.requests.is_empty());
}

#[test]
fn a_grant_that_says_nothing_new_is_answered_and_nobody_is_told() {
    let mut node = granted();
    node.must("business:bakery", "PUT", GRANT, &json!({}));
    assert!(node.requests.is_empty());
}

#[test]
fn the_cloud_api_is_told_with_growing_patience_until_it_answers() {
    let mut node = granted();
    node.must("business:bakery", "DELETE", GRANT, &Value::Null);
    let mut waits = Vec::new();
    for outcome in [Err(Unreachable), Ok(Response::empty(500)), Err(Unreachable)] {
        node.answer(outcome);
        assert!(node.requests.is_empty(), "asked again without waiting");
        let before = node.now.mono;
        wake(&mut node);
        waits.push(Micros(node.now.mono.0 - before.0));
    }
    assert_eq!(waits, [Micros::seconds(2), Micros::seconds(4), Micros::seconds(8)]);
    node.answer(Ok(Response::empty(200)));
    assert_eq!((node.requests.len(), node.wake_at), (0, None));
}

#[test]
fn a_change_during_the_telling_is_told_too() {
    let mut node = granted();
    node.must("business:bakery", "DELETE", GRANT, &Value::Null);
    node.must("business:bakery", "PUT", GRANT, &json!({}));
    assert_eq!(node.requests.len(), 1);
    node.answer(Ok(Response::empty(200)));
    node.answer(Ok(Response::empty(200)));
    assert!(node.requests.is_empty());
}

#[test]
fn a_restart_tells_what_was_not_told_and_nothing_else() {
    let mut node = granted();
    node.restart(new_manager());
    assert!(node.requests.is_empty(), "the grant was told before the restart");

    node.must("business:bakery", "DELETE", GRANT, &Value::Null);
    node.restart(new_manager());
    assert_eq!(node.requests.len(), 1);
    node.answer(Ok(Response::empty(200)));
    node.restart(new_manager());
    assert!(node.requests.is_empty());
}

#[test]
fn a_call_is_answered_only_when_it_is_durable() {
    let mut node = granted();
    node.store_is_slow = true;
    let revoke = super::call("business:bakery", "DELETE", GRANT, &Value::Null);
    let answered = node.replies.len();
    node.request_later(revoke);
    assert_eq!((node.replies.len(), node.requests.len()), (answered, 0));

    node.restart(new_manager());
    let grants = node.must("cloud-api", "GET", "/grants", &Value::Null);
    assert_eq!(grants["grants"].as_array().unwrap().len(), 1, "it was never answered");
}

#[test]
fn a_record_keeps_its_reference_and_its_numbers_when_it_is_written_again() {
    let mut node = granted();
    let before = node.must("whatsapp", "GET", "/businesses/bakery", &Value::Null);
    let reference = before["reference"].as_str().unwrap();
    assert!(reference.starts_with(marker::tag(DataClass::BusinessInformation).unwrap()));

    let mut moved = bakery();
    moved["address"] = json!("2 Corner Street");
    node.must("business:bakery", "PUT", "/businesses/bakery", &moved);
    let after = node.must("whatsapp", "GET", "/businesses/bakery", &Value::Null);
    assert_eq!(after["address"], "2 Corner Street");
    assert_eq!(
        (&after["reference"], &after["numbers"]),
        (&before["reference"], &before["numbers"])
    );
}

#[test]
fn a_business_reads_its_own_record_alone() {
    let mut node = granted();
    node.must("business:florist", "PUT", "/businesses/florist", &bakery());
    let ids = |list: &Value| -> Vec<String> {
        let list = list["businesses"].as_array().unwrap();
        list.iter().map(|one| one["id"].as_str().unwrap().to_string()).collect()
    };
    let own = node.must("business:florist", "GET", "/businesses", &Value::Null);
    assert_eq!(ids(&own), ["florist"]);
    let all = node.must("rest-of-meta", "GET", "/businesses", &Value::Null);
    assert_eq!(ids(&all), ["bakery", "florist"]);
}

#[test]
fn a_number_of_one_business_is_never_another_ones() {
    let mut node = granted();
    node.must("business:florist", "PUT", "/businesses/florist", &bakery());
    let same_id = json!({ "display_phone_number": "12025550122" });
    let same_number = json!({ "display_phone_number": "12025550111" });
    let florist = "business:florist";
    assert_eq!(node.status(florist, "PUT", "/businesses/florist/numbers/1001", &same_id), 409);
    assert_eq!(node.status(florist, "PUT", "/businesses/florist/numbers/1002", &same_number), 409);
    assert_eq!(node.status(florist, "PUT", "/businesses/florist/grants/1001", &json!({})), 404);
    assert_eq!(node.status(florist, "DELETE", GRANT, &Value::Null), 403);
}

#[test]
fn a_number_that_changed_is_a_changed_grant_and_frees_the_old_one() {
    let mut node = granted();
    node.must("business:bakery", "PUT", NUMBER, &json!({ "display_phone_number": "12025550133" }));
    node.answer(Ok(Response::empty(200)));
    let grants = node.must("cloud-api", "GET", "/grants", &Value::Null);
    assert_eq!(grants["grants"][0]["display_phone_number"], "12025550133");

    node.must("business:florist", "PUT", "/businesses/florist", &bakery());
    let freed = json!({ "display_phone_number": "12025550111" });
    node.must("business:florist", "PUT", "/businesses/florist/numbers/1002", &freed);
}

#[test]
fn a_record_without_terms_or_with_another_field_is_refused() {
    let mut node = granted();
    let mut without = bakery();
    without["terms_id"] = json!("");
    let mut more = bakery();
    more["customers"] = json!(["+393331234567"]);
    for record in [without, more, json!({}), json!("text")] {
        assert_eq!(node.status("business:bakery", "PUT", "/businesses/bakery", &record), 400);
    }
    assert_eq!(node.must("whatsapp", "GET", "/businesses/bakery", &Value::Null)["type"], "food");
}

#[test]
fn the_cloud_api_learns_whose_a_token_is_from_its_hash_alone() {
    let mut node = granted();
    // SHA-256 of "business:bakery-token".
    let hash: String = super::principals()[0].0.iter().map(|byte| format!("{byte:02x}")).collect();
    let whose = node.must("cloud-api", "GET", &format!("/principals/{hash}"), &Value::Null);
    assert_eq!(whose, json!({ "principal": "business:bakery" }));
    let nobody = format!("/principals/{}", "0".repeat(64));
    assert_eq!(node.status("cloud-api", "GET", &nobody, &Value::Null), 404);
    assert_eq!(node.status("cloud-api", "GET", "/principals/xyz", &Value::Null), 400);
}
