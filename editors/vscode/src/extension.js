"use strict";

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");
const { isOfMmctl } = require("./documents");

const LANGUAGE = "mmctl";
let client;

/** How the server is started: by the machine's setting, and never in a folder of the workspace. */
function serverOptions(extensionPath) {
  const setting = vscode.workspace.getConfiguration("mmctl").inspect("path");
  const command = setting.globalValue || setting.defaultValue;
  // Some systems look for programs in the working directory first.
  return { command, args: ["lsp"], transport: TransportKind.stdio, options: { cwd: extensionPath } };
}

async function take(document) {
  if (document.uri.scheme !== "file" || document.languageId !== "yaml") {
    return;
  }
  if (isOfMmctl(document.fileName, document.getText())) {
    await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
  }
}

async function start(context) {
  const options = serverOptions(context.extensionPath);
  client = new LanguageClient("mmctl", "mmctl", options, {
    documentSelector: [{ scheme: "file", language: LANGUAGE }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{yaml,csv,eml}") },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    vscode.window.showErrorMessage(
      `mmctl: cannot start \`${options.command} lsp\`: ${error.message}. Install mmctl, or name ` +
        "the program in the setting mmctl.path of this machine.",
    );
    return;
  }
  await Promise.all(vscode.workspace.textDocuments.map(take));
}

async function stop() {
  const running = client;
  client = undefined;
  if (running !== undefined) {
    await running.stop();
  }
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("mmctl.restart", async () => {
      await stop();
      await start(context);
    }),
    vscode.workspace.onDidOpenTextDocument((document) =>
      client === undefined ? undefined : take(document),
    ),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("mmctl.path")) {
        await stop();
        await start(context);
      }
    }),
  );
  await start(context);
}

module.exports = { activate, deactivate: stop, serverOptions };
