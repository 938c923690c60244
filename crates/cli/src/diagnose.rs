use crate::arguments::DiagnoseArguments;
use crate::output::{Failure, Outcome};

pub(crate) fn run(arguments: &DiagnoseArguments) -> Result<Outcome, Failure> {
    Err(Failure::failed(format!("not there yet: {arguments:?}")))
}
