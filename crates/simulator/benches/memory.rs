//! What a registered device without a session costs in memory: everything of the simulator's, the
//! transport's rows for it included.
//!
//! ```text
//! cargo bench -p simulator --bench memory -- [--devices N] [--profile v3|v4|v4-spqr]
//! ```
//!
//! (resident memory after registration - before the world was built) / devices. Nobody looks at
//! bytes while it runs. Memory is asked of the system, so this tells something on Linux alone.

#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints, and may stop at what goes wrong"
)]

use std::{fmt::Write as _, fs};

use simulator::{
    adversary::Device,
    node::HopNode,
    scenario,
    world::{Options, World},
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let devices: u64 = value("--devices").map_or(2_000, |text| text.parse().unwrap());
    let profile = value("--profile").unwrap_or_else(|| "v4".to_owned());
    let path = std::env::temp_dir().join(format!("blindpost-memory-{}.toml", std::process::id()));
    fs::write(&path, written(devices, &profile)).unwrap();
    let scenario = scenario::load(&path);
    fs::remove_file(&path).unwrap();
    let scenario = scenario.unwrap();

    let before = resident();
    let mut world = World::new(&scenario, &Options::default(), None).unwrap();
    world.shared.with(|watch| watch.looks = false);
    let built = resident();
    world.run(&scenario, &mut |_, _| {});
    let after = resident();
    let rows = |host: &str| {
        let id = world.kernel.hosts().find(|(_, name)| *name == host).unwrap().0;
        let (mut rows, mut bytes) = (0, 0);
        world.kernel.store(id).unwrap().visit(&mut |row| {
            rows += 1;
            bytes += (row.key.as_bytes().len() + row.value.len()) as u64;
        });
        (rows, bytes)
    };
    let each = |bytes: u64| bytes / devices;
    println!("{devices} devices, {profile}, {} events", world.kernel.events());
    println!(
        "a device: {} bytes, {} of them before it ran",
        each(after - before),
        each(built - before)
    );
    let (own, bytes) = rows("person 1");
    println!("its store: {own} rows, {bytes} bytes of keys and values");
    let (there, bytes) = rows("transport");
    println!("the transport's: {} rows a device, {} bytes", there / devices, each(bytes));
    println!("size_of HopNode<Device>: {}", size_of::<HopNode<Device>>());
    println!("size_of client::Config: {}", size_of::<client::Config>());
    println!("size_of Device: {}", size_of::<Device>());
}

fn written(devices: u64, profile: &str) -> String {
    let mut text = format!(
        "title = \"Memory\"\nabout = \"Many register.\"\nseed = 1\nprofile = \"{profile}\"\n\
         duration = \"10m\"\n\n[links]\nlatency = \"40ms\"\n\n[[business]]\nname = \"Shop\"\n\
         type = \"bakery\"\n"
    );
    for number in 0..devices {
        write!(text, "\n[[person]]\nname = \"person {number}\"\n").unwrap();
    }
    text
}

/// Bytes of memory that this process holds.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1_024
}
