//! `serve`: the page and the API, until it is told to stop.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, signal};

use super::{
    Failure, causes,
    deliver::{self, Delivering, DeliverySettings},
    demo, open,
    providers::ProviderSettings,
    purge::{KeepSettings, Keeping},
    sign_on::SignOnSettings,
};
use crate::{
    auth::sessions::StoredSessions,
    clock::{Clock, SharedClock},
    connections, router,
    routes::administration::{self, LINK_DAYS},
    settings::{ServeSettings, StoreSettings},
    state::App,
    store::{Database, arrival, demonstration, links, reports},
};

/// How often ended sessions, and what else is of no use any more, are forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Serves.
pub async fn serve(
    store: &StoreSettings,
    settings: &ServeSettings,
    delivery: &DeliverySettings,
    providers: &ProviderSettings,
    sign_on: &SignOnSettings,
    keep: &KeepSettings,
    clock: impl Clock + 'static,
) -> Result<(), Failure> {
    let clock: SharedClock = Arc::new(clock);
    if settings.demo && !settings.listen.ip().is_loopback() {
        return Err(Failure::new(format!(
            "A demonstration lets anybody in, so it listens on this machine only, not on {}. Leave \
             --listen out, or give it 127.0.0.1:8080.",
            settings.listen
        )));
    }
    if settings.demo && settings.behind_tls {
        return Err(Failure::new(
            "A demonstration lets anybody in, so it stands behind no proxy that others reach. Leave --behind-tls \
             (SENTLOG_BEHIND_TLS) or --demo out.",
        ));
    }
    let ages = keep.ages()?;
    let listener = listen(settings.listen).await?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new(format!("The address is not known: {error}.")))?;
    let db = open(store).await?;
    match settings.demo {
        true => demo::fill(&db, &store.district(), &*clock).await?,
        false => demonstration::end(&db, clock.now())
            .await
            .map_err(|error| Failure::new(format!("{}.", causes(&error))))?,
    }
    let district = store.district();
    let routes = Arc::new(deliver::routes(
        providers,
        delivery,
        settings.demo,
        &db,
        &clock,
    )?);
    let mut app = App::new(db.clone(), clock.clone(), district, settings.app())
        .map_err(|error| Failure::new(format!("Passwords cannot be hashed here: {error}.")))?;
    app.proofs = Arc::new(providers.proofs()?);
    app.carriers = routes.clone();
    let sign_on = sign_on.sign_on(providers.public_url.as_deref(), &clock)?;
    app.sign_on = sign_on.map(Arc::new);
    app.paper = settings.paper(app.paper).map_err(Failure::new)?;
    // Before there is anything to be ended in order.
    let stop = stop_signal();
    let delivering = Delivering::begin(delivery, &routes, &db, &clock, &district);
    let keeping = Keeping::begin(ages, &db, &clock, &district);
    let alone = app.sign_on.as_ref().is_some_and(|door| door.alone);
    let first = match settings.demo || alone {
        true => None,
        false => first_administrator(&app).await?,
    };
    let sweeper = tokio::spawn(sweep(app.sessions.clone(), db.clone(), clock.clone()));
    let live = app.live.clone();
    let router = router::router(app);
    println!("Sentlog is at http://{address}");
    if let Some(path) = first {
        let own = format!("http://{address}");
        let base = providers.public_url.as_deref().unwrap_or(&own);
        println!(
            "Nobody administers it yet. Whoever opens this address first does, within {LINK_DAYS} days; after a restart \
             another one is good:\n  {}{path}",
            base.trim_end_matches('/')
        );
    }
    connections::serve(listener, router, settings.limits(), async {
        stop.await;
        live.end();
        if let Some(delivering) = &delivering {
            delivering.stop();
        }
        if let Some(keeping) = &keeping {
            keeping.stop();
        }
    })
    .await;
    sweeper.abort();
    if let Some(keeping) = keeping {
        keeping.end().await;
    }
    if let Some(delivering) = delivering {
        delivering.end().await;
    }
    db.close().await;
    Ok(())
}

/// Where the first administrator comes in, as long as there is none.
async fn first_administrator(app: &App) -> Result<Option<String>, Failure> {
    let (link, told) = administration::link(app);
    let wanted = links::first(&app.db, &link).await;
    let wanted = wanted.map_err(|error| Failure::new(format!("{}.", causes(&error))))?;
    Ok(wanted.then_some(told.path))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let words = match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "Another program listens on {address} already. Stop it, or choose another port: \
                 --listen {}:{}.",
                address.ip(),
                address.port().wrapping_add(1)
            ),
            io::ErrorKind::PermissionDenied => format!(
                "This account may not listen on {address}. Choose a port above 1023, such as \
                 --listen {}:8080.",
                address.ip()
            ),
            _ => format!(
                "Sentlog cannot listen on {address}: {error}. Choose an address of this machine with \
                 --listen."
            ),
        };
        Failure::new(words)
    })
}

/// Forgets, now and then, what is of no use any more.
async fn sweep(sessions: StoredSessions, db: Database, clock: SharedClock) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        match sessions.sweep().await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "forgot sessions that have ended"),
            Err(error) => {
                tracing::warn!(error = causes(&error), "ended sessions were not forgotten")
            }
        }
        match reports::forget(&db, clock.now()).await {
            Ok(0) => {}
            Ok(forgotten) => {
                tracing::info!(forgotten, "forgot what proves reports that come no more")
            }
            Err(error) => {
                tracing::warn!(
                    error = causes(&error),
                    "what proves old reports was not forgotten"
                )
            }
        }
        match arrival::sweep(&db, clock.now()).await {
            Ok(0) => {}
            Ok(swept) => tracing::warn!(swept, "removed messages that never came in whole"),
            Err(error) => {
                tracing::warn!(
                    error = causes(&error),
                    "what never came in whole was not removed"
                )
            }
        }
    }
}

/// Listens for Ctrl-C, and for what a supervisor sends, from now on: what is heard before somebody waits for it counts.
pub(super) fn stop_signal() -> impl Future<Output = ()> + use<> {
    #[cfg(unix)]
    let heard = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(signal)
    };
    async move {
        #[cfg(unix)]
        if let [Ok(mut interrupt), Ok(mut terminate)] = heard {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        // Where even this fails there is nothing to wait for but the end.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
