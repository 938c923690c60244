use crate::arguments::ListenArguments;
use crate::output::{Failure, Outcome};

pub(crate) async fn run(arguments: ListenArguments) -> Result<Outcome, Failure> {
    Err(Failure::failed(format!("not there yet: {arguments:?}")))
}
