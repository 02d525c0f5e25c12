//! A live world for one test: on ports that are free, in a folder of its own.

use std::path::Path;

use hop::http::{Request, Response};
use host::{
    http::{Asker, Hosts},
    log::Log,
    up::{Options, Ready, Throughput, Time, Up},
};
use serde_json::{Value, json};

/// Runs a test on a runtime as the command line has it.
pub(crate) fn run<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test)
}

/// Two people, a seed, and everything else as it is by default.
pub(crate) fn options(data: &Path) -> Options {
    Options {
        data: Some(data.to_path_buf()),
        port: 0,
        seed: Some(1),
        time: Time::Real,
        people: 2,
        persons: Vec::new(),
        throughput: Throughput::Standard,
        webhook: None,
        allowed: Vec::new(),
        intercept: None,
        noise_keys: None,
        #[cfg(feature = "otel")]
        otlp: None,
        log: None,
    }
}

/// Somebody with a program that speaks HTTP.
pub(crate) struct Caller {
    asker: Asker,
    pub(crate) ready: Ready,
}

impl Caller {
    pub(crate) fn of(up: &Up) -> Self {
        Self { asker: Asker::new(Hosts::default(), Log::none()), ready: up.ready.clone() }
    }

    async fn ask(&self, url: &str, method: &str, body: Option<Value>) -> Response {
        let rest = url.strip_prefix("http://").expect("an HTTP URL");
        let (authority, path) = rest.split_once('/').expect("a path");
        let mut request = Request::new(authority, method, &format!("/{path}"));
        request = request.bearer(&self.ready.token);
        if let Some(body) = body {
            request = request.json(body.to_string().into_bytes());
        }
        self.asker.ask(request).await.expect("it answers")
    }

    pub(crate) async fn get(&self, url: &str) -> (u16, Value) {
        read(&self.ask(url, "GET", None).await)
    }

    pub(crate) async fn text(&self, url: &str) -> String {
        String::from_utf8(self.ask(url, "GET", None).await.body).unwrap()
    }

    /// A call with another method.
    pub(crate) async fn call(&self, method: &str, url: &str, body: Value) -> (u16, Value) {
        read(&self.ask(url, method, Some(body)).await)
    }

    pub(crate) async fn post(&self, url: &str, body: Value) -> (u16, Value) {
        read(&self.ask(url, "POST", Some(body)).await)
    }

    /// The first person writes to the business: the wamid.
    pub(crate) async fn write(&self, text: &str) -> String {
        let body = json!({
            "from": self.ready.users[0],
            "phone_number_id": self.ready.phone_number_id,
            "message": { "type": "text", "text": { "body": text } },
        });
        let (status, answer) = self.post(&self.control("/inbound"), body).await;
        assert_eq!(status, 200, "{answer}");
        answer["wamid"].as_str().unwrap().to_owned()
    }

    /// The business uploads a file of this MIME type: its id.
    pub(crate) async fn upload(&self, mime_type: &str, file: &[u8]) -> String {
        let rest = self.ready.base_url.strip_prefix("http://").expect("an HTTP URL");
        let (authority, _) = rest.split_once('/').unwrap_or((rest, ""));
        let number = &self.ready.phone_number_id;
        let target = format!("/v24.0/{number}/media?messaging_product=whatsapp");
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\
             content-type: {mime_type}\r\n\r\n"
        );
        let mut request = Request::new(authority, "POST", &target)
            .bearer(&self.ready.token)
            .header("content-type", "multipart/form-data; boundary=b");
        request.body = [head.as_bytes(), file, b"\r\n--b--"].concat();
        let (status, answer) = read(&self.asker.ask(request).await.expect("it answers"));
        assert_eq!(status, 200, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    /// The business sends a message, its type and what that names, to a person: the wamid.
    pub(crate) async fn send(&self, to: &str, mut message: Value) -> String {
        let url = format!("{}/{}/messages", self.ready.base_url, self.ready.phone_number_id);
        message["messaging_product"] = json!("whatsapp");
        message["to"] = json!(to);
        let (status, answer) = self.post(&url, message).await;
        assert_eq!(status, 200, "{answer}");
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn control(&self, path: &str) -> String {
        format!("{}{path}", self.ready.control_url)
    }

    /// The messages that fit `query`, once there are so many.
    pub(crate) async fn wait_for(&self, query: &str, count: usize) -> Vec<Value> {
        let url = self.control(&format!("/messages?{query}&count={count}&wait_ms=20000"));
        let (status, answer) = self.get(&url).await;
        assert_eq!(status, 200, "{answer}");
        let messages = answer["messages"].as_array().unwrap().clone();
        assert!(messages.len() >= count, "{query}: {answer}");
        messages
    }
}

fn read(response: &Response) -> (u16, Value) {
    (response.status, serde_json::from_slice(&response.body).unwrap_or(Value::Null))
}
