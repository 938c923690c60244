//! A server that reads bodies.

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use verify_webhooks_weight::Result;

async fn webhook(body: Bytes) -> HttpResponse {
    println!("{} bytes", body.len());
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> Result {
    let app = || App::new().route("/webhook", web::to(webhook));
    Ok(HttpServer::new(app).bind("127.0.0.1:3000")?.run().await?)
}
