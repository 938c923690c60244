//! Why data is not read: it is of another form than its type has, or could be read in two ways.

use super::error::DataError;
use super::members::ObjectFault;

pub(super) enum Fault {
    /// The event is one of a type that cannot be read.
    Data(DataError),
    /// The element is no event.
    Names,
}

impl From<DataError> for Fault {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<ObjectFault> for Fault {
    fn from(fault: ObjectFault) -> Self {
        match fault {
            ObjectFault::NotAnObject => Self::Data(DataError::NotAnObject),
            ObjectFault::Names => Self::Names,
        }
    }
}
