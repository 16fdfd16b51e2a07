use connect_data::OffsetMap;

use super::*;

fn seen(partition: i64, offset: i64) -> Seen {
    Seen {
        place: (
            Some(OffsetMap::of("p", partition)),
            Some(OffsetMap::of("o", offset)),
        ),
        content: format!("{partition}/{offset}"),
    }
}

fn compared(whole: &[Seen], joined: &[Seen]) -> Result<(), String> {
    let joined: Vec<&Seen> = joined.iter().collect();
    compare(whole, &joined, 1, true)
}

#[test]
fn the_order_of_partitions_may_differ_but_not_that_within_one() {
    let whole = [seen(0, 0), seen(1, 0), seen(0, 1), seen(1, 1)];
    let joined = [seen(1, 0), seen(1, 1), seen(0, 0), seen(0, 1), seen(0, 2)];
    assert_eq!(compared(&whole, &joined), Ok(()));
}

#[test]
fn gaps_repetitions_and_other_contents_are_told() {
    let whole = [seen(0, 0), seen(0, 1), seen(0, 2)];
    let gap = compared(&whole, &[seen(0, 0), seen(0, 2), seen(0, 3)]).unwrap_err();
    assert!(gap.contains("records are missing"), "{gap}");
    let twice = compared(&whole, &[seen(0, 0), seen(0, 0), seen(0, 1)]).unwrap_err();
    assert!(twice.contains("a record comes twice"), "{twice}");
    let fewer = compared(&whole, &[seen(0, 0), seen(0, 1)]).unwrap_err();
    assert!(fewer.contains("only 2 of 3"), "{fewer}");
    let mut other = whole.clone();
    other[1].content = "something else".to_owned();
    let other = compared(&whole, &other).unwrap_err();
    assert!(other.contains("something else"), "{other}");
}

#[test]
fn records_of_one_offset_are_not_taken_apart() {
    let whole = [seen(0, 0), seen(0, 0), seen(1, 0), seen(0, 0), seen(0, 1)];
    assert_eq!(boundary(&whole, 1), 3);
    assert_eq!(boundary(&whole, 4), 4);
    let same = [seen(0, 0), seen(0, 0)];
    assert_eq!(boundary(&same, 1), 2);
}
