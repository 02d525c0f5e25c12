//! Stories about who is let in, and to what.

use alloc::{string::ToString, vec};

use vocab::DataClass;

use super::{Denied, Refusal, UNKNOWN, admit, decoded, find, principal_of, same_secret};
use crate::http::{Request, Route};

const ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/things", class: DataClass::Billing, doc: "All things." },
    Route { method: "GET", pattern: "/things/{id}", class: DataClass::Billing, doc: "One." },
    Route { method: "PUT", pattern: "/things/{id}", class: DataClass::Billing, doc: "Keep one." },
];

#[test]
fn a_call_with_a_known_token_finds_its_route_and_its_parameters() {
    let request = Request::new("things", "PUT", "/things/7?why=not");
    let call = admit(ROUTES, &request, Some("somebody")).unwrap();
    assert_eq!((call.principal, call.route.method), ("somebody", "PUT"));
    assert_eq!(call.parameters, ["7"]);
}

#[test]
fn a_slash_at_the_end_of_a_path_changes_nothing() {
    assert_eq!(find(ROUTES, "GET", "/things/").unwrap().0.pattern, "/things");
    assert_eq!(find(ROUTES, "GET", "/things//"), Err(Refusal::NoSuchRoute));
    assert_eq!(find(ROUTES, "GET", "/"), Err(Refusal::NoSuchRoute));
}

#[test]
fn a_caller_without_a_token_learns_nothing_about_the_routes() {
    for target in ["/things", "/nothing"] {
        let request = Request::new("things", "GET", target);
        let denied = admit(ROUTES, &request, None).unwrap_err();
        assert_eq!((denied.principal, denied.refusal.status()), (UNKNOWN, 401));
    }
}

#[test]
fn an_unknown_path_is_404_and_another_method_is_405_with_those_allowed() {
    let request = Request::new("things", "GET", "/nothing");
    let denied = admit(ROUTES, &request, Some("somebody")).unwrap_err();
    let unknown = Denied { principal: "somebody", pattern: UNKNOWN, refusal: Refusal::NoSuchRoute };
    assert_eq!(denied, unknown);

    let request = Request::new("things", "DELETE", "/things/7");
    let response = admit(ROUTES, &request, Some("somebody")).unwrap_err().refusal.response();
    assert_eq!(response.status, 405);
    assert!(response.headers.contains(&("allow".to_string(), "GET, PUT".to_string())));
}

#[test]
fn a_body_over_the_limit_is_413() {
    let mut request = Request::new("things", "PUT", "/things/7");
    request.body = vec![0; vocab::limits::MAX_HTTP_BODY + 1];
    assert_eq!(admit(ROUTES, &request, Some("x")).unwrap_err().refusal, Refusal::TooLarge);
    request.body.pop();
    assert!(admit(ROUTES, &request, Some("x")).is_ok());
}

#[test]
fn a_principal_is_found_by_the_whole_hash_of_its_token() {
    let principals = [([1; 32], "one".to_string()), ([2; 32], "two".to_string())];
    assert_eq!(principal_of(&principals, &[2; 32]), Some("two"));
    let mut almost = [2; 32];
    almost[31] = 3;
    assert_eq!(principal_of(&principals, &almost), None);
}

#[test]
fn secrets_are_the_same_only_in_full() {
    assert!(same_secret(b"", b""));
    assert!(same_secret(b"secret", b"secret"));
    assert!(!same_secret(b"secret", b"secreT"));
    assert!(!same_secret(b"secret", b"secrets"));
    assert!(!same_secret(b"secret", b""));
}

#[test]
fn an_error_is_json_whatever_is_in_its_text() {
    let response = Refusal::Invalid("a \"quoted\\\n name".to_string()).response();
    let body = core::str::from_utf8(&response.body).unwrap();
    let wanted = concat!(
        r#"{"error":{"message":"Invalid parameter: a \"quoted\\\u000a name","#,
        r#""type":"OAuthException","code":100}}"#
    );
    assert_eq!((response.status, body), (400, wanted));
}

#[test]
fn percent_escapes_are_read_and_broken_ones_are_nothing() {
    assert_eq!(decoded("a%20b+c%C3%A8").as_deref(), Some("a b cè"));
    for broken in ["%", "%2", "%zz", "%ff"] {
        assert_eq!(decoded(broken), None, "{broken}");
    }
}
