//! A section with secrets, of which nothing may come out of the process, and the hooks that it steers.

use faas::{Config, Error, Secret};

#[faas::config("specimen")]
#[derive(Default)]
#[serde(default)]
struct Settings {
    token: Secret<String>,
    pin: Secret<u32>,
    label: String,
    most: u32,
    start: Start,
    stop: Stop,
}

/// What the start hook does.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Start {
    #[default]
    Succeed,
    Fail,
    Panic,
    Wait,
}

/// What the stop hook does.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stop {
    #[default]
    Succeed,
    Fail,
}

#[faas::on_start]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn starts(Config(settings): Config<Settings>) -> Result<(), Error> {
    match settings.start {
        Start::Succeed => Ok(()),
        Start::Fail => Err(Error::retry("the cache cannot be reached")),
        Start::Panic => panic!("the specimen was asked to panic"),
        Start::Wait => {
            tracing::info!("the start hook waits");
            std::future::pending().await
        }
    }
}

#[faas::on_stop]
fn stops(Config(settings): Config<Settings>) -> Result<(), Error> {
    tracing::info!("the specimen's stop hook ran");
    match settings.stop {
        Stop::Succeed => Ok(()),
        Stop::Fail => Err(Error::retry("the last events were not sent")),
    }
}

/// What may be told of the settings, and that the secrets have arrived.
#[faas::http(GET, "/settings")]
async fn settings(Config(settings): Config<Settings>) -> String {
    tracing::info!(token = ?settings.token, "settings were asked for");
    format!(
        "label={} most={} token={} bytes, pin is set: {}",
        settings.label,
        settings.most,
        settings.token.expose().len(),
        *settings.pin.expose() != 0,
    )
}
