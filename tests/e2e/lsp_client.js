// An editor, as far as language servers know: the protocol by the library that VS Code uses, over a
// server's stdin and stdout.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { pathToFileURL } = require('node:url');
const rpc = require('vscode-jsonrpc/node');
const lsp = require('vscode-languageserver-protocol/node');
const { ROOT, waitFor, within } = require('./harness.js');

class Editor {
  // `child` has been started with pipes.
  constructor(child) {
    this.diagnostics = new Map(); // uri → the last list that was published
    this.published = 0;
    this.connection = lsp.createProtocolConnection(
      new rpc.StreamMessageReader(child.stdout), new rpc.StreamMessageWriter(child.stdin));
    this.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
      this.diagnostics.set(params.uri, params.diagnostics);
      this.published += 1;
    });
    this.connection.onRequest(lsp.RegistrationRequest.type, () => {});
    this.connection.onRequest(lsp.ConfigurationRequest.type, ({ items }) => items.map(() => null));
    this.connection.listen();
  }

  async initialize(root = ROOT) {
    const uri = pathToFileURL(root).href;
    const result = await this.ask(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'rules' }],
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: false } },
          publishDiagnostics: { versionSupport: true },
        },
        workspace: { workspaceFolders: true },
      },
    });
    await this.connection.sendNotification(lsp.InitializedNotification.type, {});
    return result.capabilities;
  }

  ask(type, params) {
    return within(this.connection.sendRequest(type, params), `an answer to ${type.method}`);
  }

  // Opens a file with its own text, or another one. Gives its URI.
  async open(file, text = fs.readFileSync(file, 'utf8')) {
    const uri = pathToFileURL(file).href;
    await this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    return uri;
  }

  change(uri, version, text) {
    return this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type,
      { textDocument: { uri, version }, contentChanges: [{ text }] });
  }

  // What is published of a file once that is as wanted.
  async diagnosticsOf(uri, wanted = () => true, what = `diagnostics of ${uri}`) {
    await waitFor(() => this.diagnostics.has(uri) && wanted(this.diagnostics.get(uri)), what);
    return this.diagnostics.get(uri);
  }

  // Labels of what is offered at a place.
  async complete(uri, position) {
    const result = await this.ask(lsp.CompletionRequest.type, { textDocument: { uri }, position });
    return (Array.isArray(result) ? result : result.items).map((item) => item.label);
  }

  async hover(uri, position) {
    const result = await this.ask(lsp.HoverRequest.type, { textDocument: { uri }, position });
    if (result === null) return null;
    return typeof result.contents === 'string' ? result.contents : result.contents.value;
  }

  async shutdown() {
    await this.ask(lsp.ShutdownRequest.type, undefined);
    await this.connection.sendNotification(lsp.ExitNotification.type);
  }
}

// Where `part` ends in `text`, for the `nth` time, counted from 0.
function after(text, part, nth = 0) {
  let at = -1;
  for (let i = 0; i <= nth; ++i) {
    at = text.indexOf(part, at + 1);
    assert.notEqual(at, -1, `${JSON.stringify(part)} is not there`);
  }
  const before = text.slice(0, at + part.length).split('\n');
  return { line: before.length - 1, character: before.at(-1).length };
}

module.exports = { Editor, after, lsp };
