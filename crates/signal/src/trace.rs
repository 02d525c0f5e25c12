//! Watching derivations.
//!
//! Every step of the protocol reports its name, the section that defines it, and its named inputs
//! and outputs. [`NoTrace`] says that nobody watches; since every step is compiled for its tracer,
//! nothing of the reporting is left then. A tracer sees secrets: one that keeps or prints them is
//! for teaching and for tests. [`Recorder`] keeps fingerprints only.

use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest, Sha256};

/// Receives every derivation step.
pub trait Tracer {
    /// Whether steps are to be reported at all.
    fn enabled(&self) -> bool {
        true
    }

    /// One derivation has been made.
    fn step(&mut self, step: &Step<'_>);
}

/// One derivation.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// The name that the specification gives it, in lower case.
    pub name: &'static str,
    /// Name, revision and section of the specification.
    pub spec: &'static str,
    /// What went in.
    pub inputs: &'a [Value<'a>],
    /// What came out.
    pub outputs: &'a [Value<'a>],
}

/// A named value.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    /// Its name in the specification.
    pub name: &'static str,
    /// The value. Secret unless `public`.
    pub bytes: &'a [u8],
    /// Whether an observer of the wire may know it.
    pub public: bool,
}

impl<'a> Value<'a> {
    /// A value that only the two ends know.
    pub const fn secret(name: &'static str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, public: false }
    }

    /// A value that anyone may know.
    pub const fn public(name: &'static str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, public: true }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, bytes, public: _ } = self;
        write!(f, "{name}({})", Fingerprint::of(bytes))
    }
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, spec, inputs, outputs } = self;
        write!(f, "{name} [{spec}] {inputs:?} -> {outputs:?}")
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl Tracer for NoTrace {
    #[inline]
    fn enabled(&self) -> bool {
        false
    }

    #[inline]
    fn step(&mut self, _step: &Step<'_>) {}
}

/// Keeps every step, with fingerprints in place of values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorder {
    /// The steps, oldest first.
    pub steps: Vec<Recorded>,
}

/// One derivation as [`Recorder`] keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The name that the specification gives it.
    pub name: &'static str,
    /// Name, revision and section of the specification.
    pub spec: &'static str,
    /// What went in.
    pub inputs: Vec<Named>,
    /// What came out.
    pub outputs: Vec<Named>,
}

/// A named value as [`Recorder`] keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name in the specification.
    pub name: &'static str,
    /// Whether an observer of the wire may know it.
    pub public: bool,
    /// Its length in bytes.
    pub length: usize,
    /// Tells it apart from others without showing it.
    pub fingerprint: Fingerprint,
}

impl Tracer for Recorder {
    fn step(&mut self, step: &Step<'_>) {
        let Step { name, spec, inputs, outputs } = *step;
        let (inputs, outputs) = (named(inputs), named(outputs));
        self.steps.push(Recorded { name, spec, inputs, outputs });
    }
}

fn named(values: &[Value<'_>]) -> Vec<Named> {
    let keep = |value: &Value<'_>| Named {
        name: value.name,
        public: value.public,
        length: value.bytes.len(),
        fingerprint: Fingerprint::of(value.bytes),
    };
    values.iter().map(keep).collect()
}

/// First four bytes of SHA-256 over a value: enough to compare by eye, useless to an attacker.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint([u8; 4]);

impl Fingerprint {
    /// The fingerprint of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(bytes));
        Self([a, b, c, d])
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reports one step if anyone watches.
#[inline]
pub(crate) fn report(
    trace: &mut (impl Tracer + ?Sized),
    name: &'static str,
    spec: &'static str,
    inputs: &[Value<'_>],
    outputs: &[Value<'_>],
) {
    if trace.enabled() {
        trace.step(&Step { name, spec, inputs, outputs });
    }
}
