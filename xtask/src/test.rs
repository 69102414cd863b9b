//! `test`: every test of every layer, from a bare clone to a summary.

use crate::{
    audit, build, check,
    command::{Command, say},
    failure::Failure,
    install,
    layers::Layers,
    size, visit,
    workspace::Workspace,
};

/// Installs what is missing, runs all layers, and sums them up.
///
/// # Errors
/// Where something cannot be installed, or a layer does not pass.
pub fn test(workspace: &Workspace) -> Result<(), Failure> {
    say("Looking for what the tests need.");
    install::wasm_target()?;
    install::npm(workspace, "end2end")?;
    install::for_tests()?;
    install::chromium(workspace)?;
    install::firefox(workspace);

    let mut layers = Layers::default();
    check::add(workspace, &mut layers);
    audit::add(workspace, &mut layers);
    let schemathesis = layers.get("schemathesis is there", || install::schemathesis(workspace));
    layers.run("rules, store on both databases, API", || {
        let tests = workspace
            .command("cargo")
            .args(["test", "--workspace"])
            .env("REQUIRE_POSTGRES", "1")
            .env("REQUIRE_SMTP", "1")
            .env("REQUIRE_OIDC", "1");
        // Without it the API is not fuzzed, and the run has failed already.
        match &schemathesis {
            Some(schemathesis) => tests.env("SCHEMATHESIS", schemathesis).run(),
            None => tests.run(),
        }
    });
    let built = layers.run("release build", || {
        let options = build::Options {
            release: true,
            ..build::Options::default()
        };
        build::build(workspace, &options)
    });
    layers.run_if(built, "size of the page", || size::check(workspace));
    layers.run_if(built, "the demonstration, served", || {
        visit::visit(workspace)
    });
    layers.run_if(built, "stories in the browser", || {
        Command::new("npm")
            .args(["run", "--silent", "test"])
            .env("SENTLOG_BINARY", workspace.target("release/sentlog"))
            .at(&workspace.path("end2end"))
            .run()
    });
    layers.sum_up()
}
