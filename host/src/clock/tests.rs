use super::*;

#[tokio::test(start_paused = true)]
async fn short_waits_are_exact_and_long_ones_end_together() {
    let begin = end_of_wait(SHORT_WAIT);
    for millis in [0, 1, 499] {
        let length = Duration::from_millis(millis);
        assert_eq!(end_of_wait(length), Instant::now() + length);
    }
    for millis in [500, 503, 900, 1001, 3_600_000] {
        let length = Duration::from_millis(millis);
        let end = end_of_wait(length);
        let slack = end - (Instant::now() + length);
        assert!(slack < SLACK, "{slack:?}");
        assert_eq!((end - begin).as_nanos() % SLACK.as_nanos(), 0);
        tokio::time::advance(Duration::from_millis(7)).await;
    }
}
