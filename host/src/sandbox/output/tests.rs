use std::io::Write;

use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The log lines that `act` leads to, without times.
async fn lines(limits: Limits, act: impl AsyncFnOnce(Arc<InstanceLog>)) -> Vec<String> {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(captured.clone())
        .with_ansi(false)
        .without_time()
        .with_max_level(tracing::Level::TRACE)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    act(Arc::new(InstanceLog::new(
        "a.Plugin",
        "[lines|task-0]".to_owned(),
        &limits,
        Arc::default(),
    )))
    .await;
    drop(guard);
    let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    text.lines()
        .map(|line| line.trim_start().to_owned())
        .collect()
}

#[tokio::test]
async fn output_is_cut_into_lines_with_the_instance() {
    let lines = lines(Limits::default(), async |log| {
        let mut out = LineCapture::new(Arc::clone(&log), Level::Info);
        OutputStream::write(&mut out, "one\ntw".into()).unwrap();
        OutputStream::write(&mut out, "o\r\n\nthree".into()).unwrap();
        out.finish();
        log.message(Level::Error, "first\nsecond");
    })
    .await;
    assert_eq!(
        lines,
        [
            "INFO connect_wasm::guest::a.Plugin: one instance=[lines|task-0]",
            "INFO connect_wasm::guest::a.Plugin: two instance=[lines|task-0]",
            "INFO connect_wasm::guest::a.Plugin:  instance=[lines|task-0]",
            "INFO connect_wasm::guest::a.Plugin: three instance=[lines|task-0]",
            "ERROR connect_wasm::guest::a.Plugin: first instance=[lines|task-0]",
            "ERROR connect_wasm::guest::a.Plugin: second instance=[lines|task-0]",
        ]
    );
}

#[tokio::test]
async fn a_long_line_is_cut_and_control_characters_are_escaped() {
    let limits = Limits {
        log_line_bytes: 5,
        ..Limits::default()
    };
    let lines = lines(limits, async |log| {
        let mut out = LineCapture::new(Arc::clone(&log), Level::Info);
        for _ in 0..1000 {
            OutputStream::write(&mut out, "äääää".into()).unwrap();
        }
        OutputStream::write(&mut out, "\n".into()).unwrap();
        log.message(Level::Info, "a\u{1b}[1");
    })
    .await;
    assert_eq!(
        lines,
        [
            "INFO connect_wasm::guest::a.Plugin: ää... (cut, sandbox.log.line.max.bytes=5) instance=[lines|task-0]",
            "INFO connect_wasm::guest::a.Plugin: a\\u{1b}[1 instance=[lines|task-0]",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_dropped_and_summed_up() {
    let limits = Limits {
        log_lines_per_second: 2,
        ..Limits::default()
    };
    let lines = lines(limits, async |log| {
        for number in 0..5 {
            log.message(Level::Info, &format!("line {number}"));
        }
        log.summary_if_due();
        tokio::time::advance(Duration::from_millis(1001)).await;
        log.summary_if_due();
        for number in 5..9 {
            log.message(Level::Info, &format!("line {number}"));
        }
    })
    .await;
    let summary = |dropped: u32| {
        format!(
            "WARN connect_wasm::guest::a.Plugin: {dropped} log lines of the plugin were dropped; 2 a second are allowed \
             (sandbox.log.lines.per.second) instance=[lines|task-0]"
        )
    };
    let line = |number: u32| {
        format!("INFO connect_wasm::guest::a.Plugin: line {number} instance=[lines|task-0]")
    };
    assert_eq!(
        lines,
        [line(0), line(1), summary(3), line(5), line(6), summary(2)]
    );
}
