//! The loop: a line in, a line out.

use std::{
    io::{self, BufRead, Write},
    panic::{AssertUnwindSafe, catch_unwind},
};

use keys::{
    Mode,
    mutant::{self, planted},
};
use serde_json::{Value, json};

use crate::{
    device::Device,
    fields::Fields,
    lines::{self, Line, MAX_LINE},
    refusal::{Kind, Refusal},
};

/// What our engine speaks.
pub(crate) const PROFILES: &[&str] = &["v3", "v4", "v4-spqr"];

const OPERATIONS: &[&str] = &[
    "capabilities",
    "init",
    "bundle",
    "process",
    "encrypt",
    "decrypt",
    "fingerprint",
    "mh",
    "last_resort",
    "time",
    "trust",
];

/// Answers each request on `input` with a line on `output`, until the input ends.
///
/// All randomness is what `entropy` fills its argument with: from the operating system where keys
/// are meant to be secret. A bad request is answered with a refusal and changes nothing; so is a
/// crash of ours, as `internal`.
///
/// # Errors
///
/// Those of `input` and `output`.
pub fn serve(
    input: impl BufRead,
    output: impl Write,
    entropy: impl FnMut(&mut [u8]),
) -> io::Result<()> {
    serve_in(Mode::default(), input, output, entropy)
}

/// As [`serve`], reading keys, signatures and messages as `mode` says.
///
/// # Errors
///
/// As [`serve`].
pub fn serve_in(
    mode: Mode,
    mut input: impl BufRead,
    mut output: impl Write,
    mut entropy: impl FnMut(&mut [u8]),
) -> io::Result<()> {
    let mut device = None;
    while let Some(line) = lines::next(&mut input)? {
        let answer =
            catch_unwind(AssertUnwindSafe(|| answer(&mut device, mode, &line, &mut entropy)))
                .unwrap_or_else(|_| Err(Refusal::new(Kind::Internal, "crashed on this request")));
        let answer = match answer {
            Ok(ok) => json!({ "ok": ok }),
            Err(refusal) => json!({ "err": refusal.to_string() }),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    if planted(mutant::EXIT_WITH_ERROR) {
        return Err(io::Error::other("this was planted"));
    }
    Ok(())
}

fn answer(
    device: &mut Option<Device>,
    mode: Mode,
    line: &Line,
    entropy: &mut impl FnMut(&mut [u8]),
) -> Result<Value, Refusal> {
    let line = match line {
        Line::Whole(line) => line,
        Line::TooLong => {
            let message = format_args!("a line of more than {MAX_LINE} bytes");
            return Err(Refusal::malformed(message));
        }
    };
    let request: Value = serde_json::from_slice(line).map_err(Refusal::malformed)?;
    perform(device, mode, &request, entropy)
}

/// Does what one request asks for.
pub(crate) fn perform(
    device: &mut Option<Device>,
    mode: Mode,
    request: &Value,
    entropy: &mut impl FnMut(&mut [u8]),
) -> Result<Value, Refusal> {
    let request = Fields::of(request)?;
    if planted(mutant::UNKNOWN_FIELD_REFUSED) && request.optional("later").is_some() {
        return Err(Refusal::malformed("an unknown field"));
    }
    match request.text("op")? {
        "capabilities" => Ok(capabilities(mode)),
        "init" => {
            *device = Some(Device::new(request, mode, entropy)?);
            Ok(json!({ "version": version() }))
        }
        "bundle" => started(device)?.bundle(request, entropy),
        "process" => started(device)?.process(request, entropy),
        "encrypt" => started(device)?.encrypt(request, entropy),
        "decrypt" => started(device)?.decrypt(request, entropy),
        "fingerprint" => started(device)?.fingerprint(request),
        "trust" => started(device)?.trust(request),
        "time" => started(device)?.time(request),
        other => Err(Refusal::new(Kind::Unsupported, format_args!("operation {other:?}"))),
    }
}

fn capabilities(mode: Mode) -> Value {
    json!({ "profiles": PROFILES, "ops": OPERATIONS, "impl": version(), "mode": mode.name() })
}

fn version() -> &'static str {
    concat!("blindpost ", env!("CARGO_PKG_VERSION"))
}

fn started(device: &mut Option<Device>) -> Result<&mut Device, Refusal> {
    device.as_mut().ok_or_else(|| Refusal::new(Kind::Other, "no identity yet: init comes first"))
}
