//! Webhooks: the documented JSON, escaped and signed as Meta does it (facts, cloud-api.md sections
//! 1.4 and 1.6). What a message or a status looks like stands in a file of its own.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hop::http::Request;
use serde_json::{Value, json};
use sha2::Sha256;
use vocab::UnixMicros;

use crate::{
    config::Subscription,
    errors::GraphError,
    mutant::{Mutant, planted},
    rows::{GrantRow, HookRow},
};

pub(crate) mod inbound;
pub(crate) mod statuses;

/// The entry of a body that tells a business `value` about messages of one of its numbers.
fn change(grant: &GrantRow, value: Value) -> Vec<u8> {
    change_of(grant, "messages", value)
}

/// The same about another field.
fn change_of(grant: &GrantRow, field: &str, mut value: Value) -> Vec<u8> {
    if let Some(object) = value.as_object_mut() {
        object.insert("messaging_product".to_owned(), json!("whatsapp"));
        let metadata = json!({
            "display_phone_number": grant.display_phone_number,
            "phone_number_id": grant.phone_number_id,
        });
        object.insert("metadata".to_owned(), metadata);
    }
    let entry = json!({
        "id": grant.business,
        "changes": [{ "value": value, "field": field }],
    });
    escaped(&entry.to_string())
}

/// The entry that tells a business of an error that is about no message in it.
pub(crate) fn errors(grant: &GrantRow, error: &GraphError) -> Vec<u8> {
    change(grant, json!({ "errors": [error.in_webhook()] }))
}

/// The entry that tells a business about its account. Unlike one about a number it has a time.
pub(crate) fn account(grant: &GrantRow, field: &str, value: &Value, at: UnixMicros) -> Vec<u8> {
    let changes = json!([{ "value": value, "field": field }]);
    let entry = json!({ "id": grant.business, "time": at.seconds(), "changes": changes });
    escaped(&entry.to_string())
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

/// The request that delivers entries, the oldest first. They are escaped already.
pub(crate) fn delivery(
    subscription: &Subscription,
    hooks: &[HookRow],
    mutant: Option<Mutant>,
) -> Request {
    let entries: Vec<&[u8]> = hooks.iter().map(|hook| hook.body.as_slice()).collect();
    let before = br#"{"object":"whatsapp_business_account","entry":["#;
    let mut body = [before.as_slice(), &entries.join(&b','), b"]}"].concat();
    let mut signature = signature(&subscription.app_secret, &body);
    if planted(mutant, Mutant::Unescaped) || planted(mutant, Mutant::SignedUnescaped) {
        let plain: Value = serde_json::from_slice(&body).unwrap_or_default();
        let plain = plain.to_string().into_bytes();
        signature = self::signature(&subscription.app_secret, &plain);
        if planted(mutant, Mutant::Unescaped) {
            body = plain;
        }
    }
    Request::new(&subscription.authority, "POST", &subscription.path)
        .header("x-hub-signature-256", &signature)
        .json(body)
}

/// What a body is signed with: `sha256=` and the HMAC of its very bytes.
pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
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
