//! The API's description (OpenAPI 3.1), made from the route table.

use axum::Json;
use shared::{live::Change, paths, report::ReportJob, session::Role};
use utoipa::{
    OpenApi as _,
    openapi::{
        Components, Content, OpenApi, RefOr, Response,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{error::PROBLEM_JSON, router};

mod examples;
pub mod rules;

/// One event of a stream, as a browser reads it.
#[derive(Debug, utoipa::ToSchema)]
pub struct StreamedEvent {
    /// Its name: `change` or `reload`. A report's events have none.
    #[schema(nullable = false)]
    pub event: Option<String>,
    /// What to resume after, by `Last-Event-ID`.
    #[schema(nullable = false)]
    pub id: Option<String>,
    /// JSON: of `change` a `Change`, of a report a `ReportJob`.
    #[schema(content_media_type = "application/json")]
    pub data: String,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sentlog",
        description = "Every message a school district sent: find it, read it, stop it. Errors are RFC 9457 problems.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/")),
    security(("session" = [])),
    tags(
        (name = "messages", description = "The log"),
        (name = "receipts", description = "What providers report, each signed in its own way"),
        (name = "session", description = "Who is asking"),
        (name = "administration", description = "Who may do what, and which programs submit"),
        (name = "server", description = "The server itself"),
    ),
    components(schemas(Change, ReportJob, Role)),
)]
struct Frame;

/// What the description says besides the routes.
pub fn frame() -> OpenApi {
    let mut frame = Frame::openapi();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "sentlog",
        "The cookie that signing in answers with; behind TLS it is called `__Host-sentlog`.",
    )));
    frame
        .components
        .get_or_insert_with(Components::new)
        .add_security_scheme("session", cookie);
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token that `sentlog token add` printed."))
        .build();
    if let Some(components) = &mut frame.components {
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
    frame
}

/// The whole description.
pub fn describe() -> OpenApi {
    let mut description = router::table().into_openapi();
    for path in description.paths.paths.values_mut() {
        for (method, operation) in rules::by_method(path) {
            rules::around(method, operation);
            rules::by_example(operation);
            let responses = &mut operation.responses.responses;
            responses.values_mut().for_each(say_problem);
        }
    }
    description
}

/// Refusals have a type of their own, which no route has to repeat.
fn say_problem(response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else {
        return;
    };
    let is_problem = |content: &RefOr<Content>| match content {
        RefOr::T(Content {
            schema: Some(RefOr::Ref(schema)),
            ..
        }) => schema.ref_location == PROBLEM,
        _ => false,
    };
    if response.content.values().any(is_problem) {
        let content = std::mem::take(&mut response.content);
        let named = |(_, content)| (PROBLEM_JSON.to_owned(), content);
        response.content = content.into_iter().map(named).collect();
    }
}

/// Where the description keeps what a refusal looks like.
const PROBLEM: &str = "#/components/schemas/Problem";

/// The whole description as text, the same for the same program.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn text() -> Result<String, serde_json::Error> {
    describe().to_pretty_json().map(|text| text + "\n")
}

/// The API's description.
#[utoipa::path(get, path = paths::OPENAPI, tag = "server", responses((status = 200, body = serde_json::Value)))]
pub async fn openapi_json() -> Json<OpenApi> {
    Json(describe())
}
