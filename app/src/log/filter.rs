//! The column filters (spec section 3): which rows pass, at every keystroke, without a request.

use shared::{datetime::DateNeedle, search::contains};

use super::{
    columns::{Facet, Typed},
    rows::{Instant, Row, Rows},
};

/// What the person filters the loaded rows by. Filters combine with *and*, the values of one with *or*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnFilters {
    chosen: [Vec<String>; 4],
    typed: [String; 4],
}

impl ColumnFilters {
    /// The values chosen in a facet; none lets every row through.
    pub fn chosen(&self, facet: Facet) -> &[String] {
        &self.chosen[facet as usize]
    }

    /// What was typed for a column.
    pub fn typed(&self, typed: Typed) -> &str {
        &self.typed[typed as usize]
    }

    /// Chooses a value, or takes it back.
    pub fn toggle(&mut self, facet: Facet, value: &str) {
        let chosen = &mut self.chosen[facet as usize];
        match chosen.iter().position(|other| other == value) {
            Some(place) => {
                chosen.remove(place);
            }
            None => chosen.push(value.into()),
        }
    }

    /// Chooses a value, once.
    pub fn choose(&mut self, facet: Facet, value: &str) {
        if !self.chosen(facet).iter().any(|other| other == value) {
            self.toggle(facet, value);
        }
    }

    /// Takes every value of a facet back.
    pub fn clear_chosen(&mut self, facet: Facet) {
        self.chosen[facet as usize].clear();
    }

    /// Changes what was typed for a column.
    pub fn set_typed(&mut self, typed: Typed, text: String) {
        self.typed[typed as usize] = text;
    }

    /// Whether every row passes.
    pub fn is_empty(&self) -> bool {
        self.chosen.iter().all(Vec::is_empty)
            && self.typed.iter().all(|text| text.trim().is_empty())
    }

    /// Whether every row that passes now passed `before` too: nothing but typed text has changed, and what is
    /// typed contains what was. Then only those rows need be looked at.
    pub fn narrows(&self, before: &ColumnFilters) -> bool {
        self.chosen == before.chosen
            && Typed::ALL.into_iter().all(|column| {
                let (now, before) = (self.typed(column), before.typed(column));
                now == before
                    || before.trim().is_empty()
                    || match column {
                        Typed::Subject => now.to_lowercase().contains(&before.to_lowercase()),
                        Typed::ScheduleId => now.trim().contains(before.trim()),
                        Typed::Created | Typed::Scheduled => {
                            DateNeedle::new(now).narrows(&DateNeedle::new(before))
                        }
                    }
            })
    }
}

/// The numbers of the rows that pass `filters`, in the order given.
pub fn visible(rows: &Rows, order: &[u32], filters: &ColumnFilters) -> Vec<u32> {
    // One filter after another, each over what the others left: mostly there is but one.
    let mut left = order.to_vec();
    let row = |number: u32| &rows.list[number as usize];
    for facet in Facet::ALL {
        let chosen = filters.chosen(facet);
        if !chosen.is_empty() {
            let passing = passing(&rows.facet(facet).values, |value| {
                chosen.iter().any(|c| **c == *value)
            });
            left.retain(|&number| passing[row(number).facets[facet as usize] as usize]);
        }
    }
    let subject = filters.typed(Typed::Subject).to_lowercase();
    if !subject.trim().is_empty() {
        let passing = passing(&rows.subjects.lower, |text| contains(text, &subject));
        left.retain(|&number| passing[row(number).subject as usize]);
    }
    let schedule = filters.typed(Typed::ScheduleId).trim();
    if !schedule.is_empty() {
        left.retain(|&number| contains(&row(number).schedule_text, schedule));
    }
    let created = filters.typed(Typed::Created);
    keep_dates(&mut left, rows, created, |row| &row.created);
    let scheduled = filters.typed(Typed::Scheduled);
    keep_dates(&mut left, rows, scheduled, |row| &row.scheduled);
    left
}

/// Keeps the rows whose date has what was typed.
fn keep_dates(left: &mut Vec<u32>, rows: &Rows, typed: &str, date: fn(&Row) -> &Instant) {
    let needle = DateNeedle::new(typed);
    if needle.is_empty() {
        return;
    }
    let days: Vec<_> = rows.days.iter().map(|day| needle.in_day(day)).collect();
    let times: Vec<_> = rows.times.iter().map(|time| needle.in_time(time)).collect();
    left.retain(|&number| {
        let at = date(&rows.list[number as usize]);
        days[at.day as usize].with(times[at.time as usize])
    });
}

/// Which of a column's texts pass.
fn passing(texts: &[Box<str>], pass: impl Fn(&str) -> bool) -> Vec<bool> {
    texts.iter().map(|text| pass(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::rows::tests::message;
    use proptest::prelude::*;

    fn found(rows: &Rows, change: impl FnOnce(&mut ColumnFilters)) -> Vec<i64> {
        let mut filters = ColumnFilters::default();
        change(&mut filters);
        let order: Vec<u32> = (0..rows.list.len() as u32).collect();
        visible(rows, &order, &filters)
            .into_iter()
            .map(|number| rows.list[number as usize].id.0)
            .collect()
    }

    fn screen() -> Rows {
        let mut first = message(1, "2020-01-31T11:00:00-06:00");
        first.subject = "Parking/Driving Violation".into();
        first.schedule_id = Some(1207);
        let mut second = message(2, "2021-11-03T08:30:00-05:00");
        second.message_type = "Message Builder".into();
        second.subject = "PARENT/Teacher Conferences".into();
        let mut third = message(3, "2020-12-10T13:05:00-06:00");
        third.organization = "Plainview Schools".into();
        third.sender = "Matthews, Dexter".into();
        Rows::new(&[first, second, third])
    }

    /// The table of spec section 3, verbatim.
    #[test]
    fn dates_are_found_as_the_spec_says() {
        let rows = screen();
        let table: [(&str, &[i64]); 7] = [
            ("01/31", &[1]),
            ("2020", &[1, 3]),
            ("08:30 am", &[2]),
            ("1:0", &[1, 3]),
            ("11/3/2021", &[2]),
            ("13:05", &[]),
            ("pm", &[3]),
        ];
        for typed in [Typed::Created, Typed::Scheduled] {
            for (text, expected) in table {
                let ids = found(&rows, |filters| filters.set_typed(typed, text.into()));
                assert_eq!(ids, expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_subject_is_found_by_a_part_ignoring_case() {
        let rows = screen();
        let by = |text: &str| found(&rows, |f| f.set_typed(Typed::Subject, text.into()));
        assert_eq!(by("parent/TEACHER"), [2]);
        assert_eq!(by("i"), [1, 3]);
        assert_eq!(by("   "), [1, 2, 3]);
        assert_eq!(by("no such"), [0; 0]);
    }

    #[test]
    fn a_schedule_id_is_found_by_a_part() {
        let rows = screen();
        let ids = found(&rows, |f| f.set_typed(Typed::ScheduleId, " 20 ".into()));
        assert_eq!(ids, [1]);
    }

    #[test]
    fn values_of_one_column_add_up_and_columns_narrow() {
        let rows = screen();
        let ids = found(&rows, |filters| {
            filters.toggle(Facet::Organization, "Harrison High");
            filters.toggle(Facet::Organization, "Plainview Schools");
            filters.toggle(Facet::MessageType, "Behavior");
        });
        assert_eq!(ids, [1, 3]);
        let ids = found(&rows, |filters| {
            filters.toggle(Facet::Sender, "Matthews, Dexter");
            filters.set_typed(Typed::Subject, "parking".into());
        });
        assert_eq!(ids, [0; 0]);
    }

    #[test]
    fn a_value_chosen_twice_is_taken_back() {
        let mut filters = ColumnFilters::default();
        filters.toggle(Facet::Status, "Sent");
        assert!(!filters.is_empty());
        filters.toggle(Facet::Status, "Sent");
        assert_eq!(filters, ColumnFilters::default());
    }

    #[test]
    fn a_chosen_value_that_no_loaded_row_has_finds_nothing() {
        let ids = found(&screen(), |f| f.toggle(Facet::Status, "Error"));
        assert_eq!(ids, [0; 0]);
    }

    #[test]
    fn the_order_given_is_kept() {
        let rows = screen();
        let mut filters = ColumnFilters::default();
        filters.set_typed(Typed::Created, "2020".into());
        assert_eq!(visible(&rows, &[2, 1, 0], &filters), [2, 0]);
    }

    #[test]
    fn a_longer_text_narrows_and_a_shorter_one_does_not() {
        let typed = |column, text: &str| {
            let mut filters = ColumnFilters::default();
            filters.set_typed(column, text.into());
            filters
        };
        for column in Typed::ALL {
            assert!(typed(column, "12").narrows(&typed(column, "1")));
            assert!(typed(column, "12").narrows(&typed(column, " ")));
            assert!(!typed(column, "1").narrows(&typed(column, "12")));
            assert!(!typed(column, "").narrows(&typed(column, "1")));
        }
        let mut chosen = typed(Typed::Subject, "park");
        chosen.choose(Facet::Status, "Sent");
        assert!(!chosen.narrows(&typed(Typed::Subject, "park")));
    }

    proptest! {
        /// Whatever is typed after whatever, looking only at the rows left gives what looking at all gives.
        #[test]
        fn rows_that_are_left_are_enough_to_look_at(
            before in "[ 0-9/:apAm]{0,4}", now in "[ 0-9/:apAm]{0,6}", grown in any::<bool>(), column in 0usize..4
        ) {
            let rows = screen();
            let column = Typed::ALL[column];
            let now = if grown { format!("{before}{now}") } else { now };
            let (mut first, mut second) = (ColumnFilters::default(), ColumnFilters::default());
            first.set_typed(column, before);
            second.set_typed(column, now);
            let all: Vec<u32> = (0..rows.list.len() as u32).collect();
            let left = visible(&rows, &all, &first);
            if second.narrows(&first) {
                prop_assert_eq!(visible(&rows, &left, &second), visible(&rows, &all, &second));
            }
        }
    }
}
