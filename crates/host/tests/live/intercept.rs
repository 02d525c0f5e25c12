//! Programs that know Meta's hosts by heart, behind the proxy: a TLS client that trusts its CA
//! alone.

use std::{path::Path, sync::Arc};

use host::up::{Options, Up};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::world::{Caller, options, run};

/// Asks the proxy for a way to `authority`: the status, and the connection.
async fn connect(proxy: &str, authority: &str) -> (u16, TcpStream) {
    let at = proxy.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(at).await.unwrap();
    let head = format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let head = read_head(&mut stream).await;
    (status(&head), stream)
}

async fn read_head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

fn status(head: &str) -> u16 {
    head.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// TLS with `host` over a connection, trusting the authorities in `trusted`.
async fn tls(
    stream: TcpStream,
    host: &str,
    trusted: Option<&Path>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = trusted {
        roots.add(CertificateDer::from_pem_file(path).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// What is asked.
#[derive(Clone, Copy)]
struct Ask<'a> {
    method: &'a str,
    path: &'a str,
    kind: &'a str,
    body: &'a str,
}

fn get(path: &str) -> Ask<'_> {
    Ask { method: "GET", path, kind: "application/json", body: "" }
}

fn post<'a>(path: &'a str, kind: &'a str, body: &'a str) -> Ask<'a> {
    Ask { method: "POST", path, kind, body }
}

/// One request over TLS through the proxy, to `host`: the status and what was answered.
async fn ask(caller: &Caller, host: &str, request: Ask<'_>) -> (u16, String) {
    let proxy = caller.ready.proxy_url.as_deref().unwrap();
    let (status, stream) = connect(proxy, &format!("{host}:443")).await;
    assert_eq!(status, 200);
    let mut stream = tls(stream, host, caller.ready.ca_file.as_deref()).await.unwrap();
    send(&mut stream, caller, host, request).await
}

async fn send(
    stream: &mut TlsStream<TcpStream>,
    caller: &Caller,
    host: &str,
    Ask { method, path, kind, body }: Ask<'_>,
) -> (u16, String) {
    let (token, length) = (&caller.ready.token, body.len());
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = read_head(stream).await;
    let mut body = Vec::new();
    // Whether the end of the connection was announced is of no interest here.
    let _closed = stream.read_to_end(&mut body).await;
    (status(&head), String::from_utf8_lossy(&body).into_owned())
}

/// What Graph answers.
async fn graph(caller: &Caller, request: Ask<'_>) -> Value {
    let (status, answer) = ask(caller, "graph.facebook.com", request).await;
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(&answer).unwrap()
}

fn with_proxy(data: &Path) -> Options {
    Options { intercept: Some(0), ..options(data) }
}

#[test]
fn a_program_that_knows_metas_hosts_by_heart_sends_and_fetches_through_the_proxy() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(with_proxy(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let number = caller.ready.phone_number_id.clone();
        let template = json!({ "name": "hello_world", "language": { "code": "en_US" } });
        let message = json!({
            "messaging_product": "whatsapp", "to": caller.ready.users[0],
            "type": "template", "template": template,
        });
        let path = format!("/v24.0/{number}/messages");
        let message = message.to_string();
        let answer = graph(&caller, post(&path, "application/json", &message)).await;
        let wamid = answer["messages"][0]["id"].as_str().unwrap();
        caller.wait_for(&format!("wamid={wamid}&status=delivered"), 1).await;

        let path = format!("/v24.0/{number}/media");
        let part = |name: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                    content-type: text/plain\r\n\r\nA recipe\r\n--b--\r\n";
        let body = [part("messaging_product", "whatsapp"), part("type", "text/plain")].concat();
        let body = body + file;
        let form = post(&path, "multipart/form-data; boundary=b", &body);
        let id = graph(&caller, form).await["id"].as_str().unwrap().to_owned();
        let media = graph(&caller, get(&format!("/v24.0/{id}"))).await;
        let url = media["url"].as_str().unwrap();
        let path = url.strip_prefix("https://lookaside.fbsbx.com").unwrap();
        let (status, fetched) = ask(&caller, "lookaside.fbsbx.com", get(path)).await;
        assert_eq!((status, fetched.as_str()), (200, "A recipe"));
        up.end().await;
    });
}

#[test]
fn nothing_but_the_two_hosts_is_reached_through_the_proxy() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(with_proxy(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let proxy = caller.ready.proxy_url.clone().unwrap();
        let here = caller.ready.base_url.strip_prefix("http://").unwrap().to_owned();
        for elsewhere in [
            "www.facebook.com:443",
            "graph.facebook.com:80",
            "graph.facebook.com.evil.example:443",
            "169.254.169.254:443",
            "127.0.0.1:443",
            &here,
        ] {
            assert_eq!(connect(&proxy, elsewhere).await.0, 403, "{elsewhere}");
        }
        // As a proxy for plain HTTP, it is none at all.
        for target in ["http://graph.facebook.com/v24.0/1", "http://127.0.0.1/", "/v24.0/1"] {
            let at = proxy.strip_prefix("http://").unwrap();
            let mut stream = TcpStream::connect(at).await.unwrap();
            let head = format!("GET {target} HTTP/1.1\r\nhost: graph.facebook.com\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            assert_eq!(status(&read_head(&mut stream).await), 403, "{target}");
        }
        up.end().await;
    });
}

#[test]
fn within_the_connection_other_hosts_are_misdirected_and_the_control_api_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(with_proxy(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let proxy = caller.ready.proxy_url.clone().unwrap();
        let (_, stream) = connect(&proxy, "graph.facebook.com:443").await;
        let ca = caller.ready.ca_file.as_deref();
        let mut stream = tls(stream, "graph.facebook.com", ca).await.unwrap();
        let control = get("/_blindpost/messages");
        assert_eq!(send(&mut stream, &caller, "localhost", control).await.0, 421);
        let (status, answer) = ask(&caller, "graph.facebook.com", control).await;
        assert_eq!(status, 403, "{answer}");
        up.end().await;
    });
}

#[test]
fn who_does_not_trust_the_ca_is_told_nothing_and_the_ca_vouches_for_no_other_host() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let up = Up::start(with_proxy(folder.path())).await.unwrap();
        let caller = Caller::of(&up);
        let proxy = caller.ready.proxy_url.clone().unwrap();
        let (_, stream) = connect(&proxy, "graph.facebook.com:443").await;
        assert!(tls(stream, "graph.facebook.com", None).await.is_err());
        let (_, stream) = connect(&proxy, "graph.facebook.com:443").await;
        let ca = caller.ready.ca_file.as_deref();
        assert!(tls(stream, "www.example.com", ca).await.is_err());
        up.end().await;

        let before = std::fs::read(ca.unwrap()).unwrap();
        let again = Up::start(with_proxy(folder.path())).await.unwrap();
        let caller = Caller::of(&again);
        assert_eq!(std::fs::read(caller.ready.ca_file.as_ref().unwrap()).unwrap(), before);
        let (status, _) = ask(&caller, "lookaside.fbsbx.com", get("/media/1")).await;
        assert!((400..500).contains(&status), "{status}");
        again.end().await;
    });
}
