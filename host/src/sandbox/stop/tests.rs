use super::*;

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_time_or_the_signal() {
    let signal = StopSignal::new();
    assert!(!signal.wait(Duration::from_secs(3600)).await);
    let clone = signal.clone();
    let (raised, ()) = tokio::join!(signal.wait(Duration::from_secs(3600)), async {
        clone.raise()
    });
    assert!(raised);
    assert!(signal.is_raised());
    signal.lower();
    assert!(!signal.wait(Duration::from_millis(1)).await);
}
