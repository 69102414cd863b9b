//! The provider: what it publishes of itself, and what it says of a person, each proven.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AdditionalClaims, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse, StandardTokenResponse,
    TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use reqwest::redirect;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::Refused;
use crate::{clock::SharedClock, secret::Secret};

/// How long what a provider publishes is believed without asking anew.
const BELIEVED: TimeDelta = TimeDelta::minutes(10);

/// How long an answer of the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer of a provider that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// What a token may be signed by: keys that only the provider has.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The provider, and who we are to it.
pub struct Provider {
    issuer: IssuerUrl,
    client: ClientId,
    secret: Option<Secret>,
    back: RedirectUrl,
    scopes: Vec<Scope>,
    http: reqwest::Client,
    clock: SharedClock,
    published: Mutex<Option<(CoreProviderMetadata, DateTime<Utc>)>>,
}

/// Who we are to the provider.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The provider's address, as it spells it itself.
    pub issuer: String,
    /// The name it knows us by.
    pub client: String,
    /// The secret it gave us, where it did.
    pub secret: Option<Secret>,
    /// Our own address.
    pub public_url: String,
    /// What we ask to be told of a person, besides `openid`.
    pub scopes: Vec<String>,
}

/// What a browser takes to the provider, and what is kept of it here.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Where to send the browser.
    pub url: String,
    /// What it must bring back.
    pub state: String,
    /// What the token must carry.
    pub nonce: String,
    /// What the code is worth nothing without.
    pub verifier: String,
}

/// Who somebody is, as the provider says.
#[derive(Clone, Debug)]
pub struct Person {
    /// The provider's own and lasting word for them.
    pub subject: String,
    /// What to call them.
    pub name: String,
    /// Everything else.
    pub claims: Map<String, Value>,
}

/// The claims that are not among the standard ones.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Others(HashMap<String, Value>);

impl AdditionalClaims for Others {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Known = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// Makes ready; asks nothing yet.
    ///
    /// # Errors
    /// In words, where an address is none.
    pub fn new(registration: Registration, clock: SharedClock) -> Result<Self, String> {
        // Whoever installed one before us is as good.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let back = format!("{}{}", registration.public_url, shared::paths::SIGN_ON_BACK);
        let http = reqwest::Client::builder()
            .user_agent(concat!("sentlog/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            // A provider has no reason to send us elsewhere, and whoever pretends to be one has.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Provider {
            issuer: IssuerUrl::new(registration.issuer).map_err(|error| error.to_string())?,
            client: ClientId::new(registration.client),
            secret: registration.secret,
            back: RedirectUrl::new(back).map_err(|error| error.to_string())?,
            scopes: registration.scopes.into_iter().map(Scope::new).collect(),
            http,
            clock,
            published: Mutex::default(),
        })
    }

    /// Its address, as it spells it itself.
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// What a browser is to take there.
    ///
    /// # Errors
    /// Where the provider cannot be reached.
    pub async fn errand(&self) -> Result<Errand, Refused> {
        let known = self.known(false).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = known
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        Ok(Errand {
            url: url.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Who brought this code. Claims among `wanted` that the token does not carry are asked for.
    ///
    /// # Errors
    /// Where the provider cannot be reached, refuses the code, or proves nothing.
    pub async fn person(
        &self,
        code: String,
        nonce: String,
        verifier: String,
        wanted: &[&str],
    ) -> Result<Person, Refused> {
        let known = self.known(false).await?;
        let nonce = Nonce::new(nonce);
        let tokens = known
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| Refused::Unproven("it has no token endpoint".into()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.asking())
            .await
            .map_err(refused)?;
        let claims = match self.proven(&known, &tokens, &nonce) {
            // Its keys may have changed since they were read.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                self.proven(&self.known(true).await?, &tokens, &nonce)
            }
            claims => claims,
        };
        let mut claims = claims.map_err(|error| Refused::Unproven(error.to_string()))?;
        let asks = wanted.iter().any(|claim| !claims.contains_key(*claim));
        if asks
            && let Ok(request) = known.user_info(tokens.access_token().clone(), subject(&claims))
        {
            let more: UserInfoClaims<Others, CoreGenderClaim> = request
                .request_async(&self.asking())
                .await
                .map_err(|error| Refused::Unproven(error.to_string()))?;
            for (name, value) in plain(&more) {
                claims.entry(name).or_insert(value);
            }
        }
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let subject = text("sub").unwrap_or_default().to_owned();
        let name = ["name", "preferred_username", "email"]
            .into_iter()
            .find_map(|name| text(name).filter(|text| !text.trim().is_empty()))
            .unwrap_or(&subject);
        // Shown beside what they do: one line, not too long, nothing that turns the text around it.
        let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
        Ok(Person {
            subject,
            name,
            claims,
        })
    }

    /// The claims of the token, once its signature, issuer, audience, time and nonce are found right.
    fn proven(
        &self,
        known: &Known,
        tokens: &Tokens,
        nonce: &Nonce,
    ) -> Result<Map<String, Value>, ClaimsVerificationError> {
        let token = tokens
            .id_token()
            .ok_or_else(|| ClaimsVerificationError::Other("there is no id_token".into()))?;
        let clock = self.clock.clone();
        let verifier = known
            .id_token_verifier()
            .set_allowed_algs(SIGNED_BY)
            .set_time_fn(move || clock.now());
        Ok(plain(token.claims(&verifier, nonce)?))
    }

    /// The provider as it describes itself, asked anew after a while or where it must be.
    async fn known(&self, anew: bool) -> Result<Known, Refused> {
        let mut published = self.published.lock().await;
        let now = self.clock.now();
        let fresh = published
            .as_ref()
            .filter(|(_, read)| !anew && now - *read < BELIEVED);
        let metadata = match fresh {
            Some((metadata, _)) => metadata.clone(),
            None => {
                let metadata =
                    CoreProviderMetadata::discover_async(self.issuer.clone(), &self.asking())
                        .await
                        .map_err(|error| Refused::Unreachable(words(&error)))?;
                *published = Some((metadata.clone(), now));
                metadata
            }
        };
        let secret = self.secret.as_ref();
        Ok(Client::from_provider_metadata(
            metadata,
            self.client.clone(),
            secret.map(|secret| ClientSecret::new(secret.expose().to_owned())),
        )
        .set_redirect_uri(self.back.clone()))
    }

    /// How the library asks: by our own client.
    fn asking(&self) -> impl Fn(HttpRequest) -> BoxedAnswer + Send + Sync + use<> {
        let http = self.http.clone();
        move |request| Box::pin(ask(http.clone(), request))
    }
}

type BoxedAnswer = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send>>;

/// Why the provider gave no answer.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("the provider cannot be asked")]
    Failed(#[from] reqwest::Error),
    #[error("the provider's answer is too large")]
    TooLarge,
    #[error("the provider's answer cannot be passed on")]
    Unfit(#[from] axum::http::Error),
}

async fn ask(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
    let mut answer = http.execute(request.try_into()?).await?;
    let mut response = axum::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > LARGEST {
            return Err(Unanswered::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(response.body(body)?)
}

fn refused<E, T>(error: openidconnect::RequestTokenError<E, T>) -> Refused
where
    E: std::error::Error + 'static,
    T: openidconnect::ErrorResponse + 'static,
{
    match error {
        openidconnect::RequestTokenError::Request(error) => Refused::Unreachable(words(&error)),
        openidconnect::RequestTokenError::ServerResponse(_) => {
            Refused::Unproven("it does not take the code".into())
        }
        // What it answered instead may hold tokens, and is not for the log.
        openidconnect::RequestTokenError::Parse(..)
        | openidconnect::RequestTokenError::Other(_) => {
            Refused::Unproven("its answer cannot be read".into())
        }
    }
}

fn subject(claims: &Map<String, Value>) -> Option<openidconnect::SubjectIdentifier> {
    let subject = claims.get("sub")?.as_str()?;
    Some(openidconnect::SubjectIdentifier::new(subject.to_owned()))
}

/// Claims as they came.
fn plain(claims: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => claims,
        _ => Map::new(),
    }
}

fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
