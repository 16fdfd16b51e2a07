//! The runtime that guests run on, apart from the one for REST and the herder.
//!
//! Owns its threads. A busy guest gives its thread to others every few milliseconds only, so that
//! twenty of them make everything on the same threads wait for a tenth of a second. On threads of
//! their own they compete with requests for the processor alone, which the kernel hands to whoever
//! has used it least. For the same reason there is one thread more than there are processors: busy
//! guests take turns, as many at a time as there are processors (`sandbox`), and the thread that is
//! left is for guests that want to run for a moment.

use tokio::runtime::{Handle, Runtime};

/// LIMIT: threads that read and write the files of all plugins. A call takes microseconds; with more
/// threads a thousand sources that look at their files at once would start hundreds.
const FILE_THREADS: usize = 16;

/// The runtime; its threads are left behind on drop, since a guest may hold them a moment longer.
pub(super) struct GuestRuntime(Option<Runtime>);

impl GuestRuntime {
    /// Starts the threads, one more than there are processors.
    pub(super) fn start() -> std::io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(processors + 1)
            .max_blocking_threads(FILE_THREADS)
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
