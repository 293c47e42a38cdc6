// What was said at an instant that has passed, through reloads of the rules and a restart.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { describe, it } = require('node:test');
const { Server, copyOfSales, edit, facts, run, waitFor } = require('./harness.js');

const ALL_THREE = { kp_level: 'FIRST', need: true, budget: true };

describe('read_time', () => {
  it('gives the decision of then, through new facts, new rules and a restart', async () => {
    const rules = copyOfSales();
    let server = await Server.start({ rules });
    const score = async (readTime) => (await server.api.scoring.scoreLead(
      { name: 'leads/a', ...(readTime && { readTime }) })).decision;
    await server.api.leads.createLead({ leadId: 'a', lead: { facts: facts(ALL_THREE) } });
    const said = [await score()];
    await server.api.leads.updateLead({
      lead: { name: 'leads/a', facts: facts({ budget: false }) },
      updateMask: { paths: ['facts.budget'] },
    });
    said.push(await score());
    edit(path.join(rules, 'bundle.yaml'), 'value: 10', 'value: 5');
    await waitFor(async () => (await score()).bundle.digest !== said[0].bundle.digest,
      'the new rules');
    said.push(await score());
    assert.notEqual(said[0].grade, said[1].grade);
    const { explanation } = await server.api.scoring.explainLead(
      { name: 'leads/a', readTime: said[0].decisionTime });
    assert.deepEqual(explanation.decision.grade, said[0].grade);
    for (let start = 0; start < 2; start += 1) {
      for (const decision of said) assert.deepEqual(await score(decision.decisionTime), decision);
      await server.stop();
      server = await Server.start({ rules, data: server.data });
    }
    const seconds = Number(said[0].decisionTime.seconds);
    const at = `${new Date(seconds * 1000).toISOString().slice(0, 19)}.` +
      `${String(said[0].decisionTime.nanos).padStart(9, '0')}Z`;
    const past = await run(['explain', 'a', '--at', at, '--server', server.grpc]);
    assert.equal(past.code, 0, past.stderr);
    assert.match(past.stdout, new RegExp(`grade +${said[0].grade}\n`));
    const before = await run(['explain', 'a', '--at', '2020-01-01', '--server', server.grpc]);
    assert.equal(before.code, 1);
    assert.match(before.stderr, /LEAD_NOT_STORED_THEN/);
    const { stdout } = await run(
      ['score', 'a', '--at', at, '--format', 'json', '--server', server.grpc]);
    assert.equal(JSON.parse(stdout).bundle.digest, said[0].bundle.digest);
    await server.stop();
  });
});
