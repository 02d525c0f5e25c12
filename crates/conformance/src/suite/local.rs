//! Our own engine as one end of a case, in this process and with randomness from the seed.

use keys::Mode;
use serde_json::Value;

use super::{adapter::Refused, seeded::Seeded};
use crate::{device::Device, refusal::Refusal, serve};

/// One device of ours.
pub(crate) struct Local {
    device: Option<Device>,
    entropy: Seeded,
}

impl Local {
    pub(crate) const fn new(entropy: Seeded) -> Self {
        Self { device: None, entropy }
    }

    /// The answer to `request`, as our adapter would give it.
    pub(crate) fn ask(&mut self, request: &Value) -> Result<Value, Refused> {
        let entropy = &mut |bytes: &mut [u8]| self.entropy.fill(bytes);
        // As deployed clients read: whatever honest ends send has to open.
        serve::perform(&mut self.device, Mode::Compat, request, entropy)
            .map_err(|refusal| refused(&refusal))
    }
}

fn refused(refusal: &Refusal) -> Refused {
    let text = refusal.to_string();
    let (kind, _) = text.split_once(':').unwrap_or((&text, ""));
    Refused { kind: kind.to_owned(), text }
}
