//! Calls about numbers, accounts, apps and files: everything but sending.
//!
//! Knows: what a call is about, and what its parameters must look like. Does not know: what is
//! stored; the files of the same names under `handle` do.

use hop::{ExchangeId, http::Route};

use super::messages::fields::Fields;
use crate::{errors::GraphError, parameters::Parameters, principals::Caller, rows::GrantRow};

pub(crate) mod callbacks;
pub(crate) mod documents;
pub(crate) mod flows;
pub(crate) mod media;
pub(crate) mod templates;

/// A call that is about something of the caller's own.
#[derive(Clone, Debug)]
pub(crate) struct Managed {
    pub(crate) exchange: ExchangeId,
    pub(crate) route: &'static Route,
    /// Who asks: what the token is good for is known to matter when it is known what has the id.
    pub(crate) caller: Caller,
    pub(crate) target: Target,
    /// The last parameter of the path: the id of what it is about.
    pub(crate) id: String,
    pub(crate) parameters: Parameters,
    /// The major version that the path named.
    pub(crate) version: Option<u32>,
    /// The numbers of the business, as far as the token is good for them.
    pub(crate) numbers: Vec<GrantRow>,
    /// A body that is no parameters: a piece of an upload, and where it begins.
    pub(crate) piece: Option<(u64, Vec<u8>)>,
}

/// What a path begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Number,
    Account,
    App,
    /// A template, a flow, a file or an upload.
    Other,
}

impl Managed {
    /// What of its target a call is about: the second segment of its path, or nothing.
    pub(crate) fn edge(&self) -> &'static str {
        edge(self.route)
    }

    /// Its parameters.
    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields::new(&self.parameters.fields, "")
    }

    /// Whether it only looks.
    pub(crate) fn is_get(&self) -> bool {
        self.route.method == "GET"
    }

    /// Which fields an answer shall have; `None` for those that it has by itself. What stands
    /// behind a name, such as `.limit(1)` or `{id}`, is dropped.
    pub(crate) fn wanted(&self) -> Option<Vec<String>> {
        let text = self.parameters.text("fields")?;
        Some(outer(&text).map(|field| bare(field).to_owned()).collect())
    }

    /// A field that an answer shall have, with all that stands behind its name.
    pub(crate) fn asked(&self, name: &str) -> Option<String> {
        let text = self.parameters.text("fields")?;
        let mut fields = outer(&text);
        fields.find(|field| bare(field) == name).map(str::to_owned)
    }
}

/// What of its target a route is about: the second segment of its path, or nothing.
pub(crate) fn edge(route: &Route) -> &'static str {
    let mut segments = route.pattern.split('/').skip(1);
    let first = segments.next().unwrap_or_default();
    if first == "media" { first } else { segments.next().unwrap_or_default() }
}

/// The fields of a list, each with its own braces and parentheses.
fn outer(fields: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    fields.split(move |c| {
        match c {
            '{' | '(' => depth = depth.saturating_add(1),
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

fn bare(field: &str) -> &str {
    field.split(['.', '{', '(']).next().unwrap_or_default().trim()
}

/// Calls about WhatsApp say so.
pub(crate) fn product(fields: &Fields<'_>) -> Result<(), GraphError> {
    match fields.get("messaging_product").and_then(|value| value.as_str()) {
        Some("whatsapp") => Ok(()),
        Some(_) => Err(GraphError::parameter("messaging_product must be whatsapp.")),
        None => Err(GraphError::parameter("The parameter messaging_product is required.")),
    }
}

/// Six digits: a PIN or a code. Clients write them as text or as numbers, and a number has no zeros
/// in front.
pub(crate) fn six_digits(fields: &Fields<'_>, name: &str) -> Result<String, GraphError> {
    let text = fields.text(name, 16)?.replace('-', "");
    let is_number = fields.get(name).is_some_and(serde_json::Value::is_number);
    let text = if is_number { format!("{text:0>6}") } else { text };
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(GraphError::parameter(format!("{} must be six digits.", fields.path(name))))
    }
}
