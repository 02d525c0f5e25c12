//! People and businesses, written.

use super::{Text, list, quoted, shown, span};
use crate::scenario::{AutoReply, Business, Hop3, Person, When};

pub(super) fn person(out: &mut Text, person: &Person) {
    out.table("[[person]]");
    out.pair("name", &quoted(&person.name));
    if let Some(phone) = &person.phone {
        out.pair("phone", &quoted(&format!("+{}", phone.digits())));
    }
    match person.reads {
        Some(after) => out.pair("reads", &span(after)),
        None => out.pair("reads", "\"never\""),
    }
    if !person.offline.is_empty() {
        let spans: Vec<String> =
            person.offline.iter().map(|(from, to)| list(&[shown(*from), shown(*to)])).collect();
        out.pair("offline", &format!("[{}]", spans.join(", ")));
    }
}

pub(super) fn business(out: &mut Text, business: &Business) {
    out.table("[[business]]");
    out.pair("name", &quoted(&business.name));
    out.pair("id", &quoted(&business.id.0));
    out.pair("address", &quoted(&business.address));
    if !business.contacts.is_empty() {
        out.pair("contacts", &list(&business.contacts));
    }
    out.pair("type", &quoted(&business.kind));
    if business.hop3 == Hop3::OnPremises {
        out.pair("hop3", "\"on-premises\"");
    }
    if let Some(phone) = &business.phone {
        out.pair("phone", &quoted(&format!("+{}", phone.digits())));
    }
    for rule in &business.rules {
        out.table("[[business.rule]]");
        let when = match &rule.when {
            When::Any => "\"any\"".to_owned(),
            When::First => "\"first\"".to_owned(),
            When::Contains(words) => format!("{{ contains = {} }}", quoted(words)),
        };
        out.pair("when", &when);
        out.pair("reply", &quoted(&rule.reply));
    }
    if let Some(service) = &business.auto_reply {
        auto_reply(out, service);
    }
}

fn auto_reply(out: &mut Text, service: &AutoReply) {
    out.table("[business.auto_reply]");
    out.pair("terms", &quoted(&service.terms));
    out.pair("from", &span(service.from));
    if let Some(until) = service.until {
        out.pair("until", &span(until));
    }
    if let Some(otherwise) = &service.otherwise {
        out.pair("otherwise", &quoted(otherwise));
    }
    for (contains, reply) in &service.rules {
        out.table("[[business.auto_reply.rule]]");
        out.pair("contains", &quoted(contains));
        out.pair("reply", &quoted(reply));
    }
}
