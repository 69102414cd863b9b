//! Where a delivery stands, and how news changes that: in any order, as often as it comes, to the same end.
//!
//! A delivery climbs: queued, in progress, provisional, final. Provisional are the words that another may
//! follow (spec section 2): a text that was sent to its carrier (-27) may yet be delivered or not, a mail
//! that was sent may bounce, what was taken back may turn out to have gone. Of two words of one step the one
//! that happened first stays, by the time each carries; so it does not matter which is heard first.

use crate::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device, is_contacted},
};

/// Where a delivery stands. `T` is a point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<T> {
    /// Its status.
    pub status: DeliveryStatus,
    /// The provider's number, for a phone delivery that has one.
    pub call_status: Option<CallStatus>,
    /// The provider's reason in words.
    pub reason: Option<String>,
    /// When the recipient pressed 0.
    pub confirmed_at: Option<T>,
    /// When the status was reached.
    pub at: Option<T>,
}

/// How far up a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Queued,
    InProgress,
    Provisional,
    Final,
}

/// Sent to the carrier, no word from the phone.
const SENT_TO_CARRIER: CallStatus = CallStatus(-27);

impl<T: Ord + Copy> Standing<T> {
    /// Takes in news of a delivery on `device`, and says whether that changed anything.
    pub fn merge(&mut self, device: Device, news: &Standing<T>) -> bool {
        let confirmed_at = match (self.confirmed_at, news.confirmed_at) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
        let mut changed = confirmed_at != self.confirmed_at;
        self.confirmed_at = confirmed_at;
        if news.outranks(self, device) {
            self.status = news.status;
            self.call_status = news.call_status;
            self.reason.clone_from(&news.reason);
            self.at = news.at;
            changed = true;
        }
        // Whoever pressed 0 was reached, whatever the provider made of the call (spec section 2).
        if self.confirmed_at.is_some() && self.status == DeliveryStatus::Failed {
            self.status = DeliveryStatus::Sent;
        }
        changed
    }

    /// Whether a person was reached by phone.
    pub fn is_contacted(&self, device: Device) -> bool {
        let confirmed = self.confirmed_at.is_some();
        is_contacted(device, self.status, self.call_status, confirmed)
    }

    fn outranks(&self, other: &Standing<T>, device: Device) -> bool {
        let (ours, theirs) = (self.step(device), other.step(device));
        if ours != theirs {
            return ours > theirs;
        }
        // A word without a number or a time tells less than one with; of two at one time any fixed order will do.
        let order = |of: &Standing<T>| {
            let less = (of.call_status.is_none(), of.at.is_none());
            (less, of.at, of.call_status)
        };
        // The status comes last: a confirmation may have raised it.
        let (our, their) = (self.status as u8, other.status as u8);
        (order(self), &self.reason, our) < (order(other), &other.reason, their)
    }

    fn step(&self, device: Device) -> Step {
        match self.status {
            DeliveryStatus::Queued => Step::Queued,
            DeliveryStatus::InProgress => Step::InProgress,
            DeliveryStatus::Canceled if self.call_status.is_none() => Step::Provisional,
            DeliveryStatus::Sent if device == Device::Email => Step::Provisional,
            DeliveryStatus::Sent if self.call_status == Some(SENT_TO_CARRIER) => Step::Provisional,
            DeliveryStatus::Sent
            | DeliveryStatus::Failed
            | DeliveryStatus::Canceled
            | DeliveryStatus::OptedOut => Step::Final,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(device: Device, code: i16, at: u32) -> Standing<u32> {
        let call_status = device.is_phone().then_some(CallStatus(code));
        let status = match (call_status, code) {
            (Some(code), _) => DeliveryStatus::of_call(code),
            (None, 0) => DeliveryStatus::Failed,
            (None, 17) => DeliveryStatus::InProgress,
            (None, _) => DeliveryStatus::Sent,
        };
        Standing {
            status,
            call_status,
            reason: (code == 0).then(|| "550".to_owned()),
            confirmed_at: (device == Device::Voice
                && matches!(code, 5 | 8)
                && at.is_multiple_of(2))
            .then_some(at),
            at: Some(at),
        }
    }

    fn after(device: Device, words: &[Standing<u32>]) -> Standing<u32> {
        let mut standing = Standing {
            status: DeliveryStatus::Queued,
            call_status: None,
            reason: None,
            confirmed_at: None,
            at: None,
        };
        for word in words {
            standing.merge(device, word);
        }
        standing
    }

    fn words() -> impl Strategy<Value = (Device, Vec<Standing<u32>>)> {
        let code = prop::sample::select(vec![17, -39, 5, 6, 0, 1, 8, -27, -28, -40, -33, -4, 999]);
        let device = prop::sample::select(Device::ALL.to_vec());
        let words = prop::collection::vec((code, 0u32..20), 1..8);
        (device, words).prop_map(|(device, words)| {
            let word = |(code, at)| word(device, code, at);
            (device, words.into_iter().map(word).collect())
        })
    }

    proptest! {
        #[test]
        fn any_order_and_any_repeats_come_to_the_same_end((device, words) in words(), seed in any::<u64>()) {
            let mut shuffled = [words.clone(), words.clone()].concat();
            let mut state = seed;
            for n in (1..shuffled.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                shuffled.swap(n, (state >> 33) as usize % (n + 1));
            }
            prop_assert_eq!(after(device, &words), after(device, &shuffled));
        }

        #[test]
        fn whoever_was_contacted_has_not_failed((device, words) in words()) {
            let end = after(device, &words);
            prop_assert!(!(end.is_contacted(device) && end.status == DeliveryStatus::Failed), "{end:?}");
        }

        #[test]
        fn a_word_never_lowers_a_delivery((device, words) in words()) {
            for n in 1..words.len() {
                let before = after(device, &words[..n]).step(device);
                prop_assert!(after(device, &words[..=n]).step(device) >= before);
            }
        }
    }

    #[test]
    fn a_text_sent_to_its_carrier_may_yet_be_delivered_or_not() {
        for code in [-28, -40] {
            let sent = word(Device::Text, -27, 3);
            let end = word(Device::Text, code, 9);
            assert_eq!(after(Device::Text, &[sent.clone(), end.clone()]), end);
            assert_eq!(after(Device::Text, &[end.clone(), sent]), end);
        }
    }

    #[test]
    fn a_mail_that_was_sent_may_bounce_and_stays_bounced() {
        let sent = Standing {
            call_status: None,
            ..word(Device::Email, -29, 5)
        };
        let bounced = word(Device::Email, 0, 9);
        assert_eq!(after(Device::Email, &[bounced.clone(), sent]), bounced);
    }

    #[test]
    fn of_two_last_words_the_one_that_happened_first_stays() {
        let (busy, answered) = (word(Device::Voice, 1, 4), word(Device::Voice, 6, 8));
        let end = after(Device::Voice, &[answered, busy.clone()]);
        assert_eq!(end, busy);
    }

    #[test]
    fn pressing_0_is_kept_whatever_comes_with_it() {
        let pressed = word(Device::Voice, 5, 8);
        let earlier = word(Device::Voice, 6, 3);
        let end = after(Device::Voice, &[earlier, pressed]);
        assert_eq!(
            (end.call_status, end.confirmed_at),
            (Some(CallStatus(6)), Some(8))
        );
        assert!(end.is_contacted(Device::Voice));
    }

    #[test]
    fn a_call_in_which_0_was_pressed_has_not_failed() {
        let (pbx, busy) = (word(Device::Voice, 8, 4), word(Device::Voice, 1, 2));
        for words in [[pbx.clone(), busy.clone()], [busy, pbx]] {
            let end = after(Device::Voice, &words);
            assert_eq!(
                (end.status, end.call_status, end.confirmed_at),
                (DeliveryStatus::Sent, Some(CallStatus(1)), Some(4))
            );
        }
    }
}
