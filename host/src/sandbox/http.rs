//! `wasi:http/outgoing-handler` of one instance: requests to granted hosts.
//!
//! Owns the way of a request: the host and each of its addresses are held against the grants, the
//! connection goes to the checked address, and the server is met by its name when the scheme is
//! https. A redirect is an answer like any other: the guest follows it by another request, which is
//! checked as every request. One connection for one request. There is no incoming handler.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1;
use hyper::http::uri::{PathAndQuery, Scheme};
use hyper::{Request, Response, Uri};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, timeout};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, RequestOptions as Options};
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::p2::types::HostOutgoingRequest;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use super::network::{Network, OpenError, SocketPermit, sockets};
use super::state::InstanceState;
use super::tls::Authorities;
use crate::config::endpoint::Host;

/// Time to connect and shake hands when the guest says nothing; at most this.
const CONNECT: Duration = Duration::from_secs(30);
/// Time for the head of the answer, and between parts of its body; at most this.
const ANSWER: Duration = Duration::from_secs(600);
/// LIMIT: bytes of an answer's head that are held, and so of one header.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// LIMIT: headers of an answer.
const HEADERS_MAX: usize = 256;

/// What requests of one instance are made with.
pub(super) struct HttpHooks {
    pub(super) network: Arc<Network>,
    pub(super) authorities: Arc<Authorities>,
}

type Exchanged = (
    Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for HttpHooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Exchanged, Error>> + Send> {
        let network = Arc::clone(&self.network);
        let authorities = Arc::clone(&self.authorities);
        Box::new(async move {
            let permit = network.open_socket();
            exchange(
                &network,
                &authorities,
                request,
                options.unwrap_or_default(),
                permit,
            )
            .await
        })
    }

    fn p2_error_from_hyper(&mut self, error: &hyper::Error) -> ErrorCode {
        if error.is_parse_too_large() {
            return ErrorCode::HttpResponseHeaderSectionSize(None);
        }
        if error.is_incomplete_message() || error.is_closed() {
            return ErrorCode::HttpResponseIncomplete;
        }
        ErrorCode::HttpProtocolError
    }

    fn p2_error_from_connect(&mut self, error: &std::io::Error) -> ErrorCode {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::TimedOut => ErrorCode::ConnectionTimeout,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                ErrorCode::DestinationIpUnroutable
            }
            _ => ErrorCode::ConnectionRefused,
        }
    }

    fn p2_error_from_tls(&mut self, error: &std::io::Error) -> ErrorCode {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
        match tls {
            Some(rustls::Error::InvalidCertificate(_)) => ErrorCode::TlsCertificateError,
            _ => ErrorCode::TlsProtocolError,
        }
    }
}

/// A connection, plain or not.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

async fn exchange(
    network: &Network,
    authorities: &Authorities,
    mut request: Request<WasiBody>,
    options: RequestOptions,
    permit: SocketPermit,
) -> Result<Exchanged, Error> {
    let limit = |wanted: Option<Duration>, most: Duration| wanted.unwrap_or(most).min(most);
    let connecting = connect(network, authorities, request.uri());
    let connection = timeout(limit(options.connect_timeout, CONNECT), connecting)
        .await
        .map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, driver) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .handshake(TokioIo::new(connection))
        .await?;
    // A server is asked for a path; only a proxy would be asked for a whole URL.
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    // The connection is driven along with the request, and with the body afterwards.
    let mut driver = Box::pin(async move {
        let _permit = permit;
        driver.await.map_err(Error::from)
    });
    let sending = timeout(
        limit(options.first_byte_timeout, ANSWER),
        sender.send_request(request),
    );
    let mut sending = Box::pin(sending);
    let mut driven = None;
    let answer = std::future::poll_fn(|context| {
        if driven.is_none()
            && let Poll::Ready(result) = driver.as_mut().poll(context)
        {
            driven = Some(result);
        }
        sending.as_mut().poll(context)
    })
    .await
    .map_err(|_| Error::HttpResponseTimeout)??;
    let pause = limit(options.between_bytes_timeout, ANSWER);
    let answer = answer.map(|incoming| AnswerBody::new(incoming, pause).boxed_unsync());
    let rest = Box::new(async move {
        match driven {
            Some(result) => result,
            None => driver.await,
        }
    });
    Ok((answer, rest))
}

async fn connect(
    network: &Network,
    authorities: &Authorities,
    uri: &Uri,
) -> Result<Box<dyn Connection>, Error> {
    let secure = uri.scheme() == Some(&Scheme::HTTPS);
    let authority = uri.authority().ok_or(Error::HttpRequestUriInvalid)?;
    let host = Host::parse(authority.host()).ok_or(Error::HttpRequestUriInvalid)?;
    let port = authority
        .port_u16()
        .unwrap_or(if secure { 443 } else { 80 });
    let stream = network
        .connect(&host, port)
        .await
        .map_err(|error| match error {
            OpenError::NotNamed => Error::HttpRequestDenied,
            OpenError::Refused => Error::DestinationIpProhibited,
            OpenError::NotFound => Error::DnsError {
                rcode: Some("the name cannot be resolved".to_owned()),
                info_code: None,
            },
            OpenError::Connect(error) => Error::Connect(error),
        })?;
    if !secure {
        return Ok(Box::new(stream));
    }
    let stream = authorities
        .connect(&host, stream)
        .await
        .map_err(Error::Tls)?;
    Ok(Box::new(stream))
}

/// The body of an answer, which may pause only so long.
struct AnswerBody {
    incoming: Incoming,
    pause: Duration,
    alarm: Pin<Box<Sleep>>,
}

impl AnswerBody {
    fn new(incoming: Incoming, pause: Duration) -> Self {
        Self {
            incoming,
            pause,
            alarm: Box::pin(tokio::time::sleep(pause)),
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) {
            let deadline = Instant::now() + self.pause;
            self.alarm.as_mut().reset(deadline);
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        ready!(self.alarm.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// Offers `wasi:http/types` and `wasi:http/outgoing-handler`.
pub(super) fn add_to_linker(l: &mut Linker<InstanceState>) -> wasmtime::Result<()> {
    let options = types::LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(l, &options, InstanceState::http)?;
    let mut interface = l.instance("wasi:http/outgoing-handler@0.2.12")?;
    interface.func_wrap("handle", handle)
}

type Handled = Result<Resource<types::FutureIncomingResponse>, ErrorCode>;

/// As wasmtime-wasi-http's, behind the limit of sockets.
fn handle(
    mut store: StoreContextMut<'_, InstanceState>,
    (request, options): (Resource<HostOutgoingRequest>, Option<Resource<Options>>),
) -> wasmtime::Result<(Handled,)> {
    let state = store.data_mut();
    if !sockets::may_open(state) {
        state.table.delete(request)?;
        if let Some(options) = options {
            state.table.delete(options)?;
        }
        return Ok((Err(ErrorCode::ConnectionLimitReached),));
    }
    let handled = outgoing_handler::Host::handle(&mut state.http(), request, options);
    Ok((match handled {
        Ok(response) => Ok(response),
        Err(error) => Err(error.downcast()?),
    },))
}

impl WasiHttpView for InstanceState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.http_hooks,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}
