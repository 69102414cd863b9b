//! Sorting by a column (spec section 3): dates by instant, ScheduleID by number, text ignoring case, empty
//! values last in both directions, stable.

use super::{
    columns::{Column, Facet},
    rows::Rows,
};

/// A column and a direction; no sort at all is newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// The direction.
    pub direction: Direction,
}

/// A direction of sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest, earliest, A first.
    Ascending,
    /// Largest, latest, Z first.
    Descending,
}

impl Sort {
    /// What a click on the header of `column` leads to: ascending, descending, back to newest first.
    pub fn next(current: Option<Sort>, column: Column) -> Option<Sort> {
        let direction = match current {
            Some(sort) if sort.column == column => match sort.direction {
                Direction::Ascending => Some(Direction::Descending),
                Direction::Descending => None,
            },
            _ => Some(Direction::Ascending),
        };
        direction.map(|direction| Sort { column, direction })
    }
}

/// The numbers of all rows in the order of `sort`.
pub fn order(rows: &Rows, sort: Option<Sort>) -> Vec<u32> {
    let Some(sort) = sort else {
        return (0..rows.list.len() as u32).collect();
    };
    let mut filled = Vec::with_capacity(rows.list.len());
    let mut empty = Vec::new();
    for number in 0..rows.list.len() as u32 {
        match key(rows, number, sort.column) {
            // A key and its complement stand in opposite orders, so equal keys keep theirs both ways.
            Some(key) => filled.push(match sort.direction {
                Direction::Ascending => (key, number),
                Direction::Descending => (!key, number),
            }),
            None => empty.push(number),
        }
    }
    filled.sort_unstable();
    filled
        .into_iter()
        .map(|(_, number)| number)
        .chain(empty)
        .collect()
}

/// What a row is sorted by; `None` where it has nothing in the column.
fn key(rows: &Rows, number: u32, column: Column) -> Option<i64> {
    let row = &rows.list[number as usize];
    let facet = |facet: Facet| {
        let number = row.facets[facet as usize];
        rows.facet(facet).ranks[number as usize].map(i64::from)
    };
    match column {
        Column::Status => facet(Facet::Status),
        Column::MessageType => facet(Facet::MessageType),
        Column::Organization => facet(Facet::Organization),
        Column::Sender => facet(Facet::Sender),
        Column::Subject => rows.subjects.ranks[row.subject as usize].map(i64::from),
        Column::Created => Some(row.created.millis),
        Column::Scheduled => Some(row.scheduled.millis),
        Column::ScheduleId => row.schedule_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::rows::tests::message;

    fn sorted(rows: &Rows, column: Column, direction: Direction) -> Vec<i64> {
        order(rows, Some(Sort { column, direction }))
            .into_iter()
            .map(|number| rows.list[number as usize].id.0)
            .collect()
    }

    #[test]
    fn a_header_goes_ascending_then_descending_then_newest_first() {
        let first = Sort::next(None, Column::Sender);
        let second = Sort::next(first, Column::Sender);
        assert_eq!(first.unwrap().direction, Direction::Ascending);
        assert_eq!(second.unwrap().direction, Direction::Descending);
        assert_eq!(Sort::next(second, Column::Sender), None);
        let other = Sort::next(second, Column::Status).unwrap();
        assert_eq!(
            (other.column, other.direction),
            (Column::Status, Direction::Ascending)
        );
    }

    #[test]
    fn without_a_sort_rows_stay_newest_first() {
        let rows = Rows::new(&[
            message(2, "2020-01-31T11:00:00-06:00"),
            message(1, "2020-01-30T11:00:00-06:00"),
        ]);
        assert_eq!(order(&rows, None), [0, 1]);
    }

    #[test]
    fn dates_sort_by_instant_not_by_their_text() {
        let rows = Rows::new(&[
            message(3, "2021-01-02T08:00:00-06:00"),
            message(2, "2020-11-01T01:30:00-06:00"),
            message(1, "2020-11-01T01:45:00-05:00"),
        ]);
        let ascending = sorted(&rows, Column::Created, Direction::Ascending);
        assert_eq!(ascending, [1, 2, 3]);
    }

    #[test]
    fn schedule_ids_sort_by_number_and_empty_ones_stay_last() {
        let messages: Vec<_> = [Some(10), None, Some(9), Some(100)]
            .into_iter()
            .zip(1..)
            .map(|(schedule_id, id)| {
                let mut message = message(id, "2020-01-31T11:00:00-06:00");
                message.schedule_id = schedule_id;
                message
            })
            .collect();
        let rows = Rows::new(&messages);
        let by = |direction| sorted(&rows, Column::ScheduleId, direction);
        assert_eq!(by(Direction::Ascending), [3, 1, 4, 2]);
        assert_eq!(by(Direction::Descending), [4, 1, 3, 2]);
    }

    #[test]
    fn text_sorts_ignoring_case_with_empty_last_and_ties_in_their_old_order() {
        let messages: Vec<_> = ["beta", "", "Alpha", "BETA", "alpha"]
            .into_iter()
            .zip(1..)
            .map(|(subject, id)| {
                let mut message = message(id, "2020-01-31T11:00:00-06:00");
                message.subject = subject.into();
                message
            })
            .collect();
        let rows = Rows::new(&messages);
        let by = |direction| sorted(&rows, Column::Subject, direction);
        assert_eq!(by(Direction::Ascending), [3, 5, 1, 4, 2]);
        assert_eq!(by(Direction::Descending), [1, 4, 3, 5, 2]);
    }
}
