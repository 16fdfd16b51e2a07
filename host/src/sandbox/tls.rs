//! TLS of plugins, done by the host: certificate authorities, keys and handshakes stay outside.
//!
//! Owns the one set of certificate authorities that wasi:http and wasi:tls share: the system's and
//! those of `sandbox.tls.ca.location`. A guest names the server that it wants to meet, which has
//! to be one that its configuration names. wasmtime-wasi-tls implements `wasi:tls@0.2.0-draft`.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream as RustlsStream;
use wasmtime_wasi_tls::{
    Error, TlsProvider, TlsStream, TlsTransport, WasiTlsCtx, WasiTlsCtxBuilder,
};

use super::error::SandboxError;
use super::network::Network;
use crate::config::endpoint::Host;

/// `sandbox.tls.ca.location`
const CA_LOCATION: &str = "sandbox.tls.ca.location";

/// Who is trusted. The system's authorities are read when the first plugin needs them.
pub(super) struct Authorities {
    extra: Vec<CertificateDer<'static>>,
    client: OnceCell<Arc<ClientConfig>>,
}

impl Authorities {
    /// The system's authorities, and those in the PEM file at `location`.
    pub(super) fn new(location: Option<&Path>) -> Result<Self, SandboxError> {
        let extra = location.map(read_pem).transpose()?;
        // wasmtime-wasi-tls makes a provider of its own before it takes ours, by asking rustls for
        // the process's; whoever was first has set one.
        let _ = aws_lc_rs::default_provider().install_default();
        Ok(Self {
            extra: extra.unwrap_or_default(),
            client: OnceCell::new(),
        })
    }

    /// What handshakes are made with.
    async fn client(&self) -> Result<Arc<ClientConfig>, String> {
        let make = || async {
            let extra = self.extra.clone();
            let made = tokio::task::spawn_blocking(move || client_config(extra)).await;
            made.map_err(|error| error.to_string())?
        };
        self.client.get_or_try_init(make).await.cloned()
    }

    /// Shakes hands as a client that wants to meet `server`.
    pub(super) async fn connect<T>(
        &self,
        server: &Host,
        transport: T,
    ) -> std::io::Result<RustlsStream<T>>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let name = match server {
            Host::Address(address) => ServerName::from(*address),
            Host::Name(name) => {
                ServerName::try_from(name.clone()).map_err(std::io::Error::other)?
            }
        };
        let client = self.client().await.map_err(std::io::Error::other)?;
        TlsConnector::from(client).connect(name, transport).await
    }
}

fn read_pem(location: &Path) -> Result<Vec<CertificateDer<'static>>, SandboxError> {
    let failed = |message: String| SandboxError::CertificateAuthorities {
        key: CA_LOCATION,
        path: PathBuf::from(location),
        message,
    };
    let found = CertificateDer::pem_file_iter(location)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(error.to_string()))?;
    if found.is_empty() {
        return Err(failed("there is no certificate in it".to_owned()));
    }
    let mut store = RootCertStore::empty();
    for certificate in &found {
        store
            .add(certificate.clone())
            .map_err(|error| failed(error.to_string()))?;
    }
    Ok(found)
}

fn client_config(extra: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!("some of the system's certificate authorities cannot be read: {error}");
    }
    // Stores hold old certificates that no library takes; the others count.
    roots.add_parsable_certificates(system.certs);
    roots.add_parsable_certificates(extra);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// `wasi:tls` of one instance.
pub(super) fn context(network: &Arc<Network>, authorities: &Arc<Authorities>) -> WasiTlsCtx {
    let provider = Provider {
        network: Arc::clone(network),
        authorities: Arc::clone(authorities),
    };
    WasiTlsCtxBuilder::new()
        .provider(Box::new(provider))
        .build()
}

struct Provider {
    network: Arc<Network>,
    authorities: Arc<Authorities>,
}

impl TlsProvider for Provider {
    fn connect(
        &self,
        server_name: String,
        transport: Box<dyn TlsTransport>,
    ) -> Pin<Box<dyn Future<Output = Result<Box<dyn TlsStream>, Error>> + Send>> {
        let network = Arc::clone(&self.network);
        let authorities = Arc::clone(&self.authorities);
        Box::pin(async move {
            let server = Host::parse(&server_name)
                .ok_or_else(|| Error::msg(format!("{server_name:?} is no name of a server")))?;
            if !network.permits_server_name(&server) {
                return Err(Error::msg(format!(
                    "no key of the connector's configuration names the server {server}"
                )));
            }
            let stream = authorities
                .connect(&server, transport)
                .await
                .map_err(|error| Error::msg(error.to_string()))?;
            Ok(Box::new(Stream(stream)) as Box<dyn TlsStream>)
        })
    }
}

/// Carries a foreign trait on a foreign type.
struct Stream(RustlsStream<Box<dyn TlsTransport>>);

impl TlsStream for Stream {}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
