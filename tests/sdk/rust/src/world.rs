//! A live Blindpost, its control API, and how checks are counted: what `world.py` is, for Rust.

use std::{
    collections::BTreeMap,
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::Notify, time::timeout};

const PATIENCE: Duration = Duration::from_secs(10);

/// Where worlds leave what they wrote; with none they leave nothing.
fn kept() -> Option<PathBuf> {
    std::env::var_os("BLINDPOST_SDK_RUNS").map(PathBuf::from)
}

/// What a check comes to.
pub type Done<T = ()> = Result<T, Box<dyn Error>>;

/// Fails a check unless something holds.
pub fn ensure(holds: bool, what: impl std::fmt::Debug) -> Done {
    if holds { Ok(()) } else { Err(format!("{what:?}").into()) }
}

/// `blindpost up` in a process of its own.
pub struct World {
    process: Child,
    folder: TempDir,
    pub ready: Value,
    http: reqwest::Client,
}

impl Drop for World {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}

impl World {
    /// One whose webhooks go to `webhook`, with more flags. Where runs are kept, its folder has all
    /// that it wrote.
    pub fn start(blindpost: &str, webhook: &str, flags: &[&str]) -> Done<Self> {
        let mut folder = tempfile::Builder::new();
        let kept = kept();
        let folder = folder.prefix("blindpost-sdk-").disable_cleanup(kept.is_some());
        let folder = folder.tempdir_in(kept.clone().unwrap_or_else(std::env::temp_dir))?;
        let file = folder.path().join("ready.json");
        let mut command = Command::new(blindpost);
        command.args(["up", "--port", "0", "--webhook", webhook, "--ready-file"]).arg(&file);
        command.args(flags).stdout(Stdio::null());
        if kept.is_some() {
            let written = folder.path().join("written");
            fs::create_dir(&written)?;
            fs::create_dir(folder.path().join("passed"))?;
            command.arg("--data").arg(written.join("data"));
            command.stdout(File::create(written.join("said"))?);
            command.stderr(File::create(written.join("log"))?);
        }
        let mut process = command.spawn()?;
        let until = Instant::now() + 6 * PATIENCE;
        while !file.exists() {
            if process.try_wait()?.is_some() || Instant::now() > until {
                process.kill()?;
                return Err("blindpost up did not get ready".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let ready = serde_json::from_slice(&fs::read(&file)?)?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { process, folder, ready, http })
    }

    /// Where runs are kept, its folder has what passed too, as the test
    /// `crates/blindpost/tests/proof/passed.rs` reads it.
    pub async fn keep(&self) -> Done {
        if kept().is_some() {
            for what in ["messages", "webhooks"] {
                let answer = self.control(&format!("/{what}"), None).await?;
                let file = self.folder.path().join("passed").join(what).with_extension("json");
                fs::write(file, answer.to_string())?;
            }
        }
        Ok(())
    }

    /// A text of what it said when it was ready.
    pub fn text(&self, name: &str) -> String {
        self.ready[name].as_str().unwrap_or_default().to_owned()
    }

    /// The number of a person: the first one writes and answers, the second one never wrote.
    pub fn user(&self, index: usize) -> String {
        self.ready["users"][index].as_str().unwrap_or_default().to_owned()
    }

    /// A call of the control API; a refusal is an error that says why.
    pub async fn control(&self, path: &str, body: Option<Value>) -> Done<Value> {
        let url = self.text("control_url") + path;
        let request = match body {
            Some(body) => self.http.post(url).json(&body),
            None => self.http.get(url),
        };
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if status.is_success() {
            Ok(serde_json::from_str(&text)?)
        } else {
            Err(format!("{path}: {status} {text}").into())
        }
    }

    /// The person sends the business a message: the wamid.
    pub async fn says(&self, kind: &str, value: Value) -> Done<String> {
        let call = json!({
            "from": self.user(0), "phone_number_id": self.text("phone_number_id"),
            "message": { "type": kind, kind: value },
        });
        let answer = self.control("/inbound", Some(call)).await?;
        Ok(answer["wamid"].as_str().unwrap_or_default().to_owned())
    }

    /// The message as the control API shows it, once it has this status.
    pub async fn passed(&self, wamid: &str, status: &str) -> Done<Value> {
        let path = format!("/messages?wamid={wamid}&status={status}&wait_ms=9000");
        let mut found = self.control(&path, None).await?;
        match found["messages"].get_mut(0) {
            Some(found) => Ok(found.take()),
            None => Err(format!("{wamid} never became {status}").into()),
        }
    }
}

/// What webhooks told, and a way to wait for it.
pub struct Seen<T> {
    all: Arc<Mutex<Vec<T>>>,
    changed: Arc<Notify>,
}

// Not derived, which would ask for a `T` that can be cloned.
impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self { all: self.all.clone(), changed: self.changed.clone() }
    }
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self { all: Arc::default(), changed: Arc::default() }
    }
}

impl<T> Seen<T> {
    pub fn add(&self, thing: T) {
        self.all.lock().expect("nobody panicked").push(thing);
        self.changed.notify_waiters();
    }

    /// What `find` makes of the first thing that fits, come or to come.
    pub async fn wait<F>(&self, what: &str, find: impl Fn(&T) -> Option<F>) -> Done<F> {
        let found = async {
            loop {
                let changed = self.changed.notified();
                let found = self.all.lock().expect("nobody panicked").iter().find_map(&find);
                match found {
                    Some(found) => return found,
                    None => changed.await,
                }
            }
        };
        timeout(PATIENCE, found).await.map_err(|_| format!("no webhook told {what}").into())
    }
}

/// Runs checks and says what came of each. What is known to be missing must be missing.
pub struct Checks {
    sdk: &'static str,
    known: BTreeMap<String, String>,
    left: usize,
    counts: BTreeMap<&'static str, usize>,
}

impl Checks {
    /// At most `most` checks are made; those after them are left out.
    pub fn new(sdk: &'static str, most: usize) -> Done<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = here.join(format!("../known/{sdk}.json"));
        let known = serde_json::from_slice(&std::fs::read(file)?)?;
        Ok(Self { sdk, known, left: most, counts: BTreeMap::new() })
    }

    pub async fn check(&mut self, name: &str, does: impl Future<Output = Done>) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let came = does.await.map_err(|why| why.to_string().replace('\n', " "));
        match (came, self.known.remove(name)) {
            (Ok(()), None) => self.say("ok", name),
            (Ok(()), Some(_)) => {
                let text = format!("{name}: it works now; remove it from known/{}.json", self.sdk);
                self.say("FAILED", &text);
            }
            (Err(why), None) => self.say("FAILED", &format!("{name}: {why}")),
            (Err(why), Some(reason)) => self.say("missing", &format!("{name}: {reason} ({why})")),
        }
    }

    fn say(&mut self, result: &'static str, text: &str) {
        *self.counts.entry(result).or_default() += 1;
        println!("{result:<8}{text}");
    }

    pub fn failed(&self) -> bool {
        self.counts.contains_key("FAILED")
    }

    /// Whether everything is as it is known to be.
    pub fn end(mut self) -> bool {
        for name in std::mem::take(&mut self.known).into_keys() {
            let file = format!("known/{}.json", self.sdk);
            self.say("FAILED", &format!("{name}: is in {file}, and no check has that name"));
        }
        let said: Vec<String> =
            self.counts.iter().map(|(result, count)| format!("{count} {result}")).collect();
        println!("{}: {}", self.sdk, said.join(", "));
        !self.failed()
    }
}
