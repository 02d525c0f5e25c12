//! Derivations as lines for machines: names, sections and fingerprints, never a value.

use serde_json::{Value, json};
use signal::trace::{Named, Recorded};
use vocab::MessageId;

use super::Watch;
use crate::kernel::{HostId, Time};

impl Watch {
    /// An end derived keys.
    pub(super) fn derived(
        &mut self,
        (host, at): (HostId, Time),
        during: &str,
        id: Option<MessageId>,
        steps: &[Recorded],
    ) {
        for step in steps {
            let line = json!({
                "at_us": at.0,
                "node": self.name(host),
                "during": during,
                "message": id.map(|id| id.to_string()),
                "step": step.name,
                "specification": step.spec,
                "inputs": values(&step.inputs),
                "outputs": values(&step.outputs),
            });
            self.derivations.push(line.to_string());
        }
    }
}

fn values(values: &[Named]) -> Vec<Value> {
    let value = |value: &Named| {
        json!({
            "name": value.name,
            "bytes": value.length,
            "public": value.public,
            "fingerprint": value.fingerprint.to_string(),
        })
    };
    values.iter().map(value).collect()
}
