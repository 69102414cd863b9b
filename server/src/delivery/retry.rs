//! Retry: how long to wait after a refusal that is temporary, and when to give up; how long to leave a provider alone.

use chrono::TimeDelta;

use crate::store::pace::BELIEVED;

/// The first pause; each later one is twice as long, up to the longest.
const FIRST: TimeDelta = TimeDelta::seconds(15);

const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// The pause after attempt `attempt`, counted from 1; `None` once `most` attempts were made.
///
/// `key` spreads the pauses, so that thousands refused at once do not come back at once.
pub fn pause(
    attempt: u32,
    most: u32,
    after: Option<std::time::Duration>,
    key: u32,
) -> Option<TimeDelta> {
    if attempt >= most {
        return None;
    }
    let doubled = FIRST * 2_i32.pow(attempt.saturating_sub(1).min(10));
    let pause = doubled.min(LONGEST);
    let spread = pause * (key % 64) as i32 / 256;
    let named = after.and_then(|after| TimeDelta::from_std(after).ok());
    Some((pause + spread).max(named.unwrap_or_default().min(BELIEVED)))
}

/// How long a provider is left alone that asks for it, `after` being the time that it names.
pub fn quiet(after: Option<std::time::Duration>) -> TimeDelta {
    let named = after.map(|after| TimeDelta::from_std(after).unwrap_or(BELIEVED));
    named.unwrap_or(FIRST).min(BELIEVED)
}

/// The pause of what went back in line without having been tried.
pub const fn untried() -> TimeDelta {
    FIRST
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_and_then_it_is_given_up() {
        let pauses: Vec<_> = (1..=9)
            .map(|attempt| pause(attempt, 9, None, 0).map(|pause| pause.num_seconds()))
            .collect();
        let expected = [15, 30, 60, 120, 240, 480, 900, 900].map(Some);
        assert_eq!(pauses[..8], expected);
        assert_eq!(pauses[8], None);
    }

    #[test]
    fn a_provider_that_names_a_time_is_believed_within_reason() {
        let named = |seconds| pause(1, 9, Some(Duration::from_secs(seconds)), 0);
        assert_eq!(named(90), Some(TimeDelta::seconds(90)));
        assert_eq!(named(1), Some(FIRST));
        assert_eq!(named(1_000_000), Some(BELIEVED));
    }

    #[test]
    fn a_provider_that_asks_for_quiet_gets_it_within_reason() {
        let named = |seconds| quiet(Some(Duration::from_secs(seconds)));
        assert_eq!(named(3), TimeDelta::seconds(3));
        assert_eq!(named(90), TimeDelta::seconds(90));
        assert_eq!((named(1_000_000), named(u64::MAX)), (BELIEVED, BELIEVED));
        assert_eq!(quiet(None), FIRST);
    }

    #[test]
    fn those_refused_at_once_come_back_apart() {
        let pauses: std::collections::BTreeSet<_> =
            (0..64).map(|key| pause(7, 9, None, key)).collect();
        assert_eq!(pauses.len(), 64);
    }
}
