//! A webhook on actix-web that answers 200 with an empty body: `actix-server bare|extractor`.

use std::env;
use std::error::Error;
use std::hint::black_box;

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use twilio_verify_webhooks::{AuthToken, Event, Receiver};

/// What each webhook has to do: read the body.
async fn bare(body: Bytes) -> HttpResponse {
    black_box(body);
    HttpResponse::Ok().finish()
}

async fn extractor(event: Event<'static>) -> HttpResponse {
    black_box(event);
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let route = match env::args().nth(1).as_deref() {
        Some("bare") => || web::post().to(bare),
        Some("extractor") => || web::post().to(extractor),
        _ => return Err("which webhook?".into()),
    };
    let token = AuthToken::new(&env::var("TWILIO_AUTH_TOKEN")?)?;
    let data = Data::new(Receiver::new(env::var("WEBHOOK_URL")?, token)?);
    let app = move || App::new().app_data(data.clone()).route("/webhook", route());
    let server = HttpServer::new(app).bind(env::var("LISTEN")?)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    Ok(server.run().await?)
}
