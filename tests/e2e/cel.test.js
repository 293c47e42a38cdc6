// `leadgrade cel` and `leadgrade repl`, as a script and as a person at a terminal run them.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { describe, it } = require('node:test');
const { BIN, ROOT, SALES, run, tempDir } = require('./harness.js');

describe('leadgrade cel', () => {
  it('prints a value', async () => {
    assert.deepEqual(await run(['cel', '1 + 1']), { code: 0, stdout: '2\n', stderr: '' });
    const { code, stdout } = await run(['cel', '-', '--var', 'x=[1, 2]', '--format', 'json'],
      { input: 'x.map(a,\n  a * 2)' });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { value: [2, 4], type: 'list(int)' });
  });

  it('has a bundle in scope', async () => {
    const args = ['--rules', SALES, '--now', '2026-03-12'];
    assert.equal((await run(['cel', 'approval_layers', ...args, '--var', 'kp_level=SECOND'])).stdout,
      '1\n');
    assert.deepEqual(await run(['cel', 'need && budget', ...args]),
      { code: 1, stdout: '', stderr: 'unknown: budget, need\n' });
  });

  it('tells kinds of failure apart', async () => {
    for (const [args, code, text] of [
      [['1 / 0'], 1, /^error: division by zero\n$/],
      [['x', '--var', 'x=1 / 0'], 1, /^error: x: division by zero\n$/],
      [['1', '--var', '1x=1'], 2, /NAME=EXPR/],
      [['x', '--var', 'x=1', '--var', 'x=1'], 2, /given twice/],
      [['1', '--now', 'yesterday'], 2, /--now/],
      [['1 +'], 3, /^<expression>:1:3: error: .*\[syntax\]\n1 \+\n {2}\^\n$/],
      [['1 + "a"'], 3, /^<expression>:1:3: error: /],
      [['x', '--var', 'x=1 +'], 3, /^x:1:3: error: /],
      [['kp_level == FRIST', '--rules', SALES], 3, /\n {12}\^~~~~\nhint: did you mean `FIRST`\?\n$/],
      [['('.repeat(30_000)], 3, /longer than 16384 bytes \[limit\]/],
    ]) {
      const result = await run(['cel', ...args], { input: '' });
      assert.equal(result.code, code, `${args.join(' ').slice(0, 100)}: ${result.stderr}`);
      assert.equal(result.stdout, '');
      assert.match(result.stderr, text);
    }
  });
});

describe('leadgrade repl', () => {
  it('is a filter for a script: no prompt, no echo', async () => {
    assert.deepEqual(await run(['repl'], { input: ':let x = 2\nx * 21\n:type x\n' }),
      { code: 0, stdout: '42\nint\n', stderr: '' });
  });

  it('ends with the code of the first line that failed, and evaluates all', async () => {
    const { code, stdout, stderr } = await run(['repl'], { input: '1 / 0\n1 +\n3\n' });
    assert.equal(code, 1);
    assert.equal(stdout, '3\n');
    assert.match(stderr, /^error: division by zero\n<stdin>:2:3: error: /);
    assert.equal((await run(['repl'], { input: '1 +\n1 / 0\n' })).code, 3);
  });

  it('prompts, completes, goes on in the next line and keeps a history in a terminal', () => {
    const state = tempDir();
    // Types whenever what it answers is there. Ctrl-C and Ctrl-D are keys only once the terminal is
    // in the mode for editing, of which a prompt is no proof and a completed name is.
    const script = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ['leadgrade', 'repl', '--rules', 'rules/sales'])
seen, at = b'', 0
for prompt, keys in [('> ', 'kp_level\\r'), ('> ', '[1,\\r'), ('… ', '2]\\r'), ('> ', 'kp_l\\t'),
                     ('evel', '\\x03'), ('> ', '\\x1b[A\\x1b[A\\r'), ('… ', '3]\\r'),
                     ('> ', ':quit\\r')]:
    while prompt.encode() not in seen[at:]:
        seen += os.read(fd, 4096)
    at = len(seen)
    os.write(fd, keys.encode())
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
    const { status, stdout, stderr } = spawnSync('python3', ['-c', script, BIN], {
      cwd: ROOT, encoding: 'utf8', timeout: 60_000,
      env: { ...process.env, XDG_STATE_HOME: state, TERM: 'xterm' },
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /unknown: kp_level\r\n/);
    assert.match(stdout, /\r\n\[1, 2\]\r\n/);
    assert.match(stdout, /\r\n\[1, 3\]\r\n/);
    assert.match(stdout, /\^C\r\n/);
    const history = path.join(state, 'leadgrade/repl_history');
    assert.equal(fs.statSync(history).mode & 0o777, 0o600);
    assert.match(fs.readFileSync(history, 'utf8'), /kp_level/);
  });
});
