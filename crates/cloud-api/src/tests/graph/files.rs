//! Files of people and of the business, on their way through a transport that cannot read them.

use hop::http::Request;
use serde_json::{Value, json};
use store::Key;
use vocab::limits;
use wire::{content::MediaKind, transport::Status};

use super::{World, inbound::BILL, inbound::media};
use crate::{
    base64,
    management::Servers,
    tests::world::{IDS, TOKENS},
};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nbread on a wooden table";

impl World {
    /// A number uploads a file of this MIME type; its id.
    #[track_caller]
    fn uploads(&mut self, node: usize, mime: &str, bytes: &[u8]) -> String {
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\
             content-type: {mime}\r\n\r\n"
        );
        let target = format!("/{}/media?messaging_product=whatsapp", IDS[node]);
        let mut request = Request::new("cloud", "POST", &target)
            .bearer(TOKENS[node])
            .header("content-type", "multipart/form-data; boundary=b");
        request.body = [head.as_bytes(), bytes, b"\r\n--b--"].concat();
        let answer = self.call(node, request);
        assert_eq!(answer.status, 200);
        super::body(&answer)["id"].as_str().unwrap().to_owned()
    }

    /// What a number downloads under an id: MIME type and bytes; `None` where there is nothing.
    #[track_caller]
    fn downloads(&mut self, node: usize, id: &str) -> Option<(Value, Vec<u8>)> {
        let shown = Request::new("cloud", "GET", &format!("/{id}")).bearer(TOKENS[node]);
        let shown = self.call(node, shown);
        if shown.status != 200 {
            return None;
        }
        let shown = super::body(&shown);
        let url = shown["url"].as_str().unwrap();
        let target = url.strip_prefix("https://lookaside.fbsbx.com").unwrap();
        let file = self.call(node, Request::new("cloud", "GET", target).bearer(TOKENS[node]));
        (file.status == 200).then(|| (shown["mime_type"].clone(), file.body))
    }

    /// The newest message that the person was told of.
    #[track_caller]
    fn read(&self) -> Value {
        let told =
            self.served.iter().rev().filter(|(node, _, ask)| *node == 1 && !ask.body.is_empty());
        let messages = told.filter_map(|(_, _, ask)| {
            let body: Value = serde_json::from_slice(&ask.body).unwrap();
            let message = body["entry"][0]["changes"][0]["value"]["messages"][0].clone();
            message.is_object().then_some(message)
        });
        messages.into_iter().next().unwrap()
    }
}

#[test]
fn a_file_of_a_person_is_downloaded_by_the_business_for_seven_days() {
    let mut world = World::in_touch();
    let long = vec![7; 2 * limits::BLOB_PIECE];
    for file in [BILL, &long] {
        world.person_sends_file(media(MediaKind::Document), file);
        let document = world.wrote()["document"].clone();
        let id = document["id"].as_str().unwrap();
        assert_eq!(document["caption"], "the bill");
        assert_eq!(world.downloads(0, id), Some((document["mime_type"].clone(), file.to_vec())));
    }
    let id = world.wrote()["document"]["id"].as_str().unwrap().to_owned();
    world.pass(limits::MEDIA_RECEIVED_AGE);
    assert_eq!(world.downloads(0, &id), None);
    assert!(world.table("blob").is_empty());
}

#[test]
fn a_message_with_a_blob_that_cannot_be_had_is_131052() {
    let mut world = World::in_touch();
    // A name that is none, one of a blob that nobody stored, one of another blob.
    world.person_sends_file(media(MediaKind::Image), BILL);
    let (_, other, _) = world.blobs.keys().next().unwrap().clone();
    let before = world.table("media").len();
    for blob in [vec![1; 32], vec![1; 16], other.0.to_vec()] {
        let mut media = media(MediaKind::Image);
        media.blob = blob;
        let body = wire::content::Body::Media(Box::new(media));
        let wamid = world.person_sends(body, None);
        let message = world.wrote();
        assert_eq!((&message["id"], &message["type"]), (&wamid.into(), &"unsupported".into()));
        let error = &message["errors"][0];
        assert_eq!((&error["code"], &error["title"]), (&131_052.into(), &error["message"]));
        assert!(message["image"].is_null());
    }
    assert_eq!((world.table("media").len(), world.table("get").len()), (before, 0));
}

#[test]
fn a_file_goes_to_a_person_under_a_key_and_a_name_of_its_own_each_time() {
    let mut world = World::in_touch();
    let kinds = [
        ("image", "image/png"),
        ("sticker", "image/webp"),
        ("audio", "audio/ogg"),
        ("video", "video/mp4"),
        ("document", "application/pdf"),
    ];
    for (kind, mime) in kinds {
        let id = world.uploads(0, mime, PICTURE);
        for _ in 0..2 {
            let wamid = world.accepts(&json!({ "type": kind, kind: { "id": id } }));
            world.status(&wamid, "delivered");
            let message = world.read();
            let shown = &message[kind];
            let digest = <sha2::Sha256 as sha2::Digest>::digest(PICTURE);
            assert_eq!(shown["sha256"], base64::encode(&digest), "{message}");
            let id = shown["id"].as_str().unwrap();
            assert_eq!(world.downloads(1, id), Some((mime.into(), PICTURE.to_vec())));
        }
    }
    let mut blobs: Vec<_> = world.blobs.values().collect();
    assert_eq!(blobs.len(), 10);
    blobs.sort();
    blobs.dedup();
    assert_eq!(blobs.len(), 10, "no two blobs are alike");
    let words = b"wooden";
    assert!(blobs.iter().all(|blob| !blob.windows(words.len()).any(|part| part == words)));
    for table in ["put", "out", "get", "got"] {
        assert!(world.table(table).is_empty(), "{table}");
    }
}

#[test]
fn a_file_that_the_transport_does_not_store_or_that_is_gone_here_fails_with_131053() {
    let mut world = World::in_touch();
    let id = world.uploads(0, "image/png", PICTURE);
    let message = json!({ "type": "image", "image": { "id": id } });
    world.puts_are = Status::Forbidden;
    let wamid = world.accepts(&message);
    assert_eq!(world.failure(&wamid)["code"], 131_053);
    world.puts_are = Status::Ok;
    let blobs = world.table("blob");
    world.delete(blobs);
    let wamid = world.accepts(&message);
    assert_eq!(world.failure(&wamid)["code"], 131_053);
    assert!(world.blobs.is_empty());
    let other = json!({ "type": "video", "video": { "id": id } });
    world.refuses(&other, (131_009, 400));
}

#[test]
fn a_file_behind_a_link_is_fetched_where_that_is_allowed_and_is_131053_otherwise() {
    let mut world = World::in_touch();
    world.configure(0, |config| {
        config.management.links = Servers::Only(vec!["files".to_owned()]);
    });
    let message = |host: &str| {
        let link = format!("http://{host}/bread.png?size=1");
        json!({ "type": "image", "image": { "link": link, "caption": "fresh" } })
    };
    world.behind_link = Some(("image/png; charset=binary", PICTURE.to_vec()));
    let wamid = world.accepts(&message("files"));
    world.status(&wamid, "delivered");
    let shown = world.read()["image"].clone();
    assert_eq!((&shown["caption"], &shown["mime_type"]), (&"fresh".into(), &"image/png".into()));
    assert_eq!(world.downloads(1, shown["id"].as_str().unwrap()).unwrap().1, PICTURE);
    let asked =
        |world: &World| world.served.iter().filter(|(_, _, ask)| ask.authority == "files").count();
    assert_eq!(asked(&world), 1);
    world.behind_link = Some(("text/html", b"<p>not here</p>".to_vec()));
    let wamid = world.accepts(&message("files"));
    assert_eq!(world.failure(&wamid)["code"], 131_053);
    world.behind_link = None;
    let wamid = world.accepts(&message("files"));
    assert_eq!(world.failure(&wamid)["code"], 131_053);
    assert_eq!(asked(&world), 3);
    for host in ["elsewhere", "files:81", "user@files", "127.0.0.1"] {
        let wamid = world.accepts(&message(host));
        assert_eq!(world.failure(&wamid)["code"], 131_053);
    }
    assert_eq!(asked(&world), 3, "nobody is asked whom the configuration does not name");
}

#[test]
fn an_upload_goes_on_after_a_restart_and_no_row_but_the_encrypted_blob_holds_the_file() {
    let mut world = World::in_touch();
    let file = [PICTURE, &vec![9; 2 * limits::BLOB_PIECE]].concat();
    let id = world.uploads(0, "video/mp4", &file);
    world.puts_are = Status::Limited;
    world.retry_after = vocab::Micros::hours(1);
    let wamid = world.accepts(&json!({ "type": "video", "video": { "id": id } }));
    assert!(world.statuses(&wamid).is_empty());
    let words = b"wooden";
    for (key, value) in world.rows() {
        assert!(!value.windows(words.len()).any(|part| part == words), "{key:?}");
    }
    world.puts_are = Status::Ok;
    world.restart(0);
    world.status(&wamid, "delivered");
    assert_eq!(world.blobs.len(), 3);
    let left =
        |table: &str| world.rows().iter().any(|(key, _)| key.starts_with(&Key::table(table)));
    assert!(!left("put") && !left("out"));
}
