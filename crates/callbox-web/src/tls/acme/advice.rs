//! What an authority's refusal means for whoever runs the server.

use instant_acme::Error;

use super::AcmeSettings;

/// What went wrong, and what to do about it.
pub(super) fn advice(error: &Error, settings: &AcmeSettings) -> (String, String) {
    let directory = &settings.directory;
    match error {
        Error::Api(problem) => {
            let kind = problem.r#type.as_deref().unwrap_or_default();
            let mut kind = kind.rsplit(':').next().unwrap_or_default();
            let said = problem.detail.as_deref().unwrap_or("it gave no reason");
            // Some authorities call it so although nobody answered.
            if kind == "unauthorized" && said.contains("onnect") {
                kind = "connection";
            }
            (format!("the authority refused ({kind}: {said})"), hint(kind))
        }
        Error::Timeout(_) => (
            "the authority took too long".to_owned(),
            "Nothing to do: it is asked again".to_owned(),
        ),
        Error::Unsupported(what) => (
            format!("the authority does not offer {what}"),
            "Choose one that does with --acme-directory, or get the certificate in another way and give --tls-cert".to_owned(),
        ),
        error => (
            format!("the authority cannot be asked ({error})"),
            format!("Check that this machine reaches {directory} without a proxy, and that its certificate is believed here (--acme-authorities)"),
        ),
    }
}

/// By the kinds of RFC 8555, 6.7.
fn hint(kind: &str) -> String {
    let hint = match kind {
        "connection" => {
            "It could not connect: let port 443 of each name through to this server from the internet, in the firewall and the router"
        }
        "dns" => {
            "It finds no address: enter each name in the public DNS (A or AAAA) with the address that leads here"
        }
        "unauthorized" | "incorrectResponse" | "tls" => {
            "Another server answers at port 443 of the name: check for a misspelt name, an old DNS entry, or a proxy that ends TLS before this server"
        }
        "caa" => "The name's CAA record names another authority: add this one there",
        "rateLimited" => {
            "It was asked too often: wait, and try with the authority's directory for tests"
        }
        "rejectedIdentifier" | "unsupportedIdentifier" => {
            "It gives no certificate for this name: check its spelling, and that it is a public name"
        }
        "externalAccountRequired" => {
            "It wants an account that was made beforehand, which is not supported: choose another authority with --acme-directory"
        }
        "invalidContact" | "unsupportedContact" => {
            "It does not take the mail address: correct --acme-contact"
        }
        "accountDoesNotExist" => {
            "It does not know the kept account: move tls/account.json of the data directory away, and a new one is made"
        }
        "userActionRequired" => {
            "It wants its terms agreed to anew: read what it says, then move tls/account.json of the data directory away"
        }
        _ => "Read what it says; its documentation knows this error",
    };
    hint.to_owned()
}
