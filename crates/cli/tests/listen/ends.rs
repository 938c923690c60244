//! How it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::program::{PATIENCE, Program, URL, command, forged, interrupt, run, signed};
use super::web::{bytes_of, connect, deliver, request};

/// What the issue promises.
const A_SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_interrupt_ends_it_in_order_with_pages_open() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    let host = address.to_string();
    // Eight streams of pages, and a connection that is kept.
    let mut streams: Vec<_> = (0..8)
        .map(|_| {
            let mut stream = connect(address);
            let target = format!("{path}events");
            stream
                .write_all(&request("GET", &target, &[("Host", &host)], b""))
                .unwrap();
            let mut piece = [0; 16];
            stream.read_exact(&mut piece).unwrap();
            stream
        })
        .collect();
    let idle = connect(program.address());
    let start = Instant::now();
    assert_eq!(program.interrupt(), 0);
    assert!(start.elapsed() < A_SECOND, "{:?}", start.elapsed());
    for stream in &mut streams {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
    }
    drop(idle);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let port = taken.local_addr().unwrap().port().to_string();
    for (listen, page, option) in [
        (address.as_str(), "off", "--listen"),
        ("127.0.0.1:0", port.as_str(), "--page-port"),
    ] {
        let output = run(&[
            "listen",
            "--url",
            URL,
            "--listen",
            listen,
            "--page-port",
            page,
        ]);
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(&address), "{error}");
        assert!(error.contains(option), "{error}");
    }
    let output = run(&["inspect", env!("CARGO_TARGET_TMPDIR"), "--page-port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("--page-port"), "{error}");
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    for format in [&["--json"][..], &[]] {
        let own = [
            "listen",
            "--url",
            URL,
            "--listen",
            "127.0.0.1:0",
            "--page-port",
            "off",
        ];
        let mut listen = command(&[&own[..], format].concat());
        let mut child = listen
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut ready = String::new();
        while !ready.ends_with("}\n") && !ready.ends_with("\n\n") {
            stdout.read_line(&mut ready).unwrap();
        }
        let (_, address) = ready.split_once("http://").unwrap();
        let is_part = |c: char| c.is_ascii_digit() || ".:".contains(c);
        let address = address.split(|c| !is_part(c)).next().unwrap().parse();
        drop(stdout);
        // It may end before it answers.
        let mut sender = connect(address.unwrap());
        sender.write_all(&bytes_of(&signed())).unwrap();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!((child.wait().unwrap().code(), &*said), (Some(0), ""));
    }
}

#[test]
fn a_reader_that_stops_reading_holds_up_nothing() {
    let mut listen = command(&[
        "listen",
        "--url",
        URL,
        "--listen",
        "127.0.0.1:0",
        "--page-port",
        "off",
        "--json",
    ]);
    let mut child = listen
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    stdout.read_line(&mut ready).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
    let address = super::program::address(ready["listen"].as_str().unwrap());
    // A pipe holds 64 KiB, and a thousand lines wait: the others have no place.
    let delivery = signed();
    for _ in 0..1500 {
        assert_eq!(deliver(address, &delivery).status, 200);
    }
    // It ends without having written what waits, and says what is lost once somebody reads.
    let mut lines = stdout.lines();
    for _ in 0..1000 {
        lines.next().unwrap().unwrap();
    }
    for _ in 0..1500 {
        assert_eq!(deliver(address, &delivery).status, 200);
    }
    interrupt(&child);
    let start = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        assert!(start.elapsed() < PATIENCE, "an interrupt does not end it");
        std::thread::yield_now();
    };
    assert_eq!(code, Some(0));
    let mut said = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert!(said.contains("deliveries are left out"), "{said}");
}

#[test]
fn it_ends_after_as_many_deliveries_as_are_asked_for() {
    let program = Program::listen(&["--until", "2"]);
    deliver(program.address(), &signed());
    deliver(program.address(), &signed());
    assert_eq!(program.exit_code(), 0);
    let program = Program::listen(&["--until", "2"]);
    deliver(program.address(), &forged());
    deliver(program.address(), &signed());
    assert_eq!(program.exit_code(), 1);
    // It did not come to that.
    let program = Program::listen(&["--until", "2"]);
    deliver(program.address(), &signed());
    program.line();
    assert_eq!(program.interrupt(), 1);
}

#[test]
fn what_is_missing_or_wrong_is_wrong_use() {
    for arguments in [
        &["listen"][..],
        &["listen", "--url", "no URL"],
        &["listen", "--url", URL, "--answer", "42"],
        &["listen", "--url", URL, "--page-port", "page"],
        &["listen", "--url", URL, "--forward-refused"],
        &["listen", "--url", URL, "--until", "0"],
        // A tunnel answers to both schemes.
        &[
            "listen",
            "--url",
            URL,
            "--listen",
            "127.0.0.1:0",
            "--page-port",
            "off",
            "--forward",
            "http://hooks.example.com",
        ],
        &[
            "listen",
            "--url",
            URL,
            "--listen",
            "127.0.0.1:0",
            "--page-port",
            "0",
            "--ensure",
            "VA",
        ],
        &["inspect"],
        &["replay"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
