use crate::arguments::InspectArguments;
use crate::output::{Failure, Outcome};

pub(crate) async fn run(arguments: InspectArguments) -> Result<Outcome, Failure> {
    Err(Failure::failed(format!("not there yet: {arguments:?}")))
}
