"""A webhook on Starlette that answers 200 with an empty body: `starlette_server.py bare|twilio`."""

import os
import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

URL = os.environ["WEBHOOK_URL"]
VALIDATOR = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])


async def bare(request):
    """What each webhook has to do: read the body and decode it."""
    await request.form()
    return Response()


async def validated(request):
    form = await request.form()
    signature = request.headers.get("x-twilio-signature", "")
    return Response(status_code=200 if VALIDATOR.validate(URL, form, signature) else 403)


webhook = validated if sys.argv[1] == "twilio" else bare
app = Starlette(routes=[Route("/webhook", webhook, methods=["POST"])])

host, port = os.environ["LISTEN"].split(":")
listener = socket.create_server((host, int(port)))
print(f"listening on http://{host}:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run([listener])
