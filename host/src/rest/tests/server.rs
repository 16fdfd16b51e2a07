use futures::{StreamExt as _, stream};

use super::*;
use crate::rest::server::{SILENCE_MAX, serve_connection};

/// Sends bytes and reads until the server closes.
async fn exchange(fixture: &Fixture, request: &str) -> String {
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let router = fixture.resources(&settings()).main;
    let serving = tokio::spawn(serve_connection(server, router, CancellationToken::new()));
    client.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).await.unwrap();
    serving.await.unwrap();
    response
}

fn bodies(responses: &str) -> Vec<&str> {
    responses
        .split("HTTP/1.")
        .filter_map(|response| response.split_once("\r\n\r\n"))
        .map(|(_, body)| body)
        .collect()
}

async fn serve(
    fixture: &Fixture,
    settings: &RestSettings,
) -> (
    Vec<std::net::SocketAddr>,
    tokio::task::JoinHandle<()>,
    CancellationToken,
) {
    let server = RestServer::bind(settings).await.unwrap();
    let mut addresses = server.addresses();
    addresses.extend(server.admin_addresses());
    let stopping = CancellationToken::new();
    let serving = tokio::spawn(server.serve(fixture.resources(settings), stopping.clone()));
    (addresses, serving, stopping)
}

async fn get(address: std::net::SocketAddr, path: &str) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn serves_all_listeners_until_it_is_stopped() {
    let fixture = Fixture::new();
    let mut settings = settings();
    settings.listeners.extend(settings.listeners.clone());
    let (addresses, serving, stopping) = serve(&fixture, &settings).await;
    assert_eq!(addresses.len(), 2);
    for address in &addresses {
        let response = get(*address, "/connectors").await;
        assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
        assert!(response.ends_with("\r\n\r\n[]"), "{response}");
        assert!(get(*address, "/admin/loggers/root").await.ends_with('}'));
    }
    // An idle connection does not hold up the stop.
    let _idle = TcpStream::connect(addresses[0]).await.unwrap();
    stopping.cancel();
    serving.await.unwrap();
    let refused = TcpStream::connect(addresses[0]).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn admin_resources_have_listeners_of_their_own() {
    let fixture = Fixture::new();
    let mut settings = settings();
    settings.admin_listeners = AdminListeners::Own(settings.listeners.clone());
    let (addresses, serving, stopping) = serve(&fixture, &settings).await;
    let [main, admin] = addresses[..] else {
        panic!("{addresses:?}");
    };
    let found = "HTTP/1.1 200 OK\r\n";
    let missing = "HTTP/1.1 404 Not Found\r\n";
    for (address, path, status) in [
        (main, "/", found),
        (main, "/admin/loggers", missing),
        (main, "/admin/loggers/root", missing),
        (admin, "/admin/loggers", found),
        (admin, "/admin/loggers/root", found),
        (admin, "/", missing),
        (admin, "/connectors", missing),
        (admin, "/health", missing),
    ] {
        let response = get(address, path).await;
        assert!(response.starts_with(status), "{path}: {response}");
    }
    stopping.cancel();
    serving.await.unwrap();
}

#[tokio::test]
async fn admin_resources_can_be_turned_off() {
    let fixture = Fixture::new();
    let mut settings = settings();
    settings.admin_listeners = AdminListeners::Disabled;
    let (addresses, serving, stopping) = serve(&fixture, &settings).await;
    assert_eq!(addresses.len(), 1);
    let response = get(addresses[0], "/admin/loggers").await;
    assert!(response.starts_with("HTTP/1.1 404"), "{response}");
    stopping.cancel();
    serving.await.unwrap();
}

#[tokio::test]
async fn listeners_that_cannot_be_had() {
    let bind = async |change: &dyn Fn(&mut RestSettings)| {
        let mut settings = settings();
        change(&mut settings);
        RestServer::bind(&settings).await.err().unwrap().to_string()
    };
    let https = Listener::parse("https://localhost:8443").unwrap();
    for (key, error) in [
        (
            "listeners",
            bind(&|settings| settings.listeners = vec![https.clone()]).await,
        ),
        (
            "admin.listeners",
            bind(&|settings| settings.admin_listeners = AdminListeners::Own(vec![https.clone()]))
                .await,
        ),
    ] {
        assert_eq!(
            error,
            format!(
                "The listener https://localhost:8443 of `{key}` cannot be served: HTTPS listeners \
                 are not supported yet. Name only http:// listeners there, with a TLS proxy before \
                 them if needed"
            )
        );
    }
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = format!("http://127.0.0.1:{}", taken.local_addr().unwrap().port());
    let listener = Listener::parse(&text).unwrap();
    let error = bind(&|settings| settings.listeners = vec![listener.clone()]).await;
    assert_eq!(error, format!("The listener {text} cannot be bound"));
}

#[tokio::test]
async fn one_connection_takes_many_requests_in_their_order() {
    let fixture = Fixture::new();
    fixture.create_source("c1").await;
    let responses = exchange(
        &fixture,
        "GET /connectors HTTP/1.1\r\nHost: x\r\n\r\n\
         GET /connectors/c1 HTTP/1.1\r\nHost: x\r\n\r\n\
         GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    let not_found = r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#;
    assert_eq!(bodies(&responses), [r#"["c1"]"#, INFO, not_found]);
}

#[tokio::test]
async fn old_clients() {
    let fixture = Fixture::new();
    let response = exchange(&fixture, "GET /connectors HTTP/1.0\r\n\r\n").await;
    assert!(response.starts_with("HTTP/1.0 200 OK\r\n"), "{response}");
    assert_eq!(bodies(&response), ["[]"]);
    let kept = exchange(
        &fixture,
        "GET /connectors HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /connectors HTTP/1.0\r\n\r\n",
    )
    .await;
    assert!(kept.contains("connection: keep-alive\r\n"), "{kept}");
    assert_eq!(bodies(&kept), ["[]", "[]"]);
}

#[tokio::test]
async fn bodies_in_chunks() {
    let fixture = Fixture::new();
    let response = exchange(
        &fixture,
        "PUT /connectors/c1/config HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
         23\r\n{\"connector.class\":\"FileStreamSourc\r\n11\r\ne\",\"topic\":\"t\"}  \r\n0\r\n\r\n",
    )
    .await;
    assert_eq!(bodies(&response), [INFO]);
    let broken = exchange(
        &fixture,
        "PUT /connectors/c1/config HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    )
    .await;
    assert!(broken.starts_with("HTTP/1.1 400 "), "{broken}");
    assert!(
        broken.contains("The request body cannot be read"),
        "{broken}"
    );
}

#[tokio::test]
async fn clients_that_wait_for_a_go_ahead() {
    let fixture = Fixture::new();
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let router = fixture.resources(&settings()).main;
    let serving = tokio::spawn(serve_connection(server, router, CancellationToken::new()));
    let body = r#"{"connector.class":"FileStreamSource","topic":"t"}"#;
    let head = format!(
        "PUT /connectors/c1/config HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-Continue\r\nConnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let go_ahead = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut answer = vec![0; go_ahead.len()];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, go_ahead);
    client.write_all(body.as_bytes()).await.unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).await.unwrap();
    assert!(
        response.starts_with("HTTP/1.1 201 Created\r\n"),
        "{response}"
    );
    serving.await.unwrap();
    let other = "GET / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n";
    let response = exchange(&fixture, other).await;
    assert!(
        response.starts_with("HTTP/1.1 417 Expectation Failed\r\n"),
        "{response}"
    );
}

#[tokio::test]
async fn hosts_that_http_forbids() {
    let fixture = Fixture::new();
    for (request, message) in [
        (
            "GET / HTTP/1.1\r\n",
            "The request has no Host header, which HTTP/1.1 asks for",
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
            "The request has more than one Host header",
        ),
        (
            "GET / HTTP/1.1\r\nHost: a b\r\n",
            "The Host header is not a host with or without a port",
        ),
        (
            "GET / HTTP/1.1\r\nHost: a/b\r\n",
            "The Host header is not a host with or without a port",
        ),
        (
            "GET / HTTP/1.1\r\nHost: \r\n",
            "The Host header is not a host with or without a port",
        ),
        (
            "GET http://other:1/ HTTP/1.1\r\nHost: x\r\n",
            "The Host header names another host than the request's target",
        ),
    ] {
        let response = exchange(&fixture, &format!("{request}Connection: close\r\n\r\n")).await;
        assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
        let expected = format!("\r\n\r\n{{\"error_code\":400,\"message\":\"{message}\"}}");
        assert!(response.ends_with(&expected), "{response}");
    }
    let own = "GET http://x:1/connectors HTTP/1.1\r\nHost: x:1\r\nConnection: close\r\n\r\n";
    assert_eq!(bodies(&exchange(&fixture, own).await), ["[]"]);
}

#[tokio::test]
async fn a_client_may_close_its_half_first() {
    let fixture = Fixture::new();
    let (addresses, serving, stopping) = serve(&fixture, &settings()).await;
    let mut client = TcpStream::connect(addresses[0]).await.unwrap();
    let request = b"GET /connectors HTTP/1.1\r\nHost: x\r\n\r\n";
    client.write_all(request).await.unwrap();
    client.shutdown().await.unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).await.unwrap();
    assert_eq!(bodies(&response), ["[]"]);
    stopping.cancel();
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn silent_clients_are_closed() {
    let fixture = Fixture::new();
    for begun in ["", "GET / HTTP/1.1\r\nHost:"] {
        let began = tokio::time::Instant::now();
        exchange(&fixture, begun).await;
        assert_eq!(began.elapsed().as_secs(), SILENCE_MAX.as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_that_stop_in_the_middle() {
    let fixture = Fixture::new();
    let pieces = ["{\"connector.class\":", "\"FileStreamSource\","];
    let slow = stream::iter(pieces).then(|piece| async move {
        tokio::time::sleep(SILENCE_MAX - Duration::from_secs(1)).await;
        Ok::<_, std::io::Error>(piece)
    });
    let body = Body::from_stream(slow.chain(stream::pending()));
    let request = Request::put("/connectors/c1/config")
        .header(header::HOST, "x")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .unwrap();
    let router = fixture.resources(&settings()).main;
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(response.headers()[header::CONNECTION], "close");
    let body = axum::body::to_bytes(response.into_body(), 1000)
        .await
        .unwrap();
    let expected =
        r#"{"error_code":408,"message":"The rest of the request body did not arrive within 90 s"}"#;
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_stop_answers_those_who_wait_for_health() {
    let fixture = Fixture::starting();
    let (addresses, serving, stopping) = serve(&fixture, &settings()).await;
    let asking = tokio::spawn(get(addresses[0], "/health"));
    // The answer to this one shows that the server has taken connections by now.
    get(addresses[0], "/connectors").await;
    fixture.herder.close();
    stopping.cancel();
    serving.await.unwrap();
    let response = asking.await.unwrap();
    let expected = r#"{"error_code":500,"message":"The herder is shutting down"}"#;
    assert_eq!(bodies(&response), [expected]);
    // The herder itself still works, so that the stop can go on in order.
    assert!(!fixture.stopping.is_cancelled());
}

#[tokio::test]
async fn many_clients_change_one_connector() {
    let fixture = Fixture::new();
    let config = r#"{"connector.class":"FileStreamSource","topic":"t"}"#;
    let requests = (0..64).map(|_| fixture.send_json("PUT /connectors/c1/config", config));
    let answers = futures::future::join_all(requests).await;
    let count = |status: u16| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((count(201), count(200)), (1, 63));
    assert!(answers.iter().all(|answer| answer.body == INFO));
}
