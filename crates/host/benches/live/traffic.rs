//! Devices that write to each other in pairs, and what is seen of their messages.
//!
//! A message counts when its sender was told that it is accepted, its recipient has it, and the
//! recipient was told that its acknowledgement is kept.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{io::AsyncWriteExt as _, sync::Notify, task::spawn_local, time::sleep};
use vocab::{Address, MessageId, UnixMicros};
use wire::{
    signal::SignalFields,
    transport::{Ask, Envelope, FromTransport, Payload, Status},
};

use crate::{
    device::{Crowd, Wire, address},
    figures::{micros, percentile},
};

/// Bytes of the sealed content of a text of 200 bytes: with its framing, padded, in whole blocks.
const SEALED: usize = 256;
/// Bytes of a step of the post-quantum ratchet.
const STEP: usize = 36;

/// All devices, and what they did.
pub(crate) struct Traffic {
    seats: Vec<Seat>,
    began: Instant,
    /// Messages that may still be begun, each when another one is done.
    to_begin: Cell<u64>,
    pub(crate) tally: RefCell<Tally>,
}

/// One device, as others see it.
#[derive(Default)]
struct Seat {
    /// When its next messages were due, in microseconds since the traffic began.
    due: RefCell<VecDeque<u64>>,
    wake: Notify,
    /// What it has yet to receive and acknowledge.
    expected: RefCell<BTreeMap<[u8; 16], u64>>,
}

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    /// Delivered, and acknowledged for good.
    pub(crate) done: u64,
    /// Delivered more than once.
    pub(crate) again: u64,
    /// From the moment a message was due until its recipient had it, in microseconds.
    pub(crate) latencies: Vec<u64>,
    /// Answers that were no.
    pub(crate) refused: BTreeMap<String, u64>,
}

/// The envelope whose content a transport takes for ciphertext.
fn content(key: &[u8; 32], counter: u32) -> Vec<u8> {
    let ratchet_key = [&[5][..], key].concat();
    let fields = SignalFields {
        version: 0x44,
        ratchet_key: &ratchet_key,
        counter,
        previous_counter: 0,
        ciphertext: &[0x5a; SEALED],
        pq_ratchet: &[0xa5; STEP],
        addresses: None,
    };
    let mut bytes = fields.encode_authenticated();
    bytes.extend([0; 8]);
    bytes
}

/// Connects and registers devices, some at a time, and lets them live.
pub(crate) async fn begin(crowd: &Rc<Crowd>, devices: usize) -> Rc<Traffic> {
    let seats = (0..devices).map(|_| Seat::default()).collect();
    let (began, tally) = (Instant::now(), RefCell::default());
    let traffic = Rc::new(Traffic { seats, began, to_begin: Cell::new(0), tally });
    let next = Rc::new(Cell::new(0));
    let joining: Vec<_> = (0..64)
        .map(|_| {
            let (crowd, traffic, next) = (crowd.clone(), traffic.clone(), next.clone());
            spawn_local(async move {
                while next.get() < devices {
                    let number = next.replace(next.get() + 1);
                    let mut wire = crowd.connect(number, 0).await.expect("a connection");
                    crowd.join(&mut wire, number).await.expect("a registration");
                    let key = crowd.key(number).public().0;
                    let device = Device::new(wire, number, key, traffic.clone());
                    spawn_local(async move { device.lives().await.expect("its connection") });
                }
            })
        })
        .collect();
    for each in joining {
        each.await.unwrap();
    }
    traffic
}

impl Traffic {
    fn now(&self) -> u64 {
        micros(self.began, Instant::now())
    }

    fn write(&self, number: usize, due: u64) {
        self.seats[number].due.borrow_mut().push_back(due);
        self.seats[number].wake.notify_one();
    }

    /// Each device has so many messages under way until `count` are done.
    pub(crate) fn press(&self, window: usize, count: u64) {
        let first = count.min((self.seats.len() * window) as u64);
        self.to_begin.set(count - first);
        for place in 0..first {
            self.write(place as usize % self.seats.len(), self.now());
        }
    }

    /// Devices write by turns, so many a second: milliseconds until half of the messages, and all
    /// but one in a hundred, were at their recipients.
    pub(crate) async fn pace(&self, rate: f64, count: u64) -> [f64; 2] {
        let before = self.tally.borrow().done;
        self.tally.borrow_mut().latencies.clear();
        self.begin_paced(rate, count).await;
        assert!(self.until(before + count).await, "no message is done any more");
        let mut latencies = std::mem::take(&mut self.tally.borrow_mut().latencies);
        latencies.sort_unstable();
        [50, 99].map(|percent| percentile(&latencies, percent) as f64 / 1e3)
    }

    /// However long answers take.
    async fn begin_paced(&self, rate: f64, count: u64) {
        let (start, mut begun) = (self.now(), 0);
        while begun < count {
            let due = ((self.now() - start) as f64 * rate / 1e6) as u64;
            while begun < due.min(count) {
                let planned = start + (begun as f64 * 1e6 / rate) as u64;
                self.write(begun as usize % self.seats.len(), planned);
                begun += 1;
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until `count` messages are done; whether they were, in a minute without progress.
    pub(crate) async fn until(&self, count: u64) -> bool {
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            let done = self.tally.borrow().done;
            if done >= count {
                return true;
            }
            if done > seen {
                (seen, since) = (done, Instant::now());
            }
            if since.elapsed() > Duration::from_secs(60) {
                return false;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn done(&self, sender: usize, count: usize) {
        self.tally.borrow_mut().done += count as u64;
        let more = self.to_begin.get().min(count as u64);
        self.to_begin.set(self.to_begin.get() - more);
        for _ in 0..more {
            self.write(sender, self.now());
        }
    }
}

/// One device that is connected.
struct Device {
    wire: Wire,
    number: usize,
    key: [u8; 32],
    partner: usize,
    traffic: Rc<Traffic>,
    /// The number of the last request; registration had the first two.
    request: u64,
    counter: u32,
    /// Acknowledgements under way: how many messages each is about that came for the first time.
    acks: BTreeMap<u64, usize>,
    places: Vec<u64>,
    first_times: usize,
    addresses: [Address; 2],
}

impl Device {
    fn new(wire: Wire, number: usize, key: [u8; 32], traffic: Rc<Traffic>) -> Self {
        let partner = number ^ 1;
        let addresses = [address(number), address(partner)];
        let (acks, places) = (BTreeMap::new(), Vec::new());
        Self {
            wire,
            number,
            key,
            partner,
            traffic,
            request: 2,
            counter: 0,
            acks,
            places,
            first_times: 0,
            addresses,
        }
    }

    async fn lives(mut self) -> io::Result<()> {
        let traffic = self.traffic.clone();
        let mut came = Vec::new();
        loop {
            tokio::select! {
                ready = self.wire.stream.readable() => ready?,
                () = traffic.seats[self.number].wake.notified() => {}
            }
            self.wire.read(&mut came)?;
            for frame in came.drain(..) {
                self.take(frame);
            }
            let mut out = Vec::new();
            self.acknowledge(&mut out);
            self.write(&mut out);
            if !out.is_empty() {
                self.wire.stream.write_all(&out).await?;
            }
        }
    }

    fn take(&mut self, frame: FromTransport) {
        match frame {
            FromTransport::Answer { id, status: Status::Ok, .. } => match self.acks.remove(&id) {
                Some(count) => self.traffic.done(self.partner, count),
                None => self.traffic.tally.borrow_mut().accepted += 1,
            },
            FromTransport::Answer { status, .. } => {
                let mut tally = self.traffic.tally.borrow_mut();
                *tally.refused.entry(format!("{status:?}")).or_default() += 1;
            }
            FromTransport::Deliver { place, envelope } => {
                self.places.push(place);
                let seat = &self.traffic.seats[self.number];
                let due = seat.expected.borrow_mut().remove(&envelope.id.0);
                let mut tally = self.traffic.tally.borrow_mut();
                match due {
                    Some(due) => {
                        self.first_times += 1;
                        tally.latencies.push(self.traffic.now().saturating_sub(due));
                    }
                    None => tally.again += 1,
                }
            }
            FromTransport::Piece { .. }
            | FromTransport::Gone { .. }
            | FromTransport::PrekeysLow { .. } => {}
        }
    }

    fn next_request(&mut self) -> u64 {
        self.request += 1;
        self.request
    }

    fn acknowledge(&mut self, out: &mut Vec<u8>) {
        if self.places.is_empty() {
            return;
        }
        let (id, address) = (self.next_request(), self.addresses[0].clone());
        let places = std::mem::take(&mut self.places);
        self.acks.insert(id, std::mem::take(&mut self.first_times));
        self.wire.seal(id, Ask::Ack { address, places }, out);
    }

    fn write(&mut self, out: &mut Vec<u8>) {
        let traffic = self.traffic.clone();
        while let Some(due) = traffic.seats[self.number].due.borrow_mut().pop_front() {
            let id = self.next_request();
            self.counter += 1;
            let mut name = [0; 16];
            name[..8].copy_from_slice(&(self.number as u64).to_be_bytes());
            name[8..].copy_from_slice(&id.to_be_bytes());
            traffic.seats[self.partner].expected.borrow_mut().insert(name, due);
            let [from, to] = self.addresses.clone();
            let payload = Payload::Message(content(&self.key, self.counter));
            let (id_of, sent_at) = (MessageId(name), UnixMicros(due));
            let envelope = Envelope { id: id_of, from, to, payload, sent_at, attempt: 0 };
            self.wire.seal(id, Ask::Send(envelope), out);
        }
    }
}
