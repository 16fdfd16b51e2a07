//! One running instance: its store, the deadline around each call, and what a failed call means.
//!
//! Owns the rule that an instance which trapped, missed a deadline or was abandoned in a call is
//! dropped at once: its memory is given back, and every later call is `Gone`. One owner makes one
//! call at a time.

use std::sync::Arc;

use tokio::time::error::Elapsed;
use wasmtime::component::ResourceTableError;
use wasmtime::{Engine, Store, UpdateDeadline, WasmBacktrace};

use super::capability::Grants;
use super::component::{CompiledPlugin, PluginKind};
use super::error::{CallSite, ConnectError, SandboxError};
use super::limits::{HANDLES_MAX, INSTANCES_MAX, Limits, PAYLOAD_MAX_BYTES, TimeLimit};
use super::meter::{Meter, MeteredCall};
use super::services::HostServices;
use super::state::{InstanceState, StateSpec};
use super::stop::StopSignal;
use crate::ids::InstanceId;
use crate::metrics::{InstanceLabels, InstanceUsage};

/// LIMIT: frames of a trace; the innermost ones tell the cause.
const FRAMES_MAX: usize = 50;

/// What an instance is made from.
#[derive(Clone)]
pub struct InstanceSpec {
    /// Which connector or task it is.
    pub id: InstanceId,
    /// What it runs.
    pub plugin: CompiledPlugin,
    /// What it may touch.
    pub grants: Grants,
    /// What it may use.
    pub limits: Limits,
    /// What the worker does for it.
    pub services: HostServices,
    /// What its `stopping` imports listen to.
    pub stop: StopSignal,
}

/// Marks the trap by which a busy guest is stopped.
#[derive(Debug, thiserror::Error)]
#[error("the deadline of the call has passed")]
struct DeadlinePassed;

/// The store of an instance with the accounts of its current call.
pub(super) struct Core {
    store: Option<Store<InstanceState>>,
    instance: String,
    plugin: CompiledPlugin,
    limits: Limits,
    meter: Arc<Meter>,
    call: Option<Call>,
}

#[derive(Clone, Copy)]
struct Call {
    export: &'static str,
    time: TimeLimit,
}

impl Core {
    /// A store for an instance of `plugin`; nothing runs yet.
    pub(super) fn new(
        plugin: &CompiledPlugin,
        limits: &Limits,
        state: StateSpec<'_>,
    ) -> Result<Self, SandboxError> {
        Self::with_class(&plugin.description().class, plugin, limits, state)
    }

    fn with_class(
        class: &str,
        plugin: &CompiledPlugin,
        limits: &Limits,
        state: StateSpec<'_>,
    ) -> Result<Self, SandboxError> {
        let instance = state.name.clone();
        let meter = Arc::clone(&state.meter);
        let store = new_store(plugin.engine(), limits, InstanceState::new(class, state)?);
        Ok(Self {
            store: Some(store),
            instance,
            plugin: plugin.clone(),
            limits: limits.clone(),
            meter,
            call: None,
        })
    }

    /// A store for the instance that `spec` asks for.
    pub(super) fn for_spec(spec: InstanceSpec) -> Result<Self, SandboxError> {
        let usage = spec.plugin.metrics().instance(labels(&spec));
        let meter = Meter::new(usage, &spec.limits, spec.plugin.turns());
        let state = StateSpec {
            name: spec.id.to_string(),
            grants: &spec.grants,
            limits: &spec.limits,
            services: spec.services,
            stop: spec.stop,
            meter,
            outside: spec.plugin.outside(),
        };
        let description = spec.plugin.description();
        let class = match spec.id {
            InstanceId::Task(_) if !description.task_class.is_empty() => &description.task_class,
            InstanceId::Task(_) | InstanceId::Connector(_) => &description.class,
        };
        Self::with_class(class, &spec.plugin, &spec.limits, state)
    }

    /// Whether the instance was dropped, so that every further call is `Gone`.
    pub(super) fn is_lost(&self) -> bool {
        self.store.is_none()
    }

    /// What the instance has used.
    pub(super) fn usage(&self) -> &InstanceUsage {
        self.meter.usage()
    }

    /// What it runs.
    pub(super) fn plugin_kind(&self) -> PluginKind {
        self.plugin.description().kind
    }

    /// The limits of the instance.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Begins a call: the store to make it with, and what it runs in. A call that was
    /// begun and never ended (its future was dropped) has left the guest in the middle, so the
    /// instance is dropped.
    pub(super) fn begin(
        &mut self,
        export: &'static str,
        time: TimeLimit,
    ) -> Result<(&mut Store<InstanceState>, MeteredCall), SandboxError> {
        if self.call.is_some() {
            self.drop_store();
        }
        let call = Call { export, time };
        if self.store.is_none() {
            return Err(SandboxError::Gone {
                at: self.at(export),
            });
        }
        self.call = Some(call);
        self.meter.usage().called(export);
        let store = self.store.as_mut().expect("checked above");
        store.data_mut().forget_recent_output();
        store.set_epoch_deadline(1);
        let call = MeteredCall::new(Arc::clone(&self.meter), time.limit);
        Ok((store, call))
    }

    /// Ends a call; anything but a value of the guest drops the instance.
    pub(super) fn end<T>(
        &mut self,
        result: Result<wasmtime::Result<T>, Elapsed>,
    ) -> Result<T, SandboxError> {
        let call = self.call.take().expect("a call ends after it began");
        match result {
            Ok(Ok(value)) => {
                if let Some(store) = &mut self.store {
                    store.data().log.summary_if_due();
                    store.data_mut().accounting.take_refused();
                }
                Ok(value)
            }
            Ok(Err(error)) => Err(self.failed(call, &error)),
            Err(_) => {
                self.drop_store();
                self.usage().refused(call.time.key);
                Err(SandboxError::Deadline {
                    at: self.at(call.export),
                    limit: call.time.limit,
                    key: call.time.key,
                    frames: Vec::new(),
                })
            }
        }
    }

    /// Ends a call whose export returns a WIT result.
    pub(super) fn end_result<T, E: Into<ConnectError>>(
        &mut self,
        export: &'static str,
        result: Result<wasmtime::Result<Result<T, E>>, Elapsed>,
    ) -> Result<T, SandboxError> {
        self.end(result)?.map_err(|error| SandboxError::Guest {
            at: self.at(export),
            error: error.into(),
        })
    }

    /// Drops the instance because of a result that its contract rules out.
    pub(super) fn wrong_result(&mut self, export: &'static str, message: String) -> SandboxError {
        self.drop_store();
        SandboxError::WrongResult {
            at: self.at(export),
            message,
        }
    }

    fn failed(&mut self, call: Call, error: &wasmtime::Error) -> SandboxError {
        let at = self.at(call.export);
        let frames = error
            .downcast_ref::<WasmBacktrace>()
            .map(frames)
            .unwrap_or_default();
        let mut message = error.root_cause().to_string();
        let mut refused = None;
        if let Some(mut store) = self.store.take() {
            let state = store.data_mut();
            refused = state.accounting.take_refused();
            if let Some((key, limit)) = broken_limit(error, &self.limits) {
                state.usage.refused(key);
                refused = Some(limit);
            }
            let said = state.recent_output();
            if !said.is_empty() {
                message.push_str("; the plugin wrote: ");
                message.push_str(said.trim_end());
            }
        }
        self.drop_store();
        if error.is::<DeadlinePassed>() {
            self.usage().refused(call.time.key);
            return SandboxError::Deadline {
                at,
                limit: call.time.limit,
                key: call.time.key,
                frames,
            };
        }
        match refused {
            Some(limit) => SandboxError::Limit {
                at,
                limit,
                message,
                frames,
            },
            None => SandboxError::Trap {
                at,
                message,
                frames,
            },
        }
    }

    /// Gives the guest's memory back.
    fn drop_store(&mut self) {
        self.store = None;
        self.usage().dropped();
    }

    fn at(&self, export: &'static str) -> Box<CallSite> {
        let (class, version) = self.plugin.class_and_version();
        Box::new(CallSite {
            instance: self.instance.clone(),
            class: class.to_owned(),
            version: version.to_owned(),
            export,
        })
    }
}

/// The limit, with its key, whose breach wasmtime tells by an error of its own.
fn broken_limit(error: &wasmtime::Error, limits: &Limits) -> Option<(&'static str, String)> {
    let cause = error.root_cause();
    if let Some(ResourceTableError::Full) = cause.downcast_ref() {
        let allowed = limits.handles;
        return Some((
            HANDLES_MAX,
            format!("{allowed} open handles are allowed ({HANDLES_MAX})"),
        ));
    }
    let text = cause.to_string();
    if text.contains("fuel allocated for hostcalls has been exhausted") {
        let allowed = limits.host_call_bytes;
        return Some((
            PAYLOAD_MAX_BYTES,
            format!("a call to the worker may carry {allowed} bytes ({PAYLOAD_MAX_BYTES})"),
        ));
    }
    text.strip_prefix("resource limit exceeded: ").map(|what| {
        let allowed = limits.core_instances;
        (
            INSTANCES_MAX,
            format!("{what}, {allowed} are allowed ({INSTANCES_MAX})"),
        )
    })
}

/// Whose usage an instance's is.
fn labels(spec: &InstanceSpec) -> InstanceLabels {
    let (class, version) = spec.plugin.class_and_version();
    let (connector, task) = match &spec.id {
        InstanceId::Connector(connector) => (connector, String::new()),
        InstanceId::Task(task) => (&task.connector, task.task.to_string()),
    };
    InstanceLabels {
        connector: connector.to_string(),
        task,
        plugin: class.to_owned(),
        version: version.to_owned(),
    }
}

fn new_store(engine: &Engine, limits: &Limits, state: InstanceState) -> Store<InstanceState> {
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.accounting);
    store.set_hostcall_fuel(limits.host_call_bytes);
    store.epoch_deadline_callback(|context| {
        let meter = &context.data().meter;
        if meter.is_late() {
            return Err(DeadlinePassed.into());
        }
        if meter.is_fresh() {
            return Ok(UpdateDeadline::Continue(1));
        }
        let pause = Arc::clone(meter).pause();
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(pause)))
    });
    store
}

/// Guest frames as `module!function`, demangled and without the hashes of crates.
fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    backtrace
        .to_string()
        .lines()
        .filter_map(|line| {
            line.split_once(" - ")
                .map(|(_, frame)| without_hashes(frame.trim()))
        })
        .take(FRAMES_MAX)
        .collect()
}

/// Removes `[44e17ad3ce915a2a]` after the names of crates.
fn without_hashes(frame: &str) -> String {
    let mut text = String::with_capacity(frame.len());
    let mut rest = frame;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_hexdigit).count();
        rest = match after[digits..].strip_prefix(']') {
            Some(after) if digits > 8 => after,
            _ => {
                text.push('[');
                after
            }
        };
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests;
