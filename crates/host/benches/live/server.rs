//! The transport in a process of its own, as `blindpost transport` assembles it, but that a number
//! is claimed without a code: no telephone network is here.

use std::{
    env,
    fs::{File, create_dir_all},
    io::{BufRead as _, BufReader, Read as _, Write as _, stdin, stdout},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
};

use host::{
    clock::Clock,
    folder::Folder,
    links::{Links, Rules},
    log::Log,
    operations::Operations,
    site::{Crew, Draws, Site, listen},
    stores::Stores,
};
use link::StaticKey;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use transport::{Config, HashKey, Transport};
use vocab::{NoiseKey, limits};

const NAME: &str = "transport";

/// Serves until the standard input ends. Says its two addresses and its key in one line.
pub(crate) fn serve(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = Folder::open(folder, None).unwrap();
        let secrets = folder.secrets();
        let log = Log::to(File::create(folder.path().join("log")).unwrap());
        let clock = Clock::real();
        let path = folder.path().join("stores");
        let stores = Stores::new(path, secrets.clone(), clock.clone(), log.clone());
        let site = Site::new(clock, log, stores, Draws::System).unwrap();
        let mut crew = Crew::new(site.clone());
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (devices, to_devices) = listen(loopback).await.unwrap();
        let (listener, to_operations) = listen(loopback).await.unwrap();
        crew.serve(
            listener,
            "operations",
            Operations::new(site.metrics.clone(), site.failure()).service(),
        );
        let mut config = Config::new(NAME, HashKey::new(secrets.secret("names", NAME)));
        config.rules.registration_code = false;
        config.rows_kept = limits::ROWS_AT_HAND;
        let links = Links::new(limits::MAX_LINK_WAITING);
        let hop = Transport::new(config);
        let node = site.start((NAME, NAME, NAME), hop, &links, Box::new(drop)).unwrap();
        let node = crew.join(node);
        let key = StaticKey::from_secret(&mut secrets.secret("noise", NAME));
        let public: String = key.public().0.iter().map(|byte| format!("{byte:02x}")).collect();
        crew.open_door(devices, key, (&node, &links), Rules::default());
        println!("{to_devices} {to_operations} {public}");
        stdout().flush().unwrap();
        let ended = tokio::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new()));
        ended.await.unwrap().unwrap();
        crew.end().await;
    });
}

/// A server that runs.
pub(crate) struct Server {
    process: Child,
    /// Where devices connect.
    pub(crate) at: SocketAddr,
    operations: SocketAddr,
    /// The key that it proves.
    pub(crate) key: NoiseKey,
    /// Where its store lies, and whatever else has to lie on the same disk.
    pub(crate) folder: TempDir,
}

impl Server {
    /// Starts one whose store is in a new folder in `place`.
    pub(crate) fn start(place: &Path) -> Self {
        create_dir_all(place).unwrap();
        let folder = tempfile::Builder::new().prefix("live-").tempdir_in(place).unwrap();
        let mut command = Command::new(env::current_exe().unwrap());
        command.arg("serve").arg(folder.path().join("server"));
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut words = line.split_whitespace();
        let mut word = || words.next().expect("the server started");
        let (at, operations) = (word().parse().unwrap(), word().parse().unwrap());
        let hex = word();
        let mut key = [0; 32];
        for (place, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap();
        }
        Self { process, at, operations, key: NoiseKey(key), folder }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The sum of one of its metrics over all labels.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let mut stream = TcpStream::connect(self.operations).await.unwrap();
        let request = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).await.unwrap();
        let of_name = |line: &str| {
            let (series, value) = line.split_once(' ')?;
            (series.split('{').next() == Some(name)).then(|| value.trim().parse::<u64>().ok())?
        };
        page.lines().filter_map(of_name).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ended = self.process.wait();
    }
}
