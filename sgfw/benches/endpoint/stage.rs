//! Agent and endpoint in a namespace, on the first core, with what they are asked about.

use crate::Outcome;
use sgfw::kernel::within;
use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub(crate) const GROUPS: usize = 500;
/// One less than the quota: the load adds one and takes it away again.
const RULES: usize = 59;
const MEMBERS: usize = 3_000;
pub(crate) const KEY: &str = "AKIABENCH";
pub(crate) const SECRET: &str = "bench/secret/of/nobody/at/all";
const PORT: u16 = 5454;

pub(crate) struct Stage {
    sgfw: PathBuf,
    netns: String,
    peer: String,
    address: String,
    directory: tempfile::TempDir,
    pins: PathBuf,
    children: Vec<Child>,
}

impl Stage {
    /// As the environment names it; none where nothing is to be done.
    pub(crate) fn named() -> Outcome<Option<Self>> {
        let of = |name: &str| std::env::var(format!("SGFW_BENCH_{name}"));
        let Ok(sgfw) = of("PROGRAM") else { return Ok(None) };
        // The load keeps off the core that is measured.
        run(Command::new("taskset").args(["-pc", "1", &std::process::id().to_string()]).stdout(Stdio::null()))?;
        let pins = Path::new("/sys/fs/bpf").join(format!("sgfw-bench-endpoint-{}", std::process::id()));
        let (netns, peer, address) = (of("NETNS")?, of("PEER")?, of("ADDRESS")?);
        let directory = tempfile::tempdir()?;
        let mut stage = Self { sgfw: sgfw.into(), netns, peer, address, directory, pins, children: Vec::new() };
        stage.start()?;
        Ok(Some(stage))
    }

    fn start(&mut self) -> Outcome<()> {
        let key = serde_json::json!({
            "access_key_id": KEY, "secret_access_key": SECRET, "account": "123456789012", "role": "admin",
        });
        let keys = self.write("keys.json", &serde_json::json!({ "keys": [key] }).to_string())?;
        fs::set_permissions(&keys, Permissions::from_mode(0o600))?;
        let keys = keys.display().to_string();
        let listen = format!("127.0.0.1:{PORT}");
        let agent = self.command(&["agent"]).spawn()?;
        self.children.push(agent);
        self.wait(|stage| stage.directory.path().join("state/agent.sock").exists())?;
        let policy = self.write("policy.yaml", &self.policy()?)?;
        run(self.command(&["apply", &policy.display().to_string()]).stdout(Stdio::null()))?;
        let serve = self.command(&["serve", "--listen", &listen, "--keys", &keys, "--rate", "0"]).spawn()?;
        self.children.push(serve);
        self.wait(|stage| stage.connect().is_ok())
    }

    fn write(&self, name: &str, text: &str) -> Outcome<PathBuf> {
        let path = self.directory.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", "0", "nsenter", &format!("--net=/run/netns/{}", self.netns)]).arg(&self.sgfw).args(words);
        command.env("SGFW_PIN_DIR", &self.pins).env("SGFW_STATE_DIR", self.directory.path().join("state"));
        command.env_remove("SSH_CONNECTION").stdin(Stdio::null()).stderr(self.errors());
        command
    }

    /// Every change is told of on standard error, which nobody wants to see here.
    fn errors(&self) -> Stdio {
        let path = self.directory.path().join("errors");
        fs::OpenOptions::new().create(true).append(true).open(path).map_or_else(|_| Stdio::null(), Stdio::from)
    }

    fn wait(&self, is_so: impl Fn(&Self) -> bool) -> Outcome<()> {
        let begun = Instant::now();
        while !is_so(self) {
            if begun.elapsed() > Duration::from_secs(60) {
                let errors = fs::read_to_string(self.directory.path().join("errors")).unwrap_or_default();
                return Err(format!("agent or endpoint does not come up\n{errors}").into());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Groups with rules from blocks and from each other, the first of them of the device, and members elsewhere.
    fn policy(&self) -> Outcome<String> {
        let mut text = "version: 1\ngroups:\n".to_owned();
        for group in 0..GROUPS {
            writeln!(text, "  - name: g{group}\n    ingress:")?;
            for rule in 0..RULES {
                let (port, other) = (1_000 + rule, (group * 7 + rule) % GROUPS);
                match rule % 6 {
                    0 => writeln!(text, "      - {{protocol: tcp, ports: {port}, from: {{group: g{other}}}}}")?,
                    _ => writeln!(
                        text,
                        "      - {{protocol: tcp, ports: {port}, from: 11.{}.{rule}.0/24}}",
                        group % 250
                    )?,
                }
            }
        }
        writeln!(
            text,
            "interfaces:\n  - {{name: web, device: eth0, addresses: [{}], groups: [g0, g1]}}",
            self.address
        )?;
        writeln!(text, "members:")?;
        for member in 0..MEMBERS {
            let (group, address) = (member % GROUPS, format!("172.16.{}.{}", member / 250, member % 250));
            writeln!(text, "  - {{name: m{member}, addresses: [{address}], groups: [g{group}]}}")?;
        }
        Ok(text)
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{PORT}")
    }

    pub(crate) fn connect(&self) -> Outcome<TcpStream> {
        let address: SocketAddr = self.host().parse()?;
        Ok(within(Some(&self.netns), || TcpStream::connect(address))??)
    }

    /// How long agent and endpoint have had the core.
    pub(crate) fn busy(&self) -> Outcome<Duration> {
        let mut ticks = 0;
        for child in &self.children {
            let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
            let (_, rest) = stat.rsplit_once(')').ok_or("a stat file without a name")?;
            let words: Vec<&str> = rest.split_whitespace().collect();
            ticks += words[11].parse::<u64>()? + words[12].parse::<u64>()?;
        }
        // USER_HZ is 100 on every machine that sgfw runs on.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// How long until a packet to this port gets through, or does not any more. Nobody listens there: what gets
    /// through is refused at once.
    pub(crate) fn until(&self, port: u16, passes: bool) -> Outcome<Duration> {
        let address: SocketAddr = format!("{}:{port}", self.address).parse()?;
        let begun = Instant::now();
        within(Some(&self.peer), || -> Outcome<Duration> {
            loop {
                let asked = begun.elapsed();
                let refused = TcpStream::connect_timeout(&address, Duration::from_millis(20))
                    .is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused);
                match refused == passes {
                    true if asked < Duration::from_millis(1) => return Ok(Duration::ZERO),
                    true => return Ok(asked),
                    false if asked > Duration::from_secs(10) => return Err("the kernel does not obey".into()),
                    false => {}
                }
            }
        })?
    }
}

fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = self.command(&["detach", "--all"]).stdout(Stdio::null()).status();
    }
}
