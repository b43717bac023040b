//! Where it listens and where it refuses to.

use crate::http::{UNPROVED, exchange, form};
use crate::signed;
use crate::stage::{SECRET, Stage, keys, private};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sgfw::endpoint::{Keys, Listen, ServeError, Server, Settings, Tls};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

fn start(settings: &Settings) -> Result<Server, ServeError> {
    Server::bind(settings, Arc::new(crate::backend::Memory::default()))
}

#[test]
fn without_keys_and_tls_it_stays_on_this_machine() {
    let directory = tempfile::tempdir().unwrap();
    for place in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let mut settings = Settings::new(place.parse().unwrap());
        let words = start(&settings).err().map(|error| error.to_string()).unwrap();
        assert!(words.contains("nobody would have to prove who they are"), "{words}");
        settings.keys = Some(keys(directory.path()));
        let error = start(&settings).err().unwrap();
        assert!(matches!(error, ServeError::NoTls(_)) && error.help().contains("--cert"), "{error}");
    }
    for place in ["127.0.0.1:0", "[::1]:0"] {
        assert!(start(&Settings::new(place.parse().unwrap())).is_ok(), "{place}");
    }
}

#[test]
fn a_socket_is_for_its_owner_and_its_group() {
    let stage = Stage::with(|settings, directory| settings.listen = Listen::Unix(directory.join("socket")));
    let path = stage.directory.path().join("socket");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o660);
    let mut stream = UnixStream::connect(&path).unwrap();
    assert_eq!(exchange(&mut stream, &form("", "Action=DescribeSecurityGroups")).unwrap().status, 200);
    let twice = start(&Settings::new(stage.listen.clone())).err().unwrap();
    assert!(matches!(twice, ServeError::Listen { .. }), "{twice}");
}

#[test]
fn a_socket_that_a_dead_endpoint_left_is_taken_and_other_files_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let listen = Listen::Unix(path.clone());
    let server = start(&Settings::new(listen.clone())).unwrap();
    drop(server);
    assert!(!path.exists(), "it clears away its socket");
    std::fs::write(&path, "precious").unwrap();
    assert!(start(&Settings::new(listen)).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn files_of_keys_are_private_and_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = keys(directory.path());
    assert_eq!(Keys::read(&path).unwrap().get("AKIAREAD").unwrap().account.as_str(), "111122223333");
    assert!(!format!("{:?}", Keys::read(&path)).contains(SECRET));
    for (mode, allowed) in [(0o600, true), (0o640, true), (0o400, true), (0o644, false), (0o660, false), (0o604, false)]
    {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(Keys::read(&path).is_ok(), allowed, "{mode:o}");
    }
    let key =
        r#"{"access_key_id": "A", "secret_access_key": "0123456789abcdef", "account": "111122223333", "role": "read"}"#;
    let case = |text: &str| Keys::read(&private(directory.path(), "other", text)).err().map(|error| error.to_string());
    assert_eq!(case(&format!(r#"{{"keys": [{key}]}}"#)), None);
    for (text, words) in [
        ("", "EOF"),
        (r#"{"keys": []}"#, "no key in it"),
        (&*format!(r#"{{"keys": [{key}, {key}]}}"#), "A is there twice"),
        (&*format!(r#"{{"keys": [{}]}}"#, key.replace("cdef", "")), "shorter than 16"),
        (&*format!(r#"{{"keys": [{}]}}"#, key.replace("read", "root")), "unknown variant"),
        (&*format!(r#"{{"keys": [{}]}}"#, key.replace("1111", "")), "12 digits"),
        (&*format!(r#"{{"keys": [{}]}}"#, key.replace("\"A\"", "\"A/B\"")), "letters, digits"),
    ] {
        assert!(case(text).is_some_and(|it| it.contains(words)), "{text}: {:?}", case(text));
    }
}

/// A certificate for localhost that signs itself, with its key.
pub(crate) fn certificate(directory: &Path) -> Tls {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let certificate = private(directory, "cert.pem", &made.cert.pem());
    Tls { certificate, key: private(directory, "key.pem", &made.signing_key.serialize_pem()) }
}

#[test]
fn tls_is_spoken_where_there_is_a_certificate() {
    let stage = Stage::with(|settings, directory| {
        settings.listen = "127.0.0.1:0".parse().unwrap();
        settings.keys = Some(keys(directory));
        settings.tls = Some(certificate(directory));
    });
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(stage.directory.path().join("cert.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let client = ClientConnection::new(config, ServerName::try_from("localhost").unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, crate::http::connect(stage.address()));
    let bytes = signed::form("localhost", "AKIAREAD", SECRET, "ec2", "Action=DescribeSecurityGroups");
    assert_eq!(exchange(&mut stream, &bytes).unwrap().status, 200);
    stage.handle.reload().unwrap();
    let plain = exchange(&mut crate::http::connect(stage.address()), &form(UNPROVED, "Action=DescribeSecurityGroups"));
    assert!(plain.map_or(true, |reply| reply.status == 0), "plain text is not answered");
}

#[test]
fn certificates_that_are_none_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap());
    let mut tls = certificate(directory.path());
    tls.key = private(directory.path(), "key.pem", "nothing");
    settings.tls = Some(tls);
    let words = start(&settings).err().unwrap().to_string();
    assert!(words.contains("key.pem"), "{words}");
}
