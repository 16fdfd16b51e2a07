//! The wasmtime engine of the process, and the thread that lets busy guests yield.
//!
//! Owns the engine's configuration. Invariant: everything that changes generated code is set
//! here, so that the engine's own compatibility hash decides whether a cached artifact fits.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use sha2::{Digest, Sha256};
use wasmtime::{Config, Engine};

use super::error::SandboxError;

/// How often a busy guest gives its thread to others. LIMIT: well below the delay that a record
/// may take, and rare enough to cost nothing when idle.
const EPOCH_TICK: Duration = Duration::from_millis(10);
const WASM_STACK_MAX_BYTES: usize = 1 << 20;
const ASYNC_STACK_BYTES: usize = WASM_STACK_MAX_BYTES + (1 << 20);

/// Makes the engine and starts its ticker, which ends with the engine.
pub(super) fn start() -> Result<Engine, SandboxError> {
    let failed = |message: String| SandboxError::Engine { message };
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK_MAX_BYTES)
        .async_stack_size(ASYNC_STACK_BYTES)
        .wasm_memory64(false)
        .wasm_multi_memory(true)
        .generate_address_map(true);
    let engine = Engine::new(&config).map_err(|error| failed(format!("{error:#}")))?;
    let weak = engine.weak();
    std::thread::Builder::new()
        .name("epoch-ticker".to_owned())
        .spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::park_timeout(EPOCH_TICK);
            }
        })
        .map_err(|error| failed(format!("no thread for the epoch ticker: {error}")))?;
    Ok(engine)
}

/// A digest that differs whenever code compiled by one engine must not run in the other.
pub(super) fn compatibility(engine: &Engine) -> [u8; 32] {
    struct Feed(Sha256);
    impl Hasher for Feed {
        fn finish(&self) -> u64 {
            0
        }

        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
    }
    let mut feed = Feed(Sha256::new());
    feed.write(env!("CARGO_PKG_VERSION").as_bytes());
    engine.precompile_compatibility_hash().hash(&mut feed);
    feed.0.finalize().into()
}
