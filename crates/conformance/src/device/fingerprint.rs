//! `fingerprint`: the safety number with a peer, and a comparison with what the peer shows.

use serde_json::{Value, json};
use signal::{Comparison, Party, SafetyNumber, ScanError};

use super::Device;
use crate::{
    fields::{Fields, hex},
    refusal::{Kind, Refusal},
};

/// The form of a code, unless another is asked for: deployed clients with service ids use it.
const VERSION: u32 = 2;

impl Device {
    /// `fingerprint`: with `peer`, whose identity is known by now. Identifiers are the names of the
    /// two as text, unless `local_id` and `remote_id` say otherwise in hexadecimal; `version` is
    /// that of the code. With `scanned`, the code that the peer shows is compared.
    pub(crate) fn fingerprint(&self, request: Fields<'_>) -> Result<Value, Refusal> {
        let peer = request.address("peer")?;
        let unknown =
            || Refusal::new(Kind::NoSession, format_args!("the identity of {peer} is not known"));
        let (ours, theirs) =
            ([self.identity.public()], [*self.pins.get(&peer).ok_or_else(unknown)?]);
        let identifier = |name: &str, absent: &str| match request.optional(name) {
            None => Ok(absent.as_bytes().to_vec()),
            Some(_) => request.bytes(name),
        };
        let local = identifier("local_id", &self.name)?;
        let remote = identifier("remote_id", peer.name())?;
        let version = match request.optional("version") {
            None => VERSION,
            Some(_) => request.u32("version")?,
        };
        let number = SafetyNumber::new(&Party::new(&local, &ours), &Party::new(&remote, &theirs));
        let mut answer =
            json!({"display": number.digits(), "scannable": hex(&number.scannable(version))});
        if request.optional("scanned").is_some() {
            let same = number.compare(&request.bytes("scanned")?, version)? == Comparison::Same;
            super::add(&mut answer, "same", same);
        }
        Ok(answer)
    }
}

impl From<ScanError> for Refusal {
    fn from(error: ScanError) -> Self {
        let kind = match error {
            ScanError::Version { .. } => Kind::Version,
            ScanError::Malformed(_) | _ => Kind::Malformed,
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::tests::Process;

    /// Two that know each other's identity.
    fn acquainted() -> (Process, Process) {
        let (mut alice, mut bob) = (Process::new(1, "v3"), Process::new(2, "v3"));
        for (one, other) in [(&mut alice, &mut bob)] {
            let bundle = other.ok(&json!({"op":"bundle","otk":true}));
            one.ok(&json!({"op":"process","b":bundle,"peer":["p",1]}));
            let first = one.encrypt("hello");
            let (kind, c) = (&first["type"], &first["c"]);
            other.ok(&json!({"op":"decrypt","peer":["p",1],"type":kind,"c":c}));
        }
        (alice, bob)
    }

    fn asks(process: &mut Process, more: &Value) -> Value {
        let mut request = json!({"op":"fingerprint","peer":["p",1]});
        for (name, value) in more.as_object().unwrap() {
            request[name] = value.clone();
        }
        process.ok(&request)
    }

    #[test]
    fn two_devices_show_the_same_digits_and_know_each_others_code() {
        let (mut alice, mut bob) = acquainted();
        // Both are called n and p to each other; in earnest they have names of their own.
        let (hers, his) =
            (json!({"local_id":"61","remote_id":"62"}), json!({"local_id":"62","remote_id":"61"}));
        let (shown, seen) = (asks(&mut alice, &hers), asks(&mut bob, &his));
        assert_eq!(shown["display"], seen["display"]);
        assert_eq!(shown["display"].as_str().unwrap().len(), 60);
        assert_eq!(shown["scannable"].as_str().unwrap().len(), 148);

        for (scanned, same) in [(&shown, true), (&seen, false)] {
            let mut with = his.clone();
            with["scanned"] = scanned["scannable"].clone();
            assert_eq!(asks(&mut bob, &with)["same"], same);
        }
        assert_ne!(asks(&mut alice, &json!({}))["display"], shown["display"]);
    }

    #[test]
    fn what_cannot_be_compared_is_refused_by_kind() {
        let (mut alice, _bob) = acquainted();
        let mut refused = |more: Value| {
            let mut request = json!({"op":"fingerprint","peer":["p",1]});
            for (name, value) in more.as_object().unwrap() {
                request[name] = value.clone();
            }
            alice.refused(&request)
        };
        assert_eq!(refused(json!({"peer":["q",1]})), "no_session");
        assert_eq!(refused(json!({"scanned":"00"})), "malformed");
        assert_eq!(refused(json!({"version":1,"scanned":"0802"})), "malformed");
        let one = asks(&mut alice, &json!({"version":1}));
        assert_eq!(
            alice.refused(&json!({
                "op":"fingerprint","peer":["p",1],"version":2,"scanned":one["scannable"],
            })),
            "version"
        );
    }
}
