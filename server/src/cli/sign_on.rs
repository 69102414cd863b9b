//! How people sign in at a provider (OpenID Connect): its settings.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::{
    auth::oidc::{
        SignOn,
        mapping::Mapping,
        provider::{Provider, Registration},
    },
    clock::SharedClock,
    secret::Secret,
};

/// Who says who somebody is, and what that lets them do.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Sign-in by OpenID Connect")]
pub struct SignOnSettings {
    /// The provider's address (issuer), as its own configuration spells it. Takes --public-url, too; the provider is
    /// to send people back to that address followed by /api/session/sign-on/back.
    #[arg(long, env = "SENTLOG_OIDC_ISSUER", value_name = "URL", requires_all = ["oidc_client_id", "oidc_map", "public_url"])]
    pub oidc_issuer: Option<String>,
    /// The name the provider knows Sentlog by.
    #[arg(long, env = "SENTLOG_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,
    /// A file with the secret the provider gave Sentlog; left out where it gave none.
    #[arg(long, env = "SENTLOG_OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// What the sign-in page calls the provider, as in “Sign in with …”.
    #[arg(
        long,
        env = "SENTLOG_OIDC_NAME",
        default_value = "your district account",
        value_name = "NAME"
    )]
    pub oidc_name: String,
    /// What to ask the provider for, besides openid.
    #[arg(
        long,
        env = "SENTLOG_OIDC_SCOPES",
        default_value = "profile email",
        value_name = "SCOPES"
    )]
    pub oidc_scopes: String,
    /// The claim that tells a person's groups.
    #[arg(
        long,
        env = "SENTLOG_OIDC_ROLE_CLAIM",
        default_value = "groups",
        value_name = "CLAIM"
    )]
    pub oidc_role_claim: String,
    /// A TOML file of [[map]] entries: value, role, perhaps school, perhaps claim. Who matches none does not come in.
    #[arg(long, env = "SENTLOG_OIDC_MAP", value_name = "FILE")]
    pub oidc_map: Option<PathBuf>,
    /// Let nobody in by a password. Whoever runs the server gets back in by starting it without this.
    #[arg(long, env = "SENTLOG_NO_LOCAL_SIGN_IN", requires = "oidc_issuer")]
    pub no_local_sign_in: bool,
}

impl SignOnSettings {
    /// Sign-in at the provider; `None` where there is none. Asks the provider nothing yet, so that the server starts
    /// whether it answers or not.
    ///
    /// # Errors
    /// In words, where something is missing or a file cannot be used.
    pub fn sign_on(
        &self,
        public_url: Option<&str>,
        clock: &SharedClock,
    ) -> Result<Option<SignOn>, Failure> {
        let (Some(issuer), Some(client), Some(map), Some(public_url)) = (
            &self.oidc_issuer,
            &self.oidc_client_id,
            &self.oidc_map,
            public_url,
        ) else {
            return Ok(None);
        };
        let unusable =
            |why: String| Failure::new(format!("People cannot sign in by OpenID Connect: {why}."));
        if !is_private(issuer) {
            let words = "--oidc-issuer must begin with https://, unless it is on this machine";
            return Err(unusable(words.into()));
        }
        let secret = self.oidc_client_secret_file.as_deref();
        let registration = Registration {
            issuer: issuer.clone(),
            client: client.clone(),
            secret: secret.map(Secret::read).transpose().map_err(unusable)?,
            public_url: public_url.to_owned(),
            scopes: self
                .oidc_scopes
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        };
        let mapping = Mapping::read(map, &self.oidc_role_claim).map_err(unusable)?;
        let provider = Provider::new(registration, clock.clone()).map_err(unusable)?;
        Ok(Some(SignOn::new(
            self.oidc_name.clone(),
            self.no_local_sign_in,
            provider,
            mapping,
            clock.clone(),
        )))
    }
}

/// Whether nobody on the way can read what goes there.
fn is_private(issuer: &str) -> bool {
    reqwest::Url::parse(issuer).is_ok_and(|url| match url.scheme() {
        "https" => true,
        "http" => matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_elsewhere_is_asked_over_tls_only() {
        for fine in [
            "https://login.example/a",
            "http://127.0.0.1:9000",
            "http://localhost",
        ] {
            assert!(is_private(fine), "{fine}");
        }
        for open in [
            "http://login.example",
            "http://127.0.0.1.evil.example",
            "file:///a",
            "",
        ] {
            assert!(!is_private(open), "{open}");
        }
    }
}
