//! A world in a process of its own, and a receiver for its webhooks in this one.

use std::{
    convert::Infallible,
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _, stdin, stdout},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    time::Instant,
};

use host::up::{Options, Ready, Throughput, Time, Up, Webhook};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    figures::tenth,
    load::{CONNECTIONS, Caller, Connection},
};

/// Where a person writes, and where the control API says whose message was received.
const INBOUND: &str = "/_blindpost/inbound";
const RECEIVED: &str =
    "/_blindpost/messages?direction=inbound&status=received&wait_ms=25000&count=";
/// Files that the world has open beside the two ends of each person's connection.
const OTHER_FILES: u32 = 200;
/// So many messages the control API remembers.
const REMEMBERED: usize = 10_000;
/// Calls, of 25 seconds each, until what people wrote must have been received.
const LOOKS: usize = 12;

/// Serves until the standard input ends. Says how to use it in one line of JSON.
pub(crate) fn serve(mut words: impl Iterator<Item = String>) {
    let mut word = || words.next().expect("a folder, how many people, and where webhooks go");
    let (folder, people, authority) = (word(), word(), word());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = Options {
            data: Some(folder.into()),
            port: 0,
            seed: None,
            time: Time::Real,
            people: people.parse().unwrap(),
            persons: Vec::new(),
            throughput: Throughput::High,
            webhook: Some(Webhook { authority, path: "/webhook".to_owned() }),
            allowed: Vec::new(),
            intercept: None,
            noise_keys: None,
            #[cfg(feature = "otel")]
            otlp: None,
            log: None,
        };
        let up = Up::start(options).await.unwrap();
        println!("{}", serde_json::to_string::<Ready>(&up.ready).unwrap());
        stdout().flush().unwrap();
        let ended = tokio::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new()));
        ended.await.unwrap().unwrap();
        up.end().await;
    });
}

/// A process of this benchmark that listens: it says one line when it does, and ends when nobody
/// holds its standard input any more.
pub(crate) struct Served {
    process: Child,
    input: Option<ChildStdin>,
    pub(crate) line: String,
}

impl Served {
    pub(crate) fn start(words: &[&str]) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        let command = command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let input = process.stdin.take();
        Self { process, input, line }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ended = self.process.wait();
    }
}

/// People who wrote to the business, so that it may write to them.
pub(crate) struct World {
    pub(crate) served: Served,
    pub(crate) ready: Value,
    /// Where its store lies, and whatever else has to lie on the same disk.
    pub(crate) folder: TempDir,
    /// What it took until everybody was registered, and until all that they wrote was received.
    pub(crate) setup: Value,
}

impl World {
    /// Starts one with so many people, each of whom writes once; with as many as a process may have
    /// connections, if these are fewer.
    pub(crate) async fn start(place: &Path, people: u32) -> Self {
        let room = (open_files() - OTHER_FILES) / 2;
        if room < people {
            println!("a process may have {} files open, two for each person", open_files());
        }
        let people = people.min(room);
        fs::create_dir_all(place).unwrap();
        let folder = tempfile::Builder::new().prefix("graph-").tempdir_in(place).unwrap();
        let webhook = receiver().await.to_string();
        let data = folder.path().join("world");
        let words = ["serve", data.to_str().unwrap(), &people.to_string(), &webhook];
        let begun = Instant::now();
        let served = Served::start(&words);
        let ready: Value = serde_json::from_str(&served.line).expect("the world started");
        let mut world = Self { served, ready, folder, setup: Value::Null };
        let registered = begun.elapsed().as_secs_f64();
        world.open_windows().await;
        let written = begun.elapsed().as_secs_f64();
        println!("{people} people registered in {registered:.1} s, and wrote by {written:.1} s");
        world.setup = json!({
            "registered_seconds": tenth(registered), "received_seconds": tenth(written),
        });
        world
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    /// Where the Cloud API and the control API listen.
    pub(crate) fn at(&self) -> SocketAddr {
        self.text("base_url").strip_prefix("http://").unwrap().parse().unwrap()
    }

    pub(crate) fn users(&self) -> Vec<String> {
        let users = self.ready["users"].as_array().unwrap();
        users.iter().map(|user| user.as_str().unwrap().to_owned()).collect()
    }

    /// Everybody writes once, over as many connections as messages later go over; returns when
    /// the Cloud API has received all of it.
    async fn open_windows(&self) {
        let (at, users) = (self.at(), self.users());
        let mut writers = JoinSet::new();
        for part in users.chunks(users.len().div_ceil(CONNECTIONS as usize)) {
            let calls: Vec<Value> = part.iter().map(|user| self.hello(user)).collect();
            writers.spawn(async move {
                let mut control = Connection::open(at).await;
                for call in calls {
                    let (status, body) = control.call("POST", INBOUND, "", &call).await;
                    assert_eq!(status, 200, "{body}");
                }
            });
        }
        writers.join_all().await;
        let mut control = Connection::open(at).await;
        let everybody = users.len().min(REMEMBERED);
        let path = format!("{RECEIVED}{everybody}");
        // Each call answers with what there is in time.
        for _ in 0..LOOKS {
            let (_, body) = control.call("GET", &path, "", &json!({})).await;
            let received: Value = serde_json::from_str(&body).unwrap();
            if received["messages"].as_array().unwrap().len() >= everybody {
                return;
            }
        }
        panic!("not everybody's message was received");
    }

    fn hello(&self, user: &str) -> Value {
        json!({
            "from": user, "phone_number_id": self.text("phone_number_id"),
            "message": { "type": "text", "text": { "body": "Hello" } },
        })
    }

    /// Those who send messages to everybody in turn.
    pub(crate) fn caller(&self) -> Caller {
        let path = format!("/v24.0/{}/messages", self.text("phone_number_id"));
        Caller::new(self.at(), path, self.text("token").to_owned(), self.users())
    }

    /// A call of the business about its number, which must be answered with success.
    pub(crate) async fn manage(&self, edge: &str, body: &Value) {
        let mut connection = Connection::open(self.at()).await;
        let path = format!("/v24.0/{}/{edge}", self.text("phone_number_id"));
        let (status, answer) = connection.call("POST", &path, self.text("token"), body).await;
        assert_eq!(status, 200, "{edge}: {answer}");
    }
}

/// How many files a process may have open.
fn open_files() -> u32 {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap_or(u32::MAX)
}

/// Takes webhooks and does nothing with them.
async fn receiver() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let take = |request: Request<Incoming>| async {
        let _taken = request.into_body().collect().await;
        Ok::<_, Infallible>(Response::new(Full::new(hyper::body::Bytes::new())))
    };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(take));
            tokio::spawn(connection);
        }
    });
    at
}
