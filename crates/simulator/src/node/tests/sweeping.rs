//! Expired rows are gone in time, and idle months cost nothing.

use hop::{Effect, Input};
use rand_core::CryptoRng;
use store::Key;
use vocab::{DataClass, Micros, Now, limits::SWEEP_INTERVAL};

use crate::{
    kernel::{Builder, HostId, Kernel, Stop, Time},
    node::{Handle, HopNode},
    toy::{Ask, EPOCH, Memory, Toy, key, millis, now, put},
};

/// Stores a row for an hour, one for 30 days and one for good.
fn keeper(
    _memory: &mut Memory,
    input: Input<Ask>,
    _clock: Now,
    _rng: &mut dyn CryptoRng,
) -> Vec<Effect<String>> {
    match input {
        Input::Command(_) => vec![
            now(put(1, "hour", Some(Micros::hours(1)))),
            now(put(2, "month", Some(Micros::days(30)))),
            now(put(3, "good", None)),
        ],
        _ => Vec::new(),
    }
}

fn keeping(node: impl FnOnce(HopNode<Toy>) -> HopNode<Toy>) -> (Kernel, Handle<Toy>) {
    let mut builder = Builder::new(1, EPOCH);
    let bare = HopNode::new(|| Toy::new(keeper)).with_script([(millis(1), Ask(0, "store"))]);
    let host = builder.hop("keeper", key(1), node(bare));
    (builder.build().unwrap(), host)
}

/// Rows whose bytes are in the store, readable or not.
fn bytes_of(kernel: &Kernel) -> Vec<Key> {
    let mut keys = Vec::new();
    kernel.store(HostId(0)).unwrap().visit(&mut |row| keys.push(row.key.clone()));
    keys
}

fn keys(names: &[&str]) -> Vec<Key> {
    names.iter().map(|name| Key::table(name)).collect()
}

#[test]
fn the_bytes_of_an_expired_row_are_gone_within_a_minute_and_not_before_it_expires() {
    let (mut kernel, host) = keeping(|node| node);
    for (age, name, left) in [
        (Micros::hours(1), "hour", &["good", "month"][..]),
        (Micros::days(30), "month", &["good"][..]),
    ] {
        let stored = millis(1);
        let expiry = stored.after(age);
        kernel.run_until(expiry, &mut ());
        assert!(bytes_of(&kernel).contains(&Key::table(name)));
        kernel.run_until(expiry.after(SWEEP_INTERVAL), &mut ());
        assert_eq!(bytes_of(&kernel), keys(left));
    }
    let swept = kernel.node(host).unwrap().swept();
    assert_eq!(swept.get(&DataClass::MessageContent), Some(&2));
}

#[test]
fn idle_months_cost_a_handful_of_events() {
    let (mut kernel, _) = keeping(|node| node);
    let stop = kernel.run_until(Time(Micros::days(365).0), &mut ());
    assert_eq!(stop, Stop::Quiet);
    // A start, a command, three answers of the store, two sweeps.
    assert_eq!(kernel.report().events, 7);
    assert_eq!(bytes_of(&kernel), keys(&["good"]));
}

#[test]
fn a_row_that_expired_while_the_host_was_down_is_gone_a_minute_after_its_restart() {
    let (mut kernel, host) = keeping(|node| node);
    kernel.crash_at(host.id(), millis(500), Micros::hours(3));
    let up_again = millis(500).after(Micros::hours(3));
    kernel.run_until(up_again, &mut ());
    assert_eq!(bytes_of(&kernel), keys(&["good", "hour", "month"]));
    kernel.run_until(up_again.after(SWEEP_INTERVAL), &mut ());
    assert_eq!(bytes_of(&kernel), keys(&["good", "month"]));
}

#[test]
fn a_sweep_is_not_undone_by_a_crash() {
    let (mut kernel, host) = keeping(|node| node);
    let swept = millis(1).after(Micros::hours(1)).after(SWEEP_INTERVAL);
    kernel.run_until(swept, &mut ());
    kernel.crash_at(host.id(), swept, Micros(1));
    kernel.run_until(swept.after(Micros(10)), &mut ());
    assert!(kernel.is_alive(host.id()));
    assert_eq!(bytes_of(&kernel), keys(&["good", "month"]));
}

#[test]
fn a_clock_that_is_wrong_judges_rows_by_itself() {
    for skew in [-5_000_000_000, 5_000_000_000] {
        let mut builder = Builder::new(1, EPOCH);
        let node = HopNode::new(|| Toy::new(keeper)).with_script([(millis(1), Ask(0, "store"))]);
        let host = builder.hop("keeper", key(1), node);
        builder.skew(host.id(), skew);
        let mut kernel = builder.build().unwrap();
        let expiry = millis(1).after(Micros::hours(1));
        kernel.run_until(expiry, &mut ());
        assert_eq!(bytes_of(&kernel), keys(&["good", "hour", "month"]));
        kernel.run_until(expiry.after(SWEEP_INTERVAL), &mut ());
        assert_eq!(bytes_of(&kernel), keys(&["good", "month"]));
    }
}

#[cfg(feature = "mutants")]
#[test]
fn without_its_sweep_a_store_keeps_what_expired() {
    let (mut kernel, _) = keeping(|node| node.with_mutant(crate::node::Mutant::SweepOff));
    kernel.run_until(Time(Micros::days(365).0), &mut ());
    assert_eq!(bytes_of(&kernel), keys(&["good", "hour", "month"]));
}
