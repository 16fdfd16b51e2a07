//! One Apache Kafka broker in KRaft mode.

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::{KafkaHome, Process, ScratchDir, Topics, eventually, free_port};

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const CLUSTER_ID: &str = "Q29ubmVjdFdhc21UZXN0cw";

/// A broker with fresh data, killed on drop.
pub struct Broker {
    process: Process,
    port: u16,
    dir: ScratchDir,
}

impl Broker {
    /// Formats a fresh data folder and starts a broker on a free port.
    #[track_caller]
    pub fn start() -> Broker {
        Broker::start_with(&[])
    }

    /// As `start`, with further lines for its properties file.
    #[track_caller]
    pub fn start_with(settings: &[(&str, &str)]) -> Broker {
        let dir = ScratchDir::new("broker");
        let (port, controller_port) = (free_port(), free_port());
        let mut properties = format!(
            "process.roles=broker,controller\n\
             node.id=1\n\
             controller.quorum.voters=1@127.0.0.1:{controller_port}\n\
             listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
             controller.listener.names=CONTROLLER\n\
             inter.broker.listener.name=PLAINTEXT\n\
             log.dirs={data}\n\
             offsets.topic.replication.factor=1\n\
             offsets.topic.num.partitions=4\n\
             transaction.state.log.replication.factor=1\n\
             transaction.state.log.min.isr=1\n\
             share.coordinator.state.topic.replication.factor=1\n\
             group.initial.rebalance.delay.ms=0\n\
             group.min.session.timeout.ms=1000\n",
            data = dir.join("data").display(),
        );
        for (key, value) in settings {
            properties.push_str(&format!("{key}={value}\n"));
        }
        let file = dir.write("server.properties", properties);
        let formatted = KafkaHome::get()
            .java(&["-XX:TieredStopAtLevel=1"], "kafka.tools.StorageTool")
            .args(["format", "-t", CLUSTER_ID, "-c"])
            .arg(&file)
            .output()
            .expect("java can be run (Debian package default-jre-headless)");
        assert!(
            formatted.status.success(),
            "the data folder of the broker cannot be formatted: {}",
            String::from_utf8_lossy(&formatted.stdout)
        );
        let process = spawn(&dir);
        let broker = Broker { process, port, dir };
        broker.await_ready();
        broker
    }

    /// `host:port` for `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Reader and writer of its topics.
    pub fn topics(&self) -> Topics {
        Topics::new(&self.bootstrap())
    }

    /// Kills it with SIGKILL.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on its port and data after `kill`.
    #[track_caller]
    pub fn start_again(&mut self) {
        // The lock file of the data folder is a lock held by the process, gone with it.
        self.process = spawn(&self.dir);
        self.await_ready();
    }

    /// Holds it with SIGSTOP: connections stay open and nothing answers.
    pub fn hold(&self) {
        self.process.hold();
    }

    /// Lets it go on after `hold`.
    pub fn go_on(&self) {
        self.process.go_on();
    }

    /// The process, for its usage.
    pub fn process(&self) -> &Process {
        &self.process
    }

    #[track_caller]
    fn await_ready(&self) {
        eventually("the broker accepts connections", STARTS_WITHIN, || {
            TcpStream::connect(("127.0.0.1", self.port)).map_err(|error| error.to_string())
        });
        // An open port is not yet a broker that knows itself as leader.
        eventually("the broker answers", STARTS_WITHIN, || {
            self.topics()
                .names()
                .map(|_| ())
                .map_err(|error| format!("{error:#}"))
        });
    }
}

fn spawn(dir: &ScratchDir) -> Process {
    let mut command: Command = KafkaHome::get().java(&["-Xms256m", "-Xmx1g"], "kafka.Kafka");
    command
        .arg(dir.join("server.properties"))
        .current_dir(dir.path());
    let log = dir.join("broker.log");
    Process::spawn("broker", &command, &log)
}
