//! The manual's own example, "School is Cancelled", as the product prints it, with rows that bring out every mark and
//! script.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{io::Cursor, sync::LazyLock, thread};

use chrono::{DateTime, FixedOffset, Utc};
use server::{
    clock::FixedClock,
    entry::import,
    store::{Database, District, detail, find, reach::Reach, report::Lines},
};
use shared::{
    delivery::Device,
    find::{CreatedRange, parse_day},
    report::{
        self, Marks, Report, ReportDetail, ReportDevice, ReportFormat, ReportOptions, ReportRow,
    },
};

const MANUAL: &[u8] = include_bytes!("../../fixtures/manual.ndjson");

/// When the manual's report was made.
pub fn generated_at() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2019-12-02T08:55:18-06:00").unwrap()
}

/// The example as it comes out of a log that the manual's messages were put into.
static EXAMPLE: LazyLock<(Report, Vec<ReportRow>)> = LazyLock::new(|| {
    // Tests may run on a runtime of their own, and none can be begun inside another.
    let made = thread::spawn(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(make())
    });
    made.join().unwrap()
});

async fn make() -> (Report, Vec<ReportRow>) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/log.db", folder.path().display());
    let db = Database::connect(&url).await.unwrap();
    db.migrate().await.unwrap();
    let district = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };
    let (zone, now) = (district.time_zone, generated_at().with_timezone(&Utc));
    let clock = FixedClock::at(now);
    import(&db, &district, &clock, Cursor::new(MANUAL), &mut |_| {})
        .await
        .unwrap();
    let day = parse_day("2019-12-02").unwrap();
    let range = CreatedRange::new(day, day).unwrap();
    let found = find::find(&db, &Reach::Everywhere, &range, zone, None, now);
    let id = found.await.unwrap().messages[0].id;
    let detail = detail::detail(&db, id, zone, now).await.unwrap().unwrap();
    let options = ReportOptions {
        devices: [ReportDevice::Email].into(),
        detail: ReportDetail::All,
        format: ReportFormat::Docx,
    };
    let snapshot = db.snapshot().await.unwrap();
    let mut lines = Lines::of(snapshot, id, zone).await.unwrap();
    let marks = lines.marks(&options).await.unwrap();
    let report = Report::new(&detail, &options, marks, &detail.as_of, zone.name());
    let read = lines.next().await.unwrap();
    let rows = read
        .iter()
        .flat_map(|(line, person)| report::rows(line, *person, &options));
    (report, rows.collect())
}

/// The report of 12/02/2019, with `marks` to explain.
pub fn report(marks: Marks) -> Report {
    let mut report = EXAMPLE.0.clone();
    assert_eq!(report.body.as_ref().unwrap().marks, Marks::default());
    report.body.as_mut().unwrap().marks = marks;
    report
}

/// The example's three rows.
pub fn rows() -> Vec<ReportRow> {
    EXAMPLE.1.clone()
}

/// One email row.
pub fn row(recipient: &str, student: &str, address: &str) -> ReportRow {
    ReportRow {
        recipient: recipient.into(),
        not_contacted: false,
        student: student.into(),
        device: Some(Device::Email),
        address: address.into(),
        duplicate: false,
        status: "In-Progress".into(),
        call_status: None,
        time: String::new(),
    }
}

/// Rows in five scripts, with both marks, a phone and hostile text.
pub fn many_scripts() -> Vec<ReportRow> {
    let names = [
        ("محمد علي", "ليلى محمد"),
        ("Nguyễn Thị Hồng", "Nguyễn Đức Anh"),
        ("王小明", "王丽"),
        ("Xyooj, Paj Ntaub", "Xyooj, Tswv Yim"),
        ("Cabdullaahi, Xaliimo", "Cabdullaahi, Cali"),
        ("=HYPERLINK(\"http://x\")", "<b>Bobby & \"Tables\"</b>"),
    ];
    let voice = |(recipient, student): (&str, &str)| ReportRow {
        not_contacted: true,
        device: Some(Device::Voice),
        duplicate: true,
        status: "Busy".into(),
        call_status: Some(1),
        time: "12/02/2019 8:56 AM".into(),
        ..row(recipient, student, "+16125550100")
    };
    names.into_iter().map(voice).collect()
}

/// A name of each script that families write and the binary has a font for.
pub const SCRIPTS: [&str; 27] = [
    "Nguyễn Thị Hồng",
    "Шевченко, Олена",
    "Παπαδοπούλου",
    "محمد علي",
    "پروین گلزاده",
    "王小明",
    "さくら ケンジ",
    "한가영 뷁",
    "አበበ ጥሩነሽ",
    "စီၤဖီၤ",
    "အောင်ကြည်မြင့်",
    "ស្រីមុំ ព្រហ្ម",
    "ສົມຊາຍ ພົມມະຈັນ",
    "กุ้ง น้ำผึ้ง",
    "श्रीकृष्ण शर्मा",
    "শ্রীমতী রহমান",
    "ਹਰਪ੍ਰੀਤ ਸਿੰਘ",
    "કૃષ્ણ પટેલ",
    "ஸ்ரீநிவாசன் கௌரி",
    "శ్రీనివాస్ రెడ్డి",
    "ಕೃಷ್ಣಮೂರ್ತಿ",
    "ശ്രീകുമാർ",
    "דוד לוי",
    "Արմեն Պետրոսյան",
    "გიორგი ბერიძე",
    "ᏣᎳᎩ",
    "𖬖𖬲𖬬 𖬖𖬰𖬝",
];
