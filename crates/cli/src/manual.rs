//! What is installed beside the command: completions and manual pages, made of the arguments as they are.

use std::io::Write as _;

use clap::{Command, CommandFactory as _};

use crate::arguments::{Arguments, CompletionsArguments, ManArguments};
use crate::output::{Failure, Out, Outcome};
use crate::secrets::unless_secret;

pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    Out::new().write_all(&script)?;
    Ok(Outcome::Done)
}

pub(crate) fn man(arguments: &ManArguments) -> Result<Outcome, Failure> {
    if let Some(folder) = &arguments.folder {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(Arguments::command(), folder)?;
        return Ok(Outcome::Done);
    }
    let mut command = Arguments::command();
    command.build();
    for name in &arguments.name {
        command = subcommand(&command, name)?.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Out::new().write_all(&page)?;
    Ok(Outcome::Done)
}

fn subcommand<'c>(command: &'c Command, name: &str) -> Result<&'c Command, Failure> {
    command.find_subcommand(name).ok_or_else(|| {
        Failure::usage(format!(
            "{} has no command {}",
            command.get_name(),
            unless_secret(name)
        ))
    })
}
