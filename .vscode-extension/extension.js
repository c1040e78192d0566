// Starts "handbook lsp" for handbooks, and runs in terminals what its lenses name.
'use strict';

const path = require('node:path');
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

const command = () => vscode.workspace.getConfiguration('handbook').get('command');

// run runs a subcommand in a terminal of its own. No shell reads its arguments.
// What it runs is on the disk, so that is saved first.
async function run(title, file, ...args) {
  await vscode.workspace.textDocuments.find((d) => d.uri.fsPath === vscode.Uri.file(file).fsPath)?.save();
  vscode.window.createTerminal({ name: title, shellPath: command(), shellArgs: args, cwd: path.dirname(file) }).show();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand('handbook.shell', (file, line) => run('handbook shell', file, 'shell', `${file}:${line}`)),
    vscode.commands.registerCommand('handbook.verify', (file) => run('handbook verify', file, 'verify', file)),
  );
  client = new LanguageClient('handbook', 'Handbook', { command: command(), args: ['lsp'] }, {
    documentSelector: [
      { scheme: 'file', language: 'markdown' },
      { scheme: 'file', pattern: '**/handbook.yaml' },
    ],
    initializationOptions: { commands: ['handbook.shell', 'handbook.verify'] },
  });
  await client.start();
};

exports.deactivate = () => client?.stop();
