//! A server that receives deliveries.

use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use twilio_verify_webhooks::Event;
use verify_webhooks_weight::{Result, receiver};

async fn webhook(event: Event<'static>) -> HttpResponse {
    println!("{} {}", event.event_type(), event.delivery_id());
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> Result {
    let data = Data::new(receiver()?);
    let app = move || {
        App::new()
            .app_data(data.clone())
            .route("/webhook", web::to(webhook))
    };
    Ok(HttpServer::new(app).bind("127.0.0.1:3000")?.run().await?)
}
