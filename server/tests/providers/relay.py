"""A mail relay for the tests: aiosmtpd, which says on standard output where it listens and what it got.

Some mailboxes answer as the test wants: unknown@ never, busy@ not now, spam@ not what was sent. Options, one
JSON object, stand as the first argument. A port on standard input is a
connection to be closed; it ends when that does.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

OPTIONS = json.loads(sys.argv[1])


def say(**what):
    print(json.dumps(what), flush=True)


class Sink:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return f"550 5.1.1 <{address}>: no such user here"
        if address.startswith("busy@"):
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("spam@"):
            return "554 5.7.1 This looks like spam"
        say(
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            data=envelope.content.decode("latin-1"),
            tls=session.ssl is not None,
            peer=session.peer[1],
            user=getattr(session, "user", None),
        )
        return "250 2.0.0 Taken"


def check(server, session, envelope, mechanism, data):
    wanted = OPTIONS["account"]
    session.user = data.login.decode()
    return AuthResult(success=[data.login.decode(), data.password.decode()] == wanted, handled=False)


TALKS = []


def talk():
    tls = None
    if OPTIONS.get("certificate"):
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(OPTIONS["certificate"], OPTIONS["key"])
    account = OPTIONS.get("account")
    smtp = SMTP(
        Sink(),
        enable_SMTPUTF8=True,
        tls_context=tls,
        require_starttls=tls is not None,
        authenticator=check if account else None,
        auth_required=account is not None,
        auth_require_tls=tls is not None,
    )
    TALKS.append(smtp)
    return smtp


def hang_up(port):
    for smtp in TALKS:
        if smtp.transport and smtp.transport.get_extra_info("peername")[1] == port:
            smtp.transport.close()
            say(closed=port)


async def main():
    server = await asyncio.get_running_loop().create_server(talk, "127.0.0.1", 0)
    say(port=server.sockets[0].getsockname()[1])
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        hang_up(int(line))
    server.close()


asyncio.run(main())
