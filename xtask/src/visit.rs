//! A visit to the demonstration, as `run` serves it: from the printed address to the messages that it opens with.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStdout},
};

use serde_json::Value;

use crate::{command::Command, failure::Failure, run, workspace::Workspace};

/// Serves the demonstration by the release that was built, looks in, and stops it.
///
/// # Errors
/// Where it says no address, does not let a visitor in, shows no messages, or does not end when it is told to.
pub fn visit(workspace: &Workspace) -> Result<(), Failure> {
    let options = run::Options {
        serve: ["--listen", "127.0.0.1:0"].map(str::to_owned).into(),
    };
    let mut served = Served::start(run::server(workspace, &options)?)?;
    let address = served.address()?;
    look_in(&address)?;
    served.stop()
}

/// Opens the page, enters by one click, and asks for the messages of the default range.
fn look_in(address: &str) -> Result<(), Failure> {
    let page = ask(address, "GET", "/", "")?;
    if !page.body.contains("<html") {
        return Err(Failure::new("What stands at / is no page."));
    }
    let origin = format!("Origin: http://{address}\r\n");
    let entered = ask(address, "POST", "/api/session/demo", &origin)?;
    let cookie = entered
        .head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .and_then(|(_, cookie)| cookie.split(';').next())
        .ok_or_else(|| Failure::new("The demonstration let nobody in."))?;
    let found = ask(
        address,
        "GET",
        "/api/messages",
        &format!("Cookie: {cookie}\r\n"),
    )?;
    let found: Value = serde_json::from_str(&found.body)
        .map_err(|error| Failure::new(format!("What was found is no JSON: {error}")))?;
    match found["messages"].as_array() {
        Some(messages) if !messages.is_empty() => Ok(()),
        _ => Err(Failure::new("The page opens with no messages.")),
    }
}

struct Answer {
    head: String,
    body: String,
}

/// One request; `more` are headers, each with its line end.
fn ask(address: &str, method: &str, path: &str, more: &str) -> Result<Answer, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("{method} {path} at {address} failed: {error}"))
    };
    let mut stream = TcpStream::connect(address).map_err(failed)?;
    // In this older version of HTTP an answer comes in one piece, and ends with the connection.
    let request =
        format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\n{more}Content-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(failed)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&*answer, ""));
    let status = head.split(' ').nth(1).unwrap_or("nothing");
    if !status.starts_with('2') {
        return Err(Failure::new(format!(
            "{method} {path} was answered by {status}."
        )));
    }
    Ok(Answer {
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// The server, killed if it is not stopped before.
struct Served {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Served {
    fn start(command: Command) -> Result<Self, Failure> {
        let (process, output) = command.start()?;
        Ok(Served {
            process,
            output: BufReader::new(output),
        })
    }

    /// Where it is, once it says so: host and port.
    fn address(&mut self) -> Result<String, Failure> {
        for line in self.output.by_ref().lines().map_while(Result::ok) {
            println!("{line}");
            if let Some(address) = line.strip_prefix("Sentlog is at http://") {
                return Ok(address.trim().to_owned());
            }
        }
        Err(Failure::new("Sentlog ended before it said where it is."))
    }

    /// Asks it to end as whoever runs it does, and waits for it.
    fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill")
            .args(["-INT", &self.process.id().to_string()])
            .run()?;
        let status = self.process.wait();
        match status.is_ok_and(|status| status.success()) {
            true => Ok(()),
            false => Err(Failure::new("Sentlog did not end well.")),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// Answers each request in turn by one of `answers`, and says where it is.
    fn server(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while lines.next().is_some_and(|line| line.unwrap() != "") {}
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    const PAGE: &str = "HTTP/1.0 200 OK\r\n\r\n<!doctype html><html lang=en>";
    const ENTERED: &str = "HTTP/1.0 204 No Content\r\nset-cookie: id=1; HttpOnly\r\n\r\n";

    #[test]
    fn a_visit_wants_a_page_a_way_in_and_messages() {
        let found = "HTTP/1.0 200 OK\r\n\r\n{\"messages\": [{}]}";
        let answers: &[&str] = Vec::leak(vec![PAGE, ENTERED, found]);
        assert!(look_in(&server(answers)).is_ok());
    }

    #[test]
    fn a_visit_fails_where_nothing_is_shown() {
        let empty = "HTTP/1.0 200 OK\r\n\r\n{\"messages\": []}";
        for (answers, why) in [
            (
                vec!["HTTP/1.0 500 Internal Server Error\r\n\r\n"],
                "answered by 500",
            ),
            (vec!["HTTP/1.0 200 OK\r\n\r\nHello"], "no page"),
            (
                vec![PAGE, "HTTP/1.0 204 No Content\r\n\r\n"],
                "let nobody in",
            ),
            (vec![PAGE, ENTERED, empty], "no messages"),
        ] {
            let failure = look_in(&server(Vec::leak(answers)))
                .unwrap_err()
                .to_string();
            assert!(failure.contains(why), "{failure}");
        }
    }
}
