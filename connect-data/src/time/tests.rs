use super::*;
use proptest::prelude::*;

#[test]
fn texts_of_dates() {
    for (millis, text) in [
        (0, "Thu Jan 01 00:00:00 UTC 1970"),
        // From the JDK: around the year 1, the change of calendars, and the year 10000.
        (-62_135_596_800_001, "Sun Jan 02 23:59:59 UTC 1"),
        (-12_219_292_800_000, "Fri Oct 15 00:00:00 UTC 1582"),
        (-12_219_292_800_001, "Thu Oct 04 23:59:59 UTC 1582"),
        (253_402_300_800_000, "Sat Jan 01 00:00:00 UTC 10000"),
        (9_223_372_036_854, "Fri Apr 11 23:47:16 UTC 2262"),
    ] {
        assert_eq!(java_date_text(millis), text);
    }
    assert_eq!(
        timestamp_text(1_566_570_846_046),
        "2019-08-23T14:34:06.046Z"
    );
    assert_eq!(date_text(-1), "1969-12-31");
    assert_eq!(time_text(-1), "23:59:59.999Z");
}

#[test]
fn extreme_instants_have_a_text() {
    java_date_text(i64::MIN);
    java_date_text(i64::MAX);
    timestamp_text(i64::MIN);
}

proptest! {
    #[test]
    fn fields_add_up_again(millis in -100_000_000_000_000_i64..=300_000_000_000_000) {
        let time = DateTime::of_millis(millis);
        let of_day = i64::from(time.hour * 3_600_000 + time.minute * 60_000 + time.second * 1000 + time.millis);
        prop_assert_eq!(millis_lenient(time.year, i64::from(time.month), i64::from(time.day), of_day), Some(millis));
    }
}
