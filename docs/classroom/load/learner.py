"""A learner without a browser: signs in, opens a notebook, runs its cells and drags a widget, all as JupyterLab says it to the server."""

import json
import time
import uuid
from urllib.parse import urlsplit

import requests
import websocket

PATIENCE = 180  # seconds for one answer


class Learner:
    """One person at one class server; each method does what a click does, and returns when its result is there."""

    def __init__(self, url: str, name: str):
        self.url, self.name = url, name
        self.home = f"{url}/user/{name}/"
        self.web = requests.Session()
        self.socket = None
        self.widgets: dict[str, str] = {}  # {comm: name of the widget's class}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.socket:
            self.socket.close()
        self.web.close()

    def sign_in(self, password: str = "") -> None:
        """Fill in the form of the first page."""
        page = self.web.get(f"{self.url}/hub/login", timeout=PATIENCE)
        form = {"username": self.name, "password": password, "_xsrf": self._token("/hub/")}
        answer = self.web.post(page.url, data=form, timeout=PATIENCE, allow_redirects=False)
        if answer.status_code != 302:
            raise RuntimeError(f"{self.name} is not let in: {answer.status_code}")

    def start_server(self) -> None:
        """Wait on the page that says so until JupyterLab is there, and load that."""
        self.web.get(f"{self.url}/hub/spawn", timeout=PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            page = self.web.get(f"{self.home}lab", timeout=PATIENCE)
            if page.ok and urlsplit(page.url).path.startswith(f"/user/{self.name}/"):
                return
            if page.status_code == 500:  # the hub says that the start has failed
                break
            time.sleep(0.25)
        raise RuntimeError(f"the server of {self.name} does not start: {page.status_code} at {page.url}")

    def open(self, path: str) -> dict:
        """Open a notebook: its content, a kernel for it, and the connection to that."""
        notebook = self.get(f"api/contents/{path}?content=1")["content"]
        body = {"path": path, "type": "notebook", "name": path, "kernel": {"name": "python3"}}
        self.kernel = self.post("api/sessions", body)["kernel"]["id"]
        self.connect()
        return notebook

    def connect(self) -> None:
        """Connect to the kernel, anew where the connection has gone, as happens to whoever does not answer the server's pings."""
        if self.socket:
            self.socket.close()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.web.cookies if self.home.endswith(cookie.path) or cookie.path == "/")
        address = f"{self.home}api/kernels/{self.kernel}/channels".replace("http", "ws", 1)
        self.socket = websocket.create_connection(address, cookie=cookies, timeout=PATIENCE)

    def run(self, code: str) -> list[dict]:
        """Run a cell, and return the messages that it sent, the error among them, once the kernel is idle again."""
        asked = self._send("execute_request", {"code": code, "silent": False, "store_history": True, "allow_stdin": False})
        messages, replied, idle = [], False, False
        while not (replied and idle):
            message = self._receive()
            if message["msg_type"] == "comm_open":
                state = message["content"]["data"].get("state", {})
                if "recording" in state:
                    self.widgets[message["content"]["comm_id"]] = state.get("_anywidget_id", "")
            if message["parent_header"].get("msg_id") != asked:
                continue
            replied |= message["msg_type"] == "execute_reply"
            idle |= message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            messages.append(message)
        return messages

    def ask(self, widget: str, question: dict) -> dict:
        """Have a widget's Python answer, as one place of the slider does while it is dragged."""
        number = uuid.uuid4().hex
        content = {"comm_id": widget, "data": {"method": "custom", "content": {"kind": "ask", "id": number, "question": question}}}
        self._send("comm_msg", content)
        while True:
            message = self._receive()
            if message["msg_type"] == "comm_msg" and (answer := message["content"]["data"].get("content", {})).get("id") == number:
                return answer

    def save(self, path: str, notebook: dict) -> None:
        """Save the notebook."""
        self._call("PUT", f"api/contents/{path}", {"type": "notebook", "format": "json", "content": notebook})

    def get(self, path: str):
        """What the learner's server answers."""
        return self._call("GET", path)

    def post(self, path: str, body: dict):
        """What the learner's server answers."""
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: dict | None = None):
        headers = {"X-XSRFToken": self._token(urlsplit(self.home).path)}
        answer = self.web.request(method, self.home + path, json=body, headers=headers, timeout=PATIENCE)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def _token(self, path: str) -> str:
        return next((cookie.value for cookie in self.web.cookies if cookie.name == "_xsrf" and cookie.path == path), "")

    def _send(self, kind: str, content: dict) -> str:
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": kind, "username": self.name, "session": self.name, "version": "5.4"}
        self.socket.send(json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}))
        return number

    def _receive(self) -> dict:
        """The next message; where one carries bytes, its text part stands behind a table of offsets."""
        received = self.socket.recv()
        if not received:
            raise RuntimeError("the server closed the connection to the kernel")
        if isinstance(received, bytes):
            start, end = int.from_bytes(received[4:8], "big"), int.from_bytes(received[8:12], "big")
            received = received[start : end if received[0:4] != b"\0\0\0\1" else None]
        return json.loads(received)
