//! The crate `libsignal-protocol-syft` behind the adapter protocol: a line of JSON in, one out.
//!
//! It is AGPL-3.0-only and loaded in this process alone; whoever drives it talks through pipes.

mod bench;
mod device;
mod fields;
mod kinds;
mod stores;

use std::{
    future::Future,
    io::{self, BufRead as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    process::ExitCode,
    task::{Context, Poll, Waker},
};

use serde_json::{Value, json};

use crate::{device::Device, fields::Refusal};

const IMPLEMENTATION: &str = "libsignal-protocol-syft 0.85.3-beta.5";
/// The ratchet of SPQR is always offered, and done without if the peer has none: nothing switches
/// between the two.
const PROFILES: &[&str] = &["v4", "v4-spqr"];
const OPERATIONS: &[&str] = &[
    "capabilities",
    "init",
    "bundle",
    "process",
    "encrypt",
    "decrypt",
    "trust",
    "time",
    "fingerprint",
    "mh",
    "last_resort",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ended = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => serve(),
        ["--bench"] => bench::run(),
        _ => {
            eprintln!("usage: blindpost-peer-syft [--bench]");
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    // What a crash has to say goes into the answer.
    std::panic::set_hook(Box::new(|_| {}));
    let mut output = io::stdout().lock();
    let mut device = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let answer = catch_unwind(AssertUnwindSafe(|| answer(&mut device, &line)))
            .unwrap_or_else(|_| Err(Refusal::new("internal", "crashed on this request")));
        let answer = match answer {
            Ok(ok) => json!({ "ok": ok }),
            Err(refusal) => json!({ "err": refusal.to_string() }),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(device: &mut Option<Device>, line: &str) -> Result<Value, Refusal> {
    let request: Value =
        serde_json::from_str(line).map_err(|error| Refusal::new("malformed", error))?;
    let op = fields::text(&request, "op")?;
    match op {
        "capabilities" => {
            return Ok(json!({ "profiles": PROFILES, "ops": OPERATIONS, "impl": IMPLEMENTATION }));
        }
        "init" => {
            let profile = request.get("profile").and_then(Value::as_str);
            if profile.is_some_and(|profile| !PROFILES.contains(&profile)) {
                return Err(Refusal::new("unsupported", "a profile that this version lacks"));
            }
            *device = Some(Device::new(&request)?);
            return Ok(json!({ "version": IMPLEMENTATION }));
        }
        "bundle" | "process" | "encrypt" | "decrypt" | "trust" | "time" | "fingerprint" => {}
        other => return Err(Refusal::new("unsupported", format_args!("operation {other:?}"))),
    }
    let none = || Refusal::new("other", "no identity yet: init comes first");
    let device = device.as_mut().ok_or_else(none)?;
    match op {
        "bundle" => now(device.bundle(&request)),
        "process" => now(device.process(&request)),
        "encrypt" => now(device.encrypt(&request)),
        "decrypt" => now(device.decrypt(&request)),
        "trust" => now(device.trust(&request)),
        "fingerprint" => now(device.fingerprint(&request)),
        _ => device.time(&request),
    }
}

/// Runs a future whose stores are in memory, so that it never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}
