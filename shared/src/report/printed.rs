//! What becomes of a report after it was asked for: the job that makes a long one, and the record that it left.

use super::*;

/// A report that left the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Print {
    /// Who printed it.
    pub by: String,
    /// When.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub at: DateTime<FixedOffset>,
    /// The ticked boxes.
    pub devices: Vec<ReportDevice>,
    /// How much of it.
    pub detail: ReportDetail,
    /// In which format.
    pub format: ReportFormat,
    /// Whether the addresses in it were masked.
    pub masked: bool,
}

impl Print {
    /// The most of a message's prints that are listed: its newest.
    pub const LISTED: usize = 100;
}

/// Where a long report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Others are printed first.
    Waiting,
    /// Recipients are read and laid out.
    Reading,
    /// Pages are drawn.
    Drawing,
    /// All pages are drawn, and become one file.
    Finishing,
    /// The file can be fetched, once.
    Done,
    /// It could not be made.
    Failed,
}

/// A long report that is being made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportJob {
    /// Its key in the paths of the API.
    pub id: String,
    /// Where it stands.
    pub state: JobState,
    /// So many recipients are read, or pages drawn.
    pub done: u32,
    /// Of so many; 0 where that is not known yet.
    pub of: u32,
}

impl ReportJob {
    /// Recipients from which on a PDF is made by a job.
    pub const FROM_RECIPIENTS: u32 = 2000;

    /// How far it is. Of 100 000 recipients reading takes half of the time, drawing four tenths, and the file the rest.
    pub fn percent(&self) -> u32 {
        let part = |share: u32| {
            (u64::from(self.done) * u64::from(share) / u64::from(self.of.max(1))) as u32
        };
        match self.state {
            JobState::Waiting | JobState::Failed => 0,
            JobState::Reading => part(50).min(50),
            JobState::Drawing => 50 + part(40).min(40),
            JobState::Finishing => 90,
            JobState::Done => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_comes_ever_nearer_to_its_end() {
        let at = |state, done, of| {
            ReportJob {
                id: String::new(),
                state,
                done,
                of,
            }
            .percent()
        };
        use JobState::{Done, Drawing, Finishing, Reading, Waiting};
        let way = [
            at(Waiting, 0, 0),
            at(Reading, 0, 100),
            at(Reading, 50, 100),
            at(Reading, 100, 100),
            at(Drawing, 1, 10),
            at(Drawing, 10, 10),
            at(Finishing, 10, 10),
            at(Done, 10, 10),
        ];
        assert_eq!(way, [0, 0, 25, 50, 54, 90, 90, 100]);
        assert_eq!(at(Reading, u32::MAX, u32::MAX), 50);
    }
}
