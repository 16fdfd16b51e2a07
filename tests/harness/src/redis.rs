//! A real Redis server (Debian package redis-server) on a free port, with its data in memory.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::{Process, ScratchDir, eventually, free_port};

const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A server, killed on drop.
pub struct Redis {
    process: Process,
    port: u16,
    dir: ScratchDir,
}

impl Redis {
    /// Starts a server and waits until it answers.
    #[track_caller]
    pub fn start() -> Redis {
        let (dir, port) = (ScratchDir::new("redis"), free_port());
        let redis = Redis {
            process: spawn(&dir, port),
            port,
            dir,
        };
        redis.await_answer();
        redis
    }

    /// Ends the server without warning. Its data are lost.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same port.
    #[track_caller]
    pub fn start_again(&mut self) {
        self.process = spawn(&self.dir, self.port);
        self.await_answer();
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// The answer to a command: a text, a number as text, nothing for a null.
    pub fn ask(&self, command: &[&str]) -> std::io::Result<Option<String>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let mut request = format!("*{}\r\n", command.len());
        for part in command {
            request.push_str(&format!("${}\r\n{part}\r\n", part.len()));
        }
        stream.write_all(request.as_bytes())?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end();
        match line.split_at_checked(1) {
            Some(("$", "-1")) => Ok(None),
            Some(("$", length)) => {
                let mut text = vec![0; length.parse().map_err(std::io::Error::other)?];
                reader.read_exact(&mut text)?;
                String::from_utf8(text)
                    .map(Some)
                    .map_err(std::io::Error::other)
            }
            Some(("+" | ":", text)) => Ok(Some(text.to_owned())),
            _ => Err(std::io::Error::other(format!(
                "{command:?} is answered with {line:?}"
            ))),
        }
    }

    fn await_answer(&self) {
        eventually("the Redis server answers", STARTS_WITHIN, || {
            match self.ask(&["PING"]) {
                Ok(Some(answer)) if answer == "PONG" => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
    }
}

fn spawn(dir: &ScratchDir, port: u16) -> Process {
    let mut command = Command::new("redis-server");
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(dir.path());
    Process::spawn("redis-server", &command, &dir.join("redis.log"))
}
