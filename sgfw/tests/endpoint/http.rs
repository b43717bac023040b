//! HTTP by hand: what a test sends is what arrives.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The text of the first element of this name.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    }

    pub(crate) fn code(&self) -> (u16, &str) {
        (self.status, self.element("Code").unwrap_or("none"))
    }
}

/// The header that a client without a real key sends.
pub(crate) const UNPROVED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=any/20261121/us-east-1/ec2/aws4_request, \
                                   SignedHeaders=host;x-amz-date, Signature=none\r\nX-Amz-Date: 20261121T103545Z\r\n";

/// Connects, and gives up waiting at some point.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A form as a whole request.
pub(crate) fn form(headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST / HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// Sends a form that needs no key, and reads the answer.
pub(crate) fn post(address: SocketAddr, body: &str) -> Reply {
    exchange(&mut connect(address), &form(UNPROVED, body)).unwrap()
}

/// Sends bytes and reads one answer.
pub(crate) fn exchange(stream: &mut (impl Read + Write), bytes: &[u8]) -> io::Result<Reply> {
    stream.write_all(bytes)?;
    receive(stream)
}

/// Reads one answer with a length.
pub(crate) fn receive(stream: &mut impl Read) -> io::Result<Reply> {
    let mut reader = BufReader::new(stream);
    let mut line = || -> io::Result<String> {
        let mut line = String::new();
        match reader.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    };
    let first = line()?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Reply { status, headers, body: String::from_utf8(body).unwrap() })
}
