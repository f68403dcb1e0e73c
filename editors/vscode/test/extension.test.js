"use strict";

// The extension with an editor and a client in its place: what it starts, and what it changes.

const assert = require("node:assert/strict");
const Module = require("node:module");
const path = require("node:path");
const { beforeEach, test } = require("node:test");

const FOLDER = path.dirname(__dirname);
const manifest = require("../package.json");

let editor;
let started;
let failing;

class Client {
  constructor(_id, _name, options, more) {
    this.options = options;
    this.more = more;
  }
  async start() {
    if (failing) {
      throw new Error("spawn ENOENT");
    }
    started.push(this);
  }
  async stop() {
    started = started.filter((each) => each !== this);
  }
}

function newEditor() {
  const heard = {};
  return {
    heard,
    setting: { defaultValue: "mmctl" },
    shown: [],
    workspace: {
      textDocuments: [],
      getConfiguration: () => ({ inspect: () => editor.setting }),
      createFileSystemWatcher: (pattern) => ({ pattern }),
      onDidOpenTextDocument: (listener) => (heard.opened = listener),
      onDidChangeConfiguration: (listener) => (heard.changed = listener),
    },
    commands: { registerCommand: (_name, run) => (heard.restart = run) },
    window: { showErrorMessage: (text) => editor.shown.push(text) },
    languages: {
      setTextDocumentLanguage: async (document, language) => (document.languageId = language),
    },
  };
}

const load = Module._load;
Module._load = function (request, ...more) {
  if (request === "vscode") {
    return editor;
  }
  if (request === "vscode-languageclient/node") {
    return { LanguageClient: Client, TransportKind: { stdio: 0 } };
  }
  return load.call(this, request, ...more);
};

function document(name, text, scheme = "file") {
  return { uri: { scheme }, fileName: name, languageId: "yaml", getText: () => text };
}

async function activate() {
  delete require.cache[require.resolve("../src/extension.js")];
  const extension = require("../src/extension.js");
  await extension.activate({ extensionPath: FOLDER, subscriptions: [] });
  return extension;
}

beforeEach(() => {
  editor = newEditor();
  started = [];
  failing = false;
});

test("a workspace cannot name the program, and no folder of it is where it starts", async () => {
  editor.setting = {
    defaultValue: "mmctl",
    workspaceValue: "./evil",
    workspaceFolderValue: "./evil",
  };
  await activate();
  assert.deepEqual(started[0].options.command, "mmctl");
  assert.deepEqual(started[0].options.args, ["lsp"]);
  assert.equal(started[0].options.options.cwd, FOLDER);
  assert.equal(manifest.contributes.configuration.properties["mmctl.path"].scope, "machine");
});

test("the setting of the machine names the program", async () => {
  editor.setting = { defaultValue: "mmctl", globalValue: "/opt/mmctl/bin/mmctl" };
  await activate();
  assert.equal(started[0].options.command, "/opt/mmctl/bin/mmctl");
});

test("a workspace that is not trusted has the server, and no say in what is started", () => {
  const untrusted = manifest.capabilities.untrustedWorkspaces;
  assert.equal(untrusted.supported, "limited");
  assert.deepEqual(untrusted.restrictedConfigurations, ["mmctl.path"]);
  assert.equal(manifest.contributes.taskDefinitions, undefined);
});

test("no schema is checked where the server is on: rules have a language of their own", async () => {
  const rules = document("/w/rules/a.yaml", "version: 1\nrules:\n  - name: x\n");
  const other = document("/w/compose.yaml", "version: '3'\nservices: {}\n");
  const settings = document("/w/mmctl.yaml", "version: 1\n");
  const remote = document("/w/rules/b.yaml", "version: 1\nrules: []\n", "git");
  editor.workspace.textDocuments = [rules, other, settings, remote];
  await activate();
  assert.deepEqual(
    [rules, other, settings, remote].map((each) => each.languageId),
    ["mmctl", "yaml", "mmctl", "yaml"],
  );
  const later = document("/w/cases/a.yaml", "version: 1\ncases: []\n");
  await editor.heard.opened(later);
  assert.equal(later.languageId, "mmctl");
  assert.equal(manifest.contributes.yamlValidation, undefined);
  assert.deepEqual(started[0].more.documentSelector, [{ scheme: "file", language: "mmctl" }]);
});

test("without the server files stay YAML, with their schema, and a message says what to do", async () => {
  failing = true;
  const rules = document("/w/rules/a.yaml", "version: 1\nrules: []\n");
  editor.workspace.textDocuments = [rules];
  await activate();
  await editor.heard.opened(rules);
  assert.equal(rules.languageId, "yaml");
  assert.match(editor.shown[0], /cannot start `mmctl lsp`.*mmctl\.path/);
});

test("another program is started when the setting changes, and the first one ends", async () => {
  await activate();
  editor.setting = { defaultValue: "mmctl", globalValue: "/opt/other" };
  await editor.heard.changed({ affectsConfiguration: (name) => name === "mmctl.path" });
  assert.deepEqual(started.map((each) => each.options.command), ["/opt/other"]);
});

test("the sections by which a file is known are those of the language", () => {
  const { SECTIONS } = require("../src/documents.js");
  const schema = require("../../../schemas/rules.schema.json");
  assert.deepEqual(
    [...SECTIONS].sort(),
    Object.keys(schema.properties).filter((key) => key !== "version").sort(),
  );
});
