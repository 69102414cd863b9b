//! The log: find, filter, sort, read.
//!
//! # Names
//! What assistive technology and the browser stories call the page's parts: role, then name.
//!
//! | part | names |
//! | --- | --- |
//! | sign-in page | heading *Sign in to Sentlog*; textbox *Name*; label *Password*; button *Sign in*; link *Sign in with* the provider, where there is one; button *Enter the demonstration* |
//! | top | heading (1) *Sent Message Log*; link *Administration* for who may; link with one's own name; button *Dark mode* (pressed or not); button *Sign out* |
//! | search form | search *Find messages*; labels *Created Between, first day* and *Created Between, last day*; button *Find Messages*; buttons *Today*, *Last 7 days*, *Last 30 days*, *This school year* |
//! | what is shown | status *Showing 128 of 4,000 (18,231 in range)*; button *Load the next 4,000*; buttons *Export*, *Reload*, *1 new message*; the sign *Live* or *Reconnecting…* |
//! | active filters | list *Active filters*; buttons *Remove filter Status: Sent*, *Clear all filters* |
//! | the table | grid *Sent Message Log*; columnheader with button *Status*, *Message Type*, *District/School*, *Message Subject*, *Sender*, *Date Created*, *Date Scheduled*, *ScheduleID* |
//! | column filters | button *Filter Status*, … *Message Type*, … *District/School*, … *Sender*, each opening a dialog *Status*, … with checkboxes named by value and count (*Sent 3,120*), button *Clear* and, where there are many, searchbox *Search Sender*; textbox *Filter Message Subject*, *Filter Date Created*, *Filter Date Scheduled*, *Filter ScheduleID* |
//! | on a phone | button *Filters*, opening a dialog *Filters* with the same controls, combobox *Sort by* and button *Show messages* |
//! | detail | region *Selected message*; heading (2) the subject; button *Close*; headings (3) *Delivery Summary*, *Sent Message Report Options*, *Filter Criteria Detail*, *Message Detail*, *Recipients*, *History* |
//! | Delivery Summary | terms and values; progressbar *Email Delivery Progress*; buttons *Refresh Status*, *Cancel this Message*, *Resend to Failed*, *Resend to Stopped*; list *Resends* with a link to each message that this one resends or was resent as |
//! | cancel | dialog *Cancel this Message*; textbox *Reason (optional)*; buttons *OK*, *Go back* |
//! | resend | dialog *Resend this Message*; buttons *Resend to 3 people*, *Go back* |
//! | history | folded: *Who did what with this message* |
//! | report | group *Include Delivery Devices* with checkboxes *No Device*, *Inbox*, *Email*, *Voice/Text*; group *Report Detail* with radios *All*, *Summary*, *Failed Delivery*; combobox *Report Format*; button *Print Sent Message Report*; while a long one is made progressbar *Report* and button *Abandon*; who printed, folded: *Printed 3 times, last on …* |
//! | recipients | searchbox *Search recipients*; comboboxes *Delivery Device*, *Delivery Status*; table *Recipients*, in which a call status is a button; buttons *Call statuses*, opening a dialog *Call Statuses*, *Show all*, *Show more recipients* |
//! | failures | heading (3) *Failed Deliveries*; a table with a button a cause, pressed while the recipients are those it happened to |
//! | an error | alert with the problem's sentence; button *Try again* |

pub mod address;
mod cell_words;
mod chips;
mod columns;
mod days;
mod detail;
mod export;
mod facet;
mod filter;
mod fresh;
mod grid;
mod header;
mod layout;
mod live;
mod page;
mod pool;
mod results;
mod rows;
mod search_form;
mod sheet;
mod shown;
mod sort;
mod state;
mod status_line;
mod table;
mod table_focus;
mod top_bar;
mod window;

pub use page::log_page;
