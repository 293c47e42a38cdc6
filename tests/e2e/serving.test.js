// The server as an operator meets it: health, reflection, HTTP, metrics, configuration.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { describe, it, before, after } = require('node:test');
const protoLoader = require('@grpc/proto-loader');
require('protobufjs/ext/descriptor');
const {
  Program, Server, Stream, copyOfSales, edit, facts, grpc, run, sharedServer, tempDir, waitFor,
} = require('./harness.js');

const SERVICES = ['LeadService', 'ScoringService', 'WatchService', 'BundleService'].map(
  (name) => `leadgrade.v1.${name}`);
const ALL_THREE = { kp_level: 'FIRST', need: true, budget: true };

describe('health', () => {
  const shared = sharedServer({ before, after });

  it('is good for the server and for each service', async () => {
    for (const service of ['', ...SERVICES]) {
      assert.equal((await shared.api.health.check({ service })).status, 'SERVING', service);
    }
  });

  it('does not know other services', async () => {
    await assert.rejects(shared.api.health.check({ service: 'leadgrade.v2.LeadService' }),
      { code: grpc.status.NOT_FOUND });
  });

  it('can be watched', async () => {
    const stream = new Stream(shared.api.health.watch({ service: '' }));
    assert.equal((await stream.next()).status, 'SERVING');
    stream.cancel();
  });

  it('is shown over HTTP', async () => {
    for (const route of ['/healthz', '/readyz']) {
      assert.equal((await shared.server.get(route)).status, 200, route);
    }
    assert.equal((await shared.server.get('/nothing-here')).status, 404);
  });
});

describe('reflection', () => {
  const shared = sharedServer({ before, after });

  async function ask(request) {
    const stream = new Stream(shared.api.reflection.serverReflectionInfo());
    stream.call.write(request);
    const reply = await stream.next();
    stream.call.end();
    return reply;
  }

  it('lists the services', async () => {
    const reply = await ask({ listServices: '' });
    const names = reply.listServicesResponse.service.map((service) => service.name);
    for (const name of [...SERVICES, 'grpc.health.v1.Health']) {
      assert.ok(names.includes(name), `${name} is not in ${names}`);
    }
  });

  it('describes them well enough to call them', async () => {
    // All files, by following what they import.
    const files = new Map();
    const wanted = [{ fileContainingSymbol: 'leadgrade.v1.ScoringService' }];
    while (wanted.length > 0) {
      const reply = await ask(wanted.pop());
      for (const bytes of reply.fileDescriptorResponse.fileDescriptorProto) {
        const file = protoDescriptor(bytes);
        if (files.has(file.name)) continue;
        files.set(file.name, bytes);
        for (const name of file.dependency) wanted.push({ fileByFilename: name });
      }
    }
    // A FileDescriptorSet is its files one after the other, each as field 1.
    const set = Buffer.concat([...files.values()].map(
      (bytes) => Buffer.concat([Buffer.from([0x0a]), varint(bytes.length), bytes])));
    const reflected = grpc.loadPackageDefinition(
      protoLoader.loadFileDescriptorSetFromBuffer(set, { defaults: true, enums: String }));
    const client = new reflected.leadgrade.v1.ScoringService(
      shared.server.grpc, grpc.credentials.createInsecure());
    const reply = await new Promise((resolve, reject) => {
      // protobufjs keeps the names of such a set, and reads a map as the list of entries it is on
      // the wire.
      client.evaluateFacts({ facts: [{ key: 'need', value: { value: { bool_value: false } } }] },
        (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    assert.equal(reply.decision.reasons[0].rule, 'no-need');
    client.close();
  });

  function varint(number) {
    const out = [];
    for (; number > 0x7f; number >>>= 7) out.push((number & 0x7f) | 0x80);
    return Buffer.from([...out, number]);
  }
  function protoDescriptor(bytes) {
    const { FileDescriptorProto } = require('protobufjs/ext/descriptor');
    return FileDescriptorProto.decode(bytes);
  }
});

describe('metrics', () => {
  const shared = sharedServer({ before, after });

  it('count calls, events and grade changes', async () => {
    const { server, api } = shared;
    await api.leads.createLead({ leadId: 'm', lead: { facts: facts(ALL_THREE) } });
    const events = ['1', '2', '1'].map((eventId) => ({ lead: 'leads/m', eventId, type: 'visit' }));
    await api.leads.recordEvents({ events });
    await assert.rejects(api.scoring.scoreLead({ name: 'leads/none' }));
    const calls = (method, code) => server.metric('leadgrade_calls_total', { method, code });
    assert.equal(await calls('LeadService/CreateLead', 'OK'), 1);
    assert.equal(await calls('LeadService/RecordEvents', 'OK'), 1);
    assert.equal(await calls('ScoringService/ScoreLead', 'NOT_FOUND'), 1);
    assert.equal(await server.metric('leadgrade_events_total', { result: 'recorded' }), 2);
    assert.equal(await server.metric('leadgrade_events_total', { result: 'duplicate' }), 1);
    await waitFor(async () => await server.metric('leadgrade_grade_changes_total') === 1,
      'the grade change to be counted');
    assert.equal(await server.metric('leadgrade_call_duration_seconds_count',
      { method: 'LeadService/CreateLead' }), 1);
  });

  it('are in the text format that Prometheus reads', async () => {
    const reply = await shared.server.get('/metrics');
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get('content-type'), /^text\/plain/);
    for (const line of (await reply.text()).split('\n')) {
      assert.match(line, /^$|^# (HELP|TYPE) \S+ |^[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? \S+$/i);
    }
  });

  it('name the bundle in force', async () => {
    const { bundles: [bundle] } = await shared.api.bundles.listBundles({});
    assert.equal(await shared.server.metric('leadgrade_bundle_info',
      { bundle: 'sales', digest: bundle.digest }), 1);
  });
});

describe('configuration', () => {
  function config(text) {
    const file = path.join(tempDir(), 'leadgrade.yaml');
    fs.writeFileSync(file, text);
    return file;
  }

  it('is read from a file, and the command line has the last word', async () => {
    const data = path.join(tempDir(), 'from-config');
    const file = config(`rules: rules/sales\ndata: ${data}\ngrpc: 127.0.0.1:1\nlogLevel: debug\n`);
    const program = new Program(['serve', '--config', file, '--grpc', '127.0.0.1:0', '--http',
      '127.0.0.1:0']);
    await waitFor(() => program.stdout.includes('leadgrade ready') || program.exited, 'the ready line');
    assert.ok(fs.existsSync(data), program.stderr);
    program.signal('SIGTERM');
    assert.equal(await program.exitCode(), 0);
  });

  it('is refused with the place where it is wrong', async () => {
    const unknown = config('rules: rules/sales\nruels: x\n');
    const { code, stdout, stderr } = await run(['serve', '--config', unknown]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /leadgrade\.yaml:2:1/);
    const bad = await run(['serve', '--config', config('logLevel: loud\n')]);
    assert.equal(bad.code, 2, bad.stderr);
    assert.match(bad.stderr, /leadgrade\.yaml:1:\d+/);
    assert.equal((await run(['serve', '--config', '/nowhere/leadgrade.yaml'])).code, 2);
  });

  it('does not start with a broken bundle', async () => {
    const rules = copyOfSales();
    edit(path.join(rules, 'grading.yaml'), 'when: "!need"', 'when: "!nead"');
    const { code, stderr } = await run(['serve', '--rules', rules, '--data', tempDir(), '--grpc',
      '127.0.0.1:0', '--http', '127.0.0.1:0']);
    assert.equal(code, 3);
    assert.match(stderr, /sales\/grading\.yaml:\d+:\d+/);
  });

  it('does not start where an address or the data is taken', async () => {
    const server = await Server.start();
    const start = (...args) => run(['serve', '--data', path.join(tempDir(), 'd'), '--grpc',
      '127.0.0.1:0', '--http', '127.0.0.1:0', ...args]);
    const taken = net.createServer();
    await new Promise((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
    const address = `127.0.0.1:${taken.address().port}`;
    for (const args of [['--grpc', address], ['--http', address], ['--data', server.data]]) {
      const { code, stderr } = await start(...args);
      assert.equal(code, 5, `${args}: ${stderr}`);
      assert.ok(stderr.includes(args[1]), `${args} is not named in: ${stderr}`);
    }
    taken.close();
    await server.stop();
  });

  it('writes a log of JSON lines on stderr, or of text', async () => {
    const server = await Server.start();
    await server.stop();
    const lines = server.stderr.trim().split('\n');
    for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
    const text = await Server.start({ args: ['--config', config('logFormat: text\n')] });
    await text.stop();
    assert.throws(() => JSON.parse(text.stderr.trim().split('\n')[0]));
  });
});
