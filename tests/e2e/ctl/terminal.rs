//! `ctl` at a terminal: the picture of `--watch`, and Ctrl-C.

use std::sync::{Arc, Mutex};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::*;

/// A terminal of 60 columns and 12 rows, and all that was written to it.
struct Terminal {
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    device: String,
}

impl Terminal {
    fn open() -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("granted");
        unlockpt(&master).expect("unlocked");
        let device = ptsname(&master, Vec::new()).expect("a name");
        let size = Winsize {
            ws_row: 12,
            ws_col: 60,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).expect("a size");
        let keyboard = File::from(master);
        let mut shown = keyboard.try_clone().expect("a handle");
        let screen = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&screen);
        // Ends with the terminal, when its last process has gone.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = shown.read(&mut bytes) {
                written
                    .lock()
                    .expect("no panic")
                    .extend_from_slice(&bytes[..count]);
            }
        });
        Terminal {
            keyboard,
            screen,
            device: device.into_string().expect("a path"),
        }
    }

    fn text(&self) -> String {
        let bytes = self.screen.lock().expect("no panic");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[track_caller]
    fn await_text(&self, wanted: &str) {
        eventually(&format!("the terminal shows {wanted:?}"), SOON, || {
            let text = self.text();
            if text.contains(wanted) {
                Ok(())
            } else {
                Err(text)
            }
        });
    }
}

#[test]
fn watching_at_a_terminal_draws_in_place_until_control_c() {
    let dir = ScratchDir::new("ctl-terminal");
    dir.write("in.txt", "");
    let spec = spec(Flavor::Wasm, &dir);
    let mut worker = spec.start();
    let ctl = ctl(&spec, &dir);
    let mut config = source_config(&dir, &unique("ctl-terminal"));
    let name = unique("watched");
    config["name"] = json!(name);
    ctl.run_with(&["create", "-f", "-"], &config.to_string())
        .expect(DONE);
    ctl.await_state(&name, "RUNNING");

    let mut terminal = Terminal::open();
    let device = || {
        Stdio::from(
            File::options()
                .read(true)
                .write(true)
                .open(&terminal.device)
                .expect("the device"),
        )
    };
    // A session of its own makes it the controlling terminal, so that Ctrl-C becomes a signal.
    let watch = ctl.command(&["status", "--watch"]);
    let mut child = Command::new("setsid")
        .args(["--ctty", "--wait"])
        .arg(watch.get_program())
        .args(watch.get_args())
        .env("CONNECT_URL", &ctl.url)
        .stdin(device())
        .stdout(device())
        .stderr(device())
        .spawn()
        .expect("setsid comes with util-linux");
    terminal.await_text("NAME");
    let row = |state: &str| format!("  0     {state}");
    terminal.await_text(&row("RUNNING"));
    ctl.run(&["pause", &name]).expect(DONE);
    terminal.await_text(&row("PAUSED"));
    // Time, header, connector and task are four lines; the next picture goes over them.
    terminal.await_text("\u{1b}[4A\r\u{1b}[J");
    terminal.keyboard.write_all(b"\x03").expect("typed");
    let ended = eventually("Ctrl-C ends it", SOON, || {
        let status = child.try_wait().expect("own children can be waited for");
        status.ok_or_else(|| terminal.text())
    });
    assert_eq!(ended.code(), Some(DONE), "{}", terminal.text());
    // Nothing is left of the `^C` that the terminal showed.
    terminal.await_text("^C\r\u{1b}[K");
    worker.stop_cleanly();
}
