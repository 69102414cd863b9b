//! What every route answers besides what it says of itself: who is let in, and what may go wrong before and around
//! each handler. It is said where it is done: the router's wrappers call this, and so no route can forget it.

use shared::session::Permission;
use utoipa::openapi::{
    Content, Ref, RefOr, Response,
    path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths},
    security::SecurityRequirement,
};

use super::{PROBLEM, examples};
use crate::error::PROBLEM_JSON;

/// Everybody may ask.
pub fn open(paths: &mut Paths) {
    for operation in operations(paths) {
        operation.security = Some(Vec::new());
    }
}

/// Whoever is signed in may ask.
pub fn signed_in(paths: &mut Paths) {
    for operation in operations(paths) {
        answers(operation, "401", "Not signed in, or no more");
    }
}

/// Who is signed in and may do `permission` may ask.
pub fn needs(permission: Permission, paths: &mut Paths) {
    signed_in(paths);
    let words = format!("The account may not {}", permission.in_words());
    for operation in operations(paths) {
        answers(operation, "403", &words);
    }
}

/// Programs may ask that bear a token.
pub fn bearing(paths: &mut Paths) {
    for operation in operations(paths) {
        operation.security = Some(vec![SecurityRequirement::new("token", [""; 0])]);
        answers(operation, "401", "No token, or one that does not hold");
    }
}

/// What may come of any request, whoever asks: said once the whole table stands.
pub(super) fn around(method: &str, operation: &mut Operation) {
    let parameters = operation.parameters.iter().flatten();
    let at = |place: &ParameterIn| {
        let mut parameters = parameters.clone();
        parameters.any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == *place,
            RefOr::Ref(_) => false,
        })
    };
    let (in_path, in_query) = (at(&ParameterIn::Path), at(&ParameterIn::Query));
    // What a provider reports is read as it came, and refused as unproven where it cannot be.
    let is_receipt = operation.tags.iter().flatten().any(|tag| tag == "receipts");
    let body = match &operation.request_body {
        Some(RefOr::T(body)) => Some(body.content.contains_key("application/json")),
        Some(RefOr::Ref(_)) => Some(true),
        None => None,
    };
    if in_path {
        answers(operation, "404", "There is none of this name or number");
    }
    if in_query {
        answers(operation, "400", "A parameter cannot be read");
    }
    if let Some(is_json) = body {
        answers(operation, "413", "The body is too large");
        if is_json && !is_receipt {
            answers(operation, "400", "The body cannot be read");
            answers(operation, "415", "The body is not declared as JSON");
        }
    }
    if method != "get" {
        answers(operation, "403", "It comes from another site's page");
    }
    answers(
        operation,
        "503",
        "The database does not answer, or not in time",
    );
}

/// Says by an example what each parameter looks like.
pub(super) fn by_example(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && let Some(example) = examples::of(&parameter.name)
        {
            let with = ParameterBuilder::from(parameter.clone());
            *parameter = with.example(Some(example)).build();
        }
    }
}

/// Adds a refusal, unless the route says itself when it comes.
fn answers(operation: &mut Operation, status: &str, when: &str) {
    let said = &mut operation.responses.responses;
    if !said.contains_key(status) {
        let mut response = Response::new(when);
        let content = Content::new(Some(RefOr::Ref(Ref::new(PROBLEM))));
        response
            .content
            .insert(PROBLEM_JSON.to_owned(), RefOr::T(content));
        said.insert(status.to_owned(), RefOr::T(response));
    }
}

fn operations(paths: &mut Paths) -> impl Iterator<Item = &mut Operation> {
    let items = paths.paths.values_mut();
    items.flat_map(by_method).map(|(_, operation)| operation)
}

/// The operations of a path, each with its method.
pub(super) fn by_method(
    item: &mut PathItem,
) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
