//! *Created Between*: the days to search, typed or chosen at once.

use chrono::{Datelike, Days, NaiveDate};
use leptos::{prelude::*, web_sys::Event};
use shared::find::CreatedRange;

use super::{days::Day, state::Log};
use crate::ui::{
    element::{El, button, el},
    view::{many, words},
};

/// A range of days that a person may want at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quick {
    /// Today.
    Today,
    /// Seven days, today included.
    Week,
    /// Thirty days, today included.
    Month,
    /// From the first of July on.
    SchoolYear,
}

impl Quick {
    const ALL: [Quick; 4] = [Quick::Today, Quick::Week, Quick::Month, Quick::SchoolYear];

    const fn label(self) -> &'static str {
        match self {
            Quick::Today => "Today",
            Quick::Week => "Last 7 days",
            Quick::Month => "Last 30 days",
            Quick::SchoolYear => "This school year",
        }
    }

    /// The range, where today is `today` in the district.
    fn range(self, today: NaiveDate) -> Option<CreatedRange> {
        let from = match self {
            Quick::Today => Some(today),
            Quick::Week => today.checked_sub_days(Days::new(6)),
            Quick::Month => today.checked_sub_days(Days::new(29)),
            Quick::SchoolYear => {
                let year = today.year() - i32::from(today.month() < 7);
                NaiveDate::from_ymd_opt(year, 7, 1)
            }
        };
        CreatedRange::new(from?, today).ok()
    }
}

/// The form.
pub fn search_form() -> El {
    let log = expect_context::<Log>();
    let submit = move |event: Event| {
        event.prevent_default();
        log.ask();
    };
    // The district's today: that of the answer, never the browser's own.
    let today = move || {
        log.found
            .with(|found| found.as_ref().map(|found| found.answer.as_of.date_naive()))
    };
    let searched = move || {
        log.found.with(|found| {
            let answer = &found.as_ref()?.answer;
            CreatedRange::new(answer.created_from, answer.created_to).ok()
        })
    };
    let problem = move |day| {
        log.range_problem
            .with(|problem| problem.as_ref().is_some_and(|(at, _)| *at == day))
    };
    let day = |label, day, text| {
        let attributes = [
            ("type", "date"),
            ("class", "day"),
            ("aria-label", label),
            ("min", "1900-01-01"),
            ("max", "9998-12-31"),
            ("aria-describedby", "range-problem"),
        ];
        el("input", &attributes)
            .aria("aria-invalid", move || problem(day))
            .bind(text)
    };
    let days = [
        ("class", "search-days"),
        ("role", "group"),
        ("aria-labelledby", "created-between"),
    ];
    let between = [("id", "created-between"), ("class", "search-label")];
    let days = el("div", &days)
        .child(el("span", &between).child("Created Between"))
        .child(day("Created Between, first day", Day::From, log.from))
        .child(el("span", &[("class", "search-label")]).child("and"))
        .child(day("Created Between, last day", Day::To, log.to))
        .child(
            el("button", &[("class", "button primary"), ("type", "submit")])
                .aria("aria-busy", move || log.finding.get())
                .child("Find Messages"),
        );
    let quick = many(Quick::ALL.map(|quick| {
        let range = move || quick.range(today()?);
        button("quick-choice", quick.label())
            .aria("aria-pressed", move || {
                range().is_some() && range() == searched()
            })
            .attr_when("disabled", move || today().is_none())
            .on_click(move || {
                if let Some(range) = range() {
                    log.from.set(range.from().to_string());
                    log.to.set(range.to().to_string());
                    log.ask();
                }
            })
    }));
    let quick_group = [
        ("class", "quick"),
        ("role", "group"),
        ("aria-label", "Days often asked for"),
    ];
    let range_problem = [
        ("id", "range-problem"),
        ("class", "problem inline"),
        ("role", "alert"),
    ];
    let sentence = move || {
        let problem = log.range_problem.get();
        problem.map(|(_, sentence)| sentence).unwrap_or_default()
    };
    let form = [
        ("class", "search"),
        ("role", "search"),
        ("aria-label", "Find messages"),
        ("novalidate", ""),
    ];
    el("form", &form)
        .on("submit", submit)
        .child(days)
        .child(el("div", &quick_group).child(quick))
        .child(el("p", &range_problem).child(words(sentence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_ranges_end_today_and_count_today() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let from = |quick: Quick, today| quick.range(day(today)).unwrap().from();
        assert_eq!(from(Quick::Today, "2020-01-31"), day("2020-01-31"));
        assert_eq!(from(Quick::Week, "2020-01-31"), day("2020-01-25"));
        assert_eq!(from(Quick::Month, "2020-01-31"), day("2020-01-02"));
        assert_eq!(from(Quick::SchoolYear, "2020-01-31"), day("2019-07-01"));
        assert_eq!(from(Quick::SchoolYear, "2020-07-01"), day("2020-07-01"));
    }
}
