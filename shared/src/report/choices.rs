//! What a report can be asked for, and what it was asked for.

use super::*;

/// A checkbox of *Include Delivery Devices*. Voice and text are one box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportDevice {
    /// People without a device.
    NoDevice,
    /// Inbox deliveries.
    Inbox,
    /// Email deliveries.
    Email,
    /// Voice and text deliveries.
    VoiceText,
}

impl ReportDevice {
    /// Every box, in the manual's order.
    pub const ALL: [ReportDevice; 4] = [
        ReportDevice::NoDevice,
        ReportDevice::Inbox,
        ReportDevice::Email,
        ReportDevice::VoiceText,
    ];

    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReportDevice::NoDevice => "no_device",
            ReportDevice::Inbox => "inbox",
            ReportDevice::Email => "email",
            ReportDevice::VoiceText => "voice_text",
        }
    }

    /// The word on screen and on paper.
    pub const fn label(self) -> &'static str {
        match self {
            ReportDevice::NoDevice => "No Device",
            ReportDevice::Inbox => "Inbox",
            ReportDevice::Email => "Email",
            ReportDevice::VoiceText => "Voice/Text",
        }
    }

    /// The box that a device belongs to.
    pub const fn of(device: Device) -> Self {
        match device {
            Device::Inbox => ReportDevice::Inbox,
            Device::Email => ReportDevice::Email,
            Device::Voice | Device::Text => ReportDevice::VoiceText,
        }
    }
}

impl FromStr for ReportDevice {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "report device", &Self::ALL, Self::as_str)
    }
}

/// *Report Detail*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportDetail {
    /// Everything.
    #[default]
    All,
    /// Header and Delivery Summary alone.
    Summary,
    /// Of the recipients, only those with a failed delivery.
    Failed,
}

impl ReportDetail {
    /// Every choice, in the manual's order.
    pub const ALL: [ReportDetail; 3] = [
        ReportDetail::All,
        ReportDetail::Summary,
        ReportDetail::Failed,
    ];

    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReportDetail::All => "all",
            ReportDetail::Summary => "summary",
            ReportDetail::Failed => "failed",
        }
    }

    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            ReportDetail::All => "All",
            ReportDetail::Summary => "Summary",
            ReportDetail::Failed => "Failed Delivery",
        }
    }
}

impl FromStr for ReportDetail {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "report detail", &Self::ALL, Self::as_str)
    }
}

/// *Report Format*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    /// Paper.
    #[default]
    Pdf,
    /// A spreadsheet.
    Csv,
    /// A word processor.
    Docx,
}

impl ReportFormat {
    /// Every format, in the manual's order.
    pub const ALL: [ReportFormat; 3] = [ReportFormat::Pdf, ReportFormat::Csv, ReportFormat::Docx];

    /// The word in the API, and the file's ending.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReportFormat::Pdf => "pdf",
            ReportFormat::Csv => "csv",
            ReportFormat::Docx => "docx",
        }
    }

    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            ReportFormat::Pdf => "PDF",
            ReportFormat::Csv => "CSV",
            ReportFormat::Docx => "DOCX",
        }
    }

    /// The media type of a file in it.
    pub const fn content_type(self) -> &'static str {
        match self {
            ReportFormat::Pdf => "application/pdf",
            ReportFormat::Csv => "text/csv; charset=utf-8",
            ReportFormat::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
        }
    }
}

impl FromStr for ReportFormat {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "report format", &Self::ALL, Self::as_str)
    }
}

/// What a report of one message can be asked for (spec section 7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportChoices {
    /// The boxes that can be ticked: the devices the message used, and *No Device* where somebody had none.
    pub devices: Vec<ReportDevice>,
    /// Whether *Failed Delivery* can be chosen: not while Waiting or In-Progress.
    pub failed_delivery: bool,
}

/// Why *Failed Delivery* cannot be chosen yet.
pub const FAILED_DELIVERY_REFUSAL: &str =
    "Failed Delivery is not available while the message is Waiting or In-Progress.";

impl ReportChoices {
    /// The choices for a message of `status` that used `devices`, where some people may have had none.
    pub fn new(status: crate::message::MessageStatus, devices: &[Device], no_device: bool) -> Self {
        let used: BTreeSet<ReportDevice> = devices
            .iter()
            .map(|d| ReportDevice::of(*d))
            .chain(no_device.then_some(ReportDevice::NoDevice))
            .collect();
        ReportChoices {
            devices: used.into_iter().collect(),
            failed_delivery: status.is_over(),
        }
    }
}

/// What a report was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportOptions {
    /// The ticked boxes.
    pub devices: BTreeSet<ReportDevice>,
    /// How much of it.
    pub detail: ReportDetail,
    /// In which format.
    pub format: ReportFormat,
}

/// Why a report cannot be had as asked; the sentences are for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// A box that the message has nothing for.
    #[error("This message did not use {}. Leave that device out.", .0.label())]
    DeviceNotUsed(ReportDevice),
    /// Failed Delivery of a message that may still go out.
    #[error(
        "{FAILED_DELIVERY_REFUSAL} Choose All or Summary, or wait until the message has been sent."
    )]
    FailedTooEarly,
    /// No box at all, where rows were asked for.
    #[error("Choose at least one delivery device, or the Summary.")]
    NoDevices,
}

impl ReportOptions {
    /// Holds the options against what the message offers.
    ///
    /// # Errors
    /// [`ChoiceError`] for a device the message did not use, for *Failed Delivery* too early, and where
    /// rows are asked for but no device is.
    pub fn check(&self, choices: &ReportChoices) -> Result<(), ChoiceError> {
        if let Some(unused) = self.devices.iter().find(|d| !choices.devices.contains(d)) {
            return Err(ChoiceError::DeviceNotUsed(*unused));
        }
        match self.detail {
            ReportDetail::Failed if !choices.failed_delivery => Err(ChoiceError::FailedTooEarly),
            ReportDetail::All | ReportDetail::Failed if self.devices.is_empty() => {
                Err(ChoiceError::NoDevices)
            }
            ReportDetail::All | ReportDetail::Summary | ReportDetail::Failed => Ok(()),
        }
    }

    /// The ticked boxes in words.
    pub fn devices_label(&self) -> String {
        if self.devices.is_empty() {
            return "None".to_owned();
        }
        let labels: Vec<_> = self.devices.iter().map(|d| d.label()).collect();
        labels.join(", ")
    }
}
