//! How a call may be written, and what is told to one that never reaches a number.

use hop::http::Request;
use serde_json::json;

use super::{body, refused};
use crate::tests::world::{NUMBERS, TOKENS, World, send};

#[test]
fn any_version_and_a_trailing_slash_name_the_same_number() {
    let mut world = World::in_touch();
    for target in ["/100/messages", "/v17.0/100/messages/", "/v26.0/100/messages?unknown=1"] {
        let mut request = send(0, "bread");
        request.target = target.into();
        assert_eq!(world.call(0, request).status, 200, "{target}");
    }
}

#[test]
fn a_message_is_sent_by_form_multipart_and_query_too() {
    let mut world = World::in_touch();
    let form = format!(
        "messaging_product=whatsapp&to={}&type=text&text=%7B%22body%22%3A%22bread%22%7D",
        NUMBERS[1]
    );
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n{}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"text\"\r\n\r\n{{\"body\":\"cake\"}}\r\n--b--\r\n",
        NUMBERS[1]
    );
    let request = |target: &str, kind: &str, body: &str| {
        let mut request = Request::new("cloud", "POST", target).bearer(TOKENS[0]);
        request.headers.push(("content-type".into(), kind.into()));
        request.body = body.as_bytes().to_vec();
        request
    };
    let with_query = "/v24.0/100/messages?messaging_product=whatsapp&type=text";
    let calls = [
        request("/v24.0/100/messages", "application/x-www-form-urlencoded", &form),
        request(with_query, "multipart/form-data; boundary=b", &multipart),
        request(&format!("/100/messages?{form}"), "application/json", ""),
    ];
    for call in calls {
        let answer = world.call(0, call);
        assert_eq!(answer.status, 200, "{}", body(&answer));
    }
    let mut sent = world.history();
    sent.sort();
    assert_eq!(sent, ["bread", "bread", "cake"]);
}

#[test]
fn a_token_may_come_as_a_parameter_and_one_that_is_nobodys_is_error_190() {
    let mut world = World::in_touch();
    let mut request = send(0, "bread");
    request.headers.retain(|(name, _)| name != "authorization");
    let none = world.call(0, request.clone());
    let error = body(&none)["error"].clone();
    assert_eq!(
        (none.status, &error["code"], &error["error_subcode"]),
        (401, &190.into(), &463.into())
    );
    assert_eq!(
        (&error["type"], &error["message"]),
        (&"OAuthException".into(), &"Invalid OAuth access token".into(),)
    );
    request.target.push_str("?access_token=token%20of+the%20bakery");
    assert_eq!(world.call(0, request.clone()).status, 200);
    request.target = "/100/messages?access_token=guess".into();
    assert_eq!(world.call(0, request).status, 401);
}

#[test]
fn the_number_of_somebody_else_is_error_10_and_an_unknown_path_or_method_is_told_so() {
    let mut world = World::in_touch();
    let request = |method: &str, target: &str| {
        Request::new("cloud", method, target).bearer(TOKENS[0]).json(b"{}".to_vec())
    };
    let other = world.call(0, request("POST", "/200/messages"));
    refused(&other, (10, 403));
    let path = world.call(0, request("POST", "/100/massages"));
    assert_eq!((path.status, &body(&path)["error"]["code"]), (400, &2_500.into()));
    let method = world.call(0, request("DELETE", "/100/messages"));
    let error = body(&method)["error"].clone();
    assert_eq!(
        (method.status, &error["code"], &error["error_subcode"]),
        (400, &100.into(), &33.into())
    );
    assert_eq!(error["type"], "GraphMethodException");
    let mut long = request("POST", "/100/messages");
    long.body = vec![b' '; vocab::limits::MAX_HTTP_BODY + 1];
    assert_eq!(world.call(0, long).status, 413);
}

#[test]
fn while_nobody_can_say_whose_a_token_is_the_call_may_be_made_again() {
    let mut world = World::in_touch();
    world.is_manager_up = false;
    let mut request = send(0, "bread");
    request.headers.retain(|(name, _)| name != "authorization");
    let answer = world.call(0, request.bearer("a token that only the manager knows"));
    assert_eq!((answer.status, &body(&answer)["error"]["code"]), (503, &2.into()));
}

#[test]
fn explicit_nulls_are_as_good_as_nothing() {
    let mut world = World::in_touch();
    world.accepts(&json!({
        "recipient_type": null, "context": null, "biz_opaque_callback_data": null,
        "type": "text", "text": { "body": "bread", "preview_url": null },
        "image": null, "template": null,
    }));
}
