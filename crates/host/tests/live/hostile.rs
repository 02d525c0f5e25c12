//! Who means harm at the port of the Graph interface: each is refused with the documented error or
//! cut off, nothing of what was sent is said again or logged, and the business notices nothing.

use std::net::{Ipv4Addr, SocketAddr};

use hop::http::Response;
use host::{
    http::{Server, service},
    log::Log,
    stop::Stopper,
    up::Up,
};
use serde_json::{Value, json};
use simulator::scan::{MarkerClass, Mint, Place, Scanner};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use vocab::limits;

use crate::world::{Caller, options, run};

/// What no answer and no log may hold, plain or in disguise: a marker word of content.
const CANARY: &str = "zq4msgxwhostileinputcanaryaaaa";

/// Whether somebody who sees this has seen the canary.
fn leaks(said: &str) -> bool {
    let (mint, mut scanner) = (Mint::new([0; 32]), Scanner::new());
    scanner.feed(&mint, &Place::new("said"), 0, said.as_bytes());
    scanner.finish(&mint, 0);
    scanner.seen(MarkerClass::MessageContent) > 0
}

/// Somebody who writes bytes to the port, and whatever comes back: a status and the rest, or
/// nothing where the connection is closed.
struct Prober {
    to: SocketAddr,
    token: String,
    messages: String,
}

impl Prober {
    fn of(up: &Up) -> Self {
        let to = up.ready.base_url.strip_prefix("http://").unwrap().parse().unwrap();
        let messages = format!("/v24.0/{}/messages", up.ready.phone_number_id);
        Self { to, token: up.ready.token.clone(), messages }
    }

    /// The same, which must not have the canary or the token in it.
    async fn raw(&self, bytes: &[u8]) -> Option<(u16, String)> {
        let (status, answer) = self.exchange(bytes).await?;
        assert!(!leaks(&answer), "{answer}");
        assert!(!answer.contains(&self.token), "an answer has the token");
        Some((status, answer))
    }

    async fn exchange(&self, bytes: &[u8]) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.to).await.unwrap();
        // It may be refused before all of it is read.
        let _cut = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1)?.parse().unwrap();
        Some((status, answer))
    }

    async fn request(&self, line: &str, headers: &str, body: &[u8]) -> Option<(u16, String)> {
        let head = format!(
            "{line} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             content-length: {}\r\n{headers}\r\n",
            self.to,
            body.len()
        );
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    /// The status and the error of a message with this body.
    async fn sends(&self, body: &[u8]) -> (u16, Value) {
        let headers =
            format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", self.token);
        let line = format!("POST {}", self.messages);
        let (status, answer) = self.request(&line, &headers, body).await.expect("an answer");
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        (status, serde_json::from_str::<Value>(body).unwrap_or_default()["error"].take())
    }
}

/// A test with a world, at whose end the business still sends messages and nothing was logged.
fn probes<F: Future<Output = ()>>(test: impl FnOnce(Prober) -> F) {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        caller.write("Do you have bread?").await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        test(Prober::of(&up)).await;
        let text = json!({ "type": "text", "text": { "body": "There is" } });
        let wamid = caller.send(&caller.ready.users[0], text).await;
        caller.wait_for(&format!("wamid={wamid}&status=delivered"), 1).await;
        up.end().await;
    });
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert!(!log.is_empty() && !leaks(&log), "{log}");
}

/// What a handler that means well answers to a body that does not read, and tells its operator.
type Mistake = fn(&[u8], &Log) -> Vec<u8>;

fn repeats(body: &[u8], _: &Log) -> Vec<u8> {
    [b"this does not read: ", body].concat()
}

fn logs_the_text(body: &[u8], log: &Log) -> Vec<u8> {
    log.line("graph", "does not read", &[("body", String::from_utf8_lossy(body).into())]);
    Vec::new()
}

fn logs_the_bytes(body: &[u8], log: &Log) -> Vec<u8> {
    log.line("graph", &format!("{body:?} does not read"), &[]);
    Vec::new()
}

/// A server that makes this mistake: what it answers to hostile input.
async fn careless(mistake: Mistake, log: Log) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let to = listener.local_addr().unwrap();
    let answers = service(move |request| {
        let response = Response::json(400, mistake(&request.body, &log));
        async { Some(response) }
    });
    let (stopper, stop) = Stopper::new();
    let server = tokio::spawn(Server::new(listener, "graph", Log::none()).run(answers, stop));
    let prober = Prober { to, token: String::new(), messages: String::new() };
    let body = format!("{{\"{CANARY}\":");
    let head = format!("connection: close\r\ncontent-length: {}", body.len());
    let call = format!("POST / HTTP/1.1\r\nhost: {to}\r\n{head}\r\n\r\n{body}");
    let (_, answer) = prober.exchange(call.as_bytes()).await.expect("an answer");
    stopper.stop();
    server.await.unwrap();
    answer
}

#[test]
fn a_server_that_says_again_or_logs_what_hostile_callers_send_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mistakes: [(Mistake, bool); 3] =
        [(repeats, true), (logs_the_text, false), (logs_the_bytes, false)];
    for (number, (mistake, in_the_answer)) in mistakes.into_iter().enumerate() {
        let path = folder.path().join(number.to_string());
        let answer = run(careless(mistake, Log::append(&path).unwrap()));
        let log = std::fs::read_to_string(&path).unwrap();
        let noticed = (leaks(&answer), leaks(&log));
        assert_eq!(noticed, (in_the_answer, !in_the_answer), "{answer}\n{log}");
    }
}

#[test]
fn bodies_that_are_too_long_too_deep_or_not_what_they_say_are_refused() {
    probes(|prober| async move {
        let deep = [b"{\"a\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat();
        let (status, error) = prober.sends(&deep).await;
        assert_eq!((status, &error["code"]), (400, &json!(100)), "{error}");
        for body in [
            &b"{\"text\":{\"body\":\"zq4msgxwhostileinputcanaryaaaa \xff\xfe\"}}"[..],
            b"{\"text\":{\"body\":\"zq4msgxwhostileinputcanaryaaaa \\ud800\"}}",
            b"{\"zq4msgxwhostileinputcanaryaaaa\":",
            b"[\"zq4msgxwhostileinputcanaryaaaa\"]",
            b"\"zq4msgxwhostileinputcanaryaaaa\"",
            b"\x00\x01zq4msgxwhostileinputcanaryaaaa",
            b"{}{}",
        ] {
            let (status, error) = prober.sends(body).await;
            assert_eq!((status, &error["code"]), (400, &json!(100)), "{error}");
        }
        let (status, _) = prober.sends(&vec![b' '; limits::MAX_HTTP_BODY + 1]).await;
        assert_eq!(status, 413);
        // It says that more will come, and hangs up.
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-length: 100000\r\n\r\n{{",
            prober.messages, prober.to
        );
        drop(TcpStream::connect(prober.to).await.unwrap().write_all(head.as_bytes()).await);
    });
}

#[test]
fn a_value_of_a_wrong_type_is_refused_wherever_it_stands() {
    let whole = |user: &str| {
        json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": user,
            "type": "text", "text": { "body": "Hello" },
            "context": { "message_id": "wamid.0" }, "biz_opaque_callback_data": "a",
        })
    };
    let wrong = [json!([CANARY]), json!({ CANARY: [CANARY] }), json!([[[[]]]]), json!({ "a": {} })];
    probes(|prober| async move {
        let user = "12015550100";
        for name in whole(user).as_object().unwrap().keys() {
            // A context without a message is none.
            for value in wrong.iter().filter(|value| name != "context" || value.is_array()) {
                let mut message = whole(user);
                message[name] = value.clone();
                let (status, error) = prober.sends(message.to_string().as_bytes()).await;
                assert_eq!(status, 400, "{name} = {value}: {error}");
                assert_eq!(error["type"], "OAuthException", "{name} = {value}: {error}");
            }
        }
        for kind in ["image", "location", "contacts", "reaction", "interactive", "template"] {
            for value in &wrong {
                let message = json!({
                    "messaging_product": "whatsapp", "to": user, "type": kind, kind: value,
                });
                let (status, error) = prober.sends(message.to_string().as_bytes()).await;
                assert_eq!(status, 400, "{kind} = {value}: {error}");
            }
        }
    });
}

#[test]
fn no_trick_with_a_path_reaches_what_the_path_does_not_say() {
    probes(|prober| async move {
        let id = prober.messages.split('/').nth(2).unwrap().to_owned();
        let token = format!("authorization: Bearer {}\r\n", prober.token);
        for target in [
            "/../../etc/passwd".to_owned(),
            "/%2e%2e/%2e%2e/etc/passwd".to_owned(),
            format!("/v24.0/{id}/messages/../deregister"),
            format!("/v24.0/{id}%2Fderegister"),
            format!("//{id}/deregister"),
            format!("/v24.0//{id}/deregister"),
            format!("/{id}/deregister%00"),
            format!("/{id}/deregister;a=b"),
            format!("/{id}/\\..\\deregister"),
            "/_blindpost/../_blindpost/reset".to_owned(),
            "/v24.0/_blindpost/reset".to_owned(),
            format!("/media/..%2f{id}"),
            "*".to_owned(),
            format!("/{}", "a/".repeat(10_000)),
        ] {
            let line = format!("POST {target}");
            if let Some((status, answer)) = prober.request(&line, &token, b"{}").await {
                assert!((400..500).contains(&status), "{target}: {answer}");
            }
        }
        // A page in a browser is led here under another name.
        let foreign = "POST /_blindpost/reset HTTP/1.1\r\nhost: evil.example\r\n\
                       content-length: 0\r\nconnection: close\r\n\r\n";
        let (status, _) = prober.raw(foreign.as_bytes()).await.unwrap();
        assert_eq!(status, 403);
    });
}

#[test]
fn heads_that_are_too_long_or_broken_are_cut_off() {
    probes(|prober| async move {
        let line = format!("POST {}", prober.messages);
        let many = format!("x-canary: {CANARY}\r\n").repeat(limits::MAX_HTTP_HEADERS + 1);
        let long = format!("x-canary: {}\r\n", CANARY.repeat(limits::MAX_HTTP_HEAD));
        for headers in [many, long, "no colon\r\n".to_owned(), "x: \0\r\n".to_owned()] {
            if let Some((status, answer)) = prober.request(&line, &headers, b"").await {
                assert!((400..500).contains(&status), "{answer}");
            }
        }
        for bytes in [
            &b"zq4msgxwhostileinputcanaryaaaa\r\n\r\n"[..],
            b"POST / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n12345",
            b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n12345",
            b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        ] {
            if let Some((status, answer)) = prober.raw(bytes).await {
                assert!((400..500).contains(&status), "{answer}");
            }
        }
    });
}

#[test]
fn a_token_that_is_nearly_one_is_nobodys_and_is_told_nothing_more() {
    probes(|prober| async move {
        let token = prober.token.clone();
        let mut other = token.clone();
        let last = other.pop().unwrap();
        other.push(if last == '0' { '1' } else { '0' });
        let (line, mut told) = (format!("POST {}", prober.messages), Vec::new());
        for header in [
            String::new(),
            "authorization: \r\n".to_owned(),
            "authorization: Bearer\r\n".to_owned(),
            format!("authorization: Bearer {}\r\n", &token[..token.len() - 1]),
            format!("authorization: Bearer {token}0\r\n"),
            format!("authorization: Bearer {other}\r\n"),
            format!("authorization: Bearer {}\r\n", token.to_uppercase()),
            format!("authorization: Basic {token}\r\n"),
            format!("authorization: Bearer {CANARY}\r\n"),
        ] {
            let (status, answer) = prober.request(&line, &header, b"{}").await.unwrap();
            assert_eq!(status, 401, "{answer}");
            let body = answer.split("\r\n\r\n").nth(1).unwrap();
            let mut error = serde_json::from_str::<Value>(body).unwrap()["error"].take();
            error.as_object_mut().unwrap().remove("fbtrace_id").expect("a trace id");
            told.push(error);
        }
        assert!(told.iter().all(|error| *error == told[0]), "{told:?}");
        assert_eq!(told[0]["code"], 190);
        // What is another's and what is not there are told apart by nobody.
        let headers = format!("authorization: Bearer {token}\r\n");
        let mut absent = Vec::new();
        for id in ["1", "999999999999999", "18005550199"] {
            let line = format!("POST /{id}/messages");
            let (status, answer) = prober.request(&line, &headers, b"{}").await.unwrap();
            let body = answer.split("\r\n\r\n").nth(1).unwrap();
            let error = serde_json::from_str::<Value>(body).unwrap()["error"].take();
            absent.push((status, error["code"].clone(), error["message"].clone()));
        }
        assert!(absent.iter().all(|one| *one == absent[0]), "{absent:?}");
    });
}

#[test]
fn no_webhook_goes_to_where_it_may_not() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let url = format!("{}/v24.0/{}", caller.ready.base_url, caller.ready.phone_number_id);
        for elsewhere in [
            "http://169.254.169.254/latest/meta-data",
            "http://192.0.2.1/hook",
            "http://[fe80::1]/hook",
            "http://user@127.0.0.1/hook",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
        ] {
            let address = json!({ "override_callback_uri": elsewhere, "verify_token": CANARY });
            let (status, answer) =
                caller.post(&url, json!({ "webhook_configuration": address })).await;
            assert_eq!(status, 400, "{elsewhere}: {answer}");
        }
        up.end().await;
    });
}
