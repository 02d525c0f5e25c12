//! What a server refuses, and whom nobody may ask.

use std::net::{Ipv4Addr, SocketAddr};

use hop::http::{Request, Response};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use vocab::limits;

use super::{Asker, Hosts, NotAllowed, Server, service};
use crate::{log::Log, stop::Stopper};

fn run<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// A server that answers with what it was asked.
async fn mirror() -> (SocketAddr, Stopper, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stopper, stop) = Stopper::new();
    let answers = service(|request: Request| async move {
        let said = format!("{} {} {}", request.authority, request.method, request.target);
        let header = ("x-said".to_owned(), said);
        Some(Response { status: 200, headers: vec![header], body: request.body })
    });
    let server = Server::new(listener, "mirror", Log::none());
    (at, stopper, tokio::spawn(server.run(answers, stop)))
}

/// What the server answers to these bytes.
async fn raw(at: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(at).await.unwrap();
    // A server that has heard enough may close before all is written.
    let _enough = stream.write_all(bytes).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_request_arrives_as_it_was_made_under_the_name_of_its_server() {
    run(async {
        let (at, stopper, server) = mirror().await;
        let hosts = Hosts::default();
        hosts.name("cloud-api", at);
        let request = Request::new("cloud-api", "POST", "/1/messages?a=b").json(b"{}".to_vec());
        let answer = Asker::new(hosts, Log::none()).ask(request).await.unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"{}".as_slice()));
        let said = ("x-said".to_owned(), "cloud-api POST /1/messages?a=b".to_owned());
        assert!(answer.headers.contains(&said), "{:?}", answer.headers);
        stopper.stop();
        server.await.unwrap();
    });
}

#[test]
fn what_is_too_large_is_refused_with_its_status() {
    run(async {
        let (at, _stopper, _server) = mirror().await;
        let length = limits::MAX_HTTP_BODY + 1;
        let mut large = format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        large.push_str(&"a".repeat(length));
        assert_eq!(raw(at, large.as_bytes()).await, "HTTP/1.1 413");
        let headers = "x: y\r\n".repeat(limits::MAX_HTTP_HEADERS + 1);
        let many = format!("GET / HTTP/1.1\r\nhost: a\r\n{headers}\r\n");
        assert_eq!(raw(at, many.as_bytes()).await, "HTTP/1.1 431");
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(limits::MAX_HTTP_HEAD));
        assert_eq!(raw(at, long.as_bytes()).await, "HTTP/1.1 414");
        assert_eq!(raw(at, b"\x00\x01\x02\r\n\r\n").await, "HTTP/1.1 400");
    });
}

#[test]
fn who_sends_too_slowly_is_told_so_and_the_others_are_served_meanwhile() {
    // Time passes only while everybody waits.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (at, _stopper, _server) = mirror().await;
        let slow = async |sent: &'static [u8]| {
            let mut stream = TcpStream::connect(at).await.unwrap();
            stream.write_all(sent).await.unwrap();
            let mut answer = Vec::new();
            let _closed = stream.read_to_end(&mut answer).await;
            String::from_utf8_lossy(&answer).into_owned()
        };
        let body = slow(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1");
        let head = slow(b"GET / HTTP/1.1\r\nhost: a\r\nx-slo");
        let quick = slow(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let (body, head, quick) = tokio::join!(body, head, quick);
        assert!(body.starts_with("HTTP/1.1 408"), "{body}");
        assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
        assert!(quick.starts_with("HTTP/1.1 200"), "{quick}");
    });
}

#[test]
fn nobody_is_asked_who_is_neither_here_nor_allowed() {
    run(async {
        let hosts = Hosts::default();
        let elsewhere = hosts.find("192.0.2.1:80").await;
        assert!(matches!(elsewhere, Err(NotAllowed::Elsewhere(..))), "{elsewhere:?}");
        let metadata = hosts.find("169.254.169.254").await;
        assert!(matches!(metadata, Err(NotAllowed::Elsewhere(..))), "{metadata:?}");
        hosts.allow("192.0.2.1:80");
        assert!(hosts.find("192.0.2.1:80").await.is_ok());
        assert!(hosts.find("127.0.0.1:9").await.is_ok());
    });
}
