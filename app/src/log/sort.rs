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

/// The numbers of all rows in the order of `sort`. They are counted, not compared: each goes straight to its place.
pub fn order(rows: &Rows, sort: Option<Sort>) -> Vec<u32> {
    let all = 0..rows.list.len() as u32;
    let Some(Sort { column, direction }) = sort else {
        return all.collect();
    };
    let ranks: Vec<_> = all.map(|number| rank(rows, number, column)).collect();
    let count = ranks.iter().flatten().max().map_or(0, |last| last + 1);
    let group = |rank: Option<u32>| match (rank, direction) {
        (Some(rank), Direction::Ascending) => rank as usize,
        (Some(rank), Direction::Descending) => (count - 1 - rank) as usize,
        (None, _) => count as usize,
    };
    // Where each group begins, then where its next row goes.
    let mut next = vec![0; count as usize + 2];
    for &rank in &ranks {
        next[group(rank) + 1] += 1;
    }
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut order = vec![0; ranks.len()];
    for (&rank, number) in ranks.iter().zip(0..) {
        let place = &mut next[group(rank)];
        order[*place] = number;
        *place += 1;
    }
    order
}

/// What a row is sorted by; `None` where it has nothing in the column.
fn rank(rows: &Rows, number: u32, column: Column) -> Option<u32> {
    let row = &rows.list[number as usize];
    let facet = |facet: Facet| {
        let number = row.facets[facet as usize];
        rows.facet(facet).ranks[number as usize]
    };
    match column {
        Column::Status => facet(Facet::Status),
        Column::MessageType => facet(Facet::MessageType),
        Column::Organization => facet(Facet::Organization),
        Column::Sender => facet(Facet::Sender),
        Column::Subject => rows.subjects.ranks[row.subject as usize],
        Column::Created => Some(row.created.rank),
        Column::Scheduled => Some(row.scheduled.rank),
        Column::ScheduleId => row.schedule_rank,
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
        let by = |direction| sorted(&rows, Column::Created, direction);
        assert_eq!(by(Direction::Ascending), [1, 2, 3]);
        assert_eq!(by(Direction::Descending), [3, 2, 1]);
    }

    #[test]
    fn dates_of_the_same_instant_keep_their_old_order_both_ways() {
        let rows = Rows::new(&[
            message(4, "2020-01-31T11:00:00-06:00"),
            message(3, "2020-01-31T11:00:00-06:00"),
            message(2, "2020-01-30T11:00:00-06:00"),
            message(1, "2020-01-30T11:00:00-06:00"),
        ]);
        for column in [Column::Created, Column::Scheduled] {
            let by = |direction| sorted(&rows, column, direction);
            assert_eq!(by(Direction::Ascending), [2, 1, 4, 3]);
            assert_eq!(by(Direction::Descending), [4, 3, 2, 1]);
        }
        let none = Rows::new(&[]);
        assert_eq!(
            sorted(&none, Column::Created, Direction::Descending),
            [0; 0]
        );
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
