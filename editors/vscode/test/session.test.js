"use strict";

// A session with the real server, by the library that VS Code itself speaks to servers with.

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { pathToFileURL } = require("node:url");

function library() {
  try {
    return require("vscode-languageserver-protocol/node");
  } catch {
    return undefined;
  }
}

const protocol = library();
const program = process.env.MMCTL || "mmctl";
const there = (process.env.PATH || "")
  .split(path.delimiter)
  .some((folder) => fs.existsSync(path.join(folder, program)));
const missing = protocol === undefined || !there ? "program not installed" : false;

const RULES = `version: 1
rule_sets:
  inbound:
    rules:
      - name: deliver
        actions: [{relay: {to: exchange}}]
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
`;

test("VS Code's own library completes, explains and renames", { skip: missing }, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mmctl-"));
  fs.writeFileSync(path.join(folder, "mmctl.yaml"), "version: 1\nproject: example\n");
  fs.mkdirSync(path.join(folder, "rules"));
  const file = path.join(folder, "rules", "gateway.yaml");
  fs.writeFileSync(file, RULES);
  const server = spawn(program, ["lsp"], { cwd: __dirname, stdio: ["pipe", "pipe", "inherit"] });
  const connection = protocol.createProtocolConnection(
    new protocol.StreamMessageReader(server.stdout),
    new protocol.StreamMessageWriter(server.stdin),
  );
  try {
    connection.listen();
    const uri = pathToFileURL(file).href;
    const said = await connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: true } },
          rename: { prepareSupport: true },
        },
      },
    });
    assert.ok(said.capabilities.completionProvider);
    assert.equal(said.capabilities.renameProvider.prepareProvider, true);
    await connection.sendNotification("initialized", {});
    const item = { uri, languageId: "mmctl", version: 1, text: RULES };
    await connection.sendNotification("textDocument/didOpen", { textDocument: item });
    const lines = RULES.split("\n");
    const line = lines.findIndex((each) => each.includes("relay: {to"));
    const at = { textDocument: { uri }, position: { line, character: lines[line].indexOf("exch") } };
    const completed = await connection.sendRequest("textDocument/completion", at);
    assert.deepEqual(completed.items.map((each) => each.label), ["exchange"]);
    const hover = await connection.sendRequest("textDocument/hover", at);
    assert.match(hover.contents.value, /mail\.example\.com/);
    const renamed = await connection.sendRequest("textDocument/rename", { ...at, newName: "main" });
    assert.deepEqual(
      renamed.changes[uri].map((each) => each.newText).sort(),
      ["main", "main", "was: exchange, "],
    );
    await connection.sendRequest("shutdown");
    await connection.sendNotification("exit");
    assert.equal(await new Promise((resolve) => server.once("exit", resolve)), 0);
  } finally {
    connection.dispose();
    server.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
