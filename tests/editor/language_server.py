"""The YAML language server that editors use, spoken to over stdio as an editor does (LSP 3.17)."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SERVER = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
WAIT = 30.0


class LanguageServer:
    """One running server with one workspace folder, configured by the folder's `.vscode/settings.json`."""

    def __init__(self, folder: Path, node: str) -> None:
        self.settings = json.loads((folder / ".vscode" / "settings.json").read_text(encoding="utf-8"))
        self.process = subprocess.Popen(
            [node, str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._diagnostics: queue.Queue[dict[str, Any]] = queue.Queue()
        self._number = self._version = 0
        threading.Thread(target=self._read, daemon=True).start()
        completion = {"completionItem": {"snippetSupport": False, "documentationFormat": ["plaintext"]}}
        text = {"hover": {"contentFormat": ["plaintext"]}, "completion": completion, "publishDiagnostics": {}}
        workspace = {"uri": folder.as_uri(), "name": folder.name}
        capabilities = {"workspace": {"configuration": True, "workspaceFolders": True}, "textDocument": text}
        about = {"processId": None, "rootUri": folder.as_uri(), "workspaceFolders": [workspace]}
        self._request("initialize", {**about, "capabilities": capabilities})
        self._notify("initialized", {})
        self._notify("workspace/didChangeConfiguration", {"settings": None})

    # --- what an editor shows ------------------------------------------------------------------------------------------

    def diagnose(self, texts: Mapping[Path, str]) -> dict[Path, list[str]]:
        """Files opened together, each with a text; what is underlined in each, as `line: message`."""
        paths = {self._open(path, text): path for path, text in texts.items()}
        found: dict[Path, list[str]] = {}
        while len(found) < len(paths):
            told = self._diagnostics.get(timeout=WAIT)
            if told["uri"] in paths:
                lines = sorted((one["range"]["start"]["line"] + 1, one["message"]) for one in told["diagnostics"])
                found[paths[told["uri"]]] = [f"{line}: {message}" for line, message in lines]
        for path in texts:
            self._close(path)
        return found

    def completions(self, path: Path, text: str) -> dict[str, str]:
        """What is suggested where `¦` stands in the text: the word and what is told of it."""
        answer = self._at("completion", path, text)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {item["label"]: _words(item.get("documentation", "")) for item in items}

    def hover(self, path: Path, text: str) -> str:
        """What is told of the word where `¦` stands in the text."""
        answer = self._at("hover", path, text)
        return _words(answer["contents"]) if answer else ""

    def formatted(self, path: Path, text: str) -> str:
        """The text after «Format Document»."""
        options = {"tabSize": 2, "insertSpaces": True}
        edits = self._ask("formatting", path, text, {"options": options})
        return edits[0]["newText"] if edits else text

    def _at(self, what: str, path: Path, text: str) -> Any:
        before, _, after = text.partition("¦")
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self._ask(what, path, before + after, {"position": position})

    def _ask(self, what: str, path: Path, text: str, about: dict[str, Any]) -> Any:
        """An answer about an open file. The file is closed when the server has said what it has to say of it."""
        document = {"uri": self._open(path, text)}
        answer = self._request(f"textDocument/{what}", {"textDocument": document, **about})
        self._validated(path)
        self._close(path)
        return answer

    def _open(self, path: Path, text: str) -> str:
        self._version += 1  # the server keeps what it has read by file and version, also of files that are closed
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": self._version, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": document})
        return path.as_uri()

    def _close(self, path: Path) -> None:
        """Close a file, and forget what the server has said until it has heard so."""
        document = {"textDocument": {"uri": path.as_uri()}}
        self._notify("textDocument/didClose", document)
        self._request("textDocument/documentSymbol", document)
        while not self._diagnostics.empty():
            self._diagnostics.get()

    def _validated(self, path: Path) -> None:
        while self._diagnostics.get(timeout=WAIT)["uri"] != path.as_uri():
            pass

    def stop(self) -> None:
        """End the process this object started."""
        self.process.kill()
        self.process.wait(timeout=WAIT)

    # --- the wire ------------------------------------------------------------------------------------------------------

    def _request(self, method: str, params: dict[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            answer = self._answers.get(timeout=WAIT)
            if answer["id"] == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _notify(self, method: str, params: dict[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(length))
            if "method" not in message:
                self._answers.put(message)
            elif message["method"] == "textDocument/publishDiagnostics":
                self._diagnostics.put(message["params"])
            elif "id" in message:
                self._send({"id": message["id"], "result": self._told(message)})

    def _told(self, message: dict[str, Any]) -> Any:
        """The client's answer to the server: the settings of the workspace; of other things, nothing."""
        if message["method"] != "workspace/configuration":
            return None
        return [self._section(item.get("section", "")) for item in message["params"]["items"]]

    def _section(self, name: str) -> Any:
        if name in self.settings:
            return self.settings[name]
        found: dict[str, Any] = {}
        for key, value in self.settings.items():
            if key.startswith(f"{name}."):
                *way, last = key.removeprefix(f"{name}.").split(".")
                at = found
                for step in way:
                    at = at.setdefault(step, {})
                at[last] = value
        return found or None


def _words(contents: Any) -> str:
    if isinstance(contents, dict):
        return str(contents.get("value", ""))
    return "\n".join(_words(part) for part in contents) if isinstance(contents, list) else str(contents)
