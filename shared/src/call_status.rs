//! The numbered codes a phone provider returns (manual, "Phone Messages": 51 codes).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A phone provider's code, kept as it came, defined or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct CallStatus(pub i16);

/// What a call status counts as (spec section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The person was reached.
    Contacted,
    /// No final word yet.
    Open,
    /// The person asked not to be reached.
    OptedOut,
    /// The provider left it out as a duplicate.
    Duplicate,
    /// The person was not reached.
    Failed,
}

/// One defined code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The number.
    pub code: CallStatus,
    /// The manual's *Status*.
    pub label: &'static str,
    /// The manual's *Notes*; empty where it has none.
    pub note: &'static str,
}

/// One defined code as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallStatusInfo {
    /// The number.
    pub code: CallStatus,
    /// The manual's *Status*.
    pub label: Cow<'static, str>,
    /// The manual's *Notes*; empty where it has none.
    pub note: Cow<'static, str>,
    /// What it counts as.
    pub outcome: Outcome,
}

impl From<&Definition> for CallStatusInfo {
    fn from(definition: &Definition) -> Self {
        CallStatusInfo {
            code: definition.code,
            label: Cow::Borrowed(definition.label),
            note: Cow::Borrowed(definition.note),
            outcome: definition.code.outcome(),
        }
    }
}

impl CallStatus {
    /// The code's definition; `None` for an undefined number.
    pub fn definition(self) -> Option<&'static Definition> {
        DEFINITIONS.iter().find(|d| d.code == self)
    }

    /// The words shown: the manual's *Status*, or `Unknown (n)` for an undefined number.
    pub fn label(self) -> Cow<'static, str> {
        match self.definition() {
            Some(definition) => Cow::Borrowed(definition.label),
            None => Cow::Owned(format!("Unknown ({})", self.0)),
        }
    }

    /// What it counts as. An undefined number counts as failed.
    pub const fn outcome(self) -> Outcome {
        match self.0 {
            5 | 6 | 13 | -27 | -28 => Outcome::Contacted,
            17 | -39 => Outcome::Open,
            -33 => Outcome::OptedOut,
            -4 => Outcome::Duplicate,
            _ => Outcome::Failed,
        }
    }
}

const fn define(code: i16, label: &'static str, note: &'static str) -> Definition {
    Definition {
        code: CallStatus(code),
        label,
        note,
    }
}

/// Every defined code, in the manual's order.
pub const DEFINITIONS: [Definition; 51] = [
    define(0, "No answer", "Dialer detected no answer by called party."),
    define(1, "Busy", "Dialer detected a busy signal."),
    define(
        2,
        "Operator",
        "Automated operator answered - number issue, all circuits busy, etc.",
    ),
    define(3, "Not In Service", "Phone number not in service."),
    define(
        4,
        "No Ring Back",
        "Dialer dialed the number but did not hear a ring tone.",
    ),
    define(5, "Live Person", "Dialer detected a live person."),
    define(
        6,
        "Answering Machine",
        "Dialer detected an answering machine.",
    ),
    define(7, "Fax", "Received a fax carrier signal."),
    define(
        8,
        "PBX",
        "Call connected to destination telephone number. Extension dialing was used.",
    ),
    define(
        9,
        "Unknown",
        "Provider could not determine the call status.",
    ),
    define(
        10,
        "Failed",
        "Failed for any reason but most likely a failed because of a Messenger error.",
    ),
    define(
        13,
        "Preconnect Done",
        "Present when a phone number includes an extension to dial. This status indicates the call was made, connected to the primary number and attempted to dial the extension.",
    ),
    define(
        14,
        "Fast-Busy",
        "Received a Fast Busy signal. Usually this status is returned when the local company's phone lines are full (all circuits are busy).",
    ),
    define(
        16,
        "Operator",
        "Signalling or audio consistent with an out of service number was received. Privacy flag was set for this call.",
    ),
    define(
        17,
        "Temporarily Unavailable",
        "Destination telephone number temporarily unavailable. Will automatically attempt redial through alternate routes.",
    ),
    define(-1, "N/S", "An unknown error has occurred."),
    define(
        -2,
        "Invalid Phone #",
        "Destination telephone number is invalid.",
    ),
    define(
        -3,
        "Do Not Call",
        "Destination telephone number is on do not call list.",
    ),
    define(-4, "Duplicate", ""),
    define(
        -5,
        "No Response from Dialer",
        "Internal communication failure. Call may have been dialed but status is unknown.",
    ),
    define(
        -7,
        "Local Operator",
        "Destination telephone number is known to not be in service.",
    ),
    define(
        -9,
        "Local Time Restricted",
        "Local time if the destination telephone number is outside the allowed times for this campaign.",
    ),
    define(
        -10,
        "State Restricted",
        "All attempts to the destination telephone number were unsuccessful. The final route is state restricted.",
    ),
    define(-11, "Call Expired", "Call timed out prior to being placed."),
    define(
        -12,
        "No Channel",
        "Internal processing failure. Call was not dialed.",
    ),
    define(
        -13,
        "Route Unavailable",
        "All attempts to the destination telephone number were unsuccessful.",
    ),
    define(
        -14,
        "Call Error",
        "Call creation produced an error. See Call Log Detail Statistics lookup for more detail. Check the Call Error field.",
    ),
    define(
        -15,
        "Wireless",
        "Destination number identified as a wireless number. Scrub wireless has been enabled for this campaign.",
    ),
    define(
        -18,
        "Origination Tollfree Restricted",
        "All attempts to the destination telephone number were unsuccessful. The final route restricted toll free ANIs. Consider using an ANI that is not a tollfree number.",
    ),
    define(
        -19,
        "Destination Tollfree Restricted",
        "All attempts to the destination telephone number were unsuccessful. The final route restricts Toll Free destinations.",
    ),
    define(
        -20,
        "Remote Dialer Did Not Set Call Progress",
        "Internal communication failure. Call status is unknown.",
    ),
    define(
        -21,
        "Local No Answer",
        "Destination telephone number is known to not connect.",
    ),
    define(
        -22,
        "Suppressed Phone #",
        "Destination telephone number is on a suppression list.",
    ),
    define(
        -23,
        "Local Fax",
        "Destination telephone number is known to be a fax number.",
    ),
    define(
        -24,
        "Low Resources",
        "All attempts to the destination telephone number were unsuccessful.",
    ),
    define(
        -25,
        "Sub-System Error",
        "Internal sub-system failure. See Call Log Detail Statistics lookup for more detail. Check the Call Error field.",
    ),
    define(
        -26,
        "All Routes Temporarily Unavailable to Destination",
        "Call temporarily could not connect via any route.",
    ),
    define(
        -27,
        "SMS Sent",
        "SMS delivered to destination telephone company",
    ),
    define(
        -28,
        "SMS Delivered",
        "SMS successfully left Voxology's gateway and Voxology also received a status of \"delivered\" back from the destination phone service provider.",
    ),
    define(-29, "Email Sent", "Email Sent."),
    define(
        -30,
        "Text Message Failed",
        "Text message was not successfully sent by SMS provider OR there was an error in the SMS settings in Campus.",
    ),
    define(
        -31,
        "Origination International Restricted",
        "All attempts to the destination telephone number were unsuccessful. The final route restricted international ANIs. Consider using an ANI that is not an international number.",
    ),
    define(-32, "Web Stream Connected", ""),
    define(
        -33,
        "SMS Opt Out",
        "Destination telephone number has opted out of receiving SMS messages via STOP message.",
    ),
    define(-34, "Phone Quota Exceeded", ""),
    define(-35, "Script Ended Before Dialing", ""),
    define(-36, "Origination US Restricted", ""),
    define(-37, "Canada Intra Restricted", ""),
    define(-38, "Max Customer Minute Charge", ""),
    define(
        -39,
        "SMS Queued",
        "Message is queued and waiting to be sent.",
    ),
    define(
        -40,
        "SMS Undelivered",
        "Message was accepted by an upstream carrier, but could not be delivered to the destination number.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_manual_are_defined_once_each() {
        let mut codes: Vec<i16> = DEFINITIONS.iter().map(|d| d.code.0).collect();
        codes.sort_unstable();
        let mut expected: Vec<i16> = (-40..=17).collect();
        expected.retain(|code| ![11, 12, 15, -6, -8, -16, -17].contains(code));
        assert_eq!(codes, expected);
    }

    /// The manual's table as it stands there: code, status and notes with tabs between them.
    const MANUAL: &str = include_str!("../fixtures/call_statuses.tsv");

    #[test]
    fn codes_labels_notes_and_their_order_are_the_manuals() {
        let defined = DEFINITIONS.iter().map(|d| {
            let line = format!("{}\t{}\t{}", d.code.0, d.label, d.note);
            line.trim_end().to_owned()
        });
        let defined: Vec<String> = defined.collect();
        let manual: Vec<&str> = MANUAL.lines().skip(1).collect();
        assert_eq!(manual.len(), 51);
        assert_eq!(defined, manual);
    }

    /// The table of spec section 2, verbatim.
    #[test]
    fn codes_count_as_the_spec_says() {
        let with = |outcome| -> Vec<i16> {
            let mut codes: Vec<i16> = DEFINITIONS
                .iter()
                .map(|d| d.code)
                .filter(|code| code.outcome() == outcome)
                .map(|code| code.0)
                .collect();
            codes.sort_unstable();
            codes
        };
        assert_eq!(with(Outcome::Contacted), [-28, -27, 5, 6, 13]);
        assert_eq!(with(Outcome::Open), [-39, 17]);
        assert_eq!(with(Outcome::OptedOut), [-33]);
        assert_eq!(with(Outcome::Duplicate), [-4]);
        assert_eq!(with(Outcome::Failed).len(), 51 - 5 - 2 - 1 - 1);
        assert_eq!(CallStatus(8).outcome(), Outcome::Failed);
    }

    #[test]
    fn an_undefined_number_is_kept_shown_and_failed() {
        for code in [11, 12, 15, -6, -8, -16, -17, 999] {
            let status = CallStatus(code);
            assert_eq!(status.definition(), None);
            assert_eq!(status.label(), format!("Unknown ({code})"));
            assert_eq!(status.outcome(), Outcome::Failed);
        }
    }
}
