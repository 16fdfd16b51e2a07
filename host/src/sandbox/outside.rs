//! What all instances of a sandbox share of the world outside: who looks up names.

use std::sync::Arc;

use super::SandboxConfig;
use super::names::{NameResolver, SystemResolver};

/// The world outside.
pub(super) struct Outside {
    pub(super) resolver: Arc<dyn NameResolver>,
}

impl Outside {
    pub(super) fn new(config: &SandboxConfig) -> Self {
        let resolver = config.resolver.clone();
        Self {
            resolver: resolver.unwrap_or_else(|| Arc::new(SystemResolver)),
        }
    }
}
