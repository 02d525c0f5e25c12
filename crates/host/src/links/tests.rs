//! Who gets in, who does not, and what that costs the others.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use hop::{Act, Effect, Hop, Input, Outputs};
use link::StaticKey;
use rand_core::CryptoRng;
use store::Transaction;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use vocab::{NoiseKey, Now};

use super::{Dial, Ground, Here, Links, Rules, Seeds};
use crate::{
    clock::Clock,
    http::Asker,
    ledger::{Done, Ledger},
    log::Log,
    metrics::Metrics,
    node::{Meters, Node, World},
    rng::Randomness,
    stop::{Stop, Stopper},
};

/// A frame that makes the hop send more than anybody reads.
const FLOOD: &[u8] = b"flood";

/// Tells what comes, sends what it is asked to send, and answers every frame with the same.
struct Echo {
    answers: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Came {
    Up(NoiseKey),
    Down(NoiseKey),
    Frame(NoiseKey, Vec<u8>),
}

impl Hop for Echo {
    type Command = (NoiseKey, Vec<u8>);
    type Event = Came;

    fn handle(
        &mut self,
        input: Input<Self::Command>,
        _now: Now,
        _rng: &mut dyn CryptoRng,
    ) -> Outputs<Came> {
        let acts = match input {
            Input::Link { peer, up } => {
                vec![Act::Event(if up { Came::Up(peer) } else { Came::Down(peer) })]
            }
            Input::Frame { from, bytes } if bytes == FLOOD => {
                let frame = || Act::Send { to: from, bytes: vec![0; 60_000] };
                std::iter::repeat_with(frame).take(1_000).collect()
            }
            Input::Frame { from, bytes } => {
                let told = Act::Event(Came::Frame(from, bytes.clone()));
                let answer = self.answers.then_some(Act::Send { to: from, bytes });
                std::iter::once(told).chain(answer).collect()
            }
            Input::Command((to, bytes)) => vec![Act::Send { to, bytes }],
            Input::Boot
            | Input::Joined { .. }
            | Input::Request { .. }
            | Input::Response { .. }
            | Input::Stored { .. }
            | Input::Wake => Vec::new(),
        };
        let effects = acts.into_iter().map(|act| Effect { after: None, act }).collect();
        Outputs { effects, wake_at: None }
    }
}

struct Nothing;

impl Ledger for Nothing {
    fn submit(&mut self, transaction: Transaction, _done: Done) {
        panic!("the hop stores nothing: {transaction:?}");
    }
}

/// Lines of a log, as they are written.
struct Lines(UnboundedSender<String>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _nobody_reads = self.0.send(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One end.
struct End {
    node: Node<(NoiseKey, Vec<u8>)>,
    links: Arc<Links>,
    events: UnboundedReceiver<Came>,
    lines: UnboundedReceiver<String>,
    ground: Ground,
    stop: (Stopper, Stop),
    task: Option<JoinHandle<()>>,
}

fn key(byte: u8) -> StaticKey {
    StaticKey::from_secret(&mut [byte; 32])
}

impl End {
    fn new(name: u8, answers: bool, most_waiting: usize) -> Self {
        let clock = Clock::real();
        let (events, told) = unbounded_channel();
        let (written, lines) = unbounded_channel();
        let (log, metrics) = (Log::to(Lines(written)), Metrics::default());
        let links = Links::new(most_waiting);
        let world = World {
            name: "echo".to_owned(),
            clock: clock.clone(),
            ledger: Box::new(Nothing),
            links: links.clone(),
            asker: Asker::nobody(),
            randomness: Randomness::new([name; 32]),
            log: log.clone(),
            meters: Arc::new(Meters::new(&metrics, "echo")),
            observer: Box::new(move |event| drop(events.send(event))),
        };
        let node = Node::start(Echo { answers }, world);
        let (here, seeds) = (Here::new(clock.clone()), Seeds::new([name; 32]));
        let ground = Ground { clock, here, seeds, log, metrics, keys: super::KeyLog::default() };
        Self { node, links, events: told, lines, ground, stop: Stopper::new(), task: None }
    }

    /// A listener with the key of 1.
    async fn listens(rules: Rules, most_waiting: usize) -> (Self, SocketAddr) {
        let mut end = Self::new(1, true, most_waiting);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let node = (&end.node.handle, &end.links);
        let door = end.ground.door((listener, Arc::new(key(1))), node, rules);
        end.task = Some(tokio::spawn(door.run(end.stop.1.clone())));
        (end, address)
    }

    /// Dials with the key of `name`, and expects the key of `pin`.
    fn dials(name: u8, to: SocketAddr, pin: u8) -> Self {
        let mut end = Self::new(name, false, 1_000_000);
        let dial = Dial { to, pin: key(pin).public(), key: Arc::new(key(name)) };
        let dialer = end.ground.dialer(dial, (&end.node.handle, &end.links), "dialer");
        end.task = Some(tokio::spawn(dialer.run(end.stop.1.clone())));
        end
    }

    async fn came(&mut self) -> Came {
        self.events.recv().await.expect("the node runs")
    }

    async fn says(&mut self, words: &str) -> String {
        loop {
            let line = self.lines.recv().await.expect("the log is written");
            if line.contains(words) {
                return line;
            }
        }
    }

    async fn sends(&self, to: u8, bytes: &[u8]) {
        self.node.handle.command((key(to).public(), bytes.to_vec())).await.unwrap();
    }

    async fn ends(self) {
        self.stop.0.stop();
        if let Some(task) = self.task {
            task.await.unwrap();
        }
    }
}

fn run<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

async fn is_closed(mut stream: TcpStream) -> bool {
    let mut byte = [0];
    // A reset is as good as an end.
    matches!(stream.read(&mut byte).await, Ok(0) | Err(_))
}

#[test]
fn frames_travel_both_ways_and_each_end_knows_the_others_key() {
    run(async {
        let (mut server, at) = End::listens(Rules::default(), 1_000_000).await;
        let mut client = End::dials(2, at, 1);
        assert_eq!(server.came().await, Came::Up(key(2).public()));
        assert_eq!(client.came().await, Came::Up(key(1).public()));
        let long = vec![7; vocab::limits::MAX_FRAME];
        client.sends(1, &long).await;
        assert_eq!(server.came().await, Came::Frame(key(2).public(), long.clone()));
        assert_eq!(client.came().await, Came::Frame(key(1).public(), long));
        client.ends().await;
        assert_eq!(server.came().await, Came::Down(key(2).public()));
        server.ends().await;
    });
}

#[test]
fn a_client_does_not_talk_to_a_server_with_another_key_than_the_pinned_one() {
    run(async {
        let (mut server, at) = End::listens(Rules::default(), 1_000_000).await;
        let mut client = End::dials(2, at, 9);
        client.says("pinned is").await;
        server.says("a handshake failed").await;
        assert!(client.events.try_recv().is_err() && server.events.try_recv().is_err());
        client.ends().await;
    });
}

#[test]
fn a_newer_connection_of_the_same_key_takes_the_place_of_the_older_one() {
    run(async {
        let (mut server, at) = End::listens(Rules::default(), 1_000_000).await;
        let mut older = End::dials(2, at, 1);
        assert_eq!(server.came().await, Came::Up(key(2).public()));
        assert_eq!(older.came().await, Came::Up(key(1).public()));
        let newer = End::dials(2, at, 1);
        assert_eq!(server.came().await, Came::Down(key(2).public()));
        assert_eq!(server.came().await, Came::Up(key(2).public()));
        assert_eq!(older.came().await, Came::Down(key(1).public()));
        older.ends().await;
        newer.ends().await;
    });
}

#[test]
fn whoever_does_not_finish_the_handshake_is_out_when_others_come() {
    run(async {
        let rules = Rules { most_half_open: 2, ..Rules::default() };
        let (mut server, at) = End::listens(rules, 1_000_000).await;
        let first = TcpStream::connect(at).await.unwrap();
        let second = TcpStream::connect(at).await.unwrap();
        let _third = TcpStream::connect(at).await.unwrap();
        assert!(is_closed(first).await);
        let client = End::dials(2, at, 1);
        assert_eq!(server.came().await, Came::Up(key(2).public()));
        assert!(is_closed(second).await);
        client.ends().await;
    });
}

#[test]
fn whoever_sends_anything_else_is_out_and_disturbs_nobody() {
    run(async {
        let (mut server, at) = End::listens(Rules::default(), 1_000_000).await;
        let mut client = End::dials(2, at, 1);
        assert_eq!(client.came().await, Came::Up(key(1).public()));
        let mut stranger = TcpStream::connect(at).await.unwrap();
        stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert!(is_closed(stranger).await);
        assert!(server.says("a handshake failed").await.contains("no Blindpost link"));
        client.sends(1, b"still here").await;
        assert_eq!(client.came().await, Came::Frame(key(1).public(), b"still here".to_vec()));
        client.ends().await;
    });
}

#[test]
fn beyond_the_limit_nobody_is_let_in() {
    run(async {
        let rules = Rules { most: 1, ..Rules::default() };
        let (mut server, at) = End::listens(rules, 1_000_000).await;
        let client = End::dials(2, at, 1);
        assert_eq!(server.came().await, Came::Up(key(2).public()));
        assert!(is_closed(TcpStream::connect(at).await.unwrap()).await);
        client.ends().await;
        assert_eq!(server.came().await, Came::Down(key(2).public()));
    });
}

#[test]
fn whoever_does_not_read_what_is_sent_to_it_is_disconnected() {
    run(async {
        let (mut server, at) = End::listens(Rules::default(), 200_000).await;
        let client = End::dials(2, at, 1);
        assert_eq!(server.came().await, Came::Up(key(2).public()));
        client.sends(1, FLOOD).await;
        assert_eq!(server.came().await, Came::Down(key(2).public()));
        assert!(server.says("a link ended").await.contains("TooSlow"));
        client.ends().await;
    });
}
