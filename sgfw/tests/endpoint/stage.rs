//! An endpoint in this process, with what a test needs around it.

use crate::backend::Memory;
use sgfw::endpoint::{Handle, Limits, Listen, Perform, Server, Settings};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use tempfile::TempDir;

/// An endpoint that runs until this is dropped.
pub(crate) struct Stage {
    pub(crate) listen: Listen,
    pub(crate) directory: TempDir,
    pub(crate) handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// Key ids by role, all with [`SECRET`], of account 111122223333.
pub(crate) const KEYS: [(&str, &str); 3] = [("AKIAREAD", "read"), ("AKIAOPERATE", "operate"), ("AKIAADMIN", "admin")];
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

impl Stage {
    /// On a loopback address, without keys.
    pub(crate) fn open() -> Self {
        Self::with(|_, _| ())
    }

    /// As the settings are made; the directory is the stage's own.
    pub(crate) fn with(change: impl FnOnce(&mut Settings, &Path)) -> Self {
        Self::of(Arc::new(Memory::default()), change)
    }

    pub(crate) fn of(backend: Arc<dyn Perform>, change: impl FnOnce(&mut Settings, &Path)) -> Self {
        let directory = TempDir::new().unwrap();
        let mut settings = Settings::new(Listen::Tcp("127.0.0.1:0".parse().unwrap()));
        settings.limits = Limits { rate: 0, ..Limits::default() };
        change(&mut settings, directory.path());
        let server = Server::bind(&settings, backend).unwrap();
        let (listen, handle) = (server.place(), server.handle());
        let thread = Some(std::thread::spawn(move || server.run(false).unwrap()));
        Self { listen, directory, handle, thread }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        match &self.listen {
            Listen::Tcp(address) => *address,
            Listen::Unix(path) => panic!("{} has no address", path.display()),
        }
    }

    /// Ends it and waits for it.
    pub(crate) fn end(&mut self) {
        self.handle.end();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.handle.end();
    }
}

/// Writes the file of [`KEYS`].
pub(crate) fn keys(directory: &Path) -> PathBuf {
    let key = |(id, role): (&str, &str)| {
        serde_json::json!({
            "access_key_id": id, "secret_access_key": SECRET, "account": "111122223333", "role": role,
        })
    };
    let text = serde_json::json!({ "keys": KEYS.map(key) }).to_string();
    private(directory, "keys.json", &text)
}

/// A file that only its owner reads.
pub(crate) fn private(directory: &Path, name: &str, text: &str) -> PathBuf {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = directory.join(name);
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    path
}
