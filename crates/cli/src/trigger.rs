use crate::arguments::TriggerArguments;
use crate::output::{Failure, Outcome};

pub(crate) async fn run(arguments: TriggerArguments) -> Result<Outcome, Failure> {
    Err(Failure::failed(format!("not there yet: {arguments:?}")))
}
