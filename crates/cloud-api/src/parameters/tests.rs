//! One call in every encoding, and what is no encoding at all.

use hop::http::Request;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use serde_json::json;

use super::{Parameters, token};

fn post(kind: &str, body: &[u8]) -> Request {
    let mut request = Request::new("graph", "POST", "/1/messages").header("content-type", kind);
    request.body = body.to_vec();
    request
}

#[test]
fn json_form_multipart_and_query_say_the_same() {
    let expected = json!({ "to": "+49 1", "text": { "body": "é & =" } });
    let form = "to=%2B49+1&text=%7B%22body%22%3A%22%C3%A9%20%26%20%3D%22%7D";
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n+49 1\r\n--x\r\n\
        content-disposition: form-data; name=text\r\nContent-Type: application/json\r\n\r\n\
        {\"body\":\"é & =\"}\r\n--x--\r\n";
    let calls = [
        post("application/json; charset=utf-8", expected.to_string().as_bytes()),
        post("", expected.to_string().as_bytes()),
        post("application/x-www-form-urlencoded", form.as_bytes()),
        post("multipart/form-data; boundary=\"x\"", multipart.as_bytes()),
        Request::new("graph", "POST", &format!("/1/messages?{form}")),
    ];
    for call in calls {
        let read = Parameters::read(&call).unwrap();
        assert_eq!(json!(read.fields), expected, "{call:?}");
    }
}

#[test]
fn a_null_is_not_there_and_the_body_wins_over_the_query() {
    let body = json!({ "context": null, "text": { "body": "a", "preview_url": null }, "to": "2" });
    let mut call = post("application/json", body.to_string().as_bytes());
    call.target = "/1/messages?to=1&messaging_product=whatsapp".into();
    let expected = json!({ "to": "2", "text": { "body": "a" }, "messaging_product": "whatsapp" });
    assert_eq!(json!(Parameters::read(&call).unwrap().fields), expected);
}

#[test]
fn a_file_of_a_multipart_body_keeps_its_bytes() {
    let body = b"preamble\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; \
        filename=\"a;b.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\r\n--\xff\r\n--b--";
    let read = Parameters::read(&post("multipart/form-data; boundary=b", body)).unwrap();
    let file = &read.files[0];
    assert_eq!((file.name.as_str(), file.filename.as_str()), ("file", "a;b.png"));
    assert_eq!(file.mime_type.as_deref(), Some("image/png"));
    assert_eq!(file.bytes, b"\x89PNG\r\n\r\n--\xff");
}

#[test]
fn what_is_no_encoding_is_refused_and_nothing_else_happens() {
    let deep = [b"{\"a\":".repeat(200), b"1".to_vec(), b"}".repeat(200)].concat();
    let cases: [(&str, &[u8]); 8] = [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b"\"\xff\""),
        ("application/json", &deep),
        ("application/x-www-form-urlencoded", b"a=%zz"),
        ("application/x-www-form-urlencoded", b"a=\xff"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na"),
    ];
    for (kind, body) in cases {
        let refused = Parameters::read(&post(kind, body)).unwrap_err();
        assert_eq!((refused.code, refused.status), (100, 400), "{kind}: {body:?}");
    }
}

#[test]
fn no_bytes_make_reading_fail_in_another_way() {
    let seeds: [(&str, &[u8]); 3] = [
        ("application/json", br#"{"to":"1","text":{"body":"a","b":[null,1.5e3]}}"#),
        ("application/x-www-form-urlencoded", b"to=%2B49&text=%7B%22body%22%3A%22a%22%7D&a"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nyz\r\n--b--",
        ),
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..3_000 {
        for (kind, seed) in seeds {
            let mut body = seed.to_vec();
            for _ in 0..=rng.next_u32() % 4 {
                let place = rng.next_u32() as usize % body.len();
                match rng.next_u32() % 3 {
                    0 => body[place] = rng.next_u32() as u8,
                    1 => body.truncate(place.max(1)),
                    _ => body.insert(place, seed[rng.next_u32() as usize % seed.len()]),
                }
            }
            if let Err(error) = Parameters::read(&post(kind, &body)) {
                assert_eq!((error.code, error.status), (100, 400));
            }
        }
    }
}

#[test]
fn a_token_comes_in_the_header_the_query_or_the_body() {
    let with = |request: Request| token(&request);
    let bare = || Request::new("graph", "POST", "/1/messages");
    assert_eq!(with(bare().bearer("a b")).as_deref(), Some("a b"));
    assert_eq!(with(bare().header("authorization", "OAuth abc")).as_deref(), Some("abc"));
    assert_eq!(with(bare().header("authorization", "Basic abc")), None);
    let query = Request::new("graph", "POST", "/1/messages?x=1&access_token=a%2Bb");
    assert_eq!(with(query).as_deref(), Some("a+b"));
    let form = post("application/x-www-form-urlencoded", b"access_token=abc");
    assert_eq!(with(form).as_deref(), Some("abc"));
    assert_eq!(with(bare()), None);
}
