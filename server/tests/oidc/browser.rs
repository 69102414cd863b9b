//! A browser at the provider: cookies, redirects and two forms.

use std::collections::BTreeMap;

use reqwest::{Client, Response, Url, header, redirect};

use crate::door::HOME;

/// A browser, which keeps its cookies.
pub struct Browser {
    http: Client,
    jar: BTreeMap<String, String>,
}

impl Browser {
    /// A fresh one.
    pub fn new() -> Self {
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Browser {
            http,
            jar: BTreeMap::new(),
        }
    }

    /// Opens `address` and does what the provider asks, as `name`; returns the address that leads back to Sentlog.
    pub async fn sign_in(&mut self, address: &str, name: &str) -> String {
        self.through(address, name, false).await
    }

    /// The same, but the person turns back at the form.
    pub async fn turn_back(&mut self, address: &str) -> String {
        self.through(address, "", true).await
    }

    async fn through(&mut self, address: &str, name: &str, turns_back: bool) -> String {
        let mut answer = self.get(address).await;
        for _ in 0..20 {
            if answer.status().is_redirection() {
                let to = answer.headers()[header::LOCATION].to_str().unwrap();
                let to = answer.url().join(to).unwrap();
                if to.as_str().starts_with(HOME) {
                    return to.into();
                }
                answer = self.get(to.as_str()).await;
                continue;
            }
            let page = answer.url().clone();
            assert!(answer.status().is_success(), "{page}: {}", answer.status());
            if turns_back {
                answer = self.get(&format!("{page}/abort")).await;
                continue;
            }
            let html = answer.text().await.unwrap();
            let prompt = if html.contains(r#"value="login""#) {
                "login"
            } else {
                "consent"
            };
            let form = [("prompt", prompt), ("login", name), ("password", "any")];
            answer = self.post(page, &form).await;
        }
        panic!("the provider never leads back");
    }

    async fn get(&mut self, address: &str) -> Response {
        let request = self
            .http
            .get(address)
            .header(header::COOKIE, self.cookies());
        let answer = request.send().await.unwrap();
        self.keep(answer)
    }

    async fn post(&mut self, address: Url, form: &[(&str, &str)]) -> Response {
        let request = self
            .http
            .post(address)
            .header(header::COOKIE, self.cookies());
        let answer = request.form(form).send().await.unwrap();
        self.keep(answer)
    }

    fn cookies(&self) -> String {
        let pairs = self
            .jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: Response) -> Response {
        for value in answer.headers().get_all(header::SET_COOKIE) {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.jar.insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}
