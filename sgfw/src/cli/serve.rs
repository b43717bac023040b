//! `sgfw serve`: the EC2 endpoint, for the unchanged clients of AWS.

use super::context::Context;
use super::ec2::Caller;
use super::ec2_here;
use super::failure::Failure;
use super::reply::Reply;
use crate::endpoint::{Limits, Listen, ServeError, Server, Settings, Tls};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// The address when nobody says another.
const ADDRESS: &str = "127.0.0.1:5454";

const EXAMPLES: &str = r#"Examples:
  sgfw serve
  AWS_ENDPOINT_URL=http://127.0.0.1:5454 aws ec2 describe-security-groups
  sgfw serve --listen unix:/run/sgfw/ec2.sock
  sgfw serve --listen 0.0.0.0:443 --keys keys.json --cert cert.pem --key key.pem

What is open to whom:
  without --keys   Whoever reaches the address may do everything; therefore only
                   a loopback address or a unix socket is listened on. Signatures
                   are not looked at. An access key of twelve digits is the
                   account, any other stands for the home account.
  with --keys      Every request must be signed (SigV4) with a key of the file,
                   and may do what the key's role says:
                     read     Describe*, Get*
                     operate  rules, tags, prefix list entries, groups of
                              interfaces and instances
                     admin    all
                   The file is for its owner and group only, and looks like this:
                   {"keys": [{"access_key_id": "AKIA...",
                              "secret_access_key": "...",
                              "account": "123456789012", "role": "admin"}]}
  other addresses  need --keys, and --cert with --key.

Every change is a line of JSON on standard error, and in the file of --audit.
SIGHUP reads keys and certificates anew. Packets do not depend on this process.

The agent does what is asked, where one listens; this process needs no
capability beside it. Where none listens, this process does it, as far as it may
read and write the store and manage the kernel (as root it may). What it may not,
or what somebody else is at for too long, is answered with 503 Unavailable:
nothing has changed, the same may be asked again, and clients do so."#;

/// Answer the AWS command line, SDKs and tools: the EC2 API over HTTP
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Serve {
    /// Where: ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH
    #[arg(long, value_name = "PLACE", default_value = ADDRESS)]
    listen: Listen,
    /// Access keys and their roles; without them whoever reaches the address may do everything
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The certificate, PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Append every change to this file too: who, when, from where, what, which revision
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// Requests a second for each key or address; 0 for no limit
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().rate)]
    rate: u32,
    /// Connections at once
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().connections)]
    connections: usize,
}

impl Serve {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        // Beside an agent the store is the agent's, and this process need not be able to read it.
        let home = ec2_here::scope(context, &Caller::default()).unwrap_or_default();
        let settings = Settings {
            listen: self.listen.clone(),
            keys: self.keys.clone(),
            tls: self.cert.clone().zip(self.key.clone()).map(|(certificate, key)| Tls { certificate, key }),
            audit: self.audit.clone(),
            home,
            limits: Limits { rate: self.rate, connections: self.connections, ..Limits::default() },
        };
        let server = Server::bind(&settings, Arc::new(ec2_here::backend(context)))?;
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        context.note(&format!("listening at {} ({scheme}); SIGTERM or Ctrl-C ends it", server.place()));
        server.run(true)?;
        Ok(Reply::silent())
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}
