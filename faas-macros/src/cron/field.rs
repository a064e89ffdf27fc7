//! What may stand in each field. Stricter than croner wherever that would ignore a part of what is written (`15W3`, `1,,2`),
//! read it in a second sense (`MON` as a month, `SUN-SUN` as all days) or never fire (`L` as a day of the week).

use super::fault::CronFault;

pub(super) struct Field {
    name: &'static str,
    first: u8,
    last: u8,
    /// The names of its values, the first value's first.
    names: &'static [&'static str],
    days: Days,
    /// The unit that `every` has for it.
    unit: Option<char>,
}

/// Which notations for days a field has.
#[derive(Clone, Copy, PartialEq)]
enum Days {
    None,
    OfMonth,
    OfWeek,
}

/// The second and the fields that are always there, in their order.
pub(super) const FIELDS: &[Field; 6] = &[
    Field::of_time("second", 59, 's'),
    Field::of_time("minute", 59, 'm'),
    Field::of_time("hour", 23, 'h'),
    Field {
        name: "day of the month",
        first: 1,
        last: 31,
        names: &[],
        days: Days::OfMonth,
        unit: Some('d'),
    },
    Field {
        name: "month",
        first: 1,
        last: 12,
        names: &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
        days: Days::None,
        unit: None,
    },
    Field {
        name: "day of the week",
        first: 0,
        last: 6,
        names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
        days: Days::OfWeek,
        unit: Some('d'),
    },
];

/// The values of a field, as bits.
pub(super) struct Values {
    bits: u64,
    /// It is `*`, or `?` in its place.
    pub(super) every: bool,
}

impl Values {
    pub(super) fn has(&self, value: u8) -> bool {
        self.bits >> value & 1 == 1
    }

    /// The smallest one. The end of a month (`L`, `LW`) counts as 28, which every month has.
    pub(super) fn first(&self) -> u8 {
        (0..64).find(|value| self.has(*value)).unwrap_or(64)
    }
}

impl Field {
    const fn of_time(name: &'static str, last: u8, unit: char) -> Self {
        Self {
            name,
            first: 0,
            last,
            names: &[],
            days: Days::None,
            unit: Some(unit),
        }
    }

    /// Reads the text of this field.
    pub(super) fn read(&self, text: &str) -> Result<Values, CronFault> {
        let every = text == "*" || (text == "?" && self.days != Days::None);
        if every {
            let bits = bits(self.first, self.last, 1);
            return Ok(Values { bits, every });
        }
        let mut items = text.split(',').map(|item| match item {
            "" => Err(self.fault(text, "a value before and after each comma")),
            "*" => Err(self.fault(text, "`*` alone, as it means every value")),
            _ => self.item(item),
        });
        let bits = items.try_fold(0, |bits, item| item.map(|more| bits | more))?;
        // croner would drop the `L`.
        let has = |word: &str| text.split(',').any(|item| item.eq_ignore_ascii_case(word));
        if has("L") && has("LW") {
            return Err(self.fault(text, "one of `L` and `LW`"));
        }
        Ok(Values { bits, every })
    }

    fn item(&self, item: &str) -> Result<u64, CronFault> {
        if let Some((base, step)) = item.split_once('/') {
            return self.step(item, base, step);
        }
        if let Some((start, end)) = item.split_once('-') {
            let (start, end) = self.range(item, start, end)?;
            return Ok(bits(start, end, 1));
        }
        let day = || match self.days {
            Days::None => None,
            Days::OfMonth => self.day_of_month(item),
            Days::OfWeek => self.day_of_week(item),
        };
        let value = self.value(item).or_else(day);
        value
            .map(|value| 1 << value)
            .ok_or_else(|| self.fault(item, &self.allowed()))
    }

    fn day_of_month(&self, item: &str) -> Option<u8> {
        if ["L", "LW"].iter().any(|end| end.eq_ignore_ascii_case(item)) {
            return Some(28);
        }
        self.value(item.strip_suffix(['W', 'w'])?)
    }

    fn day_of_week(&self, item: &str) -> Option<u8> {
        match item.split_once('#') {
            Some((day, "1" | "2" | "3" | "4" | "5")) => self.value(day),
            Some(_) => None,
            None => self.value(item.strip_suffix(['L', 'l'])?),
        }
    }

    fn step(&self, item: &str, base: &str, step: &str) -> Result<u64, CronFault> {
        let (start, end) = match (base, base.split_once('-')) {
            ("*", _) => (self.first, self.last),
            (_, Some((start, end))) => self.range(item, start, end)?,
            (_, None) => match self.value(base) {
                Some(start) if start <= self.last => (start, self.last),
                Some(_) => return Err(self.fault(item, "a step from Sunday as `0/2`")),
                None => return Err(self.fault(item, "`*`, a value or a range before the `/`")),
            },
        };
        let longest = end - start;
        let number = number(step);
        let fits = number.and_then(|step| u8::try_from(step).ok());
        if let Some(step) = fits.filter(|step| (1..=longest).contains(step)) {
            return Ok(bits(start, end, step));
        }
        // Other crons fire at the first value alone, which hides that `*/90` is not every 90 minutes.
        let mut expected = match longest {
            0 => format!("`{start}` without a step"),
            _ => format!("a step from 1 to {longest}, or `{start}` alone"),
        };
        if let (Some(step @ 1..), Some(unit)) = (number, self.unit) {
            expected += &format!(", or the argument `every = \"{step}{unit}\"`");
        }
        Err(self.fault(item, &expected))
    }

    fn range(&self, item: &str, start: &str, end: &str) -> Result<(u8, u8), CronFault> {
        let named = |text: &str| {
            self.names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(text))
        };
        let unknown = || self.fault(item, &self.allowed());
        let first = self.value(start).ok_or_else(unknown)?;
        let mut last = self.value(end).ok_or_else(unknown)?;
        if self.days == Days::OfWeek && last == 0 && named(end) {
            last = SUNDAY_AT_THE_END;
        }
        let sundays = first == 0 && last == SUNDAY_AT_THE_END && self.days == Days::OfWeek;
        if sundays && (named(start) || named(end)) {
            return Err(self.fault(item, "`SUN` for one day, or `*` for all"));
        }
        if first <= last {
            return Ok((first, last));
        }
        let mut expected = "a range that goes up".to_owned();
        if first <= self.last && !item.contains('/') {
            let named = named(start) || named(end);
            let before = self.span(first, self.last, named);
            let after = self.span(self.first, last, named);
            expected += &format!(", such as `{before},{after}`");
        }
        Err(self.fault(item, &expected))
    }

    /// A range as it is written.
    fn span(&self, start: u8, end: u8, named: bool) -> String {
        let write = |value: u8| match self.names.get(usize::from(value - self.first)) {
            Some(name) if named => (*name).to_owned(),
            _ => value.to_string(),
        };
        if start == end {
            write(start)
        } else {
            format!("{}-{}", write(start), write(end))
        }
    }

    /// A number or a name.
    fn value(&self, text: &str) -> Option<u8> {
        let last = match self.days {
            Days::OfWeek => SUNDAY_AT_THE_END,
            Days::None | Days::OfMonth => self.last,
        };
        let mut names = (self.first..).zip(self.names);
        let named = names.find(|(_, name)| name.eq_ignore_ascii_case(text));
        let value = match named {
            Some((value, _)) => Some(value),
            None => number(text).and_then(|value| value.try_into().ok()),
        };
        value.filter(|value| (self.first..=last).contains(value))
    }

    fn allowed(&self) -> String {
        let more = match self.days {
            Days::None if self.names.is_empty() => "",
            Days::None => "; names are `JAN` to `DEC`",
            Days::OfMonth => {
                "; `L` is the last day, `LW` the last weekday, `15W` the weekday nearest to the 15th"
            }
            Days::OfWeek => {
                "; names are `SUN` to `SAT`, 0 and 7 are Sunday, `MON#2` is the second Monday, `FRIL` the last Friday"
            }
        };
        let last = self.last + u8::from(self.days == Days::OfWeek);
        format!(
            "a value from {} to {last}, `*`, a range `1-5`, a step `*/2`, or a list of them{more}",
            self.first
        )
    }

    fn fault(&self, found: &str, expected: &str) -> CronFault {
        CronFault::field(self.name, found, expected.to_owned())
    }
}

/// What Sunday also is, so that a range can end on it.
const SUNDAY_AT_THE_END: u8 = 7;

fn bits(start: u8, end: u8, step: u8) -> u64 {
    let values = (start..=end).step_by(usize::from(step.max(1)));
    values.fold(0, |bits, value| bits | 1 << value)
}

fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}
