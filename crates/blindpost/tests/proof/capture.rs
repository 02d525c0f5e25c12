//! What went over loopback: captured by dumpcap, taken apart by tshark.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::http;

/// A capture that runs.
pub(crate) struct Capture {
    file: PathBuf,
    child: Child,
    complaints: BufReader<ChildStderr>,
    /// Is told when the last packet has been captured.
    last: Receiver<()>,
    writer: JoinHandle<()>,
}

/// Whoever asks for this page sends the last packet that matters.
const LAST: &str = "/the-last-packet-that-is-captured";
/// How long it may take from the wire to the file.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes of one direction of all connections to one port.
pub(crate) type Streams = BTreeMap<String, Vec<u8>>;

impl Capture {
    /// Captures what goes to or comes from these ports. Needs the right to capture.
    pub(crate) fn start(file: &Path, ports: &[u16]) -> Self {
        let filter: Vec<String> = ports.iter().map(|port| format!("tcp port {port}")).collect();
        let mut child = Command::new("dumpcap")
            .args(["-i", "lo", "-s", "0", "-B", "64", "-f", &filter.join(" or "), "-w", "-"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("dumpcap runs: tests/proof/run installs it");
        let err = child.stderr.take().expect("its standard error is a pipe");
        let mut complaints = BufReader::new(err);
        let mut said = String::new();
        // It names where it writes when it captures.
        while !said.contains("File: ") {
            let count = complaints.read_line(&mut said).expect("it writes text");
            assert!(count > 0, "dumpcap does not capture: {said}");
        }
        let packets = child.stdout.take().expect("its standard output is a pipe");
        let (tells, last) = channel();
        let to = File::create(file).expect("a file can be made");
        let writer = thread::spawn(move || write(packets, to, &tells));
        Self { file: file.to_owned(), child, complaints, last, writer }
    }

    /// Ends it, when all that went over the wire until now is in the file; nothing may have been
    /// missed. The streams, named by `names` of their ports; at `server` somebody serves HTTP.
    pub(crate) fn end(mut self, server: SocketAddr, names: &BTreeMap<u16, &str>) -> Streams {
        http::get(server, LAST);
        self.last.recv_timeout(PATIENCE).expect("packets are captured");
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
        assert!(sent.success(), "dumpcap was not there any more");
        let mut said = String::new();
        self.complaints.read_to_string(&mut said).expect("it writes text");
        assert!(self.child.wait().expect("it can be waited for").success(), "{said}");
        self.writer.join().expect("the file takes packets");
        // `Packets received/dropped on interface 'Loopback: lo': 5/0 (pcap:0/dumpcap:0/...)`
        let counts = said.lines().find(|line| line.contains("received/dropped"));
        let counts = counts.and_then(|line| line.split(": ").last());
        assert!(
            counts.is_some_and(|counts| counts.contains("/0 (")),
            "packets are missing: {said}"
        );
        streams(&self.file, names)
    }
}

/// Writes packets to a file as they come, and tells when the last is among them.
fn write(mut packets: ChildStdout, mut to: File, tells: &Sender<()>) {
    let (mut chunk, mut seen) = (vec![0; 1 << 16], Vec::new());
    while let Ok(count @ 1..) = packets.read(&mut chunk) {
        to.write_all(&chunk[..count]).expect("the file takes packets");
        seen.extend_from_slice(&chunk[..count]);
        if seen.windows(LAST.len()).any(|window| window == LAST.as_bytes()) {
            let _enough = tells.send(());
        }
        // It may be in two pieces.
        seen.drain(..seen.len().saturating_sub(LAST.len()));
    }
}

/// What a command printed, which must have ended well.
fn printed(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("it runs: tests/proof/run installs it");
    let (status, said) = (output.status, String::from_utf8_lossy(&output.stderr));
    assert!(status.success(), "{command:?}: {status}: {said}");
    output.stdout
}

fn streams(file: &Path, names: &BTreeMap<u16, &str>) -> Streams {
    let fields = ["tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.payload"];
    let mut command = Command::new("tshark");
    // Segments as they were sent: what is sent again would be there twice, and on loopback is not.
    command.args(["-n", "-Y", "tcp.len > 0", "-T", "fields", "-r"]).arg(file);
    command.args(fields.into_iter().flat_map(|field| ["-e", field]));
    let mut streams = Streams::new();
    for line in String::from_utf8(printed(&mut command)).expect("it prints text").lines() {
        let mut columns = line.split('\t');
        let mut column = || columns.next().expect("four columns");
        let (stream, from, to, payload) = (column(), column(), column(), column());
        let port = |text: &str| text.parse().ok().and_then(|port: u16| names.get(&port));
        let (name, way) = match (port(to), port(from)) {
            (Some(name), _) => (name, "to"),
            (None, Some(name)) => (name, "from"),
            (None, None) => panic!("nobody asked for {from} to {to}"),
        };
        let bytes = streams.entry(format!("{name}: {way} it, connection {stream}")).or_default();
        bytes.extend(from_hex(payload));
    }
    streams
}

/// What the dissector of tools/wireshark makes of the links at `port` in a capture: records for
/// which there is a key, and those of them that do not verify.
pub(crate) fn records(file: &Path, keys: &Path, port: u16) -> (usize, usize) {
    // Nothing but the links, by a filter that dissects nothing: the other ports were free by
    // chance, and tshark takes some of them for protocols that nobody spoke.
    let links = file.with_extension("links");
    let mut cut = Command::new("tcpdump");
    cut.args(["-r", "-", "-w", "-", &format!("tcp port {port}")])
        .stdin(File::open(file).expect("the capture is there"));
    fs::write(&links, printed(&mut cut)).expect("a file can be made");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/wireshark/blindpost.lua");
    let count = |field: &str| {
        let mut command = Command::new("tshark");
        command
            .args(["-n", "-X", &format!("lua_script:{script}"), "-o"])
            .arg(format!("blindpost.keys:{}", keys.display()))
            .args(["-d", &format!("tcp.port=={port},blindpost"), "-T", "fields", "-e", field])
            .args(["-Y", field, "-r"])
            .arg(&links);
        let lines = String::from_utf8(printed(&mut command)).expect("it prints text");
        lines.split([',', '\n']).filter(|value| !value.is_empty()).count()
    };
    (count("blindpost.verified"), count("blindpost.unverified"))
}

fn from_hex(text: &str) -> impl Iterator<Item = u8> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs.iter().filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
}

/// Captures when `BLINDPOST_CAPTURE` says so, which needs a right that not everybody has.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os("BLINDPOST_CAPTURE").is_some()
}
