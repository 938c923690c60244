use crate::arguments::WebhooksArguments;
use crate::output::{Failure, Outcome};

pub(crate) fn run(arguments: &WebhooksArguments) -> Result<Outcome, Failure> {
    Err(Failure::failed(format!("not there yet: {arguments:?}")))
}
