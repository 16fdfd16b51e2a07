use super::*;
use crate::metrics::InstanceLabels;

fn meter(percent: u32, turns: &Turns) -> Arc<Meter> {
    let usage = Arc::new(InstanceUsage::new(InstanceLabels::default()));
    let limits = Limits {
        cpu_percent: percent,
        ..Limits::default()
    };
    Meter::new(usage, &limits, turns)
}

impl Meter {
    /// As if the guest had run for so long.
    fn pretend(&self, used: Duration) {
        self.pay(nanos(used));
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_is_kept_over_time_and_unused_time_is_a_small_burst() {
    let meter = meter(10, &Turns::for_processors());
    let began = Instant::now();
    // 25 ms are within the window of 250 ms.
    meter.pretend(Duration::from_millis(24));
    meter.before_call().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    for _ in 0..100 {
        meter.pretend(Duration::from_millis(10));
        meter.before_call().await;
    }
    let expected = Duration::from_millis(10 * (100 * 10 + 24) - 250);
    let waited = began.elapsed();
    assert!(
        waited >= expected && waited < expected + Duration::from_secs(1),
        "{waited:?}"
    );
    let (limit, delays) = meter.usage().refusals().next().unwrap();
    assert_eq!((limit, delays > 90), (CPU_PERCENT, true));
}

#[tokio::test(start_paused = true)]
async fn a_whole_core_is_no_limit() {
    let meter = meter(100, &Turns::for_processors());
    let began = Instant::now();
    for _ in 0..100 {
        meter.pretend(Duration::from_secs(10));
        meter.before_call().await;
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(meter.usage().refusals().count(), 0);
    assert!(meter.usage().cpu() >= Duration::from_secs(1000));
}

#[tokio::test(start_paused = true)]
async fn a_pause_within_a_call_does_not_outlast_its_deadline() {
    let meter = meter(1, &Turns::for_processors());
    let deadline = Duration::from_millis(400);
    meter.deadline.store(nanos(deadline), Relaxed);
    meter.pretend(Duration::from_secs(1));
    let began = Instant::now();
    Arc::clone(&meter).pause().await;
    assert!(began.elapsed() <= deadline + Duration::from_millis(1));
    assert!(meter.is_late());
}

#[tokio::test]
async fn busy_guests_take_turns_in_order_and_a_call_that_was_short_needs_none() {
    let turns = Turns(Arc::new(Semaphore::new(1)));
    let [first, second, third] = [0; 3].map(|_| meter(100, &turns));
    for meter in [&first, &second, &third] {
        meter.pretend(BUSY_CALL);
        meter.after_call();
        meter.call_used.store(0, Relaxed);
    }
    third.after_call();
    first.before_call().await;
    third.before_call().await;
    let waiting = tokio::time::timeout(Duration::from_millis(20), second.before_call());
    assert!(waiting.await.is_err(), "the turn is the first one's");
    first.suspend();
    second.before_call().await;
    assert_eq!(turns.0.available_permits(), 0);
    second.suspend();
    assert_eq!(turns.0.available_permits(), 1);
}

#[tokio::test]
async fn time_counts_only_while_the_guest_runs() {
    let meter = meter(100, &Turns::for_processors());
    let call = MeteredCall::new(meter.clone(), Duration::from_secs(10));
    call.run(async {
        let began = thread_time();
        while thread_time() - began < 20_000_000 {}
        tokio::task::yield_now().await;
        let others = tokio::task::spawn(async {
            let began = thread_time();
            while thread_time() - began < 60_000_000 {}
        });
        others.await
    })
    .await
    .unwrap()
    .unwrap();
    let cpu = meter.usage().cpu();
    assert!(
        cpu >= Duration::from_millis(20) && cpu < Duration::from_millis(50),
        "{cpu:?}"
    );
}
