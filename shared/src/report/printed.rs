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
    /// As which file it is made.
    pub format: ReportFormat,
    /// Where it stands.
    pub state: JobState,
    /// So many recipients are read, or pages drawn.
    pub done: u32,
    /// Of so many; 0 where that is not known yet.
    pub of: u32,
}

impl ReportJob {
    /// A job makes the file of a message with more recipients than this: of fewer it is the answer, so soon that
    /// nobody wants to watch.
    pub const fn from_recipients(format: ReportFormat) -> u32 {
        match format {
            ReportFormat::Pdf => 2000,
            ReportFormat::Csv | ReportFormat::Docx => 10_000,
        }
    }

    /// How far it is. Of a PDF of 100 000 recipients reading takes half of the time, drawing four tenths, and the file
    /// the rest; the others are written as they are read.
    pub fn percent(&self) -> u32 {
        let part = |share: u32| {
            (u64::from(self.done) * u64::from(share) / u64::from(self.of.max(1))) as u32
        };
        let reading = match self.format {
            ReportFormat::Pdf => 50,
            ReportFormat::Csv | ReportFormat::Docx => 100,
        };
        match self.state {
            JobState::Waiting | JobState::Failed => 0,
            JobState::Reading => part(reading).min(reading),
            JobState::Drawing => 50 + part(40).min(40),
            JobState::Finishing => 90,
            JobState::Done => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(format: ReportFormat, state: JobState, done: u32, of: u32) -> u32 {
        let id = String::new();
        ReportJob {
            id,
            format,
            state,
            done,
            of,
        }
        .percent()
    }

    #[test]
    fn a_pdf_comes_ever_nearer_to_its_end() {
        use JobState::{Done, Drawing, Finishing, Reading, Waiting};
        let way = [
            (Waiting, 0, 0),
            (Reading, 0, 100),
            (Reading, 50, 100),
            (Reading, 100, 100),
            (Drawing, 1, 10),
            (Drawing, 10, 10),
            (Finishing, 10, 10),
            (Done, 10, 10),
        ];
        let way = way.map(|(state, done, of)| at(ReportFormat::Pdf, state, done, of));
        assert_eq!(way, [0, 0, 25, 50, 54, 90, 90, 100]);
        assert_eq!(
            at(ReportFormat::Pdf, Reading, u32::MAX, u32::MAX),
            50,
            "however many there are"
        );
    }

    #[test]
    fn what_is_written_as_it_is_read_is_as_far_as_its_rows() {
        for format in [ReportFormat::Csv, ReportFormat::Docx] {
            let way = [0, 1, 50, 99, 100, 101].map(|done| at(format, JobState::Reading, done, 100));
            assert_eq!(way, [0, 1, 50, 99, 100, 100]);
            assert_eq!(at(format, JobState::Waiting, 0, 0), 0);
            assert_eq!(at(format, JobState::Done, 100, 100), 100);
        }
    }
}
