//! Optional services, live: off until the business adds one at Business Manager, and off again.

use std::io::{self, Write};

use host::{
    log::Log,
    up::{Options, Up},
};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::world::{Caller, options, run};

/// Lines of the operator's log, as they are written.
struct Lines(UnboundedReceiver<String>);

struct Writes(UnboundedSender<String>);

impl Write for Writes {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let _nobody_reads = self.0.send(String::from_utf8_lossy(line).into_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn new() -> (Log, Self) {
        let (writes, lines) = unbounded_channel();
        (Log::to(Writes(writes)), Self(lines))
    }

    /// Waits for a line that says this.
    async fn says(&mut self, what: &str) -> Value {
        loop {
            let line = self.0.recv().await.expect("the log goes on");
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["what"] == what {
                return line;
            }
        }
    }
}

impl Caller {
    /// The business calls a server beside the Cloud API: it must be served.
    async fn calls(&self, method: &str, url: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, url, body).await;
        assert_eq!(status, 200, "{method} {url}: {answer}");
        answer
    }

    fn service(&self) -> String {
        let (manager, id) = (&self.ready.business_manager_url, &self.ready.waba_id);
        format!("{manager}/businesses/{id}/services/auto_reply")
    }

    /// A person writes, and whoever answers has answered: the texts.
    async fn answers_to(&self, text: &str, count: usize) -> Vec<String> {
        let wamid = self.write(text).await;
        self.wait_for(&format!("wamid={wamid}&status=read"), 1).await;
        let answers = self.wait_for("direction=outbound&status=shown", count).await;
        let body = |answer: &Value| answer["text"]["body"].as_str().unwrap().to_owned();
        let mut answers: Vec<String> = answers.iter().map(body).collect();
        answers.sort();
        answers
    }
}

#[test]
fn a_service_answers_only_while_the_business_has_it() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let (log, mut lines) = Lines::new();
        let asked = Options { log: Some(log), ..options(folder.path()) };
        let up = Up::start(asked).await.unwrap();
        let caller = Caller::of(&up);
        let bot = |text: &str| format!("You wrote: {text}");
        assert_eq!(caller.answers_to("Before", 1).await, [bot("Before")]);

        let replies =
            format!("{}/businesses/{}/replies", caller.ready.auto_reply_url, caller.ready.waba_id);
        let rules = json!([{ "contains": "open", "reply": "From seven to one." }]);
        caller.calls("PUT", &replies, json!({ "rules": rules })).await;
        caller.calls("PUT", &caller.service(), json!({ "terms_id": "auto-reply-1" })).await;
        let added = lines.says("an optional service was added").await;
        assert_eq!(added["terms_id"], "auto-reply-1");
        let both = ["From seven to one.".to_owned(), bot("Before"), bot("When are you open?")];
        assert_eq!(caller.answers_to("When are you open?", 3).await, both);

        caller.calls("DELETE", &caller.service(), Value::Null).await;
        lines.says("an optional service was removed").await;
        let mut after = both.to_vec();
        after.insert(2, bot("Still open?"));
        assert_eq!(caller.answers_to("Still open?", 4).await, after);
        up.end().await;
    });
}
