//! Requests as commands for a shell.
