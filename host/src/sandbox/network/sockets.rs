//! `wasi:sockets` of an instance: wasmtime-wasi's, held against the grants, with name look-ups of
//! our own.
//!
//! wasmtime-wasi asks about every address (`Network::verdict`). It looks names up without asking,
//! so that interface is replaced: its resource cannot be made outside wasmtime-wasi, and it is
//! small, so it is linked by hand. The calls that make sockets are wrapped, to count these.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::bindings as wasi;
use wasmtime_wasi::p2::bindings::sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, Network as Handle,
};
use wasmtime_wasi::p2::bindings::sockets::{tcp, tcp_create_socket, udp_create_socket};
use wasmtime_wasi::p2::{DynPollable, Pollable, SocketResult, TcpSocket, UdpSocket};
use wasmtime_wasi::runtime::AbortOnDropJoinHandle;
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView as _};
use wasmtime_wasi_tls::p2::{HostClientConnection, HostClientHandshake, HostFutureClientStreams};

use super::super::state::InstanceState;
use super::LookupError;

/// Offers all of `wasi:sockets`.
pub(in crate::sandbox) fn add_to_linker(l: &mut Linker<InstanceState>) -> wasmtime::Result<()> {
    tcp::add_to_linker::<InstanceState, WasiSockets>(l, |state| state.sockets())?;
    wasi::sockets::udp::add_to_linker::<InstanceState, WasiSockets>(l, |state| state.sockets())?;
    wasi::sockets::instance_network::add_to_linker::<InstanceState, WasiSockets>(l, |state| {
        state.sockets()
    })?;
    wasi::sockets::network::add_to_linker::<InstanceState, WasiSockets>(
        l,
        &Default::default(),
        |state| state.sockets(),
    )?;
    add_counted(l)?;
    add_name_lookup(l)
}

/// Whether the instance may have another socket. Whatever keeps one open is in the table of
/// resources, except connections of wasi:http. A TLS connection counts as a further socket, since
/// it lives on without the one below.
pub(in crate::sandbox) fn may_open(state: &mut InstanceState) -> bool {
    let keeps_open = |entry: &&mut (dyn Any + Send)| {
        entry.is::<TcpSocket>()
            || entry.is::<UdpSocket>()
            || entry.is::<HostClientHandshake>()
            || entry.is::<HostFutureClientStreams>()
            || entry.is::<HostClientConnection>()
    };
    let open = state.table.iter_mut().filter(keeps_open).count() + state.network.connections();
    let max = state.sockets_max;
    if open >= max {
        state.network.too_many(max);
    }
    open < max
}

/// The calls that make a socket.
fn add_counted(l: &mut Linker<InstanceState>) -> wasmtime::Result<()> {
    let mut interface = l.instance("wasi:sockets/tcp-create-socket@0.2.12")?;
    interface.func_wrap(
        "create-tcp-socket",
        |mut store: Call<'_>, (family,): (IpAddressFamily,)| {
            let state = store.data_mut();
            if !may_open(state) {
                return Ok((Err(ErrorCode::NewSocketLimit),));
            }
            let made = tcp_create_socket::Host::create_tcp_socket(&mut state.sockets(), family);
            Ok((answer(made)?,))
        },
    )?;
    let mut interface = l.instance("wasi:sockets/udp-create-socket@0.2.12")?;
    interface.func_wrap_async(
        "create-udp-socket",
        |mut store: Call<'_>, (family,): (IpAddressFamily,)| {
            Box::new(async move {
                let state = store.data_mut();
                if !may_open(state) {
                    return Ok((Err(ErrorCode::NewSocketLimit),));
                }
                let mut sockets = state.sockets();
                let made = udp_create_socket::Host::create_udp_socket(&mut sockets, family).await;
                Ok((answer(made)?,))
            })
        },
    )?;
    l.allow_shadowing(true);
    let mut interface = l.instance("wasi:sockets/tcp@0.2.12")?;
    interface.func_wrap(
        "[method]tcp-socket.accept",
        |mut store: Call<'_>, (listener,): (Resource<TcpSocket>,)| {
            let state = store.data_mut();
            if !may_open(state) {
                return Ok((Err(ErrorCode::NewSocketLimit),));
            }
            let accepted = tcp::HostTcpSocket::accept(&mut state.sockets(), listener);
            Ok((answer(accepted)?,))
        },
    )?;
    l.allow_shadowing(false);
    Ok(())
}

/// Tells a guest's error from a trap.
fn answer<T>(result: SocketResult<T>) -> wasmtime::Result<Result<T, ErrorCode>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => Ok(Err(error.downcast()?)),
    }
}

/// Answers of a look-up on their way.
struct Lookup(LookupState);

enum LookupState {
    Waiting(AbortOnDropJoinHandle<Result<Vec<IpAddr>, LookupError>>),
    Found(std::vec::IntoIter<IpAddr>),
    Failed(ErrorCode),
}

impl Lookup {
    fn finish(&mut self, result: Result<Vec<IpAddr>, LookupError>) {
        self.0 = match result {
            Ok(found) => LookupState::Found(found.into_iter()),
            Err(error) => LookupState::Failed(code(&error)),
        };
    }
}

fn code(error: &LookupError) -> ErrorCode {
    match error {
        LookupError::NotGranted => ErrorCode::AccessDenied,
        LookupError::Invalid => ErrorCode::InvalidArgument,
        LookupError::Unresolvable => ErrorCode::NameUnresolvable,
    }
}

#[async_trait::async_trait]
impl Pollable for Lookup {
    async fn ready(&mut self) {
        if let LookupState::Waiting(answer) = &mut self.0 {
            let result = answer.await;
            self.finish(result);
        }
    }
}

type Call<'a> = StoreContextMut<'a, InstanceState>;

fn add_name_lookup(l: &mut Linker<InstanceState>) -> wasmtime::Result<()> {
    let mut interface = l.instance("wasi:sockets/ip-name-lookup@0.2.12")?;
    interface.resource(
        "resolve-address-stream",
        ResourceType::host::<Lookup>(),
        |mut store, number| {
            let lookup = Resource::<Lookup>::new_own(number);
            store.data_mut().table.delete(lookup)?;
            Ok(())
        },
    )?;
    interface.func_wrap(
        "resolve-addresses",
        |mut store: Call<'_>, (handle, name): (Resource<Handle>, String)| {
            let state = store.data_mut();
            state.table.get(&handle)?;
            let network = Arc::clone(&state.network);
            let answer = wasmtime_wasi::runtime::spawn(async move { network.look_up(&name).await });
            let lookup = state.table.push(Lookup(LookupState::Waiting(answer)))?;
            Ok((Ok::<_, ErrorCode>(lookup),))
        },
    )?;
    interface.func_wrap_async(
        "[method]resolve-address-stream.resolve-next-address",
        |mut store: Call<'_>, (lookup,): (Resource<Lookup>,)| {
            Box::new(async move {
                let lookup = store.data_mut().table.get_mut(&lookup)?;
                if let LookupState::Waiting(answer) = &lookup.0
                    && answer.is_finished()
                {
                    lookup.ready().await;
                }
                let next = match &mut lookup.0 {
                    LookupState::Waiting(_) => Err(ErrorCode::WouldBlock),
                    LookupState::Found(addresses) => Ok(addresses.next().map(IpAddress::from)),
                    LookupState::Failed(code) => Err(*code),
                };
                Ok((next,))
            })
        },
    )?;
    interface.func_wrap(
        "[method]resolve-address-stream.subscribe",
        |mut store: Call<'_>, (lookup,): (Resource<Lookup>,)| {
            let pollable: Resource<DynPollable> =
                wasmtime_wasi::p2::subscribe(&mut store.data_mut().table, lookup)?;
            Ok((pollable,))
        },
    )
}
