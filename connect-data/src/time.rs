//! Calendar arithmetic for texts of dates, in UTC. Pure: knows no clock.
//!
//! As `java.util.GregorianCalendar`, dates before 1582-10-15 are in the Julian calendar.

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The first day of the Gregorian calendar, 1582-10-15, in days since the epoch.
const GREGORIAN_FROM: i64 = -141_427;

/// A date and time of day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// The year; 0 is 1 BC.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 to 999.
    pub millis: u32,
    /// 0 is Sunday.
    pub weekday: u32,
}

impl DateTime {
    /// The date and time of an instant.
    pub fn of_millis(millis: i64) -> Self {
        let days = millis.div_euclid(DAY);
        let of_day = millis.rem_euclid(DAY);
        let (year, month, day) = if days >= GREGORIAN_FROM {
            gregorian_from_days(days)
        } else {
            julian_from_days(days)
        };
        Self {
            year,
            month,
            day,
            hour: (of_day / 3_600_000) as u32,
            minute: (of_day / 60_000 % 60) as u32,
            second: (of_day / 1000 % 60) as u32,
            millis: (of_day % 1000) as u32,
            weekday: (days + 4).rem_euclid(7) as u32,
        }
    }

    /// The year as a calendar shows it: years before Christ count backwards from 1.
    fn year_of_era(&self) -> i64 {
        if self.year > 0 {
            self.year
        } else {
            1 - self.year
        }
    }
}

/// The instant of a date and time whose fields may be out of range, as a lenient
/// `GregorianCalendar` adds them up. None when it overflows.
pub fn millis_lenient(year: i64, month: i64, day: i64, of_day_millis: i64) -> Option<i64> {
    let year = year.checked_add((month - 1).div_euclid(12))?;
    let month = (month - 1).rem_euclid(12) + 1;
    let gregorian = gregorian_days(year, month).checked_add(day - 1)?;
    let days = if gregorian >= GREGORIAN_FROM {
        gregorian
    } else {
        let julian = julian_days(year, month).checked_add(day - 1)?;
        // In the gap between the calendars, a lenient calendar counts on in the Julian one.
        julian
    };
    days.checked_mul(DAY)?.checked_add(of_day_millis)
}

/// Days since the epoch of the first of a month; March-based, eras of 400 years.
fn gregorian_days(year: i64, month: i64) -> i64 {
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn julian_days(year: i64, month: i64) -> i64 {
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let era = year.div_euclid(4);
    let of_era = year.rem_euclid(4);
    era * 1461 + of_era * 365 + (153 * month + 2) / 5 - 719_470
}

fn gregorian_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    month_and_day(era * 400 + year, of_year)
}

fn julian_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_470;
    let era = days.div_euclid(1461);
    let of_era = days.rem_euclid(1461);
    let year = (of_era - of_era / 1460) / 365;
    month_and_day(era * 4 + year, of_era - 365 * year)
}

/// From the day of a year that begins in March.
fn month_and_day(year: i64, of_year: i64) -> (i64, u32, u32) {
    let from_march = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * from_march + 2) / 5 + 1) as u32;
    if from_march < 10 {
        (year, from_march as u32 + 3, day)
    } else {
        (year + 1, from_march as u32 - 9, day)
    }
}

/// The text of `java.util.Date.toString` in UTC: `Thu Jan 01 00:00:00 UTC 1970`.
pub fn java_date_text(millis: i64) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let time = DateTime::of_millis(millis);
    format!(
        "{} {} {:02} {:02}:{:02}:{:02} UTC {}",
        DAYS[time.weekday as usize],
        MONTHS[time.month as usize - 1],
        time.day,
        time.hour,
        time.minute,
        time.second,
        time.year_of_era(),
    )
}

/// The text of the pattern `yyyy-MM-dd` in UTC.
pub fn date_text(millis: i64) -> String {
    let time = DateTime::of_millis(millis);
    format!(
        "{:04}-{:02}-{:02}",
        time.year_of_era(),
        time.month,
        time.day
    )
}

/// The text of the pattern `HH:mm:ss.SSS'Z'` in UTC.
pub fn time_text(millis: i64) -> String {
    let time = DateTime::of_millis(millis);
    format!(
        "{:02}:{:02}:{:02}.{:03}Z",
        time.hour, time.minute, time.second, time.millis
    )
}

/// The text of the pattern `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'` in UTC.
pub fn timestamp_text(millis: i64) -> String {
    format!("{}T{}", date_text(millis), time_text(millis))
}

#[cfg(test)]
mod tests;
