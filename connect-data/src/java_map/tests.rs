use super::*;

fn order(keys: &[&str]) -> Vec<String> {
    let entries = keys
        .iter()
        .map(|key| (Value::from(*key), Value::Null))
        .collect();
    collected(entries)
        .into_iter()
        .map(|(key, _)| key.to_java_string())
        .collect()
}

#[test]
fn text_keys_come_in_the_order_of_their_buckets() {
    // As `new HashMap<>()` prints them; "AaAa" and "BBBB" have one hash code.
    assert_eq!(order(&["name", "id"]), ["name", "id"]);
    assert_eq!(order(&["b", "a"]), ["a", "b"]);
    assert_eq!(order(&["BBBB", "AaAa"]), ["BBBB", "AaAa"]);
}

#[test]
fn the_last_of_equal_keys_stays_in_the_first_ones_place() {
    for count in [3, 40] {
        let mut entries: Vec<(Value<'_>, Value<'_>)> = (0..count)
            .map(|key| (Value::Int64(key), Value::Int64(key)))
            .collect();
        entries.push((Value::Int64(1), Value::from("later")));
        let map = collected(entries);
        assert_eq!(map.len() as i64, count);
        assert_eq!(map[1], (Value::Int64(1), Value::from("later")));
    }
}

#[test]
fn keys_without_a_hash_of_their_content_keep_their_order() {
    let entries = vec![
        (Value::from(vec![2u8]), Value::Null),
        (Value::from(vec![1u8]), Value::Null),
        (Value::from(vec![2u8]), Value::Null),
    ];
    assert_eq!(collected(entries.clone()), entries);
}

#[test]
fn the_table_doubles_beyond_three_quarters() {
    let sizes = [1, 12, 13, 24, 25, 48, 49].map(|count| grown(DEFAULT_TABLE, count));
    assert_eq!(sizes, [16, 16, 32, 32, 64, 64, 128]);
    let from_nothing = [1, 2, 3, 4, 6, 7].map(|count| grown(table_of(0), count));
    assert_eq!(from_nothing, [2, 4, 4, 8, 8, 16]);
}

#[test]
fn a_copy_has_room_for_what_it_copies_and_one_more() {
    let keys = |names: &[&str]| -> Entries<'static> {
        let owned = names.iter().map(|name| Value::from((*name).to_owned()));
        owned.map(|key| (key, Value::Null)).collect()
    };
    // Eight buckets for four entries: `s` (115) comes with `c` (99), before `d` (100).
    let added = keys(&["a", "b", "c", "d", "s"]);
    assert_eq!(copied(added.clone(), 4), keys(&["a", "b", "c", "s", "d"]));
    // Sixteen otherwise: `p` (112) is in the first, `s` still with `c`.
    assert_eq!(collected(added), keys(&["a", "b", "c", "s", "d"]));
    assert_eq!(
        copied(keys(&["a", "h", "p"]), 2),
        keys(&["h", "p", "a"]),
        "four buckets"
    );
    // An empty map asks for no room: sixteen buckets, not four.
    assert_eq!(copied(keys(&["s", "d"]), 0), keys(&["s", "d"]));
    assert_eq!(sized(keys(&["z", "a", "b"]), 3), keys(&["a", "z", "b"]));
}
