//! Every server as a process of its own, on one folder, each to be killed and started again.

use std::{
    collections::{BTreeMap, VecDeque},
    env,
    ffi::{OsStr, OsString},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::{
    ports,
    process::{Line, Process, Said, record},
};

pub(crate) const TRANSPORT: &str = "transport";
pub(crate) const CLOUD_API: &str = "cloud-api";
pub(crate) const BUSINESS: &str = "business";
const META: &str = "meta";
/// In the order in which they start.
const ROLES: [&str; 4] = [META, TRANSPORT, CLOUD_API, BUSINESS];

/// The key log of all links, beside what processes write.
pub(crate) const KEYS: &str = "links.keys";

/// How people see the business.
pub(crate) const BUSINESS_NUMBER: &str = "18005550199";
pub(crate) const PHONE_NUMBER_ID: &str = "100000000000001";
pub(crate) const BUSINESS_TOKEN: &str = "token-of-the-business";
const CLOUD_API_TOKEN: &str = "token-of-the-cloud-api";
const META_TOKEN: &str = "token-of-business-manager";
/// How long a process may take until it serves, on a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where everybody listens.
pub(crate) struct Addresses {
    pub(crate) devices: SocketAddr,
    pub(crate) back_office: SocketAddr,
    pub(crate) graph: SocketAddr,
    pub(crate) webhook: SocketAddr,
    pub(crate) manager: SocketAddr,
    pub(crate) billing: SocketAddr,
    pub(crate) statistics: SocketAddr,
    /// Operators' ports of transport, Cloud API, business and the servers beside the path.
    pub(crate) operations: [SocketAddr; 4],
}

/// Servers, and what they and everybody else say.
pub(crate) struct Stage {
    scratch: TempDir,
    pub(crate) at: Addresses,
    servers: BTreeMap<&'static str, Process>,
    heard: Receiver<Said>,
    hear: Sender<Said>,
    /// Heard while something else was waited for.
    earlier: VecDeque<Said>,
    /// What every process finds in its environment, beside what the test has.
    pub(crate) environment: BTreeMap<&'static str, String>,
}

impl Stage {
    /// Starts all four, in a new folder.
    pub(crate) fn set() -> Self {
        let mut stage = Self::dark();
        stage.begins();
        stage
    }

    /// A new folder with settings, and addresses at which nobody serves yet.
    pub(crate) fn dark() -> Self {
        let scratch = tempfile::tempdir().expect("a temporary folder can be made");
        for folder in ["written", "written/tmp"] {
            fs::create_dir(scratch.path().join(folder)).expect("a folder can be made");
        }
        let [devices, back_office, graph, webhook, manager, billing, statistics, a, b, c, d] =
            ports::free();
        let operations = [a, b, c, d];
        let at = Addresses {
            devices,
            back_office,
            graph,
            webhook,
            manager,
            billing,
            statistics,
            operations,
        };
        let (hear, heard) = channel();
        let (servers, earlier, environment) = Default::default();
        let stage = Self { scratch, at, servers, heard, hear, earlier, environment };
        stage.configure();
        stage
    }

    /// Starts all four.
    pub(crate) fn begins(&mut self) {
        ROLES.into_iter().for_each(|role| self.start(role));
        self.opens();
    }

    /// Waits until the business can be written to: before, a person who writes is told that there
    /// is nobody, and the device does not try again.
    fn opens(&mut self) {
        while !self.earlier.iter().any(is_open) {
            let said = self.heard.recv_timeout(PATIENCE).expect("the business's number is ready");
            self.earlier.push_back(said);
        }
    }

    /// What all processes write lies below it, and nothing else does.
    pub(crate) fn written(&self) -> PathBuf {
        self.scratch.path().join("written")
    }

    /// The stores of a role.
    pub(crate) fn stores(&self, role: &str) -> PathBuf {
        self.written().join(role).join("stores")
    }

    /// A place beside what processes write.
    pub(crate) fn aside(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// What it says on its standard output, which is an end's: messages may be in it.
    fn said(&self, name: &str) -> PathBuf {
        self.aside(&format!("{name}.said"))
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.written().join(format!("{name}.log"))
    }

    /// The key of a role, which it draws for its folder.
    fn key(&self, role: &str) -> String {
        let folder = self.written().join(role);
        let mut command = Command::new(binary());
        let output = command.args([role, "--print-key", "--data"]).arg(folder).output();
        let printed = output.expect("the command starts").stdout;
        String::from_utf8(printed).expect("a key is printed as digits").trim().to_owned()
    }

    /// Writes the settings of all roles.
    fn configure(&self) {
        let text = [
            self.settings_of_transport(),
            self.settings_of_cloud_api(),
            self.settings_of_business_and_person(),
            self.settings_of_meta(),
        ];
        fs::write(self.config(), text.concat()).expect("the configuration can be written");
    }

    fn folder(&self, role: &str) -> String {
        self.written().join(role).display().to_string()
    }

    fn settings_of_transport(&self) -> String {
        let Addresses { devices, back_office, operations: [operations, ..], .. } = &self.at;
        let (data, key) = (self.folder(TRANSPORT), self.key(CLOUD_API));
        let keys = self.aside(KEYS).display().to_string();
        format!(
            r#"
[transport]
data = "{data}"
noise_keys = "{keys}"
listen = "{devices}"
http = "{back_office}"
operations = "{operations}"
cloud_api_key = ["{key}"]
show_codes = "true"
"#
        )
    }

    fn settings_of_cloud_api(&self) -> String {
        let Addresses { devices, graph, webhook, manager, billing, statistics, .. } = &self.at;
        let [_, operations, ..] = &self.at.operations;
        let (data, key) = (self.folder(CLOUD_API), self.key(TRANSPORT));
        let meta = hash(META_TOKEN);
        format!(
            r#"
[cloud-api]
data = "{data}"
listen = "{graph}"
operations = "{operations}"
transport = "{devices}"
transport_key = "{key}"
business_manager = "{manager}"
billing = "{billing}"
statistics = "{statistics}"
token = "{CLOUD_API_TOKEN}"
principal = ["business-manager={meta}"]
phone_number_id = "{PHONE_NUMBER_ID}"
webhook = "http://{webhook}/webhook"
app_secret = "app-secret"
"#
        )
    }

    fn settings_of_business_and_person(&self) -> String {
        let Addresses { devices, graph, webhook, manager, .. } = &self.at;
        let [_, _, operations, _] = &self.at.operations;
        let (data, key) = (self.folder(BUSINESS), self.key(TRANSPORT));
        format!(
            r#"
[business]
data = "{data}"
listen = "{webhook}"
operations = "{operations}"
cloud_api = "{graph}"
business_manager = "{manager}"
name = "Forno Bianchi"
phone_number_id = "{PHONE_NUMBER_ID}"
phone_number = "{BUSINESS_NUMBER}"
token = "{BUSINESS_TOKEN}"
app_secret = "app-secret"
verify_token = "verify-token"
reply = "{{count}}: {{text}}"

[client]
name = "Maria"
transport = "{devices}"
transport_key = "{key}"
"#
        )
    }

    fn settings_of_meta(&self) -> String {
        let Addresses { graph, manager, billing, statistics, .. } = &self.at;
        let [_, _, _, operations] = &self.at.operations;
        let data = self.folder(META);
        let [business, cloud_api] = [BUSINESS_TOKEN, CLOUD_API_TOKEN].map(hash);
        format!(
            r#"
[meta]
data = "{data}"
listen = "{manager}"
billing = "{billing}"
statistics = "{statistics}"
operations = "{operations}"
cloud_api = "{graph}"
token = "{META_TOKEN}"
principal = ["cloud-api={cloud_api}", "business:sample={business}"]
"#
        )
    }

    fn config(&self) -> PathBuf {
        self.aside("blindpost.toml")
    }

    /// The built command, configured as all are, started by what it stands behind.
    fn command(&self, role: &str, behind: &[&str]) -> Command {
        let built = binary();
        let mut words = behind.iter().map(OsStr::new).chain([built.as_os_str()]);
        let mut command = Command::new(words.next().expect("there is one at least"));
        command.args(words).arg(role).arg("--config").arg(self.config());
        // What it would put into the system's folder for temporary files is looked at too.
        command.env("TMPDIR", self.written().join("tmp")).envs(&self.environment);
        command
    }

    /// A process of a role, with flags of its own.
    pub(crate) fn process(&self, name: &str, role: &str, flags: &[&str]) -> Process {
        let mut command = self.command(role, &[]);
        let files = (self.log(name), self.said(name));
        Process::start(name, command.args(flags), (&files.0, &files.1), self.hear.clone())
    }

    /// A server that cannot start: its exit code, and what it says.
    pub(crate) fn does_not_start(&self, role: &str, behind: &[&str]) -> (Option<i32>, String) {
        let output = self.command(role, behind).output().expect("the command starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Starts a server, and waits until it serves.
    pub(crate) fn start(&mut self, role: &'static str) {
        self.start_behind(role, &[]);
    }

    /// The same, started by another command.
    pub(crate) fn start_behind(&mut self, role: &'static str, behind: &[&str]) {
        let mut command = self.command(role, behind);
        record(&self.said(role), "starts");
        let files = (self.log(role), self.said(role));
        let process = Process::start(role, &mut command, (&files.0, &files.1), self.hear.clone());
        self.servers.insert(role, process);
        loop {
            let said = match self.heard.recv_timeout(PATIENCE) {
                Ok(said) => said,
                Err(_) => panic!("{role} does not start:\n{}", self.end_of_log(role)),
            };
            match &said.line {
                // It is said when everything listens.
                Line::Out(line) if said.who == role && line.starts_with("Ctrl-C") => return,
                Line::Log(line) if said.who == role && line.starts_with("blindpost: ") => {
                    panic!("{role} does not start: {line}")
                }
                Line::Out(_) | Line::Log(_) => self.earlier.push_back(said),
            }
        }
    }

    /// What is said next; nothing if nobody says anything for so long.
    pub(crate) fn next(&mut self, most: Duration) -> Option<Said> {
        if let Some(said) = self.earlier.pop_front() {
            return Some(said);
        }
        self.heard.recv_timeout(most).ok()
    }

    pub(crate) fn pid(&self, role: &str) -> u32 {
        self.servers[role].pid()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self, role: &str) {
        record(&self.said(role), "is killed");
        self.servers.remove(role).expect("it runs").kill();
    }

    /// SIGTERM; it must end in order.
    pub(crate) fn terminate(&mut self, role: &str) {
        let status = self.servers.remove(role).expect("it runs").terminate();
        assert!(status.success(), "{role}: {status}\n{}", self.end_of_log(role));
    }

    /// All servers end in order and start again.
    pub(crate) fn restart(&mut self) {
        self.terminate_all();
        ROLES.into_iter().for_each(|role| self.start(role));
    }

    /// SIGTERM to all servers.
    pub(crate) fn terminate_all(&mut self) {
        for role in ROLES.into_iter().rev() {
            self.terminate(role);
        }
    }

    /// SIGKILL to all servers.
    pub(crate) fn kill_all(&mut self) {
        for role in ROLES.into_iter().rev() {
            self.kill(role);
        }
    }

    fn end_of_log(&self, name: &str) -> String {
        let log = fs::read_to_string(self.log(name)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Stage {
    /// What a failed test leaves can be looked at.
    fn drop(&mut self) {
        if thread::panicking() {
            self.scratch.disable_cleanup(true);
            eprintln!("all that was written is in {}", self.scratch.path().display());
        }
    }
}

/// SHA-256 of a token, as a setting has it.
fn hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The command that was built with the tests, or the one that `BLINDPOST_BINARY` names.
pub(crate) fn binary() -> OsString {
    env::var_os("BLINDPOST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_blindpost").into())
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("a folder can be read");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

/// Whether the Cloud API says that a number has published its keys.
fn is_open(said: &Said) -> bool {
    matches!(&said.line, Line::Log(line)
        if said.who == CLOUD_API && line.contains("\"a number is ready\""))
}
