//! Where webhooks go, as calls name it: a URL and the token that proves that its server agrees.

use hop::http::Request;
use serde_json::{Value, json};

use super::{Managed, Target};
use crate::{config::Subscription, errors::GraphError};

/// An address that webhooks go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    /// As the business wrote it.
    pub(crate) uri: String,
    pub(crate) authority: String,
    /// Path and query.
    pub(crate) path: String,
}

impl Callback {
    /// Reads an `http` or `https` URL with a host and without a user.
    pub(crate) fn parse(uri: &str) -> Option<Self> {
        let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let is_plain = uri.len() <= 2_000 && uri.bytes().all(|byte| byte.is_ascii_graphic());
        let has_host = !authority.is_empty() && !authority.contains(['@', '\\', '#']);
        if !is_plain || !has_host || path.contains('#') {
            return None;
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { uri: uri.to_owned(), authority: authority.to_owned(), path })
    }

    /// The webhooks of a number that go here.
    pub(crate) fn subscription(self, phone_number_id: &str, app_secret: &str) -> Subscription {
        Subscription {
            phone_number_id: phone_number_id.to_owned(),
            authority: self.authority,
            path: self.path,
            app_secret: app_secret.to_owned(),
        }
    }

    /// The request by which a server shows that it wants them (facts, cloud-api.md section 1.6).
    pub(crate) fn challenge(&self, token: &str, challenge: &str) -> Request {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        let token = encoded(token);
        let query =
            format!("hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token={token}");
        Request::new(&self.authority, "GET", &format!("{}{separator}{query}", self.path))
    }
}

/// What a call says about webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing.
    Nothing,
    /// They go where they would go by themselves.
    Default,
    /// They go there, if its server knows the token.
    To(Callback, String),
}

/// Reads it.
pub(crate) fn wanted(call: &Managed) -> Result<Wanted, GraphError> {
    if call.route.method != "POST" {
        return Ok(Wanted::Nothing);
    }
    let fields = call.fields();
    let (name, fields) = match (call.target, call.edge()) {
        (Target::Number, "") => match fields.optional_object("webhook_configuration")? {
            Some(fields) => ("override_callback_uri", fields),
            None => return Ok(Wanted::Nothing),
        },
        (Target::Account, "subscribed_apps") => ("override_callback_uri", fields),
        (Target::App, "subscriptions") => {
            fields.constant("object", "whatsapp_business_account")?;
            fields.text("callback_url", 2_000)?;
            ("callback_url", fields)
        }
        _ => return Ok(Wanted::Nothing),
    };
    match fields.get(name).and_then(Value::as_str) {
        None | Some("") => Ok(Wanted::Default),
        Some(uri) => {
            let callback = Callback::parse(uri);
            let callback = callback.ok_or_else(|| {
                GraphError::parameter(format!("{} must be a URL.", fields.path(name)))
            })?;
            Ok(Wanted::To(callback, fields.text("verify_token", 1_024)?))
        }
    }
}

/// What is stored of an address. The token has done its work.
pub(crate) fn stored(callback: Option<&Callback>) -> Value {
    callback.map_or_else(|| json!({}), |callback| json!({ "uri": callback.uri }))
}

/// The address in a stored object.
pub(crate) fn read(stored: &Value) -> Option<Callback> {
    Callback::parse(stored.get("uri")?.as_str()?)
}

/// Text in a query (RFC 3986 section 2.3 names the characters that stay).
pub(crate) fn encoded(text: &str) -> String {
    let mut query = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push_str(&format!("%{byte:02X}"));
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::Callback;

    #[test]
    fn an_address_has_a_host_and_nothing_that_hides_one() {
        let parts = |uri: &str| Callback::parse(uri).map(|one| (one.authority, one.path));
        let some = |authority: &str, path: &str| Some((authority.to_owned(), path.to_owned()));
        assert_eq!(parts("https://shop.example/hook?a=1"), some("shop.example", "/hook?a=1"));
        assert_eq!(parts("http://localhost:80"), some("localhost:80", "/"));
        assert_eq!(parts("https://shop.example?a=1"), some("shop.example", "/?a=1"));
        for wrong in [
            "shop.example",
            "ftp://shop",
            "https://",
            "https://a@b/",
            "https://a b/",
            "https://a/\r\nx: y",
        ] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_challenge_carries_the_token_encoded() {
        let callback = Callback::parse("https://shop/hook?a=1").unwrap();
        let request = callback.challenge("a b&c", "12");
        assert_eq!(
            request.target,
            "/hook?a=1&hub.mode=subscribe&hub.challenge=12&hub.verify_token=a%20b%26c"
        );
    }
}
