//! Uploads of files for templates.

use hop::http::{Request, Response};
use serde_json::{Value, json};

use super::{World, body, refused};
use crate::{management::App, tests::world::TOKENS};

impl World {
    fn piece(&mut self, id: &str, offset: &str, bytes: &[u8]) -> Response {
        let mut request = Request::new("cloud", "POST", &format!("/v24.0/{id}"))
            .header("authorization", &format!("OAuth {}", TOKENS[0]))
            .header("file_offset", offset);
        request.body = bytes.to_vec();
        self.call(0, request)
    }
}

#[test]
fn a_file_comes_in_pieces_and_is_named_by_a_handle_when_it_is_whole() {
    let mut world = World::new();
    world.configure(0, |config| {
        let (id, secret, business) = ("700".into(), "app secret".into(), "bakery".into());
        config.management.apps.push(App { id, secret, business });
    });
    let begun = world.posts("/v24.0/700/uploads?file_length=6&file_type=image%2Fpng", Value::Null);
    let id = begun["id"].as_str().unwrap().to_owned();
    let first = world.piece(&id, "0", b"\xff{a");
    assert_eq!(body(&first)["file_offset"], 3);
    refused(&world.piece(&id, "0", b"abc"), (100, 400));
    world.restart(0);
    assert_eq!(world.get(&format!("/{id}"))["file_offset"], 3);
    refused(&world.piece(&id, "3", b"more than three"), (100, 400));
    let last = world.piece(&id, "3", b"b}c");
    assert!(body(&last)["h"].as_str().unwrap().starts_with("4::"));
    for wrong in [
        json!({ "file_length": 0, "file_type": "image/png" }),
        json!({ "file_length": 1 << 30, "file_type": "image/png" }),
        json!({ "file_length": 6, "file_type": "text/x-poem" }),
    ] {
        world.refused(("POST", "/700/uploads"), wrong, (100, 400));
    }
}
