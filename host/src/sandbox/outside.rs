//! What all instances of a sandbox share of the world outside: who looks up names, and whose
//! certificates are trusted.

use std::sync::Arc;

use super::names::{NameResolver, SystemResolver};
use super::tls::Authorities;
use super::{SandboxConfig, SandboxError};

/// The world outside.
pub(super) struct Outside {
    pub(super) resolver: Arc<dyn NameResolver>,
    pub(super) authorities: Arc<Authorities>,
}

impl Outside {
    pub(super) fn new(config: &SandboxConfig) -> Result<Self, SandboxError> {
        let resolver = config.resolver.clone();
        Ok(Self {
            resolver: resolver.unwrap_or_else(|| Arc::new(SystemResolver)),
            authorities: Arc::new(Authorities::new(config.tls_ca_location.as_deref())?),
        })
    }
}
