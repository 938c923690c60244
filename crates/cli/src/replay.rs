use crate::arguments::ReplayArguments;
use crate::output::{Failure, Outcome};

pub(crate) async fn run(arguments: ReplayArguments) -> Result<Outcome, Failure> {
    Err(Failure::failed(format!("not there yet: {arguments:?}")))
}
