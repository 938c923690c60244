//! The store on a real PostgreSQL, whose address `INBOX_POSTGRES` holds: `checks/servers/run postgres,pgbouncer cargo
//! test ...`. Without it each test says that it is left out.

mod conformance;
mod damage;
mod durability;
mod failures;
mod names;
mod plans;
mod schema;
mod support;
mod transactions;
