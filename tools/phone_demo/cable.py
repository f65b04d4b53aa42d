"""The cable of the page for phones: what the page writes to a serial port goes to a virtual insole's own.

A browser emulates no serial port. `navigator.serial` is therefore replaced, and nothing else: its ports carry
bytes over a web socket to the pseudo-terminal of a board, on which the real firmware answers.
"""

import asyncio
import os
from collections.abc import Mapping
from typing import Final

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

PATH: Final = "/cable"
READ_BYTES: Final = 65536
SHIM: Final = """
(() => {
  if (location.protocol === "about:") return;
  class Port {
    constructor(side) { this.side = side; this.readable = this.writable = null; }
    async open() {
      if (this.readable) throw new DOMException("The port is already open.", "InvalidStateError");
      const socket = new WebSocket(`ws://${location.host}/cable/${this.side}`);
      socket.binaryType = "arraybuffer";
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = () => reject(new DOMException("Failed to open serial port.", "NetworkError"));
      });
      this.readable = new ReadableStream({
        start: (controller) => {
          socket.onmessage = ({ data }) => controller.enqueue(new Uint8Array(data));
          socket.onclose = () => {
            this.readable = this.writable = null;
            controller.error(new DOMException("The device has been lost.", "NetworkError"));
          };
        },
      });
      this.writable = new WritableStream({ write: (bytes) => socket.send(bytes) });
      this.socket = socket;
    }
    async close() {
      this.socket.onclose = null;
      this.socket.close();
      this.readable = this.writable = null;
    }
  }
  const ports = { left: new Port("left"), right: new Port("right") };
  const serial = {
    requestPort: async () => ports[window.plantigradeCable],
    getPorts: async () => Object.values(ports),
  };
  Object.defineProperty(navigator, "serial", { value: serial });
})();
"""
"""A person chooses the port that `window.plantigradeCable` names."""


def cable_route(ports: Mapping[str, str]) -> WebSocketRoute:
    """Where the replaced ports connect to.

    Args:
        ports: the boards' serial ports by side, as they are when one is opened.
    """

    async def carry(socket: WebSocket) -> None:
        port = ports.get(socket.path_params["side"])
        if port is None:
            await socket.close()
            return
        await socket.accept()
        descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        out = asyncio.create_task(_to_page(descriptor, socket))
        try:
            while True:
                os.write(descriptor, await socket.receive_bytes())
        except WebSocketDisconnect:
            pass
        finally:
            out.cancel()
            await asyncio.wait({out})
            os.close(descriptor)

    return WebSocketRoute(f"{PATH}/{{side}}", carry)


async def _to_page(descriptor: int, socket: WebSocket) -> None:
    """As fast as the page takes it: the port's own flow control holds the board."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    while True:
        readable.clear()
        loop.add_reader(descriptor, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(descriptor)
        await socket.send_bytes(os.read(descriptor, READ_BYTES))
