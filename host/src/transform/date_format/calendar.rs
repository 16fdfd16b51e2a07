//! The arithmetic of a lenient `GregorianCalendar` in UTC: weeks, and which of several fields that
//! were set decide about the date. Must not know texts.

use connect_data::logical::MILLIS_PER_DAY;
use connect_data::time::{DateTime, millis_lenient};

/// The days since the epoch of the first of January.
fn first_of_year(year: i64) -> Option<i64> {
    first_of_month(year, 1)
}

/// The days since the epoch of the first of a month; months out of range count on.
fn first_of_month(year: i64, month: i64) -> Option<i64> {
    Some(millis_lenient(year, month, 1, 0)?.div_euclid(MILLIS_PER_DAY))
}

/// 0 is Sunday.
fn weekday_of(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

/// The last day up to `days` with that weekday.
fn on_or_before(days: i64, weekday: i64) -> i64 {
    days - (weekday_of(days) - weekday).rem_euclid(7)
}

/// The Sunday with which the first week of a year or month begins: the one that has its first day.
fn first_week(first_day: i64) -> i64 {
    on_or_before(first_day, 0)
}

/// From 1 on.
pub(super) fn day_of_year(millis: i64) -> i64 {
    let year = DateTime::of_millis(millis).year;
    let days = millis.div_euclid(MILLIS_PER_DAY);
    days - first_of_year(year).unwrap_or(days) + 1
}

/// The year that a week belongs to, and the week's number in it, from 1 on.
pub(super) fn week_year_and_week(millis: i64) -> (i64, i64) {
    let year = DateTime::of_millis(millis).year;
    let days = millis.div_euclid(MILLIS_PER_DAY);
    let start = |year| first_of_year(year).map_or(i64::MAX, first_week);
    let year = if days >= start(year + 1) {
        year + 1
    } else {
        year
    };
    (year, days.saturating_sub(start(year)) / 7 + 1)
}

/// The number of a week in its month, from 1 on.
pub(super) fn week_of_month(time: &DateTime) -> i64 {
    let day = i64::from(time.day);
    let weekday_of_first = (i64::from(time.weekday) - (day - 1)).rem_euclid(7);
    (day - 1 + weekday_of_first) / 7 + 1
}

/// The fields that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CalendarField {
    /// 0 is before Christ.
    Era,
    Year,
    WeekYear,
    /// 0 is January.
    Month,
    DayOfMonth,
    DayOfYear,
    /// 1 is Sunday.
    DayOfWeek,
    WeekOfYear,
    WeekOfMonth,
    DayOfWeekInMonth,
    /// 1 is the afternoon.
    AmPm,
    Hour,
    HourOfDay,
    Minute,
    Second,
    Millisecond,
    /// In milliseconds.
    ZoneOffset,
}

use CalendarField as F;

/// Fields in the order in which they were set; the last ones count most.
#[derive(Debug, Default)]
pub(super) struct CalendarFields {
    set: Vec<(CalendarField, i64)>,
}

impl CalendarFields {
    pub fn set(&mut self, field: CalendarField, value: i64) {
        self.set.retain(|(known, _)| *known != field);
        self.set.push((field, value));
    }

    fn get(&self, field: CalendarField) -> Option<i64> {
        let (_, value) = self.set.iter().find(|(known, _)| *known == field)?;
        Some(*value)
    }

    /// When a field was set; 0 if it was not.
    fn stamp(&self, field: CalendarField) -> usize {
        let place = self.set.iter().position(|(known, _)| *known == field);
        place.map_or(0, |place| place + 1)
    }

    /// When the later of two fields was set; 0 if one was not.
    fn later_of(&self, one: CalendarField, other: CalendarField) -> usize {
        match (self.stamp(one), self.stamp(other)) {
            (0, _) | (_, 0) => 0,
            (one, other) => one.max(other),
        }
    }

    /// The instant; none when it is beyond 64 bits.
    pub fn millis(&self) -> Option<i64> {
        let of_week = self.stamp(F::WeekYear) > self.stamp(F::Year);
        let days = if of_week {
            self.days_of_week_date()?
        } else {
            self.days()?
        };
        let offset = self.get(F::ZoneOffset).unwrap_or(0);
        days.checked_mul(MILLIS_PER_DAY)?
            .checked_add(self.millis_of_day())?
            .checked_sub(offset)
    }

    /// Time of day; every field counts on beyond its range.
    fn millis_of_day(&self) -> i64 {
        let mut of_day = self.stamp(F::HourOfDay);
        let mut of_half = self.later_of(F::Hour, F::AmPm);
        if of_day == 0 && of_half == 0 {
            of_half = self.stamp(F::Hour).max(self.stamp(F::AmPm));
        }
        if of_half > of_day {
            of_day = 0;
        }
        let value = |field| self.get(field).unwrap_or(0);
        let hours = if of_day > 0 {
            value(F::HourOfDay)
        } else {
            value(F::Hour) + 12 * value(F::AmPm)
        };
        ((hours * 60 + value(F::Minute)) * 60 + value(F::Second)) * 1000 + value(F::Millisecond)
    }

    fn days_of_week_date(&self) -> Option<i64> {
        let week = self.get(F::WeekOfYear).unwrap_or(1);
        let (weeks, weekday) = self.weekday();
        let start = first_week(first_of_year(self.get(F::WeekYear)?)?);
        start.checked_add(7 * (week + weeks - 1) + weekday)
    }

    /// The weekday from 0 for Sunday, and the weeks that a number beyond its range makes.
    fn weekday(&self) -> (i64, i64) {
        let day = self.get(F::DayOfWeek).unwrap_or(1);
        ((day - 1).div_euclid(7), (day - 1).rem_euclid(7))
    }

    fn year(&self) -> i64 {
        match (self.get(F::Year), self.get(F::Era)) {
            (Some(year), Some(0)) => 1 - year,
            (Some(year), _) => year,
            // Java's default year is 1970, also before Christ.
            (None, Some(0)) => 1 - 1970,
            (None, _) => 1970,
        }
    }

    /// Which fields decide about the day (GregorianCalendar.selectFields).
    fn days(&self) -> Option<i64> {
        let mut of_month = self.stamp(F::DayOfMonth);
        let mut week_of_month = self.later_of(F::WeekOfMonth, F::DayOfWeek);
        let mut week_in_month = self.later_of(F::DayOfWeekInMonth, F::DayOfWeek);
        let of_year = self.stamp(F::DayOfYear);
        let mut week_of_year = self.later_of(F::WeekOfYear, F::DayOfWeek);
        let all = [
            of_month,
            week_of_month,
            week_in_month,
            of_year,
            week_of_year,
        ];
        let mut best = all.into_iter().max().unwrap_or(0);
        if best == 0 {
            // No field is complete: a week alone will do, or a weekday.
            week_of_month = self.stamp(F::WeekOfMonth);
            week_in_month = self
                .stamp(F::DayOfWeekInMonth)
                .max(self.stamp(F::DayOfWeek));
            week_of_year = self.stamp(F::WeekOfYear);
            best = week_of_month.max(week_in_month).max(week_of_year);
            if best == 0 {
                of_month = self.stamp(F::Month);
                best = of_month;
            }
        }
        let by_week_of_year = self.stamp(F::WeekOfYear);
        if best == of_month {
            let day = self.get(F::DayOfMonth).unwrap_or(1);
            self.day_of_month(day)
        } else if best == week_of_month && self.stamp(F::WeekOfMonth) >= by_week_of_year
            || best == week_in_month && self.stamp(F::DayOfWeekInMonth) >= by_week_of_year
        {
            let by_week = if week_of_month == week_in_month {
                self.stamp(F::WeekOfMonth) >= self.stamp(F::DayOfWeekInMonth)
            } else {
                best == week_of_month
            };
            if by_week {
                self.day_by_week_of_month()
            } else {
                self.day_by_weekday_in_month()
            }
        } else if best == of_year {
            let day = self.get(F::DayOfYear).unwrap_or(1);
            first_of_year(self.year())?.checked_add(day - 1)
        } else {
            self.day_by_week_of_year()
        }
    }

    fn first_of_month(&self) -> Option<i64> {
        first_of_month(self.year(), self.get(F::Month).unwrap_or(0) + 1)
    }

    fn day_of_month(&self, day: i64) -> Option<i64> {
        let month = self.get(F::Month).unwrap_or(0) + 1;
        let millis = millis_lenient(self.year(), month, day, 0)?;
        Some(millis.div_euclid(MILLIS_PER_DAY))
    }

    /// The weekday in the week that is counted from `start`, or its Sunday.
    fn in_week(&self, start: i64, week: i64) -> Option<i64> {
        let (weeks, weekday) = self.weekday();
        start.checked_add(7 * (week + weeks - 1) + weekday)
    }

    fn day_by_week_of_month(&self) -> Option<i64> {
        let week = self.get(F::WeekOfMonth).unwrap_or(1);
        self.in_week(first_week(self.first_of_month()?), week)
    }

    fn day_by_weekday_in_month(&self) -> Option<i64> {
        let first = self.first_of_month()?;
        let (_, weekday) = self.weekday();
        let count = self.get(F::DayOfWeekInMonth).unwrap_or(1);
        if count >= 0 {
            return Some(on_or_before(first.checked_add(7 * count - 1)?, weekday));
        }
        // From the month's end backwards.
        let next = first_of_month(self.year(), self.get(F::Month).unwrap_or(0) + 2)?;
        let last = next.checked_add(7 * (count + 1) - 1)?;
        Some(on_or_before(last, weekday))
    }

    fn day_by_week_of_year(&self) -> Option<i64> {
        let week = self.get(F::WeekOfYear).unwrap_or(1);
        self.in_week(first_week(first_of_year(self.year())?), week)
    }
}
