//! Every address Sentlog answers at, on one page. A route names the permission it needs; only those listed
//! as open answer without a session. The table is the API's description too ([`openapi`]).

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, StatusCode},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use shared::{paths, problem::ProblemType, report::ReportFormat, session::Permission};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt},
    routes,
};

use crate::{
    assets,
    auth::{self, denied, same_origin::same_origin, sessions::unattended, token},
    error::{self, Refusal},
    extract::MAX_BODY,
    headers,
    openapi::{self, rules},
    routes::{
        administration::{password, people, roles, schools, sessions, tokens, welcome},
        audit, call_statuses, cancel, detail, docs, events, failures, find, health, inbox, jobs,
        prints, receipts, recipients, refresh, report, resend, session, sign_on, submit,
    },
    state::App,
    telemetry,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long taking a message may, whose 200 000 recipients may come over a slow line.
const MUCH_PATIENCE: Duration = Duration::from_secs(900);

/// Answers smaller than this travel as they are.
const WORTH_COMPRESSING: u64 = 1024;

/// The whole API, and what it says of itself.
pub fn table() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(open(routes!(
            session::who_am_i,
            session::sign_in,
            session::sign_out
        )))
        .routes(open(routes!(session::enter_demo)))
        .routes(open(routes!(sign_on::sign_on)))
        .routes(open(routes!(sign_on::sign_on_back)))
        .routes(open(routes!(health::health)))
        // Open of session, but signed by the provider.
        .routes(open(routes!(receipts::twilio_messages)))
        .routes(open(routes!(receipts::twilio_calls)))
        .routes(open(routes!(receipts::twilio_incoming)))
        .routes(open(routes!(receipts::mailgun)))
        .routes(open(routes!(receipts::bounces)))
        .routes(open(routes!(welcome::invited)))
        .routes(open(routes!(welcome::welcome)))
        .routes(whoever(routes!(password::change_password)))
        .routes(whoever(routes!(sessions::end_others)))
        .routes(needs(
            Permission::Administer,
            routes!(people::people, people::add_person),
        ))
        .routes(needs(Permission::Administer, routes!(people::grant)))
        .routes(needs(Permission::Administer, routes!(people::disable)))
        .routes(needs(Permission::Administer, routes!(people::reset)))
        .routes(needs(Permission::Administer, routes!(people::end_sessions)))
        .routes(needs(Permission::Administer, routes!(roles::roles)))
        .routes(needs(
            Permission::Administer,
            routes!(roles::put_role, roles::remove_role),
        ))
        .routes(needs(
            Permission::Administer,
            routes!(schools::schools, schools::add_school),
        ))
        .routes(needs(
            Permission::Administer,
            routes!(tokens::tokens, tokens::add_token),
        ))
        .routes(needs(Permission::Administer, routes!(tokens::revoke_token)))
        .routes(needs(
            Permission::Administer,
            routes!(sessions::open_sessions, sessions::end_all),
        ))
        .routes(needs(Permission::Administer, routes!(sessions::end)))
        .routes(needs(Permission::Administer, routes!(audit::audit)))
        .routes(needs(Permission::View, routes!(openapi::openapi_json)))
        .routes(needs(Permission::View, routes!(docs::docs)))
        .routes(needs(Permission::View, routes!(docs::file)))
        .routes(needs(Permission::View, routes!(find::find)))
        .routes(needs(Permission::View, routes!(events::events)))
        .routes(needs(Permission::View, routes!(detail::detail)))
        .routes(needs(Permission::SeeAddresses, routes!(inbox::inbox)))
        .routes(needs(Permission::View, routes!(recipients::recipients)))
        .routes(bearing(Permission::Submit, routes!(submit::submit)))
        .routes(needs(Permission::View, routes!(refresh::refresh)))
        .routes(needs(Permission::Cancel, routes!(cancel::cancel)))
        .routes(needs(
            Permission::Cancel,
            routes!(resend::resend_plan, resend::resend),
        ))
        .routes(needs(Permission::View, routes!(failures::failures)))
        .routes(needs(Permission::View, routes!(prints::prints)))
        .routes(needs(Permission::View, routes!(audit::history)))
        .routes(needs(Permission::Report, routes!(audit::export)))
        .routes(needs(Permission::Report, routes!(report::report)))
        .routes(needs(Permission::Report, routes!(jobs::events)))
        .routes(needs(
            Permission::Report,
            routes!(jobs::fetch, jobs::abandon),
        ))
        .routes(needs(
            Permission::View,
            routes!(call_statuses::call_statuses),
        ))
}

/// Routes for everybody.
fn open(mut routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    rules::open(&mut routes.1);
    routes
}

/// Routes for whoever is signed in.
fn whoever(mut routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    rules::signed_in(&mut routes.1);
    routes.map(|routes| routes.route_layer(from_fn(auth::signed_in)))
}

/// Routes for who is signed in and may do `permission`.
fn needs(permission: Permission, mut routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    rules::needs(permission, &mut routes.1);
    routes.map(|routes| routes.route_layer(from_fn_with_state(permission, auth::require)))
}

/// Routes for programs with a token that has the right to `permission`.
fn bearing(permission: Permission, mut routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    rules::bearing(&mut routes.1);
    routes.map(|routes| routes.route_layer(from_fn_with_state(permission, token::require)))
}

/// The server: the API, and the page at every other address.
pub fn router(app: App) -> Router {
    let (api, _) = table().split_for_parts();
    api.method_not_allowed_fallback(no_such_method)
        .layer(auth::layer(&app))
        .layer(from_fn(unattended))
        .layer(from_fn_with_state(app.clone(), token::find))
        .layer(from_fn(same_origin))
        .layer(from_fn_with_state(app.clone(), denied::record))
        .layer(
            // Of 4000 rows brotli leaves 90 KB, gzip 104, for who takes nothing else; zstd would leave 102.
            CompressionLayer::new()
                .quality(CompressionLevel::Precise(4))
                .compress_when(
                    // Events would wait in the compressor for more of them. A PDF and a DOCX are compressed inside:
                    // what is left to gain is not worth the time.
                    SizeAbove::new(WORTH_COMPRESSING)
                        .and(NotForContentType::SSE)
                        .and(NotForContentType::new(ReportFormat::Pdf.content_type()))
                        .and(NotForContentType::new(ReportFormat::Docx.content_type())),
                ),
        )
        .fallback(assets::page)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(patience))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(
            app.settings.behind_tls,
            headers::complete,
        ))
        .layer(from_fn(telemetry::trace))
        .with_state(app)
}

/// Gives up on an answer that takes too long.
async fn patience(request: Request, next: Next) -> Response {
    let submits = request.method() == Method::POST && request.uri().path() == paths::MESSAGES;
    let patience = if submits { MUCH_PATIENCE } else { PATIENCE };
    tokio::time::timeout(patience, next.run(request))
        .await
        .unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

async fn no_such_method() -> Response {
    error::respond(&error::of_status(StatusCode::METHOD_NOT_ALLOWED))
}

/// There is nothing at that address of the API.
pub fn no_such_path() -> Response {
    error::respond(&ProblemType::NotFound.because(error::NO_SUCH_PATH))
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    Refusal::Internal(format!("panicked: {}", words.unwrap_or_default())).into_response()
}
