//! Numbers of JSON text as Java's narrowing conversions see them.
//!
//! Owns the conversions. Jackson keeps an integer exactly and a number with fraction or exponent as a
//! BigDecimal; `intValue` and `longValue` of either keep the low bits of the integral part.

/// `JsonNode.longValue`: the low 64 bits of the integral part.
pub(super) fn long_value(text: &str) -> i64 {
    // The usual case: an integer that fits.
    if let Ok(number) = text.parse::<i64>() {
        return number;
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // The reader has refused exponents beyond 32 bits.
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let digits_kept = whole.len() as i64 + exponent;
    let digits = whole.bytes().chain(fraction.bytes());
    let mut number = 0i64;
    let mut kept = 0;
    for digit in digits.take(usize::try_from(digits_kept).unwrap_or(0)) {
        number = number
            .wrapping_mul(10)
            .wrapping_add(i64::from(digit - b'0'));
        kept += 1;
    }
    // 10^64 is a multiple of 2^64: nothing remains of more zeros than that.
    for _ in 0..(digits_kept - kept).clamp(0, 64) {
        number = number.wrapping_mul(10);
    }
    if negative {
        number.wrapping_neg()
    } else {
        number
    }
}

/// `JsonNode.intValue`: the low 32 bits.
pub(super) fn int_value(text: &str) -> i32 {
    long_value(text) as i32
}

/// `JsonNode.doubleValue`. A zero has no sign, because Jackson's number had none.
pub(super) fn double_value(text: &str) -> f64 {
    let number: f64 = text.parse().unwrap_or(0.0);
    if number == 0.0 && is_zero(text) {
        0.0
    } else {
        number
    }
}

/// `JsonNode.floatValue`, rounded once.
pub(super) fn float_value(text: &str) -> f32 {
    let number: f32 = text.parse().unwrap_or(0.0);
    if number == 0.0 && is_zero(text) {
        0.0
    } else {
        number
    }
}

/// Whether the number is zero itself, rather than too small for its type.
fn is_zero(text: &str) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}
