//! Docs: the API's description to browse, and to try. Swagger UI, whose files are in the program; it runs under our
//! policy as it is, with nothing inline and nothing from elsewhere.

use std::sync::{Arc, LazyLock};

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use shared::{
    paths,
    problem::{Problem, ProblemType},
};
use utoipa_swagger_ui::Config;

use crate::{
    error::{Answer, NO_SUCH_PATH, Refusal},
    extract::Params,
};

/// What it shows. It asks nobody else whether the description is right, and has no bar above it: that one offers
/// descriptions from elsewhere, and has a style of its own inline.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from(paths::OPENAPI)
        .validator_url("none")
        .with_credentials(true)
        .use_base_layout()
        .deep_linking(true);
    Arc::new(config)
});

/// The description to browse.
#[utoipa::path(get, path = paths::DOCS, tag = "server",
    responses((status = 308, description = "To its first page")))]
pub async fn docs(params: Params) -> Answer<Redirect> {
    params.only(&[])?;
    Ok(Redirect::permanent(&paths::docs("index.html")))
}

/// One of its files.
#[utoipa::path(get, path = paths::DOCS_FILE, tag = "server",
    params(("file" = String, Path, description = "index.html, or what that asks for")),
    responses(
        (status = 200, description = "The file"),
        (status = 404, body = Problem),
    ))]
pub async fn file(name: Result<Path<String>, PathRejection>, params: Params) -> Answer<Response> {
    params.only(&[])?;
    let Path(name) = name.map_err(|_| no_such_file())?;
    let file = utoipa_swagger_ui::serve(&name, CONFIG.clone())
        .map_err(|error| Refusal::Internal(error.to_string()))?
        .ok_or_else(no_such_file)?;
    let kind = HeaderValue::from_str(&file.content_type)
        .map_err(|error| Refusal::Internal(error.to_string()))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, kind);
    if file.gzpipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok((headers, file.bytes.into_owned()).into_response())
}

fn no_such_file() -> Refusal {
    ProblemType::NotFound.because(NO_SUCH_PATH).into()
}
