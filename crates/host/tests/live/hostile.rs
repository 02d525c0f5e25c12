//! What nobody who means well sends to the Graph port: refused as documented, and in no log.

use host::up::Up;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::world::{Caller, options, run};

/// Stands in everything that is sent, and must not come to light anywhere.
const CANARY: &str = "Wanderdüne";

/// Sends bytes as they are: the status and the body of what is answered.
async fn raw(caller: &Caller, bytes: &[u8]) -> (u16, Value) {
    let at = caller.ready.base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(at).await.unwrap();
    // Whoever has heard enough may close before all is written.
    let _enough = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _closed = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status.unwrap_or_default(), serde_json::from_str(body).unwrap_or_default())
}

fn request(caller: &Caller, path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: graph\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        caller.ready.token,
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn bodies_that_mean_nothing_are_refused_with_graphs_error() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let path = format!("/v24.0/{}/messages", caller.ready.phone_number_id);
        let nested = format!("{}\"{CANARY}\"{}", "[".repeat(100_000), "]".repeat(100_000));
        let objects = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
        let typed = |message: Value| message.to_string().into_bytes();
        let bodies = [
            nested.into_bytes(),
            objects.into_bytes(),
            b"{\"to\": \"\xff\xfe\xc3\x28\"}".to_vec(),
            b"{\"to\": \"\\ud800\"}".to_vec(),
            typed(json!([CANARY])),
            typed(json!({ "messaging_product": "whatsapp", "to": { "a": CANARY } })),
            typed(json!({ "messaging_product": 7, "to": CANARY, "type": ["text"] })),
            typed(json!({ "messaging_product": "whatsapp", "to": -1, "text": CANARY })),
            b"\0\0\0\0".to_vec(),
        ];
        for body in bodies {
            let (status, answer) = raw(&caller, &request(&caller, &path, &body)).await;
            let told = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            assert_eq!(status, 400, "{told}: {answer}");
            let error = &answer["error"];
            assert!(error["code"].is_u64() && error["fbtrace_id"].is_string(), "{told}: {answer}");
        }
        // Everything still works, and the log knows none of it.
        caller.write("Hello").await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        let token = caller.ready.token.clone();
        up.end().await;
        let log = std::fs::read_to_string(folder.path().join(host::up::LOG)).unwrap();
        assert!(!log.contains(CANARY) && !log.contains(&token), "{log}");
    });
}

#[test]
fn no_path_leads_around_the_rules_and_no_webhook_to_where_it_may_not_go() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(options(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        for path in [
            "/v24.0/../_blindpost/messages",
            "/v24.0/%2e%2e/_blindpost/ready",
            "//_blindpost/ready",
            "/_blindpost%2fready",
            "/_BLINDPOST/ready",
            "/_blindpost/ready",
            "/v24.0/%00",
            "/v24.0/..%2f..%2fidentity.json",
        ] {
            let head = format!(
                "GET {path} HTTP/1.1\r\nhost: elsewhere.example\r\nconnection: close\r\n\r\n"
            );
            let (status, answer) = raw(&caller, head.as_bytes()).await;
            assert!((400..500).contains(&status), "{path}: {status}");
            assert!(!answer.to_string().contains(&caller.ready.app_secret), "{path}");
        }
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
            let body = json!({ "webhook_configuration": address });
            let (status, answer) = caller.post(&url, body).await;
            assert_eq!(status, 400, "{elsewhere}: {answer}");
        }
        up.end().await;
        let log = std::fs::read_to_string(folder.path().join(host::up::LOG)).unwrap();
        assert!(!log.contains(CANARY), "{log}");
    });
}
