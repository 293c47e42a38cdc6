// The commands that talk to a server, and `verify`.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it, before, after } = require('node:test');
const { Program, Server, facts, run, sharedServer, tempDir, waitFor } = require('./harness.js');

const LEVELS = { a: 'FIRST', b: 'SECOND', c: 'THIRD', d: 'NONE' };
const lines = (text) => text.trim().split('\n');
const parsed = (text) => lines(text).map((line) => JSON.parse(line));

describe('the client side of the command line', () => {
  const shared = sharedServer({ before, after });
  before(async () => {
    const leads = Object.entries(LEVELS).map(([id, level]) => ({
      lead: {
        name: `leads/${id}`, displayName: `客户 ${id}`, owner: 'li',
        facts: facts({ kp_level: level, need: true, budget: true }),
      },
    }));
    await shared.api.leads.importLeads({ leads });
  });
  const at = (...args) => run([...args, '--server', shared.server.grpc]);

  it('scores leads', async () => {
    const text = await at('score', 'a', 'leads/b');
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /\ba\b.*\bA\b/);
    const json = await at('score', 'a', 'leads/b', '--format', 'json', '--language', 'zh');
    const decisions = parsed(json.stdout);
    assert.deepEqual(decisions.map((decision) => [decision.lead, decision.grade]),
      [['leads/a', 'A'], ['leads/b', 'B']]);
    assert.equal(decisions[0].nextActions[0].title, '促成签约');
  });

  it('scores what it can, and says what it cannot', async () => {
    const { code, stdout, stderr } = await at('score', 'a', 'nobody', 'b', '--format', 'json');
    assert.equal(code, 1);
    assert.deepEqual(parsed(stdout).map((decision) => decision.lead), ['leads/a', 'leads/b']);
    assert.match(stderr, /nobody/);
  });

  it('explains a lead', async () => {
    const text = await at('explain', 'b', '--language', 'zh');
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /有需求和预算，上面还需一人同意/);
    assert.match(text.stdout, /没有新消息的话\n {2}B 到 \d{4}-\d\d-\d\d 00:00:00 \+08:00，之后 D\n/);
    const { stdout } = await at('explain', 'b', '--format', 'json');
    const explanation = JSON.parse(stdout);
    assert.equal(explanation.decision.grade, 'B');
    assert.ok(explanation.rules.some((rule) => rule.rule === 'all-three-labels' && rule.almost));
    assert.equal((await at('explain', 'nobody')).code, 1);
    assert.equal((await at('explain', 'no body')).code, 2);
  });

  it('lists leads', async () => {
    const text = await at('leads', 'list');
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /客户 a/);
    const json = parsed((await at('leads', 'list', '--format', 'json')).stdout);
    assert.deepEqual(json.map(({ lead, decision }) => [lead.name, decision.grade]),
      [['leads/a', 'A'], ['leads/b', 'B'], ['leads/c', 'C'], ['leads/d', 'D']]);
    const some = parsed((await at('leads', 'list', '--format', 'json', '--grade', 'C', '--grade', 'A')).stdout);
    assert.deepEqual(some.map(({ lead }) => lead.name), ['leads/c', 'leads/a']);
    const csv = lines((await at('leads', 'list', '--format', 'csv', '--limit', '2')).stdout);
    assert.equal(csv.length, 3);
    assert.equal((await at('leads', 'list', '--grade', 'E')).code, 2);
  });

  it('gets a lead', async () => {
    assert.match((await at('leads', 'get', 'a')).stdout, /客户 a/);
    const { code, stdout } = await at('leads', 'get', 'leads/a', '--format', 'json');
    assert.equal(code, 0);
    const lead = JSON.parse(stdout);
    assert.equal(lead.facts.kp_level.value, 'FIRST');
    assert.equal(lead.eventCount, 0);
    const none = await at('leads', 'get', 'nobody', '--format', 'json');
    assert.equal(none.code, 1);
    assert.equal(none.stdout, '');
    assert.match(none.stderr, /nobody/);
  });

  it('exports all leads', async () => {
    const { code, stdout } = await at('export');
    assert.equal(code, 0);
    assert.deepEqual(parsed(stdout).map((lead) => lead.name), ['leads/a', 'leads/b', 'leads/c', 'leads/d']);
    const csv = lines((await at('export', '--format', 'csv', '--grade', 'A')).stdout);
    assert.deepEqual(csv, ['lead,display_name,owner,grade,kp_level,need,budget', 'a,客户 a,li,A,FIRST,true,true']);
  });

  it('watches grade changes, and goes on where it was', async () => {
    const change = (id, level) => shared.api.leads.importLeads(
      { leads: [{ lead: { name: `leads/${id}`, facts: facts({ kp_level: level, need: true, budget: true }) } }] });
    const watching = new Program(['watch', '--format', 'json', '--server', shared.server.grpc]);
    await waitFor(async () => await shared.server.metric('leadgrade_watchers') >= 1, 'the watcher');
    await change('watched', 'SECOND');
    await waitFor(() => watching.stdout.endsWith('\n'), 'the change');
    const [first] = parsed(watching.stdout);
    assert.equal(first.change.lead, 'leads/watched');
    assert.equal(first.change.change.toGrade, 'B');
    watching.signal('SIGINT');
    assert.equal(await watching.exitCode(), 0);
    await change('watched', 'FIRST');
    await change('watched', 'THIRD');
    const rest = await at('watch', '--format', 'json', '--resume', first.resumeToken, '--max', '2');
    assert.equal(rest.code, 0, rest.stderr);
    assert.deepEqual(parsed(rest.stdout).map((message) => message.change.change.toGrade), ['A', 'C']);
    assert.equal((await at('watch', '--resume', 'nonsense', '--max', '1')).code, 2);
    const text = await at('watch', '--from-start', '--max', '1');
    assert.match(text.stdout, /a\s+- -> A/);
    await shared.api.leads.deleteLead({ name: 'leads/watched' });
  });

  it('watches on across a restart of the server', async () => {
    let server = await Server.start();
    const { data, grpc: address } = server;
    const put = (id) => server.api.leads.createLead({ leadId: id, lead: {} });
    const watching = new Program(['watch', '--format', 'json', '--server', address]);
    await waitFor(async () => await server.metric('leadgrade_watchers') === 1, 'the watcher');
    await put('one');
    await waitFor(() => lines(watching.stdout).length === 1, 'the first change');
    await server.stop();
    server = await Server.start({ data, args: ['--grpc', address] });
    await put('two');
    await waitFor(() => lines(watching.stdout).length === 2, 'the second change');
    assert.deepEqual(parsed(watching.stdout).map((message) => message.change.lead),
      ['leads/one', 'leads/two']);
    watching.signal('SIGTERM');
    assert.equal(await watching.exitCode(), 0);
    await server.stop();
  });

  it('cannot reach a server that is not there: exit code 5', async () => {
    for (const args of [['score', 'a'], ['explain', 'a'], ['leads', 'list'], ['leads', 'get', 'a'],
      ['export']]) {
      const { code, stdout, stderr } = await run([...args, '--server', '127.0.0.1:1']);
      assert.equal(code, 5, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /127\.0\.0\.1:1/);
    }
  });
});

describe('leadgrade verify', () => {
  it('finds nothing wrong with a store that was stopped, killed, or is in use', async () => {
    let server = await Server.start();
    const { data } = server;
    const fill = (round) => server.api.leads.recordEvents({
      events: Array.from({ length: 50 }, (_, i) => (
        { lead: `leads/v-${i % 7}`, eventId: `${round}-${i}`, type: 'visit' })),
      createMissingLeads: true,
    });
    const verify = async () => {
      const { code, stdout, stderr } = await run(['verify', '--data', data, '--format', 'json']);
      assert.equal(code, 0, stdout + stderr);
      const { findings, leads } = JSON.parse(stdout);
      assert.deepEqual(findings, []);
      assert.equal(leads, 7);
    };
    for (const [round, how] of ['stop', 'kill'].entries()) {
      await fill(round);
      await verify();
      await server[how]();
      await verify();
      server = await Server.start({ data });
    }
    await server.stop();
  });

  it('finds damage', async () => {
    const server = await Server.start();
    await server.api.leads.createLead({ leadId: 'x', lead: {} });
    await server.stop();
    for (const name of fs.readdirSync(server.data)) {
      if (!/\.(log|sst)$/.test(name)) continue;
      const file = path.join(server.data, name);
      const bytes = fs.readFileSync(file);
      for (let i = 0; i < bytes.length; i++) bytes[i] ^= 0x5a;
      fs.writeFileSync(file, bytes);
    }
    const { code, stderr, stdout } = await run(['verify', '--data', server.data]);
    assert.ok([1, 5].includes(code), `${code}: ${stdout}${stderr}`);
    assert.notEqual(stdout + stderr, '');
  });

  it('cannot open what is no store: exit code 5', async () => {
    for (const data of ['/nowhere', tempDir()]) {
      const { code, stderr } = await run(['verify', '--data', data]);
      assert.equal(code, 5);
      assert.notEqual(stderr, '');
    }
  });
});
