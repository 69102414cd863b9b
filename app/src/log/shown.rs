//! The rows that are shown: all that were loaded, sorted, and those of them that pass the filters.

use std::sync::Arc;

use super::{
    filter::{self, ColumnFilters},
    rows::Rows,
    sort::{self, Sort},
};

/// Rows and the numbers of those that pass the filters, in the order shown.
#[derive(Clone)]
pub struct Shown {
    /// All loaded rows.
    pub rows: Arc<Rows>,
    /// Those to show.
    pub list: Arc<[u32]>,
    /// What they were chosen by, and from among which.
    by: ColumnFilters,
    sort: Option<Sort>,
    search: u32,
    order: Arc<[u32]>,
}

impl Shown {
    /// The rows of `order` that pass `filters`. What passed before is enough to look at while one types on.
    pub fn new(sorted: &Sorted, filters: &ColumnFilters, before: Option<&Shown>) -> Self {
        let Sorted {
            rows, list: order, ..
        } = sorted;
        let left = before
            .filter(|before| Arc::ptr_eq(&before.order, order) && filters.narrows(&before.by));
        let list = left.map_or(order, |before| &before.list);
        Shown {
            rows: rows.clone(),
            list: filter::visible(rows, list, filters).into(),
            by: filters.clone(),
            sort: sorted.sort,
            search: sorted.search,
            order: order.clone(),
        }
    }

    /// Whether it answers the same as `before` did, and only news have changed it.
    pub fn is_news_of(&self, before: &Shown) -> bool {
        self.by == before.by && self.sort == before.sort && self.search == before.search
    }
}

/// All loaded rows, and their numbers in the order of the sort.
pub struct Sorted {
    rows: Arc<Rows>,
    list: Arc<[u32]>,
    sort: Option<Sort>,
    search: u32,
}

impl Sorted {
    /// All of `rows`, which the search of this number found, by `sort`.
    pub fn new(rows: Arc<Rows>, sort: Option<Sort>, search: u32) -> Self {
        Sorted {
            list: sort::order(&rows, sort).into(),
            rows,
            sort,
            search,
        }
    }
}

impl PartialEq for Sorted {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows) && self.list == other.list
    }
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows) && self.list == other.list
    }
}
