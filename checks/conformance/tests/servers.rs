//! Every example server, one test each.

use std::path::Path;

use webhook_conformance::server::{Server, example, package};
use webhook_conformance::{connection, lambda, streams};

fn check(executable: &Path) {
    connection::check(Server::start(executable));
}

#[test]
fn axum() {
    check(&example("axum"));
}

#[test]
fn hyper() {
    check(&example("hyper"));
}

#[test]
fn tiny_http() {
    check(&example("tiny_http"));
}

#[test]
fn tower() {
    check(&example("tower"));
}

#[test]
fn tower_accounts() {
    check(&example("tower_accounts"));
}

#[test]
fn actix_web_accounts() {
    check(&package("webhook-actix-web-accounts"));
}

#[test]
fn actix_web() {
    check(&package("webhook-actix-web"));
}

#[test]
fn inbox_axum() {
    check(&package("webhook-inbox-axum"));
}

#[test]
fn inbox_actix_web() {
    check(&package("webhook-inbox-actix-web"));
}

#[test]
fn inbox_tiny_http() {
    check(&package("webhook-inbox-tiny-http"));
}

#[test]
fn multi_tenant() {
    check(&package("webhook-multi-tenant"));
}

#[test]
fn verify_events() {
    streams::check(&Server::start(&package("webhook-verify-events")));
}

#[test]
fn poem() {
    check(&package("webhook-poem"));
}

#[test]
fn rocket() {
    check(&package("webhook-rocket"));
}

#[test]
fn salvo() {
    check(&package("webhook-salvo"));
}

#[test]
fn warp() {
    check(&package("webhook-warp"));
}

#[test]
fn lambda_http() {
    let executable = package("webhook-lambda");
    lambda::check(|runtime_api| Server::start_lambda(&executable, runtime_api));
}
