//! *Resend*: to whom the message did not get, after a word about how many they are; and the ties between a
//! message and those that resend it.

use leptos::{prelude::*, task::spawn_local, web_sys::Event};
use shared::{
    datetime,
    message::{MessageDetail, MessageId},
    resend::{Resend, ResendRequest, Which},
    session::Permission,
};

use super::state::Opened;
use crate::{
    api,
    figures::counted,
    log::state::Log,
    session::Session,
    ui::{
        dialog::dialog,
        element::{El, button, el},
        problem::problem,
        toast::Toasts,
        view::{View, many, some, when, words},
    },
};

/// To whom the person is asked whether to resend. Its dialog stands apart from what news draw anew.
#[derive(Clone, Copy)]
pub struct Resending {
    open: RwSignal<bool>,
    which: RwSignal<Which>,
}

impl Resending {
    /// Nobody yet.
    pub fn new() -> Self {
        Resending {
            open: RwSignal::new(false),
            which: RwSignal::new(Which::Failed),
        }
    }
}

/// The button that asks, where the person may, the message is over and `any` are left.
pub fn resend_button(which: Which, any: impl Fn() -> bool + Send + Sync + 'static) -> View {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let resending = expect_context::<Resending>();
    let may = move || {
        let over = |detail: &MessageDetail| detail.message.row.status.is_over();
        session.may(Permission::Cancel)
            && opened
                .detail
                .with(|detail| detail.as_ref().is_some_and(over))
            && any()
    };
    when(may, move || {
        let attributes = [
            ("class", "button"),
            ("type", "button"),
            ("aria-haspopup", "dialog"),
        ];
        el("button", &attributes)
            .on_click(move || {
                resending.which.set(which);
                resending.open.set(true);
            })
            .child(match which {
                Which::Failed => "Resend to Failed",
                Which::Stopped => "Resend to Stopped",
            })
    })
}

/// The dialog that says how many they are.
pub fn resend_dialog() -> El {
    let Resending { open, which } = expect_context::<Resending>();
    dialog(open, "Resend this Message", "", move || {
        confirmation(open, which.get_untracked())
    })
}

fn confirmation(open: RwSignal<bool>, which: Which) -> El {
    let opened = expect_context::<Opened>();
    let log = expect_context::<Log>();
    let session = expect_context::<Session>();
    let toasts = expect_context::<Toasts>();
    let id = opened
        .detail
        .with_untracked(|detail| detail.as_ref().map(|detail| detail.message.row.id));
    let id = id.unwrap_or(MessageId(0));
    let plan = RwSignal::new(None::<api::ResendPlan>);
    let busy = RwSignal::new(true);
    let refused = RwSignal::new(None::<String>);
    let refuse = move |failure: api::Failure| {
        if !session.ended_by(&failure) {
            refused.try_set(Some(failure.sentence()));
        }
    };
    spawn_local(async move {
        match api::resend_plan(id, which).await {
            Ok(found) => drop(plan.try_set(Some(found))),
            Err(failure) => refuse(failure),
        }
        busy.try_set(false);
    });
    let submit = move |event: Event| {
        event.prevent_default();
        let Some(plan) = plan.get_untracked().filter(|plan| plan.persons > 0) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let request = ResendRequest {
            which,
            attempt: plan.attempt,
        };
        spawn_local(async move {
            match api::resend(id, &request).await {
                Ok(resent) => {
                    open.try_set(false);
                    toasts.say(["The message goes again to ", &people(plan.persons), "."].concat());
                    log.select(resent);
                }
                Err(failure) => refuse(failure),
            }
            busy.try_set(false);
        });
    };
    let nobody = move || plan.with(|plan| plan.as_ref().is_none_or(|plan| plan.persons == 0));
    let ok = [("class", "button primary"), ("type", "submit")];
    let foot = el("div", &[("class", "dialog-foot")])
        .child(button("button", "Go back").on_click(move || open.set(false)))
        .child(
            el("button", &ok)
                .aria("aria-busy", move || busy.get())
                .attr_when("disabled", nobody)
                .child(words(move || {
                    plan.with(|plan| match plan {
                        Some(plan) if plan.persons > 0 => {
                            ["Resend to ", &people(plan.persons)].concat()
                        }
                        _ => "Resend".into(),
                    })
                })),
        );
    el("form", &[])
        .on("submit", submit)
        .child(some(
            move || plan.get(),
            move |plan| said(which, plan.persons),
        ))
        .child(problem(refused))
        .child(foot)
}

/// What it comes to.
fn said(which: Which, persons: u32) -> El {
    let whom = match which {
        Which::Failed => "who could not be reached.",
        Which::Stopped => "whom the cancel stopped.",
    };
    let words = match persons {
        0 => ["There is nobody left ", whom].concat(),
        _ => [
            "A new message with the same words goes out at once, to exactly the ",
            &people(persons),
            " ",
            whom,
            " Who has opted out is left out.",
        ]
        .concat(),
    };
    el("p", &[("role", "status")]).child(words)
}

/// What the message resends, and what resends it.
pub fn ties(of: Option<Resend>, by: Vec<Resend>) -> Option<El> {
    if of.is_none() && by.is_empty() {
        return None;
    }
    let tie = |before: &'static str, resend: Resend, after: &'static str| {
        let log = expect_context::<Log>();
        let id = resend.id;
        let name = ["message ", &id.to_string()].concat();
        let link = el("button", &[("class", "link"), ("type", "button")])
            .on_click(move || log.select(id))
            .child(name);
        let whom = match resend.which {
            Which::Failed => " who could not be reached",
            Which::Stopped => " whom its cancel stopped",
        };
        let at = datetime::display(&resend.at);
        el("li", &[])
            .child(before)
            .child(link)
            .child([after, &people(resend.persons), whom, ". Asked for by "].concat())
            .child(el("span", &[("dir", "auto")]).child(resend.by))
            .child([" on ", &at, "."].concat())
    };
    let of = of.map(|of| tie("Resends ", of, " to "));
    let by = by.into_iter().map(|by| tie("Resent as ", by, " to "));
    let list = el("ul", &[("class", "ties"), ("aria-label", "Resends")]);
    Some(list.child(of).child(many(by)))
}

fn people(count: u32) -> String {
    counted(count.into(), "person", "people")
}
