//! What is sent in a school year: the kinds of messages, how often, on which devices.

use shared::delivery::Device::{self, Email, Inbox, Text, Voice};

use crate::chance::Chance;

/// One kind of message.
pub(super) struct Kind {
    /// How often, in parts of all.
    weight: u32,
    pub(super) message_type: &'static str,
    pub(super) category: &'static str,
    pub(super) subjects: &'static [&'static str],
    pub(super) body: &'static str,
    pub(super) devices: &'static [Device],
    /// Whether it goes to one family rather than to a class or a school.
    pub(super) personal: bool,
    /// Whether a scheduler makes it.
    pub(super) scheduled: bool,
}

const fn kind(
    weight: u32,
    message_type: &'static str,
    category: &'static str,
    subjects: &'static [&'static str],
    body: &'static str,
    devices: &'static [Device],
) -> Kind {
    Kind {
        weight,
        message_type,
        category,
        subjects,
        body,
        devices,
        personal: true,
        scheduled: false,
    }
}

const fn class(kind: Kind) -> Kind {
    Kind {
        personal: false,
        ..kind
    }
}

const fn by_scheduler(kind: Kind) -> Kind {
    Kind {
        scheduled: true,
        ..kind
    }
}

pub(super) const KINDS: [Kind; 14] = [
    by_scheduler(kind(
        26,
        "Attendance",
        "Daily Attendance",
        &[
            "Absence Today",
            "Unexcused Absence",
            "Tardy Arrival",
            "Period 1 Absence",
        ],
        "This is a message from {school}. Your student was marked absent or tardy today. If you have not done so, please call the attendance line.",
        &[Voice, Text, Email],
    )),
    kind(
        14,
        "Behavior",
        "Behavior",
        &[
            "Parking/Driving Violation",
            "Student Behavior",
            "Positive Behavior Recognition",
            "Bus Conduct Notice",
        ],
        "Please read the behavior notice that {school} has entered for your student, and call us with any question.",
        &[Inbox, Email],
    ),
    by_scheduler(kind(
        14,
        "Missing Assignment",
        "Missing Assignment",
        &[
            "Student Missing Assignments",
            "Missing Assignments This Week",
        ],
        "Your student has missing assignments at {school}. The list is in the portal under Grades.",
        &[Inbox, Email],
    )),
    by_scheduler(kind(
        9,
        "Grades",
        "Failing Grade",
        &[
            "Failing Grade Notice",
            "Progress Report Available",
            "Quarter Grades Posted",
        ],
        "Grades of your student at {school} have changed. Please sign in to the portal to see them.",
        &[Inbox, Email],
    )),
    by_scheduler(kind(
        8,
        "Food Service",
        "Low Balance",
        &["Low Meal Account Balance", "Negative Meal Account Balance"],
        "The meal account of your student is low. You may add to it in the portal or at the office of {school}.",
        &[Email, Text],
    )),
    kind(
        6,
        "Special Ed",
        "Evaluation",
        &[
            "Evaluation Due",
            "IEP Meeting Invitation",
            "Annual Review Scheduled",
        ],
        "A meeting about your student's plan is due at {school}. Please choose a time with the case manager.",
        &[Inbox, Email],
    ),
    class(kind(
        9,
        "Message Builder",
        "General Notification",
        &[
            "Library Hours",
            "Parent/Teacher Conferences 1st Week in March",
            "Picture Day",
            "Yearbook Orders Close Friday",
            "Choir Concert Thursday",
            "Field Trip Permission Slip",
        ],
        "<p>Dear families of {school},</p><p>Please <b>mark your calendar</b>. Details are in the <a href=\"https://plainview.example/calendar\">calendar</a>.</p><ul><li>Doors open at 6:30 PM</li><li>Everybody is welcome</li></ul>",
        &[Inbox, Email],
    )),
    class(kind(
        3,
        "Message Builder",
        "Transportation",
        &[
            "Bus 14 Is Running 20 Minutes Late",
            "Bus Stop Moved",
            "No Bus Service Tomorrow",
        ],
        "{school}: your student's bus is late or has changed today. Please see the transportation page for times.",
        &[Voice, Text],
    )),
    class(kind(
        3,
        "Message Builder",
        "Health Office",
        &[
            "Immunization Records Needed",
            "Exposure Notice",
            "Vision and Hearing Screening",
        ],
        "<p>The health office of {school} asks you to read this notice.</p><table><tr><th>Grade</th><th>Needed</th></tr><tr><td>K</td><td>DTaP, IPV, MMR</td></tr><tr><td>7</td><td>Tdap, MenACWY</td></tr></table>",
        &[Inbox, Email],
    )),
    kind(
        2,
        "Course Registration",
        "Scheduling",
        &["Course Requests Are Open", "Schedule Change Approved"],
        "Course requests for next year are open for your student at {school}.",
        &[Inbox],
    ),
    kind(
        2,
        "Fees",
        "Fees",
        &["Fee Reminder", "Activity Fee Due"],
        "A fee is due for your student at {school}. Please see Fees in the portal.",
        &[Inbox, Email],
    ),
    class(kind(
        2,
        "Survey",
        "Survey",
        &[
            "Family Climate Survey",
            "Encuesta para familias",
            "Daim Ntawv Ntsuam Xyuas",
            "Khảo sát gia đình",
            "استبيان الأسرة",
            "家庭问卷调查",
        ],
        "<p>Please take five minutes for our survey.</p><p lang=\"es\">Por favor, dedique cinco minutos a nuestra encuesta.</p><p lang=\"ar\" dir=\"rtl\">يرجى تخصيص خمس دقائق للاستبيان.</p><p lang=\"zh\">请用五分钟填写问卷。</p>",
        &[Inbox, Email, Text],
    )),
    class(kind(
        1,
        "Athletics",
        "Athletics",
        &["Practice Canceled", "Game Moved to 5 PM"],
        "Athletics at {school}: today's plan has changed. Please check with the coach.",
        &[Text],
    )),
    class(kind(
        1,
        "Emergency",
        "Emergency",
        &[
            "Lockdown Drill Completed",
            "Power Outage",
            "Early Dismissal Due to Weather",
        ],
        "This is an important message from {school}. All students are safe. More follows by email.",
        &[Inbox, Email, Voice, Text],
    )),
];

/// A kind, by its weight.
pub(super) fn pick(chance: &mut Chance) -> &'static Kind {
    static ALL: [Kind; 14] = KINDS;
    let mut left = chance.below(ALL.iter().map(|kind| kind.weight).sum());
    ALL.iter()
        .find(|kind| match left.checked_sub(kind.weight) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        })
        .unwrap_or(&ALL[0])
}

/// A body with everything in it that a page must not run or load: what Message Detail has to tame.
pub(super) const HOSTILE: &str = r#"<h2 onclick="alert('clicked')">Bake Sale</h2><script>document.title = 'taken over'</script>
<p style="position:fixed;inset:0">Bring cookies!</p><img src="x" onerror="alert('error')"><img src="https://tracker.example/pixel.gif?who=parent" width="1" height="1">
<form action="https://phish.example/login"><label>Portal password <input type="password" name="password"></label><button>Sign in</button></form>
<iframe src="https://frames.example/"></iframe><a href="javascript:alert('link')">A link</a> <a href="https://plainview.example/bake-sale">The list</a><svg onload="alert('svg')"></svg><style>body { display: none }</style><meta http-equiv="refresh" content="0;url=https://elsewhere.example/"><base href="https://elsewhere.example/">"#;
