//! No secret is taken from the command line, which everybody on the machine may read.

use std::process::{Command, Output};

use crate::purging::said;

const SECRETS: [&str; 4] = [
    "--smtp-password",
    "--twilio-token",
    "--mailgun-signing-key",
    "--bounces-secret",
];

fn sentlog(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sentlog"));
    command.args(args).envs(variables.iter().copied());
    command.output().expect("it runs")
}

#[test]
fn the_help_names_files_and_variables_for_secrets_and_no_flags() {
    let output = sentlog(&["serve", "--help"], &[]);
    let help = said(&output);
    let words: Vec<&str> = help.split([' ', '\n', '=']).collect();
    for secret in SECRETS {
        assert!(!words.contains(&secret), "{help}");
        assert!(words.contains(&format!("{secret}-file").as_str()), "{help}");
        let variable = secret
            .trim_start_matches('-')
            .to_uppercase()
            .replace('-', "_");
        let variable = format!("SENTLOG_{variable}");
        assert!(words.contains(&variable.as_str()), "{variable}: {help}");
    }
}

#[test]
fn a_secret_on_the_command_line_is_refused_with_the_files_flag_and_not_repeated() {
    for secret in SECRETS {
        let output = sentlog(&["serve", secret, "hunter2"], &[]);
        let said = said(&output);
        assert!(!output.status.success());
        assert!(
            said.contains(&format!("{secret}-file")) && !said.contains("hunter2"),
            "{said}"
        );
    }
    let url = "postgres://ada:hunter2@127.0.0.1:1/log";
    let output = sentlog(&["user", "list", "--database-url", url], &[]);
    let said = said(&output);
    assert!(!output.status.success());
    assert!(
        said.contains("--database-url-file") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn a_secret_may_stand_in_a_variable() {
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        "sqlite::memory:",
    ];
    let smtp = [
        "--email",
        "smtp",
        "--smtp-host",
        "mail.district.example",
        "--email-from",
        "a@district.example",
    ];
    let password = ("SENTLOG_SMTP_PASSWORD", "hunter2");
    // It is read, for it lacks its account.
    let output = sentlog(&[&serve[..], &smtp].concat(), &[password]);
    assert!(
        said(&output).contains("Give both --smtp-user and --smtp-password-file"),
        "{}",
        said(&output)
    );
    let both = [&serve[..], &smtp, &["--smtp-password-file", "password.txt"]].concat();
    let output = sentlog(&both, &[password]);
    assert!(said(&output).contains("given twice"), "{}", said(&output));
    let output = sentlog(&serve, &[("SENTLOG_BOUNCES_SECRET", " ")]);
    assert!(
        said(&output).contains("SENTLOG_BOUNCES_SECRET is empty"),
        "{}",
        said(&output)
    );
    // This one is refused for its kind, not for its password.
    let output = sentlog(
        &["user", "list"],
        &[("SENTLOG_DATABASE_URL", "mysql://ada:hunter2@db/log")],
    );
    assert!(
        said(&output).contains("of no kind Sentlog knows"),
        "{}",
        said(&output)
    );
}
