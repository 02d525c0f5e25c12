//! What becomes of every code of the catalogue here: a test produces it, or it cannot occur.
//!
//! Whatever stands here, a fault that is switched on over the control API answers a call that sends
//! with any of them.

use Standing::{Impossible, Produced};

/// What becomes of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Tests in this file have the code, its HTTP status and its shape produced.
    Produced(&'static str),
    /// It cannot occur by itself, and why.
    Impossible(&'static str),
}

const SENDS: &str = "crates/cloud-api/src/tests/graph/errors.rs";
const FILES: &str = "crates/cloud-api/src/tests/graph/files.rs";
const FRONT: &str = "crates/cloud-api/src/tests/graph/front.rs";
const BLOCKS: &str = "crates/cloud-api/src/tests/manage/blocks.rs";
const CALLBACKS: &str = "crates/cloud-api/src/tests/manage/callbacks.rs";
const FLOWS: &str = "crates/cloud-api/src/tests/manage/flows.rs";
const NUMBERS: &str = "crates/cloud-api/src/tests/manage/numbers.rs";
const REGISTRATION: &str = "crates/cloud-api/src/tests/manage/registration.rs";
const TEMPLATES: &str = "crates/cloud-api/src/tests/manage/templates.rs";
const STORAGE: &str = "crates/cloud-api/src/tests/storage.rs";
const TOKENS: &str = "crates/cloud-api/src/tests/tokens.rs";
const FAULTS: &str = "crates/host/tests/live/refusals.rs";

/// By code, the first one of a range; every row of the catalogue has one here.
pub const STANDING: &[(u32, Standing)] = &[
    (0, Impossible("whoever cannot be authenticated has no valid token, and is told 190")),
    (1, Produced(CALLBACKS)),
    (2, Produced(FRONT)),
    (3, Impossible("apps have no capabilities here; who may not do something is told 10")),
    (4, Produced(NUMBERS)),
    (10, Produced(FRONT)),
    (33, Produced(SENDS)),
    (100, Produced(SENDS)),
    (190, Produced(FRONT)),
    (200, Produced(TOKENS)),
    (368, Produced(SENDS)),
    (80_007, Produced(NUMBERS)),
    (130_429, Produced(SENDS)),
    (130_472, Impossible("nobody is part of an experiment here")),
    (130_497, Produced(SENDS)),
    (131_000, Produced(FAULTS)),
    (131_005, Produced(SENDS)),
    (131_008, Produced(SENDS)),
    (131_009, Produced(SENDS)),
    (131_016, Produced(FAULTS)),
    (131_021, Produced(SENDS)),
    (131_026, Produced(SENDS)),
    (131_031, Produced(SENDS)),
    (131_035, Produced(STORAGE)),
    (131_036, Produced(STORAGE)),
    (131_037, Produced(SENDS)),
    (131_042, Produced(SENDS)),
    (131_045, Produced(SENDS)),
    (131_047, Produced(SENDS)),
    (131_048, Produced(SENDS)),
    (131_049, Produced(SENDS)),
    (131_050, Produced(SENDS)),
    (131_051, Produced(SENDS)),
    (131_052, Produced(FILES)),
    (131_053, Produced(FILES)),
    (131_055, Produced(SENDS)),
    (131_056, Produced(SENDS)),
    (131_057, Produced(SENDS)),
    (131_062, Produced(SENDS)),
    (131_063, Impossible("every account may send marketing templates here")),
    (131_064, Impossible("nobody judges here whether a template is in the right category")),
    (132_000, Produced(SENDS)),
    (132_001, Produced(SENDS)),
    (132_005, Produced(SENDS)),
    (132_007, Produced(TEMPLATES)),
    (132_012, Produced(SENDS)),
    (132_015, Produced(SENDS)),
    (132_016, Produced(SENDS)),
    (132_068, Produced(FLOWS)),
    (132_069, Produced(FLOWS)),
    (133_000, Impossible("a number is deregistered in one step")),
    (133_004, Produced(FAULTS)),
    (133_005, Produced(REGISTRATION)),
    (133_006, Produced(REGISTRATION)),
    (133_008, Produced(REGISTRATION)),
    (133_009, Produced(REGISTRATION)),
    (133_010, Produced(SENDS)),
    (133_015, Impossible("a number is deregistered in one step")),
    (133_016, Produced(REGISTRATION)),
    (134_011, Impossible("there are no payments here")),
    (134_100, Produced(SENDS)),
    (134_101, Impossible("a template that is approved can be sent at once here")),
    (134_102, Impossible("marketing messages need no onboarding here")),
    (135_000, Impossible("every wrong parameter has a code of its own here")),
    (137_000, Produced(SENDS)),
    (139_000, Impossible("nobody looks at what flows are for here")),
    (139_001, Produced(FLOWS)),
    (139_002, Produced(FLOWS)),
    (139_003, Produced(FLOWS)),
    (139_004, Produced(FLOWS)),
    (139_100, Produced(BLOCKS)),
    (139_101, Produced(BLOCKS)),
    (139_102, Impossible("calls about one number are worked on one after the other")),
    (139_103, Impossible("a block list that cannot be changed would be a defect here")),
    (1_752_041, Impossible("no partner onboards clients here")),
    (2_593_079, Impossible("no business account moves to another solution here")),
    (2_593_085, Impossible("no business account changes its owner here")),
    (2_593_107, Impossible("no number is shared with an app that would be synchronised")),
    (2_593_108, Impossible("no number is shared with an app that would be synchronised")),
];
