//! Servers on this machine that the probe talks to. Each lives as long as its test's runtime.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

/// Answers a line with `echo` and that line, and closes; its port.
pub async fn echo(host: &str) -> u16 {
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_line(stream));
        }
    });
    port
}

/// A request of HTTP gets a page, any other line its echo.
async fn answer_line(stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    if stream.read_line(&mut line).await.is_err() {
        return;
    }
    let answer = match line.starts_with("GET ") {
        true => {
            read_headers(&mut stream).await;
            page("hello")
        }
        false => format!("echo {line}"),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read_headers(stream: &mut (impl AsyncBufReadExt + Unpin)) {
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
        line.clear();
    }
}

/// Answers datagrams; its port.
pub async fn udp_echo() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut buffer = [0; 100];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let answer = [b"echo ".as_slice(), &buffer[..length]].concat();
            let _ = socket.send_to(&answer, from).await;
        }
    });
    port
}

/// A whole answer with a body.
pub fn page(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// An answer that sends the client elsewhere; `{port}` is the server's.
pub fn redirect(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}

/// An answer whose head is too long.
pub fn long_head() -> String {
    let long = "x".repeat(1 << 20);
    format!("HTTP/1.1 200 OK\r\nx-long: {long}\r\ncontent-length: 0\r\n\r\n")
}

/// Answers requests for these paths; its port.
pub async fn http(pages: Vec<(&'static str, String)>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            let _ = stream.read_line(&mut line).await;
            read_headers(&mut stream).await;
            let path = line.split(' ').nth(1).unwrap_or_default();
            let page = pages.iter().find(|(known, _)| *known == path);
            let answer = page.map_or_else(
                || "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
                |(_, answer)| answer.replace("{port}", &port.to_string()),
            );
            // A client that has seen enough goes away.
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

/// As `echo`, over TLS with a certificate for `tls.test`; its port.
pub async fn tls_echo() -> u16 {
    let file = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/certificates");
        folder.join(name)
    };
    let chain = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer_line(stream).await;
                }
            });
        }
    });
    port
}
