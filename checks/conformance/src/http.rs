//! HTTP/1.1 spoken so plainly that a test can get it wrong on purpose.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How the end of a body is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// By `Content-Length`.
    Length,
    /// By chunks of so many bytes.
    Chunks(usize),
}

#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub framing: Framing,
}

impl Request {
    #[must_use]
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST".into(),
            target: "/webhook".into(),
            headers: Vec::new(),
            body: body.into(),
            framing: Framing::Length,
        }
    }

    /// Adds a line to the head.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves all lines of a header out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// Replaces all lines of a header by one.
    #[must_use]
    pub fn replace(self, name: &str, value: &str) -> Self {
        self.without(name).header(name, value)
    }

    #[must_use]
    pub fn head(&self) -> String {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: localhost\r\n",
            self.method, self.target
        );
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        match self.framing {
            Framing::Length => write!(head, "Content-Length: {}\r\n\r\n", self.body.len()).unwrap(),
            Framing::Chunks(_) => head.push_str("Transfer-Encoding: chunked\r\n\r\n"),
        }
        head
    }

    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head().into_bytes();
        match self.framing {
            Framing::Length => bytes.extend_from_slice(&self.body),
            Framing::Chunks(len) => {
                for chunk in self.body.chunks(len) {
                    bytes.extend_from_slice(&self::chunk(chunk));
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
        }
        bytes
    }
}

#[must_use]
pub fn chunk(data: &[u8]) -> Vec<u8> {
    let len = format!("{:x}\r\n", data.len());
    [len.as_bytes(), data, b"\r\n"].concat()
}

#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }
}

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    pub stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Connection {
    /// # Errors
    ///
    /// Those of the socket.
    pub fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        // A server that does not answer makes the test fail, not hang.
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.set_write_timeout(Some(Duration::from_secs(60)))?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Self { stream, reader })
    }

    /// Sends a request and reads the response.
    ///
    /// # Errors
    ///
    /// Those of the socket while reading: a server may stop reading once it has answered.
    pub fn send(&mut self, request: &Request) -> io::Result<Response> {
        let _ = self.stream.write_all(&request.bytes());
        self.response()
    }

    /// # Errors
    ///
    /// Those of the socket, and `InvalidData` for what is no response.
    pub fn response(&mut self) -> io::Result<Response> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.reader.read_until(b'\n', &mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Response::new(&mut headers);
        parsed.parse(&head).map_err(io::Error::other)?;
        let mut response = Response {
            status: parsed.code.unwrap_or_default(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        for header in parsed.headers.iter() {
            let value = String::from_utf8_lossy(header.value).into_owned();
            response.headers.push((header.name.to_owned(), value));
        }
        response.body = self.body(&response)?;
        Ok(response)
    }

    fn body(&mut self, response: &Response) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if let Some(len) = response.header("content-length") {
            body.resize(len.parse().map_err(io::Error::other)?, 0);
            self.reader.read_exact(&mut body)?;
        } else if response.header("transfer-encoding").is_some() {
            loop {
                let mut line = String::new();
                self.reader.read_line(&mut line)?;
                let len = usize::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
                let mut chunk = vec![0; len + 2];
                self.reader.read_exact(&mut chunk)?;
                chunk.truncate(len);
                body.append(&mut chunk);
                if len == 0 {
                    break;
                }
            }
        } else if response.status != 204 {
            self.reader.read_to_end(&mut body)?;
        }
        Ok(body)
    }
}
