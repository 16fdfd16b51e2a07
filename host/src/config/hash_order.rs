//! The order in which a `java.util.HashMap` lists its keys.
//!
//! Owns the emulation for keys that are text. Kafka keeps parts of a validation in such maps, and
//! clients see their order. Must not know what the keys mean.

/// LIMIT: the buckets of a new map, and the part of them that may be taken before their number is
/// doubled.
const BUCKETS_MIN: usize = 16;

/// `items` in the order in which a HashMap lists them that was filled in this order, one after the
/// other; each key occurs once.
pub fn filled<T>(items: Vec<T>, key: impl Fn(&T) -> &str) -> Vec<T> {
    let mut buckets = BUCKETS_MIN;
    while items.len() > buckets / 4 * 3 {
        buckets *= 2;
    }
    by_bucket(items, key, buckets)
}

/// `items` in the order in which a HashMap lists them that was made as a copy of another map.
pub fn copied<T>(items: Vec<T>, key: impl Fn(&T) -> &str) -> Vec<T> {
    // A copy makes room at once: for a third more, rounded up to a power of two.
    let buckets = (items.len() * 4 / 3 + 1).next_power_of_two();
    by_bucket(items, key, buckets)
}

/// Within a bucket the order of insertion stays.
fn by_bucket<T>(mut items: Vec<T>, key: impl Fn(&T) -> &str, buckets: usize) -> Vec<T> {
    let bucket = |item: &T| {
        let hash = java_hash(key(item));
        (hash ^ (hash >> 16)) as usize & (buckets - 1)
    };
    if !items.is_sorted_by_key(bucket) {
        items.sort_by_cached_key(bucket);
    }
    items
}

/// `String.hashCode`.
fn java_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| {
        hash.wrapping_mul(31).wrapping_add(u32::from(unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_listed_as_java_lists_them() {
        // Recorded: a map of the JVM worker with twenty keys.
        let keys: Vec<String> = (0..20).map(|number| format!("k{number}")).collect();
        let listed = copied(keys, |key| key.as_str());
        assert_eq!(
            listed.join(" "),
            "k0 k1 k2 k3 k4 k5 k11 k6 k10 k7 k13 k8 k12 k9 k15 k14 k17 k16 k19 k18"
        );
        // Recorded: the keys of a JsonConverter, in a new map.
        let keys = [
            "converter.type",
            "schemas.enable",
            "schemas.cache.size",
            "schema.content",
            "decimal.format",
            "replace.null.with.default",
        ];
        assert_eq!(
            filled(keys.to_vec(), |key| key),
            JSON_CONVERTER_KEYS.split(' ').collect::<Vec<_>>()
        );
    }

    const JSON_CONVERTER_KEYS: &str = "decimal.format converter.type schemas.cache.size \
         replace.null.with.default schemas.enable schema.content";
}
