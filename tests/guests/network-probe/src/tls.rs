//! TLS by the host over a socket of the guest.

use wasip2::io::streams::{InputStream, OutputStream, StreamError};
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress};
use wasip2::sockets::tcp::TcpSocket;
use wasip2::sockets::tcp_create_socket::create_tcp_socket;

mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "connect-wasm:network-probe/tls",
        with: {
            "wasi:io/error@0.2.12": wasip2::io::error,
            "wasi:io/poll@0.2.12": wasip2::io::poll,
            "wasi:io/streams@0.2.12": wasip2::io::streams,
        },
        generate_all,
    });
}

use bindings::wasi::tls::types::ClientHandshake;

/// Sends a line to `address` (IPv4) over TLS with the server of that name; its answer.
pub fn exchange(address: &str, server: &str, text: &str) -> Result<String, String> {
    let (_socket, input, output) = connect(address).map_err(|code| format!("{code:?}"))?;
    let future = ClientHandshake::finish(ClientHandshake::new(server, input, output));
    future.subscribe().block();
    let streams = future.get().ok_or("not ready")?;
    let streams = streams.map_err(|()| "taken before")?;
    let (connection, input, output) = streams.map_err(|error| error.to_debug_string())?;
    let line = format!("{text}\n");
    output
        .blocking_write_and_flush(line.as_bytes())
        .map_err(|error| format!("{error:?}"))?;
    connection.close_output();
    let mut answer = Vec::new();
    loop {
        match input.blocking_read(1024) {
            Ok(bytes) => answer.extend(bytes),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => return Err(error.to_debug_string()),
        }
    }
    Ok(String::from_utf8_lossy(&answer).trim().to_owned())
}

fn connect(address: &str) -> Result<(TcpSocket, InputStream, OutputStream), ErrorCode> {
    let address: std::net::SocketAddrV4 =
        address.parse().map_err(|_| ErrorCode::InvalidArgument)?;
    let [a, b, c, d] = address.ip().octets();
    let remote = IpSocketAddress::Ipv4(Ipv4SocketAddress {
        address: (a, b, c, d),
        port: address.port(),
    });
    let network = instance_network();
    let socket = create_tcp_socket(IpAddressFamily::Ipv4)?;
    socket.start_connect(&network, remote)?;
    let ready = socket.subscribe();
    loop {
        match socket.finish_connect() {
            Err(ErrorCode::WouldBlock) => ready.block(),
            Err(code) => return Err(code),
            Ok((input, output)) => {
                drop(ready);
                return Ok((socket, input, output));
            }
        }
    }
}
