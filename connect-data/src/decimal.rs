//! Decimal numbers of any precision, printed and encoded as Java's `BigDecimal`.

use std::fmt;
use std::str::FromStr;

use num_bigint::{BigInt, Sign};
use num_traits::{ToPrimitive, Zero};

/// `unscaled` times ten to the power of `-scale`. Equality looks at both, as in Java: 1.0 is not
/// 1.00.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: BigInt,
    scale: i32,
}

/// Text that is not a decimal number, or whose exponent is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct ParseDecimalError;

impl Decimal {
    /// A decimal from its parts.
    pub fn new(unscaled: impl Into<BigInt>, scale: i32) -> Self {
        Self {
            unscaled: unscaled.into(),
            scale,
        }
    }

    /// The digits.
    pub fn unscaled(&self) -> &BigInt {
        &self.unscaled
    }

    /// The number of digits right of the point; negative for powers of ten.
    pub fn scale(&self) -> i32 {
        self.scale
    }

    /// Big-endian two's complement of the unscaled number, in as few bytes as possible.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.unscaled.to_signed_bytes_be()
    }

    /// Reads what `to_bytes` wrote. No bytes read as zero.
    pub fn from_bytes(bytes: &[u8], scale: i32) -> Self {
        Self {
            unscaled: BigInt::from_signed_bytes_be(bytes),
            scale,
        }
    }

    /// The number without an exponent. Its length follows the scale: do not call it for numbers
    /// from outside without looking at [`Decimal::scale`].
    pub fn to_plain_string(&self) -> String {
        let (sign, digits) = self.sign_and_digits();
        let scale = i64::from(self.scale);
        if scale == 0 {
            return format!("{sign}{digits}");
        }
        if scale < 0 {
            // COMPAT: BigDecimal.toPlainString prints zero of a negative scale as "0".
            if self.unscaled.is_zero() {
                return "0".to_owned();
            }
            let zeros = "0".repeat(usize::try_from(-scale).expect("32 bits fit"));
            return format!("{sign}{digits}{zeros}");
        }
        let point = digits.len() as i64 - scale;
        if point > 0 {
            let (whole, fraction) = digits.split_at(point as usize);
            format!("{sign}{whole}.{fraction}")
        } else {
            let zeros = "0".repeat(usize::try_from(-point).expect("32 bits fit"));
            format!("{sign}0.{zeros}{digits}")
        }
    }

    /// The nearest 64-bit float, as `BigDecimal.doubleValue`.
    pub fn to_f64(&self) -> f64 {
        // The text form is exact and short, and parsing rounds correctly.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The nearest 32-bit float, as `BigDecimal.floatValue`.
    pub fn to_f32(&self) -> f32 {
        self.to_string().parse().unwrap_or(f32::NAN)
    }

    /// The exact value of a finite float, as `new BigDecimal(double)`.
    pub fn from_f64_exact(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let biased = ((bits >> 52) & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        let (mut significand, mut exponent) = if biased == 0 {
            (fraction, -1074)
        } else {
            (fraction | 1 << 52, biased - 1075)
        };
        if significand == 0 {
            return Some(Self::new(0, 0));
        }
        while significand & 1 == 0 {
            significand >>= 1;
            exponent += 1;
        }
        let mut unscaled = BigInt::from(significand);
        if value < 0.0 {
            unscaled = -unscaled;
        }
        Some(if exponent >= 0 {
            Self::new(unscaled << exponent as u32, 0)
        } else {
            let places = exponent.unsigned_abs();
            Self::new(unscaled * BigInt::from(5).pow(places), places as i32)
        })
    }

    /// The low 64 bits of the whole part, as `BigDecimal.longValue`.
    pub fn to_i64_wrapping(&self) -> i64 {
        match self.whole_part() {
            Some(whole) => {
                let bytes = whole.to_signed_bytes_le();
                let fill = if whole.sign() == Sign::Minus { 0xff } else { 0 };
                let mut low = [fill; 8];
                let count = bytes.len().min(8);
                low[..count].copy_from_slice(&bytes[..count]);
                i64::from_le_bytes(low)
            }
            // A multiple of ten to the 64th or more is a multiple of two to the 64th.
            None => 0,
        }
    }

    /// The number as an integer, when it is whole and fits.
    pub fn to_i64_exact(&self) -> Option<i64> {
        if self.scale <= 0 {
            if self.unscaled.is_zero() {
                return Some(0);
            }
            // 64 bits hold at most 19 digits.
            if self.scale < -19 {
                return None;
            }
            return (&self.unscaled * ten_to(self.scale.unsigned_abs())).to_i64();
        }
        let stripped = self.strip_trailing_zeros();
        if stripped.scale > 0 {
            None
        } else {
            stripped.to_i64_exact()
        }
    }

    /// The same number with the fewest digits, as `BigDecimal.stripTrailingZeros`.
    pub fn strip_trailing_zeros(&self) -> Self {
        if self.unscaled.is_zero() {
            return Self::new(0, 0);
        }
        let digits = self.unscaled.to_string();
        let kept = digits.trim_end_matches('0');
        let zeros = i32::try_from(digits.len() - kept.len()).unwrap_or(i32::MAX);
        let zeros = zeros.min(self.scale.saturating_sub(i32::MIN));
        if zeros == 0 {
            return self.clone();
        }
        let unscaled = digits[..digits.len() - zeros as usize]
            .parse()
            .expect("digits");
        Self {
            unscaled,
            scale: self.scale - zeros,
        }
    }

    /// The whole part towards zero; none when it has more than 64 zeros at its end.
    fn whole_part(&self) -> Option<BigInt> {
        if self.scale <= -64 {
            return None;
        }
        if self.scale <= 0 {
            return Some(&self.unscaled * ten_to(self.scale.unsigned_abs()));
        }
        let places = self.scale.unsigned_abs();
        // A digit is more than three bits, so that a longer divisor leaves nothing.
        if u64::from(places) > self.unscaled.bits() / 3 + 1 {
            return Some(BigInt::zero());
        }
        Some(&self.unscaled / ten_to(places))
    }

    fn sign_and_digits(&self) -> (&'static str, String) {
        let sign = if self.unscaled.sign() == Sign::Minus {
            "-"
        } else {
            ""
        };
        (sign, self.unscaled.magnitude().to_string())
    }
}

fn ten_to(places: u32) -> BigInt {
    BigInt::from(10).pow(places)
}

impl fmt::Display for Decimal {
    /// As `BigDecimal.toString`: plain while the scale is not negative and the number is not tiny,
    /// otherwise with an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, digits) = self.sign_and_digits();
        let scale = i64::from(self.scale);
        let adjusted = digits.len() as i64 - 1 - scale;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        if scale > 0 && adjusted >= -6 {
            return f.write_str(&self.to_plain_string());
        }
        let (first, rest) = digits.split_at(1);
        write!(f, "{sign}{first}")?;
        if !rest.is_empty() {
            write!(f, ".{rest}")?;
        }
        match adjusted {
            0 => Ok(()),
            1.. => write!(f, "E+{adjusted}"),
            _ => write!(f, "E{adjusted}"),
        }
    }
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    /// Reads what `new BigDecimal(String)` reads: an optional sign, digits with an optional point,
    /// an optional exponent. No blanks.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.as_bytes().first() {
            Some(b'-') => (true, &mantissa[1..]),
            Some(b'+') => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseDecimalError);
        }
        let scale =
            i32::try_from(fraction.len() as i64 - exponent).map_err(|_| ParseDecimalError)?;
        let unscaled: BigInt = digits.parse().map_err(|_| ParseDecimalError)?;
        Ok(Self {
            unscaled: if negative { -unscaled } else { unscaled },
            scale,
        })
    }
}

fn parse_exponent(text: &str) -> Result<i64, ParseDecimalError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseDecimalError);
    }
    text.parse().map_err(|_| ParseDecimalError)
}

#[cfg(test)]
mod tests;
