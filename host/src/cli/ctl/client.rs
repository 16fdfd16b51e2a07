//! Requests to the worker and what comes back.
//!
//! Owns the HTTP client. Decides what is an answer, a refusal and no answer at all; knows nothing of
//! what the answers hold.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::SendBody;
use ureq::http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use ureq::tls::{RootCerts, TlsConfig};

use super::address::Address;
use super::error::{Asked, CtlError, Refusal, Unreachable};
use super::output::visible;

/// LIMIT: thousands of connectors with their configurations and traces fit in.
const BODY_BYTES_MAX: u64 = 256 << 20;

const JSON: &str = "application/json";
const WASM: &str = "application/wasm";

/// A worker, as its REST API shows it.
#[derive(Clone)]
pub(super) struct Client {
    agent: ureq::Agent,
    address: Address,
    timeout: Duration,
}

/// What is sent with a request.
enum Body<'a> {
    None,
    Bytes(Vec<u8>),
    /// Read while it is sent, so many bytes.
    Stream(&'a mut dyn Read, u64),
}

/// A request to be sent.
pub(super) struct Request<'a> {
    purpose: String,
    method: &'static str,
    segments: Vec<&'a str>,
    connector: Option<&'a str>,
    query: Option<String>,
    body: Body<'a>,
    content_type: &'static str,
    accept: &'static str,
    since: Option<&'static str>,
}

impl<'a> Request<'a> {
    /// A request without a body. `purpose` goes on after "Cannot".
    pub(super) fn new(method: &'static str, segments: &[&'a str], purpose: String) -> Self {
        let connector = match segments {
            ["connectors", name, ..] => Some(*name),
            _ => None,
        };
        Self {
            purpose,
            method,
            segments: segments.to_vec(),
            connector,
            query: None,
            body: Body::None,
            content_type: JSON,
            accept: JSON,
            since: None,
        }
    }

    /// Says which connector it is about, where the path does not.
    pub(super) fn about(mut self, connector: &'a str) -> Self {
        self.connector = Some(connector);
        self
    }

    /// Adds a query.
    pub(super) fn query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// Adds a JSON body.
    pub(super) fn body(mut self, body: &Value) -> Self {
        self.body = Body::Bytes(body.to_string().into_bytes());
        self
    }

    /// Adds a component as the body.
    pub(super) fn component(mut self, wasm: Vec<u8>) -> Self {
        self.body = Body::Bytes(wasm);
        self.content_type = WASM;
        self
    }

    /// Adds a component as the body, so many bytes, which is read while it is sent.
    pub(super) fn component_from(mut self, wasm: &'a mut dyn Read, bytes: u64) -> Self {
        self.body = Body::Stream(wasm, bytes);
        self.content_type = WASM;
        self
    }

    /// Says which version of Kafka Connect has this request first.
    pub(super) fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }
}

/// An answer with a status of 2xx.
#[derive(Debug)]
pub(super) struct Answer {
    asked: Asked,
    status: u16,
    body: String,
}

impl Answer {
    /// The HTTP status.
    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// The body, nothing for an empty one.
    pub(super) fn json(&self) -> Result<Option<Value>, CtlError> {
        if self.body.trim().is_empty() {
            return Ok(None);
        }
        let read = serde_json::from_str(&self.body);
        read.map(Some)
            .map_err(|error| self.stranger(format!("the body is not JSON ({error})")))
    }

    /// The body, which must be there, and what it means.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<(Value, T), CtlError> {
        let value = self
            .json()?
            .ok_or_else(|| self.stranger("there is no body".to_owned()))?;
        let meaning = T::deserialize(&value)
            .map_err(|error| self.stranger(format!("the body is another ({error})")))?;
        Ok((value, meaning))
    }

    fn stranger(&self, what: String) -> CtlError {
        CtlError::Stranger {
            asked: Box::new(self.asked.clone()),
            status: self.status,
            what,
        }
    }
}

impl Client {
    /// A client that waits so long for each answer.
    pub(super) fn new(address: Address, timeout: Duration) -> Self {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(timeout))
            // Seconds go by between requests of --watch, and the worker may be another by then.
            .max_idle_connections(0)
            .user_agent(concat!("connect-wasm-ctl/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls_config());
        if address.is_loopback() {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().new_agent(),
            address,
            timeout,
        }
    }

    /// The worker's address, without credentials.
    pub(super) fn base(&self) -> &str {
        self.address.base()
    }

    /// Sends a request; everything but a 2xx answer is an error.
    pub(super) fn send(&self, request: Request<'_>) -> Result<Answer, CtlError> {
        let (asked, status, body) = self.answered(request)?;
        Ok(Answer {
            asked,
            status,
            body: text(&body),
        })
    }

    /// Asks for a component.
    pub(super) fn download(&self, mut request: Request<'_>) -> Result<Vec<u8>, CtlError> {
        request.accept = WASM;
        let (_, _, body) = self.answered(request)?;
        Ok(body)
    }

    /// What was asked, the status, which is 2xx, and the body.
    fn answered(&self, request: Request<'_>) -> Result<(Asked, u16, Vec<u8>), CtlError> {
        let mut url = self.address.join(&request.segments);
        if let Some(query) = &request.query {
            url.push('?');
            url.push_str(query);
        }
        let asked = Asked {
            purpose: request.purpose,
            method: request.method,
            proxy: self.proxy_for(&url),
            url,
            connector: request.connector.map(shell_word),
            since: request.since,
        };
        let types = (request.content_type, request.accept);
        match self.exchange(&asked, request.body, types) {
            Ok((status @ 200..300, body)) => Ok((asked, status, body)),
            Ok((status, body)) => Err(CtlError::Refused(Box::new(Refusal {
                asked,
                status,
                body: text(&body),
            }))),
            Err(error) => Err(CtlError::Unreachable {
                asked: Box::new(asked),
                why: Unreachable::from_client(&error, self.timeout),
            }),
        }
    }

    /// The proxy that leads to an address, without its password.
    fn proxy_for(&self, url: &str) -> Option<String> {
        let proxy = self.agent.config().proxy()?;
        let uri = url.parse().ok()?;
        let direct = proxy.is_no_proxy(&uri);
        (!direct).then(|| format!("{}:{}", proxy.host(), proxy.port()))
    }

    fn exchange(
        &self,
        asked: &Asked,
        body: Body<'_>,
        (content_type, accept): (&'static str, &'static str),
    ) -> Result<(u16, Vec<u8>), ureq::Error> {
        let mut request = ureq::http::Request::builder()
            .method(asked.method)
            .uri(&asked.url)
            .header(ACCEPT, accept);
        if let Some(authorization) = self.address.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = match body {
            Body::Bytes(body) => {
                let request = request.header(CONTENT_TYPE, content_type);
                self.agent.run(request.body(body)?)?
            }
            Body::Stream(body, bytes) => {
                let request = request
                    .header(CONTENT_TYPE, content_type)
                    .header(CONTENT_LENGTH, bytes);
                self.agent.run(request.body(SendBody::from_reader(body))?)?
            }
            Body::None => self.agent.run(request.body(())?)?,
        };
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let bytes = body.with_config().limit(BODY_BYTES_MAX).read_to_vec()?;
        Ok((status, bytes))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A name as a shell takes it.
fn shell_word(name: &str) -> String {
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '+');
    if !name.is_empty() && !name.starts_with('-') && name.chars().all(plain) {
        return name.to_owned();
    }
    format!("'{}'", visible(name).replace('\'', r"'\''"))
}

/// TLS as the rest of this program has it, trusting what the system trusts.
fn tls_config() -> TlsConfig {
    TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}

#[cfg(test)]
pub(super) mod tests;
