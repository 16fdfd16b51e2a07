//! A source for tests of the network: its task does what the key `script` says when it starts, one
//! operation on a line, and fails with one line of answer for each. `endpoint` and `also` name
//! endpoints to be granted, `listen` addresses to listen on.

#[cfg(target_os = "wasi")]
mod http;
#[cfg(target_os = "wasi")]
mod tls;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};

use connect_sdk::{
    Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description, Grant, SourceBatch,
    SourceConnector, SourceTask, SourceTaskContext, stopping,
};

/// The connector.
pub struct NetworkProbeConnector {
    config: Config,
}

impl SourceConnector for NetworkProbeConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.test.NetworkProbeConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Tries what it is told to on the network.")
    }

    fn config_def() -> ConfigDef {
        let key = |name: &str, grant| ConfigKey::text(name).default_value("").grants(grant);
        ConfigDef::new()
            .key(ConfigKey::text("script").doc("What to try"))
            .key(key("endpoint", Grant::Endpoint))
            .key(key("also", Grant::Endpoint))
            .key(key("listen", Grant::Listen))
            .key(key("read", Grant::PathRead))
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        Ok(Self { config })
    }

    fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone()])
    }
}

/// The task.
pub struct NetworkProbeTask;

impl SourceTask for NetworkProbeTask {
    fn start(_: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let answers: Vec<String> = config
            .text("script")?
            .lines()
            .map(|line| match run(line.trim()) {
                Ok(answer) => format!("ok {answer}").trim_end().to_owned(),
                Err(error) => error,
            })
            .collect();
        Err(ConnectError::fatal(answers.join("\n")))
    }

    fn poll(&mut self, _: &mut SourceBatch) -> Result<(), ConnectError> {
        stopping::wait(std::time::Duration::from_millis(100));
        Ok(())
    }
}

/// One operation.
fn run(line: &str) -> Result<String, String> {
    let mut words = line.split(' ');
    let operation = words.next().unwrap_or_default();
    let mut word = || words.next().unwrap_or_default();
    let (first, second, third) = (word(), word(), word());
    let kind = |error: std::io::Error| format!("{:?}", error.kind());
    match operation {
        "connect" => TcpStream::connect(first)
            .map(|_| String::new())
            .map_err(kind),
        "exchange" => exchange(first, second).map_err(kind),
        "lookup" => lookup(first).map_err(kind),
        "udp" => datagram(first, second, third).map_err(kind),
        "udp-send" => UdpSocket::bind(first)
            .and_then(|socket| socket.send_to(third.as_bytes(), second))
            .map(|sent| sent.to_string())
            .map_err(kind),
        "udp-bind" => UdpSocket::bind(first).map(|_| String::new()).map_err(kind),
        "listen" => TcpListener::bind(first)
            .map(|_| String::new())
            .map_err(kind),
        "serve" => serve(first).map_err(kind),
        "sockets" => Ok(sockets(first, second)),
        "environment" => Ok(environment()),
        "read" => std::fs::read_to_string(first).map_err(kind),
        #[cfg(target_os = "wasi")]
        "get" => http::get(first),
        #[cfg(target_os = "wasi")]
        "get-with" => http::get_with(first, second, third),
        #[cfg(target_os = "wasi")]
        "tls" => tls::exchange(first, second, third),
        other => panic!("the script has no operation {other:?}"),
    }
}

fn exchange(address: &str, text: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(text.as_bytes())?;
    stream.write_all(b"\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.trim().to_owned())
}

fn lookup(name: &str) -> std::io::Result<String> {
    let mut found: Vec<String> = (name, 0)
        .to_socket_addrs()?
        .map(|address| address.ip().to_string())
        .collect();
    found.sort();
    found.dedup();
    Ok(found.join(" "))
}

fn datagram(from: &str, to: &str, text: &str) -> std::io::Result<String> {
    let socket = UdpSocket::bind(from)?;
    socket.send_to(text.as_bytes(), to)?;
    let mut buffer = [0; 100];
    let (length, _) = socket.recv_from(&mut buffer)?;
    Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

/// Listens, connects to itself and says what arrived.
fn serve(address: &str) -> std::io::Result<String> {
    let listener = TcpListener::bind(address)?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    client.write_all(b"hello")?;
    drop(client);
    let mut text = String::new();
    server.read_to_string(&mut text)?;
    Ok(text)
}

/// Opens this many connections at once; how many there were.
fn sockets(address: &str, count: &str) -> String {
    let open: Vec<TcpStream> = (0..count.parse().unwrap_or(0))
        .map_while(|_| TcpStream::connect(address).ok())
        .collect();
    open.len().to_string()
}

fn environment() -> String {
    let mut variables: Vec<String> = std::env::vars()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    variables.sort();
    variables.join(" ")
}

connect_sdk::export_source!(NetworkProbeConnector, NetworkProbeTask);
