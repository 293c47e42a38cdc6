// Starts and stops the program under test. Everything started here is dead when the test file's
// process ends, whatever happened. Waiting is for a condition with a generous deadline, never for a
// time.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { after } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');

const client = require('./client.js');

const ROOT = path.resolve(__dirname, '../..');
const BIN = path.resolve(ROOT, process.env.LEADGRADE_BIN || 'build/release/tools/leadgrade');
const SALES = path.join(ROOT, 'rules/sales');
const DEADLINE_MS = 20_000;

const children = new Set();
const directories = new Set();

// What a failed test leaves open must not keep its file's process from ending.
if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    setTimeout(() => process.exit(), 1000).unref();
  });
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const directory of directories) fs.rmSync(directory, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

// Gone when the process ends.
function tempDir() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'leadgrade-e2e-'));
  directories.add(directory);
  return directory;
}

// A bundle directory of its own, to be edited. `files` are written over the copy.
function copyOfSales(files = {}) {
  const directory = path.join(tempDir(), 'sales');
  fs.cpSync(SALES, directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    fs.writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

// Replaces `from` in a file by `to`, the way an editor that saves in place does.
function edit(file, from, to) {
  const text = fs.readFileSync(file, 'utf8');
  assert.ok(text.includes(from), `${file} has no ${JSON.stringify(from)}`);
  fs.writeFileSync(file, text.replace(from, to));
}

// Gives what `condition` gives once that is truthy.
async function waitFor(condition, what, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) assert.fail(`waited ${deadlineMs} ms in vain for ${what}`);
    await delay(20);
  }
}

// Fails with `what` where `promise` takes too long.
async function within(promise, what, deadlineMs = DEADLINE_MS) {
  const timer = new AbortController();
  const late = delay(deadlineMs, null, { signal: timer.signal }).then(
    () => assert.fail(`waited ${deadlineMs} ms in vain for ${what}`), () => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}

// The program with its output, as it comes.
class Program {
  constructor(args, { cwd = ROOT, env = {} } = {}) {
    this.args = args;
    this.stdout = '';
    this.stderr = '';
    this.child = spawn(BIN, args, { cwd, env: { ...process.env, ...env } });
    children.add(this.child);
    this.child.stdin.on('error', () => {}); // it may end without reading
    this.child.stdout.setEncoding('utf8').on('data', (text) => { this.stdout += text; });
    this.child.stderr.setEncoding('utf8').on('data', (text) => { this.stderr += text; });
    this.exit = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        children.delete(this.child);
        this.exited = true;
        resolve({ code, signal });
      });
    });
    this.exit.catch(() => {});
  }

  signal(name) { this.child.kill(name); }

  // The exit code; null where a signal ended it.
  async exitCode(deadlineMs = DEADLINE_MS) {
    const { code } = await within(this.exit, `the end of ${this.args.join(' ')}\n${this.stderr}`,
      deadlineMs);
    return code;
  }
}

// Runs a command to its end.
async function run(args, { input, cwd, env, deadlineMs = 60_000 } = {}) {
  const program = new Program(args, { cwd, env });
  program.child.stdin.end(input);
  const code = await program.exitCode(deadlineMs);
  return { code, stdout: program.stdout, stderr: program.stderr };
}

const READY = /^leadgrade ready grpc=(\S+:\d+) http=(\S+:\d+)$/m;

// A running `leadgrade serve`, with clients to it.
class Server extends Program {
  // Gives it once it is ready.
  static async start({ rules = SALES, data = path.join(tempDir(), 'data'), args = [] } = {}) {
    const server = new Server(['serve', '--rules', rules, '--data', data, '--grpc', '127.0.0.1:0',
      '--http', '127.0.0.1:0', ...args]);
    server.data = data;
    server.rules = rules;
    const ready = await waitFor(() => {
      const match = READY.exec(server.stdout);
      if (!match && server.exited) {
        assert.fail(`the server ended before it was ready:\n${server.stderr}`);
      }
      return match;
    }, 'the ready line');
    [, server.grpc, server.http] = ready;
    server.api = client.connect(server.grpc);
    return server;
  }

  // Asks it to end, and expects a graceful one.
  async stop() {
    this.signal('SIGTERM');
    assert.equal(await this.exitCode(), 0, `exit code after SIGTERM\n${this.stderr}`);
    this.api.close();
  }

  // No chance to say goodbye.
  async kill() {
    this.signal('SIGKILL');
    await within(this.exit, 'the end of a killed server');
    this.api.close();
  }

  get(route) { return fetch(`http://${this.http}${route}`); }

  // The sum of a metric's samples whose labels contain all of `labels`.
  async metric(name, labels = {}) {
    const text = await (await this.get('/metrics')).text();
    let sum = 0;
    for (const line of text.split('\n')) {
      const match = /^([a-zA-Z_:]+)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (!match || match[1] !== name) continue;
      const wanted = Object.entries(labels).every(
        ([label, value]) => (match[2] ?? '').includes(`${label}="${value}"`));
      if (wanted) sum += Number(match[3]);
    }
    return sum;
  }
}

// One server for a test file, started before its tests and stopped, gracefully, after them.
function sharedServer({ before, after }, options = {}) {
  const shared = {};
  before(async () => { shared.server = await Server.start(options); });
  after(async () => { if (shared.server) await shared.server.stop(); });
  return {
    get server() { return shared.server; },
    get api() { return shared.server.api; },
  };
}

module.exports = {
  ...client, ROOT, BIN, SALES, Program, Server, copyOfSales, delay, edit, once, run, sharedServer,
  tempDir, waitFor, within,
};
