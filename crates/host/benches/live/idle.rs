//! Memory of connections on which nothing happens, and what it takes when all of them come back.

use std::{
    cell::Cell,
    io, process,
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt as _,
    select,
    sync::{Semaphore, watch},
    task::{JoinHandle, spawn_local},
    time::sleep,
};
use vocab::{
    Micros,
    limits::{LINK_PING_AFTER, LINK_RETRY_FIRST, LINK_RETRY_MOST},
};

use crate::{
    Arguments,
    device::{Crowd, Wire},
    figures::{machine, of_the_kernel, resident, tenth},
    server::Server,
};

/// Kilobytes that a connection may take at either end.
const GOAL: f64 = 16.0;
/// What a process takes until memory that it let go is used again, in kilobytes.
const SETTLES: u64 = 4_096;
/// Devices that connect at a time while nobody hurries.
const AT_A_TIME: usize = 64;

/// Kilobytes at a moment.
struct Memory {
    server: u64,
    devices: u64,
    buffers: u64,
    slab: u64,
}

impl Memory {
    fn now(server: &Server) -> Self {
        let (buffers, slab) = of_the_kernel();
        let (server, devices) = (resident(server.id()).0, resident(process::id()).0);
        Self { server, devices, buffers, slab }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Value {
    let count = arguments.count(15_000, 200);
    let begins = machine();
    let server = Server::start(&arguments.folder);
    let crowd = Rc::new(Crowd::of(&server));
    // The first few bring what a process needs once, however many come after them.
    let first = 20;
    let (stop, stopped) = watch::channel(false);
    let waking = Instant::now();
    let mut up = everybody(&crowd, 0..first, (0, AT_A_TIME), &stopped).await;
    let before = Memory::now(&server);
    up.tasks.extend(everybody(&crowd, first..first + count, (0, AT_A_TIME), &stopped).await.tasks);
    println!("{count} devices are connected after {:.1} s", waking.elapsed().as_secs_f64());
    sleep(Duration::from_secs(2)).await;
    let after = Memory::now(&server);
    let each = |before: u64, after: u64| (after.saturating_sub(before)) as f64 / count as f64;
    let of_server = each(before.server, after.server);
    let of_devices = each(before.devices, after.devices);
    let (buffers, slab) = (each(before.buffers, after.buffers), each(before.slab, after.slab));
    println!(
        "each: {of_server:.1} KB of the server, {of_devices:.1} KB of the devices; \
         of the kernel {buffers:.1} KB of buffers and {slab:.1} KB of objects at both ends"
    );
    stop.send_replace(true);
    for task in up.tasks {
        task.await.unwrap();
    }
    println!("everybody is gone and comes back at once");
    let (_stop, stopped) = watch::channel(false);
    let storm = Instant::now();
    let again = everybody(&crowd, 0..first + count, (1, first + count), &stopped).await;
    let (drained, attempts) = (storm.elapsed().as_secs_f64(), again.attempts);
    println!("all are back after {drained:.1} s and {attempts} attempts");
    if !arguments.smoke {
        assert!(of_server <= GOAL && of_devices <= GOAL, "more than {GOAL} KB each");
    } else {
        // Of so few a page more or less is much: only what is out of all proportion shows.
        let most = GOAL * count as f64 + SETTLES as f64;
        assert!(((after.server - before.server) as f64) < most, "the server takes too much");
    }
    json!({
        "machine": begins, "connections": count,
        "server_kb_each": tenth(of_server), "devices_kb_each": tenth(of_devices),
        "kernel_buffers_kb_each": tenth(buffers), "kernel_objects_kb_each": tenth(slab),
        "server_kb": after.server, "storm_seconds": tenth(drained), "storm_attempts": attempts,
    })
}

/// Devices that are connected.
struct Up {
    tasks: Vec<JoinHandle<()>>,
    attempts: u64,
}

/// Connects everybody for the `time`th time, so many `at_once`; each tries until it is in.
async fn everybody(
    crowd: &Rc<Crowd>,
    numbers: std::ops::Range<usize>,
    (time, at_once): (u32, usize),
    stopped: &watch::Receiver<bool>,
) -> Up {
    let attempts = Rc::new(Cell::new(0));
    let missing = Rc::new(Cell::new(numbers.len()));
    let turns = Rc::new(Semaphore::new(at_once));
    let tasks = numbers.map(|number| {
        let (crowd, attempts) = (crowd.clone(), attempts.clone());
        let (missing, stopped, turns) = (missing.clone(), stopped.clone(), turns.clone());
        spawn_local(async move {
            let turn = turns.acquire().await;
            let wire = comes(&crowd, number, time, &attempts).await;
            drop(turn);
            missing.set(missing.get() - 1);
            drop((crowd, attempts, missing, turns));
            idles(wire, stopped).await;
        })
    });
    let tasks = tasks.collect();
    while missing.get() > 0 {
        sleep(Duration::from_millis(5)).await;
    }
    Up { tasks, attempts: attempts.get() }
}

/// Boxed, so that the room it needs is gone when the device idles.
fn comes<'a>(
    crowd: &'a Crowd,
    number: usize,
    time: u32,
    attempts: &'a Cell<u64>,
) -> std::pin::Pin<Box<dyn Future<Output = Wire> + 'a>> {
    Box::pin(async move {
        let mut wait = LINK_RETRY_FIRST;
        loop {
            let attempt = attempts.replace(attempts.get() + 1);
            match come(crowd, number, time, attempt).await {
                Ok(wire) => return wire,
                // Between half of the wait and all of it: not everybody comes back at once.
                Err(_) => sleep(jittered(wait, attempt)).await,
            }
            wait = wait.doubled_up_to(LINK_RETRY_MOST);
        }
    })
}

fn jittered(wait: Micros, attempt: u64) -> Duration {
    Duration::from_micros(wait.0 / 2 + wait.0 / 2 * (attempt % 97) / 97)
}

async fn come(crowd: &Crowd, number: usize, time: u32, attempt: u64) -> io::Result<Wire> {
    // No two handshakes draw the same.
    let draw = time << 28 | u32::try_from(attempt).unwrap();
    let mut wire = crowd.connect(number, draw).await?;
    match time {
        0 => crowd.join(&mut wire, number).await?,
        _ => crowd.hello(&mut wire, number).await?,
    }
    Ok(wire)
}

/// Asks now and then whether the server is there, as every device does.
async fn idles(mut wire: Wire, mut stopped: watch::Receiver<bool>) {
    loop {
        select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            _ = wire.stream.readable() => wire.read(&mut Vec::new()).expect("the server is there"),
            () = sleep(Duration::from_micros(LINK_PING_AFTER.0)) => {
                let mut out = Vec::new();
                wire.sealer.ping(1, &mut out).unwrap();
                wire.stream.write_all(&out).await.expect("the server is there");
            }
        }
    }
}
