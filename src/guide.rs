//! The guide: one task a page, from start to end.
//!
//! ```sh
//! cargo add twilio-verify-webhooks
//! cargo add --dev twilio-verify-webhooks --features testing
//! ```
//!
//! The feature `testing` makes the deliveries of examples, so code that imports it belongs into tests. Lines outside a
//! function are the inside of one that returns `Result<(), Box<dyn std::error::Error>>`. What a page needs more, it names.
//!
//! | to | read |
//! |---|---|
//! | receive, send and see the first webhook | [`first_webhook`] |
//! | use it with a framework | [`frameworks`] |
//! | run behind a proxy, a load balancer or a tunnel | [`behind_a_proxy`] |
//! | serve many accounts at one URL | [`many_accounts`] |
//! | receive verifications by SMS, voice, WhatsApp and RCS | [`verify_events`] |
//! | handle every event, and each once | [`exactly_once`] |
//! | put events on queues, into databases and logs | [`queues`] |
//! | replace a key without losing a delivery | [`rotating_keys`] |
//! | test what you wrote | [`testing_your_handler`] |
//! | go to production | [`production`] |
//! | find out why signatures stopped matching | [`incidents`] |
//! | move here from Twilio's libraries or a check of your own | [`moving`] |
//! | know what Twilio may add, and what happens then | [`additions`] |
//! | understand why some deliveries with a right signature are refused | [`one_reading`] |

// Pages whose code needs a framework or a sibling crate are compiled by `checks/readme` and `examples/servers/recipes`.

#[cfg_attr(not(doctest), doc = include_str!("guide/first_webhook.md"))]
pub mod first_webhook {}

#[cfg_attr(not(doctest), doc = include_str!("guide/frameworks.md"))]
pub mod frameworks {}

#[doc = include_str!("guide/behind_a_proxy.md")]
pub mod behind_a_proxy {}

#[doc = include_str!("guide/many_accounts.md")]
pub mod many_accounts {}

#[cfg_attr(not(doctest), doc = include_str!("guide/verify_events.md"))]
pub mod verify_events {}

#[cfg_attr(not(doctest), doc = include_str!("guide/exactly_once.md"))]
pub mod exactly_once {}

#[doc = include_str!("guide/queues.md")]
pub mod queues {}

#[doc = include_str!("guide/rotating_keys.md")]
pub mod rotating_keys {}

#[cfg_attr(not(doctest), doc = include_str!("guide/testing_your_handler.md"))]
pub mod testing_your_handler {}

#[doc = include_str!("guide/production.md")]
pub mod production {}

#[doc = include_str!("guide/incidents.md")]
pub mod incidents {}

#[cfg_attr(not(doctest), doc = include_str!("guide/moving.md"))]
pub mod moving {}

#[doc = include_str!("guide/additions.md")]
pub mod additions {}

#[doc = include_str!("guide/one_reading.md")]
pub mod one_reading {}
