// A graceful end: what is under way ends well, what was acknowledged stays.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http2 = require('node:http2');
const path = require('node:path');
const { describe, it } = require('node:test');
const {
  Server, Stream, connect, decode, encode, facts, grpc, tempDir, waitFor, within,
} = require('./harness.js');

const ALL_THREE = { kp_level: 'FIRST', need: true, budget: true };

describe('a graceful end', () => {
  const NAMES = Array.from({ length: 1000 }, (_, i) => `leads/d-${i}`);

  // A server with leads, and a call whose long reply the client does not read yet: in flight for as
  // long as the test likes.
  async function withCallInFlight(options) {
    const server = await Server.start(options);
    const leads = NAMES.map((name) => ({ lead: { name, facts: facts(ALL_THREE) } }));
    await server.api.leads.importLeads({ leads });
    const session = http2.connect(`http://${server.grpc}`);
    session.on('error', () => {});
    const request = session.request({
      ':method': 'POST', ':path': '/leadgrade.v1.ScoringService/BatchScoreLeads',
      'content-type': 'application/grpc', te: 'trailers',
    });
    const call = { chunks: [], status: undefined };
    request.on('error', () => {});
    request.on('trailers', (trailers) => { call.status = Number(trailers['grpc-status']); });
    const closed = new Promise((resolve) => { request.on('close', resolve); });
    const body = encode('leadgrade.v1.BatchScoreLeadsRequest', { names: NAMES });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(body.length, 1);
    request.end(Buffer.concat([frame, body]));
    await new Promise((resolve) => { request.on('response', resolve); });
    request.pause();
    call.drop = () => session.destroy();
    call.finish = async () => {
      request.on('data', (chunk) => call.chunks.push(chunk));
      request.resume();
      await within(closed, 'the end of the call');
      session.destroy();
      return decode('leadgrade.v1.BatchScoreLeadsResponse', Buffer.concat(call.chunks).subarray(5));
    };
    return { server, call };
  }
  const refusesNewCalls = (server) => waitFor(async () => {
    const api = connect(server.grpc);
    try {
      await api.leads.listLeads({ pageSize: 1 });
      return false;
    } catch (error) {
      return error.code === grpc.status.UNAVAILABLE;
    } finally {
      api.close();
    }
  }, 'new calls to be refused');

  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`lets a call in flight end well on ${signal}, and takes no new ones`, async () => {
      const { server, call } = await withCallInFlight();
      server.signal(signal);
      await refusesNewCalls(server);
      assert.ok(!server.exited, 'it did not wait for the call');
      const { results } = await call.finish();
      assert.equal(call.status, grpc.status.OK);
      assert.deepEqual(results.map((result) => result.decision.lead), NAMES);
      assert.equal(await server.exitCode(), 0, server.stderr);
      server.api.close();
    });
  }

  it('waits for a call no longer than it was told to', async () => {
    const file = path.join(tempDir(), 'leadgrade.yaml');
    fs.writeFileSync(file, 'drainTimeout: 1s\n');
    const { server, call } = await withCallInFlight({ args: ['--config', file] });
    server.signal('SIGTERM');
    assert.equal(await server.exitCode(), 0, server.stderr);
    call.drop();
    server.api.close();
  });

  it('ends streams that would go on for ever, at once, with UNAVAILABLE', async () => {
    const server = await Server.start();
    const watching = new Stream(server.api.watch.watchGradeChanges({}));
    await watching.next();
    const scoring = new Stream(server.api.scoring.streamScoreLeads());
    scoring.call.write({ name: 'leads/nobody' });
    await scoring.next();
    server.signal('SIGTERM');
    for (const stream of [watching, scoring]) {
      assert.equal((await stream.ended()).code, grpc.status.UNAVAILABLE);
    }
    assert.equal(await server.exitCode(), 0, server.stderr);
    server.api.close();
  });

  it('keeps all that it acknowledged, and answers or refuses every call', async () => {
    const server = await Server.start();
    const { data } = server;
    const outcomes = { ok: [], refused: 0 };
    let signalled = false;
    const writer = async (lane) => {
      for (let i = 0; ; i++) {
        const event = { lead: `leads/lane-${lane}`, eventId: `e-${i}`, type: 'visit' };
        try {
          await server.api.leads.recordEvents({ events: [event], createMissingLeads: true });
          outcomes.ok.push(event);
        } catch (error) {
          // gRPC's core cancels the call that arrives in the instant in which it begins to close.
          assert.ok([grpc.status.UNAVAILABLE, grpc.status.CANCELLED].includes(error.code), error.message);
          outcomes.refused++;
          return;
        }
        if (outcomes.ok.length > 500 && !signalled) {
          signalled = true;
          server.signal('SIGTERM');
        }
      }
    };
    await Promise.all(Array.from({ length: 32 }, (_, lane) => writer(lane)));
    assert.equal(outcomes.refused, 32);
    assert.equal(await server.exitCode(), 0, server.stderr);
    server.api.close();
    const again = await Server.start({ data });
    for (let i = 0; i < outcomes.ok.length; i += 1000) {
      const { results } = await again.api.leads.recordEvents({ events: outcomes.ok.slice(i, i + 1000) });
      assert.ok(results.every((result) => result.duplicate));
    }
    await again.stop();
  });
});
