//! Stories about optional services: off by default, added and removed by the business alone.

use hop::http::Response;
use serde_json::{Value, json};
use store::Engine as _;
use vocab::DataClass;

use super::{bakery, new_auto_reply, new_manager, node::Node};
use crate::{AutoReply, BusinessManager, Event};

const BAKERY: &str = "business:bakery";
const SERVICE: &str = "/businesses/bakery/services/auto_reply";
const REPLIES: &str = "/businesses/bakery/replies";

/// A bakery with a granted number, of which the Cloud API knows.
fn granted() -> Node<BusinessManager> {
    let mut node = Node::start(new_manager());
    node.must(BAKERY, "PUT", "/businesses/bakery", &bakery());
    let display = json!({ "display_phone_number": "12025550111" });
    node.must(BAKERY, "PUT", "/businesses/bakery/numbers/1001", &display);
    node.must(BAKERY, "PUT", "/businesses/bakery/grants/1001", &json!({}));
    node.answer(Ok(Response::empty(200)));
    node.events.clear();
    node
}

fn terms(id: &str) -> Value {
    json!({ "terms_id": id })
}

fn services(node: &mut Node<BusinessManager>) -> Value {
    node.must("cloud-api", "GET", "/grants", &Value::Null)["grants"][0]["services"].clone()
}

#[test]
fn no_service_is_on_until_a_business_adds_one_and_none_is_when_it_is_removed() {
    let mut node = granted();
    assert_eq!(services(&mut node), Value::Null);

    node.must(BAKERY, "PUT", SERVICE, &terms("auto-reply-1"));
    let told = node.answer(Ok(Response::empty(200)));
    assert_eq!(told.target, "/grants_changed");
    let on = json!([{ "service": "auto_reply", "terms_id": "auto-reply-1" }]);
    assert_eq!(services(&mut node), on);
    let record = node.must("whatsapp", "GET", "/businesses/bakery", &Value::Null);
    assert_eq!(record["services"], on);

    node.must(BAKERY, "DELETE", SERVICE, &Value::Null);
    assert_eq!(node.answer(Ok(Response::empty(200))).target, "/grants_changed");
    assert_eq!(services(&mut node), Value::Null);
    let (business, service) = ("bakery".to_owned(), "auto_reply".to_owned());
    let told: Vec<&Event> =
        node.events.iter().filter(|one| !matches!(one, Event::Accessed { .. })).collect();
    let terms_id = "auto-reply-1".to_owned();
    let on = Event::ServiceEnabled { business, service, terms_id };
    let (business, service) = ("bakery".to_owned(), "auto_reply".to_owned());
    assert_eq!(told, [&on, &Event::ServiceRemoved { business, service }]);
}

#[test]
fn what_changes_nothing_is_told_to_nobody() {
    let mut node = granted();
    node.must(BAKERY, "DELETE", SERVICE, &Value::Null);
    node.must(BAKERY, "PUT", SERVICE, &terms("auto-reply-1"));
    node.answer(Ok(Response::empty(200)));
    node.must(BAKERY, "PUT", SERVICE, &terms("auto-reply-1"));
    assert_eq!((node.requests.len(), node.events.len()), (0, 1));
    node.must(BAKERY, "PUT", SERVICE, &terms("auto-reply-2"));
    assert_eq!(services(&mut node)[0]["terms_id"], "auto-reply-2");
}

#[test]
fn a_service_survives_a_restart_and_a_record_that_is_written_again() {
    let mut node = granted();
    node.must(BAKERY, "PUT", SERVICE, &terms("auto-reply-1"));
    node.must(BAKERY, "PUT", "/businesses/bakery", &bakery());
    node.restart(new_manager());
    assert_eq!(services(&mut node)[0]["service"], "auto_reply");
}

#[test]
fn the_terms_of_a_service_are_never_those_of_the_business_record() {
    let mut node = granted();
    assert_eq!(node.status(BAKERY, "PUT", SERVICE, &terms("cloud-api-2025-10")), 409);
    assert_eq!(node.status(BAKERY, "PUT", SERVICE, &terms("")), 400);
    node.must(BAKERY, "PUT", SERVICE, &terms("auto-reply-1"));
    let mut same = bakery();
    same["terms_id"] = json!("auto-reply-1");
    assert_eq!(node.status(BAKERY, "PUT", "/businesses/bakery", &same), 409);
}

#[test]
fn nobody_but_the_business_adds_or_removes_a_service_and_none_that_there_is_not() {
    let mut node = granted();
    for who in ["business:florist", "business-manager", "rest-of-meta", "cloud-api"] {
        assert_eq!(node.status(who, "PUT", SERVICE, &terms("auto-reply-1")), 403, "{who}");
        assert_eq!(node.status(who, "DELETE", SERVICE, &Value::Null), 403, "{who}");
    }
    let other = "/businesses/bakery/services/oracle";
    assert_eq!(node.status(BAKERY, "PUT", other, &terms("auto-reply-1")), 404);
    assert_eq!(services(&mut node), Value::Null);
}

/// A service that answers for the bakery.
fn answering() -> Node<AutoReply> {
    let mut node = Node::start(new_auto_reply());
    let rules = json!([{ "contains": "OPEN", "reply": "From seven to one." }]);
    let wanted = json!({ "rules": rules, "otherwise": "We answer in the morning." });
    node.must(BAKERY, "PUT", REPLIES, &wanted);
    assert_eq!(node.must(BAKERY, "GET", REPLIES, &Value::Null), wanted);
    node.events.clear();
    node
}

fn handed(business: &str, id: &str, text: &str) -> Value {
    let message = json!({ "id": id, "text": text });
    json!({ "business": business, "terms_id": "auto-reply-1", "message": message })
}

#[test]
fn a_message_is_answered_by_the_first_rule_that_fits_or_by_the_text_for_all_others() {
    let mut node = answering();
    let mut reply = |business: &str, id: &str, text: &str| {
        node.must("cloud-api", "POST", "/messages", &handed(business, id, text))["reply"].clone()
    };
    assert_eq!(reply("bakery", "a", "When are you open?"), "From seven to one.");
    assert_eq!(reply("bakery", "b", "Do you have bread?"), "We answer in the morning.");
    assert_eq!(reply("florist", "c", "When are you open?"), Value::Null);
}

#[test]
fn each_message_is_processed_once_under_the_terms_of_the_service_and_nothing_of_it_is_kept() {
    let mut node = answering();
    for _ in 0..2 {
        let message = handed("bakery", "a", "A secret question, never written down");
        node.must("cloud-api", "POST", "/messages", &message);
    }
    let processed = Event::Processed {
        service: "auto_reply",
        business: "bakery".to_owned(),
        message: "a".to_owned(),
        terms_id: "auto-reply-1".to_owned(),
    };
    assert_eq!(node.events, [processed]);
    let mut classes = Vec::new();
    node.store.visit(&mut |row| {
        classes.push(row.class);
        assert!(!String::from_utf8_lossy(row.value).contains("secret"));
    });
    classes.sort();
    assert_eq!(classes, [DataClass::BusinessInformation, DataClass::Audit]);
}

#[test]
fn only_the_cloud_api_hands_messages_over_and_only_a_business_says_what_is_answered() {
    let mut node = answering();
    let message = handed("bakery", "a", "Hello");
    for who in [BAKERY, "business-manager", "rest-of-meta", "whatsapp", "ads"] {
        assert_eq!(node.status(who, "POST", "/messages", &message), 403, "{who}");
    }
    for who in ["business:florist", "cloud-api", "rest-of-meta"] {
        assert_eq!(node.status(who, "PUT", REPLIES, &json!({ "rules": [] })), 403, "{who}");
        assert_eq!(node.status(who, "GET", REPLIES, &Value::Null), 403, "{who}");
    }
}

#[test]
fn what_cannot_be_sent_as_a_text_is_no_reply() {
    let mut node = answering();
    let too_long = "a".repeat(4_097);
    for wanted in [
        json!({ "otherwise": "" }),
        json!({ "otherwise": too_long }),
        json!({ "rules": [{ "contains": "", "reply": "Hello" }] }),
        json!({ "rules": vec![json!({ "contains": "a", "reply": "b" }); 65] }),
        json!({ "customers": [] }),
    ] {
        assert_eq!(node.status(BAKERY, "PUT", REPLIES, &wanted), 400, "{wanted}");
    }
}
