/// Room for a text that has not been taken yet.
pub(crate) enum Room<'b> {
    Fixed(&'b mut [u8]),
    Growing(&'b mut Vec<u8>),
}

impl<'b> Room<'b> {
    /// Returns how many bytes it has before it grows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Fixed(room) => room.len(),
            Self::Growing(room) => room.len(),
        }
    }

    /// Takes it, grown to so many bytes if it can grow.
    pub(crate) fn take(self, bytes: usize) -> &'b mut [u8] {
        match self {
            Self::Fixed(room) => room,
            Self::Growing(room) => {
                if room.len() < bytes {
                    room.resize(bytes, 0);
                }
                room
            }
        }
    }
}
