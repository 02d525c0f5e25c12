//! The signature of a flow token: a JWT (RFC 7519) under the app's secret, by which an endpoint
//! knows that the platform handed a token on (facts, cloud-api.md section 4).

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use vocab::UnixMicros;

use crate::base64;

/// A JWT of this token with HS256 (RFC 7518 section 3.2). Which claims Meta's has is not
/// documented on the facts page; ours are the token and when it was signed.
pub(crate) fn signature(flow_token: &str, app_secret: &str, at: UnixMicros) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" }).to_string();
    let claims = json!({ "flow_token": flow_token, "iat": at.seconds() }).to_string();
    let signed = format!("{}.{}", url(header.as_bytes()), url(claims.as_bytes()));
    let mut tag = Vec::new();
    // HMAC takes keys of every length (RFC 2104 section 2), so this cannot fail.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()) {
        mac.update(signed.as_bytes());
        tag = mac.finalize().into_bytes().to_vec();
    }
    format!("{signed}.{}", url(&tag))
}

/// Base64 with the alphabet for URLs and without padding (RFC 4648 section 5).
fn url(bytes: &[u8]) -> String {
    base64::encode(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use vocab::UnixMicros;

    use super::{signature, url};

    #[test]
    fn a_token_is_signed_in_three_parts_without_padding() {
        assert_eq!(url(b"\xfb\xff\xfe"), "-__-");
        let parts: Vec<String> =
            signature("t", "secret", UnixMicros(1_500_000)).split('.').map(str::to_owned).collect();
        assert_eq!(parts[0], url(br#"{"alg":"HS256","typ":"JWT"}"#));
        assert_eq!(parts[1], url(br#"{"flow_token":"t","iat":1}"#));
        // Computed with Python's hmac.
        assert_eq!(parts[2], "JQSzgWCKeqJPaqVxR0KJLoGIkVKQxdv8IW8d1qa-iOE");
        assert_eq!(parts.len(), 3);
    }
}
