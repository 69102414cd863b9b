//! The API's description.

#[test]
fn the_description_kept_with_the_code_is_what_the_program_prints() {
    let kept = include_str!("../../openapi.json");
    let printed = server::openapi::text().unwrap();
    assert!(
        printed == kept,
        "server/openapi.json is out of date; renew it with: cargo run -p server -- openapi > server/openapi.json"
    );
}
