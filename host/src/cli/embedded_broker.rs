//! The Kafka-compatible broker of the quickstart, in this process, with its data in one SQLite file.
//!
//! Owns the broker's life: bind, serve, end. A convenience for newcomers; production points at
//! Apache Kafka. Only this file knows the broker's crate.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use nisshi_broker::broker::Builder;
use tokio::task::JoinHandle;
use url::Url;
use uuid::Uuid;

/// The broker's builder with nothing set yet.
type EmptyBuilder = Builder<
    PhantomData<i32>,
    PhantomData<String>,
    PhantomData<Uuid>,
    PhantomData<Url>,
    PhantomData<Url>,
    PhantomData<Url>,
>;

/// A running broker.
pub(super) struct EmbeddedBroker {
    address: SocketAddr,
    serving: JoinHandle<anyhow::Result<()>>,
}

impl EmbeddedBroker {
    /// Starts a broker that listens on `address` and keeps its data under `data_dir`.
    ///
    /// # Errors
    ///
    /// When the port is taken or the data cannot be opened.
    pub(super) async fn start(address: SocketAddr, data_dir: &Path) -> anyhow::Result<Self> {
        // Bound and given back, so that a taken port is an error here and not a log line later.
        tokio::net::TcpListener::bind(address).await.with_context(|| {
            format!(
                "The quickstart's broker cannot listen on {address}. If a Kafka broker runs there \
                 already, choose another port with --kafka-port"
            )
        })?;
        let data_dir = std::path::absolute(data_dir)?;
        let file = data_dir.join("broker.db");
        // The broker takes one slash off the path, and does not decode it.
        let storage = Url::parse(&format!("sqlite:///{}", file.display()))?;
        anyhow::ensure!(
            storage.path() == format!("/{}", file.display()),
            "The quickstart's broker cannot keep its data in {}: choose a folder without blanks and \
             special characters with --data-dir",
            data_dir.display()
        );
        let listener = Url::parse(&format!("tcp://{address}"))?;
        let mut broker = EmptyBuilder::default()
            .node_id(1)
            .cluster_id("connect-wasm-quickstart")
            .incarnation_id(Uuid::new_v4())
            .advertised_listener(listener.clone())
            .storage(storage)
            .listener(listener)
            .silent(true)
            .build()
            .await
            .map_err(|error| {
                anyhow::anyhow!(
                    "The quickstart's broker cannot open its data in {}: {error}",
                    data_dir.display()
                )
            })?;
        let serving = tokio::spawn(async move {
            broker
                .serve(tokio::time::Instant::now())
                .await
                .map_err(|error| anyhow::anyhow!("The quickstart's broker has ended: {error}"))
        });
        let broker = Self { address, serving };
        broker.wait_until_reachable().await?;
        Ok(broker)
    }

    /// Where clients connect.
    pub(super) fn bootstrap_servers(&self) -> String {
        self.address.to_string()
    }

    async fn wait_until_reachable(&self) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            if tokio::net::TcpStream::connect(self.address).await.is_ok() {
                return Ok(());
            }
            anyhow::ensure!(
                tokio::time::Instant::now() < deadline && !self.serving.is_finished(),
                "The quickstart's broker does not answer on {}",
                self.address
            );
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Returns when the broker has ended by itself, which it should not.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        match (&mut self.serving).await {
            Ok(Ok(())) => anyhow::anyhow!("The quickstart's broker has ended"),
            Ok(Err(error)) => error,
            Err(error) => anyhow::anyhow!("The quickstart's broker has ended: {error}"),
        }
    }

    /// Ends the broker. Everything acknowledged is in its file already.
    pub(super) async fn stop(self) {
        self.serving.abort();
        // The abort itself is the expected outcome.
        let _ = self.serving.await;
    }
}
