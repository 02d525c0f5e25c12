//! Which messages somebody asks for.

use cloud_api::wamid;
use vocab::PhoneNumber;

use super::Message;

/// Which messages somebody asks for: those that fit all that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Those of this person.
    pub(crate) person: Option<String>,
    /// Those of this number of a business.
    pub(crate) phone_number_id: Option<String>,
    /// Those to the business, or those to people.
    pub(crate) inbound: Option<bool>,
    /// Those of this type.
    pub(crate) kind: Option<String>,
    /// Those in whose object these words occur.
    pub(crate) contains: Option<String>,
    /// The message of this wamid.
    pub(crate) wamid: Option<String>,
    /// Those that have this status.
    pub(crate) status: Option<String>,
}

impl Filter {
    pub(super) fn fits(&self, message: &Message) -> bool {
        let Self { person, phone_number_id, inbound, kind, contains, wamid: id, status } = self;
        let said = message.said.as_ref();
        same(person, message.person.as_ref().map(PhoneNumber::digits))
            && same(phone_number_id, message.phone_number_id.as_deref())
            && inbound.is_none_or(|inbound| message.inbound == inbound)
            && same(kind, said.map(|said| said.kind.as_str()))
            && contains
                .as_ref()
                .is_none_or(|words| said.is_some_and(|said| occurs(words, &said.object)))
            && id.as_ref().is_none_or(|id| wamid(message.id) == *id)
            && status.as_ref().is_none_or(|status| message.has(status))
    }
}

fn same(wanted: &Option<String>, found: Option<&str>) -> bool {
    wanted.is_none() || wanted.as_deref() == found
}

/// Whether these words occur in a text anywhere in an object.
fn occurs(words: &str, object: &serde_json::Value) -> bool {
    use serde_json::Value;
    match object {
        Value::String(text) => text.contains(words),
        Value::Array(items) => items.iter().any(|item| occurs(words, item)),
        Value::Object(members) => members.values().any(|member| occurs(words, member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
