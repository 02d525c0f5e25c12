//! Every kind of message through its bytes, and what an end does not read.

use alloc::{boxed::Box, string::ToString, vec, vec::Vec};

use vocab::{MessageId, UnixMicros, limits};

use super::{
    Answer, Body, Choice, ChoiceKind, Content, Media, MediaKind, Object, ObjectKind, Offer,
    OfferKind, Reaction,
};
use crate::error::Malformed;

fn content(body: Body) -> Content {
    Content {
        id: MessageId([1; 16]),
        sent_at: UnixMicros(2),
        profile_name: "Ada".to_string(),
        quoted: None,
        body,
    }
}

fn media() -> Box<Media> {
    Box::new(Media {
        kind: MediaKind::Document,
        blob: vec![3; 32],
        key: [4; 32],
        digest: [5; 32],
        file_digest: [6; 32],
        size: 7,
        mime_type: "application/pdf".to_string(),
        caption: "the bill".to_string(),
        filename: "bill.pdf".to_string(),
        voice: false,
        animated: false,
    })
}

fn offer(json: Vec<u8>) -> Box<Offer> {
    let choice = Choice {
        kind: ChoiceKind::Row,
        id: "r1".to_string(),
        title: "Bread".to_string(),
        description: "fresh".to_string(),
    };
    Box::new(Offer {
        kind: OfferKind::Interactive,
        name: "list".to_string(),
        text: "What may it be?".to_string(),
        choices: vec![choice],
        header: Some(*media()),
        json,
    })
}

#[test]
fn every_kind_of_message_reads_back_from_its_bytes() {
    let pressed = offer(Vec::new()).choices[0].pressed().unwrap();
    let bodies = [
        Body::text("bread".to_string()),
        Body::Media(media()),
        Body::Reaction(Reaction { message: MessageId([9; 16]), emoji: "👍".to_string() }),
        Body::Offer(offer(b"{}".to_vec())),
        Body::Answer(pressed),
        Body::Answer(Answer {
            kind: ChoiceKind::Flow,
            id: "flow".to_string(),
            title: "Sent".to_string(),
            description: "".to_string(),
            json: b"{}".to_vec(),
        }),
        Body::Object(Object { kind: ObjectKind::Location, json: b"{\"latitude\":1}".to_vec() }),
    ];
    for body in bodies {
        let content = Content { quoted: Some(MessageId([8; 16])), ..content(body) };
        assert_eq!(Content::decode(&content.encode()), Ok(content));
    }
}

#[test]
fn a_text_has_the_bytes_that_it_had_before_there_were_other_kinds() {
    let bytes = content(Body::text("hi".to_string())).encode();
    let expected = [
        &[10, 16][..],
        &[1; 16],
        &[17, 2, 0, 0, 0, 0, 0, 0, 0],
        &[26, 3],
        b"Ada",
        &[34, 4, 10, 2],
        b"hi",
    ];
    assert_eq!(bytes, expected.concat());
}

#[test]
fn what_is_too_long_or_unknown_is_not_read() {
    let long = content(Body::Offer(offer(vec![b' '; limits::MAX_OBJECT + 1])));
    let too_many = Malformed::TooMany {
        what: "object",
        found: limits::MAX_OBJECT + 1,
        most: limits::MAX_OBJECT,
    };
    assert_eq!(Content::decode(&long.encode()), Err(too_many));
    let nothing = Object { kind: ObjectKind::Unspecified, json: Vec::new() };
    let nothing = content(Body::Object(nothing)).encode();
    assert_eq!(Content::decode(&nothing), Err(Malformed::Unknown("kind of an object")));
    let mut choices = offer(Vec::new());
    choices.choices = vec![choices.choices[0].clone(); limits::MAX_CHOICES + 1];
    assert!(Content::decode(&content(Body::Offer(choices)).encode()).is_err());
}

#[test]
fn content_does_not_print() {
    let content = content(Body::Offer(offer(b"{\"secret\":1}".to_vec())));
    let printed = alloc::format!("{content:?}");
    assert!(!printed.contains("secret") && !printed.contains("Bread"), "{printed}");
}
