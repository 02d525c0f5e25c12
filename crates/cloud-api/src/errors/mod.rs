//! Errors as Graph writes them: the catalogue as data, one of its rows with what was wrong, and the
//! answer or webhook that says so.
//!
//! Knows: codes, titles, HTTP statuses and the two shapes of an error object (facts, cloud-api.md
//! section 1.4). Does not know: which call or message an error is about.

use std::borrow::Cow;

use hop::http::Response;
use rand_core::CryptoRng;
use serde_json::{Value, json};

mod catalogue;
pub mod codes;
mod page;
pub mod standing;
#[cfg(test)]
mod tests;

pub use catalogue::CATALOGUE;
pub use page::page;

/// One row of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The code; the first one of a range.
    pub code: u32,
    /// The last one of a range; of a row for one code, that code.
    pub last: u32,
    /// The HTTP status of an answer that bears it.
    pub status: u16,
    /// What it is called.
    pub title: &'static str,
    /// What is said where nothing better is known.
    pub details: &'static str,
}

/// The row that a code has; [`codes::UNKNOWN`]'s for one that nobody documented.
pub fn known(code: u32) -> &'static Known {
    let find = |code| CATALOGUE.iter().find(|row: &&Known| row.code <= code && code <= row.last);
    find(code).or_else(|| find(codes::UNKNOWN)).unwrap_or(&NOTHING)
}

/// What a code is that no row has, were there no row for that either.
const NOTHING: Known =
    Known { code: codes::UNKNOWN, last: codes::UNKNOWN, status: 400, title: "", details: "" };

/// The whole text of an error that has no code in front of it, and how its `type` differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `(#code) title`, with the details beside it.
    Usual,
    /// A sentence of Graph's own, of a request that never reached WhatsApp.
    Plain(&'static str),
}

/// A call or message that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// Its code.
    pub code: u32,
    /// What was wrong; never what the caller sent, but for names of parameters.
    pub details: Cow<'static, str>,
    /// `error_subcode`, where one is documented.
    pub subcode: Option<u32>,
    /// The HTTP status.
    pub status: u16,
    kind: &'static str,
    form: Form,
}

impl GraphError {
    /// The error with this code and the catalogue's own details.
    pub fn new(code: u32) -> Self {
        let row = known(code);
        let subcode = (code == codes::THROUGHPUT).then_some(2_494_055);
        Self {
            code,
            details: Cow::Borrowed(row.details),
            subcode,
            status: row.status,
            kind: "OAuthException",
            form: Form::Usual,
        }
    }

    /// The same with what was wrong.
    pub fn with(code: u32, details: impl Into<Cow<'static, str>>) -> Self {
        Self { details: details.into(), ..Self::new(code) }
    }

    /// A parameter that must be there is not.
    pub fn missing(name: &str) -> Self {
        Self::with(codes::MISSING, format!("The parameter {name} is required."))
    }

    /// A parameter has a value that it cannot have.
    pub fn value(name: &str, why: &str) -> Self {
        Self::with(codes::VALUE, format!("Parameter {name}: {why}."))
    }

    /// A request whose form is wrong, or that uses a parameter that there is not.
    pub fn parameter(details: impl Into<Cow<'static, str>>) -> Self {
        Self::with(codes::PARAMETER, details)
    }

    /// No token, or one that is nobody's.
    pub fn token() -> Self {
        let form = Form::Plain("Invalid OAuth access token");
        Self { subcode: Some(463), form, ..Self::new(codes::TOKEN) }
    }

    /// The caller is known and has no right to this, or it is not there.
    pub fn forbidden() -> Self {
        Self::with(codes::PERMISSION, "Application does not have permission for this action")
    }

    /// No route has this path.
    pub fn path() -> Self {
        let form = Form::Plain("Unknown path components");
        Self { code: 2_500, details: Cow::Borrowed(""), form, ..Self::new(codes::UNKNOWN) }
    }

    /// The path answers other methods.
    pub fn method() -> Self {
        Self {
            subcode: Some(33),
            kind: "GraphMethodException",
            details: Cow::Borrowed(""),
            form: Form::Plain("Unsupported request: this object does not have this operation"),
            ..Self::new(codes::PARAMETER)
        }
    }

    /// Nothing that the caller may see has this id.
    pub fn no_object() -> Self {
        let form = Form::Plain(
            "Unsupported request. The object does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation",
        );
        Self { form, ..Self::method() }
    }

    /// The address of a file that is not there any more, or is not this caller's.
    pub fn gone() -> Self {
        Self { status: 404, ..Self::no_object() }
    }

    /// A parameter that versions from 21 on do not have (facts, cloud-api.md section 1.1).
    pub fn deprecated() -> Self {
        let form = Form::Plain("(#12) Deprecated for versions v21.0 or higher");
        Self { code: 12, details: Cow::Borrowed(""), form, ..Self::new(codes::UNKNOWN) }
    }

    /// A server did not answer the challenge by which it agrees to webhooks.
    pub fn unverified() -> Self {
        let form = Form::Plain("(#2200) Callback verification failed");
        Self { code: 2_200, details: Cow::Borrowed(""), form, ..Self::new(codes::UNKNOWN) }
    }

    /// No app has this id and secret.
    pub fn no_app() -> Self {
        let form = Form::Plain("Error validating client secret.");
        Self { form, ..Self::new(codes::UNKNOWN) }
    }

    /// The body is longer than is read.
    pub fn too_large() -> Self {
        Self { status: 413, ..Self::parameter("The body is too long") }
    }

    /// Nobody can say now whether it may be done: the call may be made again.
    pub fn try_later() -> Self {
        Self { form: Form::Plain("Service temporarily unavailable"), ..Self::new(codes::SERVICE) }
    }

    /// What it is called.
    pub fn title(&self) -> &'static str {
        known(self.code).title
    }

    /// The answer to a call. Its trace id is drawn: it names this answer and nothing else.
    pub fn response(&self, rng: &mut dyn CryptoRng) -> Response {
        let body = json!({ "error": self.object(rng) });
        Response::json(self.status, body.to_string().into_bytes())
    }

    /// The object under `error` in an answer.
    pub(crate) fn object(&self, rng: &mut dyn CryptoRng) -> Value {
        let message = match self.form {
            Form::Usual => format!("(#{}) {}", self.code, self.title()),
            Form::Plain(text) => text.to_owned(),
        };
        let mut error = json!({
            "message": message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": trace_id(rng),
        });
        if let Some(error) = error.as_object_mut() {
            if let Some(subcode) = self.subcode {
                error.insert("error_subcode".to_owned(), subcode.into());
            }
            if self.form == Form::Usual {
                let data = json!({ "messaging_product": "whatsapp", "details": self.details });
                error.insert("error_data".to_owned(), data);
            }
        }
        error
    }

    /// The object in the `errors` of a webhook.
    pub fn in_webhook(&self) -> Value {
        json!({
            "code": self.code,
            "title": self.title(),
            "message": self.title(),
            "error_data": { "details": self.details },
            "href": HREF,
        })
    }
}

/// The page that every error of a webhook points to.
const HREF: &str = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/";

/// An `A` and 22 characters of base64url, as Graph writes them.
fn trace_id(rng: &mut dyn CryptoRng) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut drawn = [0_u8; 22];
    rng.fill_bytes(&mut drawn);
    let letters = drawn.iter().filter_map(|byte| LETTERS.get(usize::from(byte & 63)));
    core::iter::once('A').chain(letters.map(|letter| char::from(*letter))).collect()
}
