//! What those who do not get in cost the others: connections that say nothing, that say it slowly,
//! and that say anything.

use std::{cell::Cell, io, rc::Rc, time::Duration};

use getrandom::fill;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    select,
    sync::watch,
    task::spawn_local,
    time::sleep,
};

use crate::{
    Arguments,
    device::Crowd,
    figures::{machine, resident, tenth},
    server::Server,
    traffic,
};

/// Devices that go on meanwhile, and how many messages a second they write.
const DEVICES: usize = 40;
const RATE: f64 = 200.0;
/// Kilobytes that all strangers together may cost: twelve for each connection within its handshake
/// (1,024 at a time), and as much again for those on their way out.
const MOST: u64 = 24 * 1_024;
/// What a stranger who has all the time says, a byte at a time: a true beginning.
const TRUE_BEGINNING: &[u8] = b"BPL\x01\x00\x00\x20";

/// What strangers did.
#[derive(Default)]
struct Deeds {
    connections: Cell<u64>,
    ended: Cell<u64>,
}

impl Deeds {
    fn connected(&self) {
        self.connections.set(self.connections.get() + 1);
    }

    fn ended(&self) {
        self.ended.set(self.ended.get() + 1);
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Value {
    let silent = arguments.count(10_000, 1_500);
    let busy = if arguments.smoke { 20 } else { 200 };
    let messages = if arguments.smoke { 400 } else { 2_000 };
    let begins = machine();
    let server = Server::start(&arguments.folder);
    let crowd = Rc::new(Crowd::of(&server));
    let traffic = traffic::begin(&crowd, DEVICES).await;
    let alone = traffic.pace(RATE, messages).await;
    let before = resident(server.id()).0;
    let deeds = Rc::new(Deeds::default());
    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![spawn_local(say_nothing(crowd.clone(), silent, deeds.clone()))];
    for number in 0..busy {
        tasks.push(spawn_local(until(
            stopped.clone(),
            say_slowly(crowd.clone(), number, deeds.clone()),
        )));
        let anything = say_anything(crowd.clone(), number, deeds.clone());
        tasks.push(spawn_local(until(stopped.clone(), anything)));
    }
    let most = Rc::new(Cell::new(0));
    let watching = watch_memory(server.id(), most.clone());
    tasks.push(spawn_local(until(stopped, watching)));
    let among_strangers = traffic.pace(RATE, messages).await;
    // The silent ones have all come by then, or are waited for.
    tasks.swap_remove(0).await.unwrap();
    let still = traffic.pace(RATE, messages / 4).await;
    stop.send_replace(true);
    for task in tasks {
        task.await.unwrap();
    }
    let evicted = server.metric("blindpost_handshakes_evicted_total").await;
    let failed = server.metric("blindpost_handshakes_failed_total").await;
    let grown = most.get().saturating_sub(before);
    println!(
        "{} connections of strangers, {evicted} of them ended for newer ones and {failed} for \
         what they said; {grown} KB more at the most",
        deeds.connections.get()
    );
    for (name, [p50, p99]) in [("alone", alone), ("meanwhile", among_strangers), ("after", still)] {
        println!("latency {name}: p50 {p50:.1} ms, p99 {p99:.1} ms");
    }
    let tally = traffic.tally.borrow();
    assert!(tally.refused.is_empty(), "refused: {:?}", tally.refused);
    assert!(evicted > 0 && failed > 0, "nobody was shown out");
    assert!(grown <= MOST, "strangers cost {grown} KB, more than {MOST} KB");
    json!({
        "machine": begins, "silent": silent, "slow": busy, "noisy": busy,
        "connections": deeds.connections.get(), "ended_by_the_server": deeds.ended.get(),
        "evicted": evicted, "failed": failed, "server_kb_before": before,
        "server_kb_more_at_most": grown,
        "latency_alone_ms": alone.map(tenth), "latency_meanwhile_ms": among_strangers.map(tenth),
    })
}

async fn until(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    select! {
        _ = stopped.wait_for(|stopped| *stopped) => {}
        () = work => {}
    }
}

/// The most kilobytes that a process had in memory.
async fn watch_memory(id: u32, most: Rc<Cell<u64>>) {
    loop {
        most.set(most.get().max(resident(id).0));
        sleep(Duration::from_millis(20)).await;
    }
}

/// Opens connections and says nothing on any of them.
async fn say_nothing(crowd: Rc<Crowd>, count: usize, deeds: Rc<Deeds>) {
    let mut open = Vec::new();
    for number in 0..count {
        if let Ok(stream) = crowd.dial(number).await {
            deeds.connected();
            open.push(stream);
        }
    }
    for stream in &open {
        if matches!(stream.try_read(&mut [0]), Ok(0)) {
            deeds.ended();
        }
    }
}

/// Says a true beginning, a byte at a time, as slowly as it may.
async fn say_slowly(crowd: Rc<Crowd>, number: usize, deeds: Rc<Deeds>) {
    loop {
        let Ok(mut stream) = crowd.dial(number).await else { continue };
        deeds.connected();
        for byte in TRUE_BEGINNING.iter().chain(&[0; 31]) {
            sleep(Duration::from_millis(250)).await;
            if stream.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
        deeds.ended();
    }
}

/// Says anything, at once, and tries again when it is shown out.
async fn say_anything(crowd: Rc<Crowd>, number: usize, deeds: Rc<Deeds>) {
    loop {
        let mut noise = vec![0; 1 + number * 61 % 4_096];
        fill(&mut noise).unwrap();
        // Half of them know how to begin.
        if number.is_multiple_of(2) {
            noise.splice(0..0, TRUE_BEGINNING.iter().copied());
        }
        if let Ok(mut stream) = crowd.dial(number).await {
            deeds.connected();
            if speak(&mut stream, &noise).await.is_ok() {
                deeds.ended();
            }
        }
        // Strangers are many and none of them is fast: what is measured is not their own work.
        sleep(Duration::from_millis(50)).await;
    }
}

async fn speak(stream: &mut TcpStream, noise: &[u8]) -> io::Result<()> {
    stream.write_all(noise).await?;
    // Whatever is answered, the end comes.
    while stream.read(&mut [0; 512]).await? > 0 {}
    Ok(())
}
