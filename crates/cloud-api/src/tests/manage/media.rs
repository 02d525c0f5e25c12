//! Files: uploaded, sent, downloaded, deleted, gone in time.

use hop::http::{Request, Response};
use serde_json::{Value, json};
use vocab::Micros;

use super::{World, body, refused};
use crate::tests::world::{NUMBERS, TOKENS};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

impl World {
    fn upload(&mut self, mime: &str, bytes: &[u8]) -> Response {
        self.upload_with("", mime, bytes)
    }

    /// The same with further parameters in the query.
    fn upload_with(&mut self, more: &str, mime: &str, bytes: &[u8]) -> Response {
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
             content-type: {mime}\r\n\r\n"
        );
        let target = format!("/v24.0/100/media?messaging_product=whatsapp{more}");
        let mut request = Request::new("cloud", "POST", &target)
            .bearer(TOKENS[0])
            .header("content-type", "multipart/form-data; boundary=b");
        request.body = [head.as_bytes(), bytes, b"\r\n--b--"].concat();
        self.call(0, request)
    }

    fn uploaded(&mut self) -> String {
        let answer = self.upload("image/png", PICTURE);
        assert_eq!(answer.status, 200, "{}", body(&answer));
        body(&answer)["id"].as_str().unwrap().to_owned()
    }

    /// The target at which a file can be downloaded.
    fn address(&mut self, id: &str) -> String {
        let shown = self.get(&format!("/v24.0/{id}?phone_number_id=100"));
        let url = shown["url"].as_str().unwrap();
        url.strip_prefix("https://lookaside.fbsbx.com").unwrap().to_owned()
    }
}

#[test]
fn a_file_is_uploaded_downloaded_and_sent() {
    let mut world = World::new();
    let id = world.uploaded();
    let shown = world.get(&format!("/{id}"));
    assert_eq!(
        (&shown["mime_type"], &shown["file_size"]),
        (&"image/png".into(), &PICTURE.len().into())
    );
    let address = world.address(&id);
    let file = world.ask("GET", &address, &Value::Null);
    assert_eq!((file.status, file.body.as_slice()), (200, PICTURE));
    assert_eq!(file.headers, [("content-type".to_owned(), "image/png".to_owned())]);
    let message = json!({
        "messaging_product": "whatsapp", "to": NUMBERS[1], "type": "image", "image": { "id": id },
    });
    assert_eq!(world.ask("POST", "/100/messages", &message).status, 200);
}

#[test]
fn an_address_is_valid_for_five_minutes_to_its_business_alone() {
    let mut world = World::new();
    let id = world.uploaded();
    let address = world.address(&id);
    let without = world.call(0, Request::new("cloud", "GET", &address));
    assert_eq!(without.status, 401);
    let others = world.call(0, Request::new("cloud", "GET", &address).bearer(TOKENS[1]));
    assert_eq!(others.status, 403);
    let forged = address.replace("ext=1", "ext=2");
    assert_ne!(forged, address);
    assert_eq!(world.ask("GET", &forged, &Value::Null).status, 404);
    world.pass(Micros(Micros::minutes(5).0 - 1));
    assert_eq!(world.ask("GET", &address, &Value::Null).status, 200);
    world.pass(Micros(1));
    assert_eq!(world.ask("GET", &address, &Value::Null).status, 404);
    let address = world.address(&id);
    assert_eq!(world.ask("GET", &address, &Value::Null).status, 200);
}

#[test]
fn a_file_that_was_deleted_cannot_be_opened_and_one_of_thirty_days_is_gone() {
    let mut world = World::new();
    let (id, other) = (world.uploaded(), world.uploaded());
    let address = world.address(&id);
    world.does("DELETE", &format!("/v24.0/{id}"), Value::Null);
    assert_eq!(world.ask("GET", &address, &Value::Null).status, 404);
    assert_eq!(world.plainly("GET", &format!("/{id}"), Value::Null), (100, 400));
    assert_eq!((world.table("blob").len(), world.table("media").len()), (1, 1));
    world.pass(Micros::days(30));
    assert_eq!(world.plainly("GET", &format!("/{other}"), Value::Null), (100, 400));
    assert_eq!((world.table("blob").len(), world.table("media").len()), (0, 0));
}

#[test]
fn no_row_holds_a_file_in_clear_and_without_its_key_it_is_noise() {
    let mut world = World::new();
    let id = world.uploaded();
    let text = b"not much of a picture";
    for (key, value) in world.rows() {
        assert!(!value.windows(text.len()).any(|part| part == text), "{key:?}");
    }
    let address = world.address(&id);
    let keys = world.table("mkey");
    world.delete(keys);
    assert_eq!(world.ask("GET", &address, &Value::Null).status, 404);
}

#[test]
fn what_may_not_be_uploaded_is_131053() {
    let mut world = World::new();
    refused(&world.upload("application/x-sh", b"#!"), (131_053, 400));
    refused(&world.upload("image/png", b""), (131_053, 400));
    refused(&world.upload("image/webp", &vec![0; 500 * 1_024 + 1]), (131_053, 400));
    let answer = world.ask("POST", "/100/media", &json!({ "messaging_product": "whatsapp" }));
    refused(&answer, (100, 400));
    let too_long = world.upload("video/mp4", &vec![0; 3 * 1_024 * 1_024]);
    assert_eq!(too_long.status, 413);
    assert!(world.table("blob").is_empty());
}

#[test]
fn an_upload_is_kept_for_as_many_minutes_as_the_business_says() {
    let mut world = World::new();
    for minutes in ["59", "43201", "an hour"] {
        let more = format!("&ttl_minutes={}", minutes.replace(' ', "+"));
        let answer = world.upload_with(&more, "image/png", PICTURE);
        assert_eq!((answer.status, world.table("blob").len()), (400, 0), "{minutes}");
    }
    let answer = world.upload_with("&ttl_minutes=60", "image/png", PICTURE);
    let id = body(&answer)["id"].as_str().unwrap().to_owned();
    world.pass(Micros(Micros::hours(1).0 - 1));
    assert_eq!(world.get(&format!("/{id}"))["id"], id);
    world.pass(Micros(1));
    assert_eq!(world.plainly("GET", &format!("/{id}"), Value::Null), (100, 400));
    assert_eq!((world.table("blob").len(), world.table("media").len()), (0, 0));
}
