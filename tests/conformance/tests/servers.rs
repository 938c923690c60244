//! Every example server, one test each.

use webhook_conformance::server::{Server, build};
use webhook_conformance::{connection, lambda};

fn check(args: &[&str]) {
    connection::check(Server::start(&build(args)));
}

#[test]
fn axum() {
    check(&["--example", "axum", "--features", "axum"]);
}

#[test]
fn hyper() {
    check(&["--example", "hyper", "--features", "http-body"]);
}

#[test]
fn tiny_http() {
    check(&["--example", "tiny_http"]);
}

#[test]
fn tower() {
    check(&["--example", "tower", "--features", "tower"]);
}

#[test]
fn actix_web() {
    check(&["-p", "webhook-actix-web"]);
}

#[test]
fn multi_tenant() {
    check(&["-p", "webhook-multi-tenant"]);
}

#[test]
fn poem() {
    check(&["-p", "webhook-poem"]);
}

#[test]
fn rocket() {
    check(&["-p", "webhook-rocket"]);
}

#[test]
fn salvo() {
    check(&["-p", "webhook-salvo"]);
}

#[test]
fn warp() {
    check(&["-p", "webhook-warp"]);
}

#[test]
fn lambda_http() {
    let executable = build(&["-p", "webhook-lambda"]);
    lambda::check(|runtime_api| Server::start_lambda(&executable, runtime_api));
}
