// Rules that change under a running server.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { Server, copyOfSales, edit, facts, waitFor } = require('./harness.js');

const ALL_THREE = { kp_level: 'FIRST', need: true, budget: true };

describe('reload of the rules', () => {
  const digestOf = async (api) => (await api.scoring.evaluateFacts({})).decision.bundle.digest;
  const reloads = (server, result) => server.metric('leadgrade_reloads_total', { result });

  it('takes an edited rule file by itself', async () => {
    const rules = copyOfSales();
    const server = await Server.start({ rules });
    const old = await digestOf(server.api);
    await server.api.leads.createLead({ leadId: 'kept', lead: { facts: facts(ALL_THREE) } });
    const evaluate = async () => (await server.api.scoring.evaluateFacts(
      { facts: facts({ ...ALL_THREE, current_grade: 'A', days_in_grade: 6 }) })).decision.grade;
    assert.equal(await evaluate(), 'A');
    edit(path.join(rules, 'bundle.yaml'), 'value: 10', 'value: 5');
    await waitFor(async () => await digestOf(server.api) !== old, 'the new digest');
    assert.equal(await evaluate(), 'D');
    const { decision } = await server.api.scoring.scoreLead({ name: 'leads/kept' });
    assert.equal(decision.bundle.digest, await digestOf(server.api));
    const { bundles: [bundle] } = await server.api.bundles.listBundles({});
    assert.equal(bundle.digest, decision.bundle.digest);
    assert.ok(await reloads(server, 'accepted') >= 1);
    await server.stop();
  });

  it('keeps the old rules where the new ones are broken, and says where', async () => {
    const rules = copyOfSales();
    const server = await Server.start({ rules });
    const old = await digestOf(server.api);
    edit(path.join(rules, 'grading.yaml'), 'when: "!budget"', 'when: "!budgt"');
    const place = /sales\/grading\.yaml:\d+:\d+/;
    await waitFor(() => place.test(server.stderr), 'a log line with file:line:column');
    assert.match(server.stderr, /did you mean `?budget/);
    await waitFor(async () => await reloads(server, 'refused') >= 1, 'the refusal to be counted');
    assert.equal(await server.metric('leadgrade_last_reload_accepted'), 0);
    assert.equal(await digestOf(server.api), old);
    assert.equal((await server.get('/readyz')).status, 200);
    edit(path.join(rules, 'grading.yaml'), '!budgt', '!budget');
    edit(path.join(rules, 'bundle.yaml'), 'value: 20', 'value: 21');
    await waitFor(async () => await digestOf(server.api) !== old, 'the mended rules');
    assert.equal(await server.metric('leadgrade_last_reload_accepted'), 1);
    await server.stop();
  });

  it('survives that rules vanish altogether', async () => {
    const rules = copyOfSales();
    const server = await Server.start({ rules });
    const old = await digestOf(server.api);
    fs.renameSync(rules, `${rules}.away`);
    server.signal('SIGHUP');
    await waitFor(async () => await reloads(server, 'refused') >= 1, 'the refusal to be counted');
    assert.equal(await digestOf(server.api), old);
    await server.stop();
  });

  it('loads on SIGHUP a directory that was put in place of the old one', async () => {
    const rules = copyOfSales();
    const other = copyOfSales();
    edit(path.join(other, 'bundle.yaml'), 'value: 10', 'value: 7');
    const server = await Server.start({ rules });
    const old = await digestOf(server.api);
    fs.renameSync(rules, `${rules}.away`);
    fs.renameSync(other, rules);
    server.signal('SIGHUP');
    await waitFor(async () => await digestOf(server.api) !== old, 'the new digest');
    await server.stop();
  });

  it('decides with one bundle or the other while they change, never with a mix', async () => {
    const rules = copyOfSales();
    const server = await Server.start({ rules });
    await server.api.leads.createLead({ leadId: 'busy', lead: { facts: facts(ALL_THREE) } });
    const digests = new Set();
    const file = path.join(rules, 'bundle.yaml');
    let days = 10;
    await waitFor(async () => {
      const replies = await Promise.all(Array.from({ length: 8 },
        () => server.api.scoring.scoreLead({ name: 'leads/busy' })));
      for (const { decision } of replies) {
        assert.equal(decision.grade, 'A');
        digests.add(decision.bundle.digest);
      }
      if (digests.size > days - 10) edit(file, `value: ${days}`, `value: ${++days}`);
      return digests.size >= 4;
    }, 'four bundles to be seen');
    await server.stop();
  });
});
