use super::*;
use std::collections::HashSet;

#[test]
fn entries_keep_their_order_but_it_does_not_count() {
    let one: OffsetMap = [("a", 1_i64), ("b", 2)].into_iter().collect();
    let other: OffsetMap = [("b", 2_i64), ("a", 1)].into_iter().collect();
    assert_eq!(one, other);
    assert_eq!(one.to_string(), "{a=1, b=2}");
    assert_eq!(other.to_string(), "{b=2, a=1}");
    let set: HashSet<_> = [one, other].into_iter().collect();
    assert_eq!(set.len(), 1);
}

#[test]
fn a_later_value_replaces_an_earlier_one() {
    let mut map = OffsetMap::of("a", 1_i64);
    map.insert("a", "x");
    assert_eq!(map, OffsetMap::of("a", "x"));
    map.insert("b", true);
    map.insert("c", 1.5);
    assert_eq!(map.len(), 3);
    assert_eq!(map.get("b"), Some(&OffsetValue::Boolean(true)));
    assert_eq!(map.get("d"), None);
    assert_eq!(map.clone().into_owned(), map);
    assert_eq!(map.into_iter().count(), 3);
}

#[test]
fn values_are_told_apart() {
    assert_ne!(OffsetMap::of("a", 1_i64), OffsetMap::of("a", 1.0));
    assert_eq!(OffsetMap::of("a", f64::NAN), OffsetMap::of("a", f64::NAN));
    assert_ne!(OffsetMap::new(), OffsetMap::of("a", OffsetValue::Null));
    assert_eq!(OffsetMap::new(), OffsetMap::default());
    assert!(OffsetMap::new().is_empty());
    assert_ne!(OffsetMap::of("a", "b"), OffsetMap::of("a", &b"b"[..]));
}

#[test]
fn an_owned_map_stands_where_a_borrowed_one_does() {
    fn shorten<'a>(map: OffsetMap<'static>, _: &'a str) -> OffsetMap<'a> {
        map
    }
    assert_eq!(shorten(OffsetMap::of("a", 1_i64), "x").len(), 1);
}
