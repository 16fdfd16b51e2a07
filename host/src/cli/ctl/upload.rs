//! Uploading a plugin to a worker of this program; the JVM's has nothing like it.
//!
//! Owns the request and the words for its failures. What is uploaded, and what is said about it, is
//! `cli/plugin/push.rs`'s.

use std::io::Read;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::ConnectionArguments;
use super::address::Address;
use super::client::{Client, Request};
use super::error::CtlError;
use super::output::visible;

/// Time between two looks at what the worker has.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Why a worker does not have the plugin; the text says what to do.
#[derive(Debug, Error)]
#[error("{message}")]
pub(in crate::cli) struct UploadError {
    message: String,
    exit_code: u8,
}

impl UploadError {
    /// As for `ctl`.
    pub(in crate::cli) fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl From<CtlError> for UploadError {
    fn from(error: CtlError) -> Self {
        Self {
            exit_code: error.exit_code(),
            message: error.to_string(),
        }
    }
}

/// What a worker answers to an upload, as far as it is shown.
#[derive(Debug, Deserialize)]
pub(in crate::cli) struct Uploaded {
    /// The plugin's class.
    pub(in crate::cli) class: String,
    /// Source or sink.
    #[serde(default, rename = "type")]
    pub(in crate::cli) kind: String,
    /// Its version.
    #[serde(default)]
    pub(in crate::cli) version: String,
    /// Digest of its bytes.
    #[serde(default)]
    pub(in crate::cli) sha256: String,
}

/// A worker to upload to.
pub(in crate::cli) struct Upload {
    client: Client,
    timeout: Duration,
}

impl Upload {
    /// To the worker that the arguments name.
    pub(in crate::cli) fn to(connection: &ConnectionArguments) -> Result<Self, UploadError> {
        let address = Address::parse(&connection.url, connection.user.as_deref());
        let address = address.map_err(CtlError::from)?;
        Ok(Self {
            client: Client::new(address, connection.timeout),
            timeout: connection.timeout,
        })
    }

    /// The worker's address, without credentials.
    pub(in crate::cli) fn base(&self) -> &str {
        self.client.base()
    }

    /// Uploads so many bytes. Returns the status (201 new, 200 there already), and the answer.
    pub(in crate::cli) fn send(
        &self,
        label: &str,
        body: &mut dyn Read,
        bytes: u64,
    ) -> Result<(u16, Value, Uploaded), UploadError> {
        let purpose = format!("push {}", visible(label));
        let request = Request::new("POST", &["connector-plugins"], purpose);
        let answer = self.client.send(request.component_from(body, bytes))?;
        let (json, uploaded) = answer.read::<Uploaded>()?;
        Ok((answer.status(), json, uploaded))
    }

    /// Waits until the worker lists that version of the class.
    pub(in crate::cli) fn await_listed(&self, uploaded: &Uploaded) -> Result<(), UploadError> {
        let Uploaded { class, version, .. } = uploaded;
        let until = Instant::now() + self.timeout;
        loop {
            let purpose = format!(
                "see whether {} {} is there",
                visible(class),
                visible(version)
            );
            let request = Request::new("GET", &["connector-plugins"], purpose);
            let (_, listed) = self.client.send(request)?.read::<Vec<Uploaded>>()?;
            let there = |one: &Uploaded| one.class == *class && one.version == *version;
            if listed.iter().any(there) {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(UploadError {
                    message: format!(
                        "The worker took {} {}, but does not list it after {} s; its log says why",
                        visible(class),
                        visible(version),
                        self.timeout.as_secs_f64()
                    ),
                    exit_code: super::exit::REFUSED,
                });
            }
            std::thread::park_timeout(LOOK_AGAIN);
        }
    }
}
