//! The runtime that guests run on, apart from the one for REST and the herder.
//!
//! Owns its threads. A busy guest gives its thread to others every few milliseconds only, so that
//! twenty of them make everything on the same threads wait for a tenth of a second. On threads of
//! their own they compete with requests for the processor alone, which the kernel hands to whoever
//! has used it least.

use tokio::runtime::{Handle, Runtime};

/// The runtime; its threads are left behind on drop, since a guest may hold them a moment longer.
pub(super) struct GuestRuntime(Option<Runtime>);

impl GuestRuntime {
    /// Starts the threads, as many as there are processors.
    pub(super) fn start() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("guests")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// What starts something on it.
    pub(super) fn handle(&self) -> Handle {
        self.0
            .as_ref()
            .expect("the runtime is there until the drop")
            .handle()
            .clone()
    }
}

impl Drop for GuestRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
