//! Webhooks: the documented JSON, escaped and signed as Meta does it.

use std::fmt::Write as _;

use endpoint::Failure;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hop::http::Request;
use serde_json::{Value, json};
use sha2::Sha256;
use vocab::{MessageId, PhoneNumber, UnixMicros};
use wire::content::Content;

use crate::{config::Subscription, graph::wamid, rows::GrantRow};

/// A message from a person (facts, cloud-api.md section 1.4).
pub(crate) fn message(grant: &GrantRow, from: &PhoneNumber, content: &Content) -> Vec<u8> {
    change(
        grant,
        json!({
            "contacts": [{
                "profile": { "name": content.profile_name }, "wa_id": from.digits(),
            }],
            "messages": [{
                "from": from.digits(),
                "id": wamid(content.id),
                "timestamp": content.sent_at.seconds().to_string(),
                "type": "text",
                "text": { "body": content.text },
            }],
        }),
    )
}

/// How far a message of the business got.
pub(crate) fn status(
    grant: &GrantRow,
    to: &PhoneNumber,
    (id, status): (MessageId, &str),
    at: UnixMicros,
) -> Vec<u8> {
    let pricing = matches!(status, "sent" | "delivered").then(|| {
        json!({
            "billable": true, "pricing_model": "PMP", "type": "regular", "category": "service",
        })
    });
    let mut entry = json!({
        "id": wamid(id),
        "status": status,
        "timestamp": at.seconds().to_string(),
        "recipient_id": to.digits(),
    });
    if let (Some(pricing), Some(entry)) = (pricing, entry.as_object_mut()) {
        entry.insert("pricing".to_owned(), pricing);
    }
    change(grant, json!({ "contacts": [{ "wa_id": to.digits() }], "statuses": [entry] }))
}

/// A message of the business that does not go out, or not again.
pub(crate) fn failure(
    grant: &GrantRow,
    to: &PhoneNumber,
    (id, why): (MessageId, Failure),
    at: UnixMicros,
) -> Vec<u8> {
    let (code, title) = match why {
        Failure::IdentityChanged => (137_000, "Recipient identity key hash mismatch"),
        Failure::Throttled => (131_048, "Spam rate limit hit"),
        Failure::NotKept => (131_036, "Message payload not found"),
        Failure::NoSuchAccount
        | Failure::MailboxFull
        | Failure::Forbidden
        | Failure::BadBundle
        | Failure::TooManyRetries
        | Failure::Unsealable
        | _ => (131_026, "Message undeliverable"),
    };
    change(
        grant,
        json!({
            "contacts": [{ "wa_id": to.digits() }],
            "statuses": [{
                "id": wamid(id),
                "status": "failed",
                "timestamp": at.seconds().to_string(),
                "recipient_id": to.digits(),
                "errors": [{
                    "code": code, "title": title, "message": title,
                    "error_data": { "details": why.to_string() },
                }],
            }],
        }),
    )
}

fn change(grant: &GrantRow, mut value: Value) -> Vec<u8> {
    if let Some(object) = value.as_object_mut() {
        object.insert("messaging_product".to_owned(), json!("whatsapp"));
        let metadata = json!({
            "display_phone_number": grant.display_phone_number,
            "phone_number_id": grant.phone_number_id,
        });
        object.insert("metadata".to_owned(), metadata);
    }
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": grant.business,
            "changes": [{ "value": value, "field": "messages" }],
        }],
    });
    escaped(&body.to_string())
}

/// JSON as Meta writes it: everything beyond ASCII and `/ @ % <` escaped, all of which occur only
/// inside strings.
fn escaped(json: &str) -> Vec<u8> {
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '/' => ascii.push_str("\\/"),
            '@' => ascii.push_str("\\u0040"),
            '%' => ascii.push_str("\\u0025"),
            '<' => ascii.push_str("\\u003C"),
            c if c.is_ascii() => ascii.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(ascii, "\\u{unit:04x}"); // Writing to a String cannot fail.
                }
            }
        }
    }
    ascii.into_bytes()
}

/// The request that delivers `body`.
pub(crate) fn delivery(subscription: &Subscription, body: Vec<u8>) -> Request {
    let signature = signature(&subscription.app_secret, &body);
    Request::new(&subscription.authority, "POST", &subscription.path)
        .header("x-hub-signature-256", &signature)
        .json(body)
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mut text = "sha256=".to_owned();
    // HMAC takes keys of every length (RFC 2104 section 2), so this cannot fail.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        mac.update(body);
        for byte in mac.finalize().into_bytes() {
            let _ = write!(text, "{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{escaped, signature};

    #[test]
    fn a_body_is_ascii_with_the_escapes_that_meta_signs() {
        let body = escaped(r#"{"a":"é 😀 a@b 5% </p>"}"#);
        assert_eq!(
            String::from_utf8(body).unwrap(),
            r#"{"a":"\u00e9 \ud83d\ude00 a\u0040b 5\u0025 \u003C\/p>"}"#
        );
    }

    #[test]
    fn a_signature_is_hmac_sha256_of_the_very_bytes() {
        // RFC 4231 section 4.3, test case 2.
        let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), format!("sha256={tag}"));
    }
}
