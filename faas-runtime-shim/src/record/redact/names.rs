//! Which names stand beside credentials.

/// The names of credentials: those that everybody has, and more.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    more: Box<[String]>,
}

/// A name that has one of these in it is a credential's, in whatever case and with whatever signs between the words.
const WITHIN: [&str; 16] = [
    "accesskey",
    "apikey",
    "authorization",
    "bearer",
    "clientcert",
    "cookie",
    "credential",
    "csrf",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "signature",
    "token",
    "xsrf",
];

/// Those that are too short to be looked for in others.
const WHOLE: [&str; 7] = ["auth", "jwt", "otp", "pass", "pin", "pwd", "sig"];

impl Names {
    pub(super) fn new(more: &[String]) -> Self {
        Self {
            more: more.iter().map(|name| plain(name)).collect(),
        }
    }

    /// Tells whether what stands under the name is a credential.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        let name = plain(name);
        WITHIN.iter().any(|known| name.contains(known))
            || WHOLE.contains(&&*name)
            || (!name.is_empty() && self.more.contains(&name))
    }
}

/// The name without case and signs: `X-Api_Key` is `xapikey`.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
