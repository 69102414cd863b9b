//! `suppression list`, `lift`: the addresses that are reached no more, and those that are again.

use clap::Subcommand;
use shared::delivery::Device;

use super::{Failure, causes, open};
use crate::{
    clock::Clock,
    entry,
    settings::StoreSettings,
    store::{
        StoreError,
        audit::Who,
        suppression::{self, Suppressed},
    },
};

/// What to do with suppressed addresses.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the addresses that are reached no more, with why and since when.
    List {
        #[command(flatten)]
        store: StoreSettings,
    },
    /// Reach an address again: only once its owner has asked for it, or has a mailbox again.
    Lift {
        #[command(flatten)]
        store: StoreSettings,
        /// The address, as somebody would write it.
        address: String,
    },
}

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    match command {
        Command::List { store } => list(&store).await,
        Command::Lift { store, address } => lift(&store, &address, &clock).await,
    }
}

async fn list(settings: &StoreSettings) -> Result<(), Failure> {
    let db = open(settings).await?;
    let listed = suppression::list(&db).await;
    db.close().await;
    let listed =
        listed.map_err(|error| Failure::new(format!("Not listed: {}.", causes(&error))))?;
    for Suppressed {
        device,
        address,
        why,
        at,
    } in listed
    {
        let since = at.with_timezone(&settings.district().time_zone);
        println!(
            "{}\t{address}\t{}\t{}",
            device.label(),
            since.format("%Y-%m-%d"),
            why.in_words()
        );
    }
    Ok(())
}

async fn lift(settings: &StoreSettings, address: &str, clock: &impl Clock) -> Result<(), Failure> {
    let region = settings.district().phone_region;
    let devices: &[Device] = match address.contains('@') {
        true => &[Device::Email],
        false => &[Device::Voice, Device::Text],
    };
    let keys: Vec<_> = devices
        .iter()
        .filter_map(|device| Some((*device, entry::address_key(region, *device, address)?)))
        .collect();
    if keys.is_empty() {
        return Err(Failure::new(
            "This is no email address and no telephone number. Give one as `sentlog suppression list` shows it.",
        ));
    }
    let db = open(settings).await?;
    let mut lifted = Vec::new();
    let mut failed = None::<StoreError>;
    for (device, key) in keys {
        match suppression::lift_by(&db, device, &key, &Who::SHELL, clock.now()).await {
            Ok(true) => lifted.push(device.label()),
            Ok(false) => {}
            Err(error) => failed = Some(error),
        }
    }
    db.close().await;
    if let Some(error) = failed {
        return Err(Failure::new(format!("Not lifted: {}.", causes(&error))));
    }
    match lifted.as_slice() {
        [] => Err(Failure::new(
            "Nothing was lifted: this address is reached. `sentlog suppression list` shows those that are not.",
        )),
        devices => {
            println!("It is reached again by {}.", devices.join(" and "));
            Ok(())
        }
    }
}
