// BundleService: the rules in force.
'use strict';

const assert = require('node:assert/strict');
const { describe, it, before, after } = require('node:test');
const { refused, sharedServer, toMs } = require('./harness.js');

describe('bundles', () => {
  const shared = sharedServer({ before, after });

  it('lists the active bundle', async () => {
    const { bundles } = await shared.api.bundles.listBundles({});
    assert.equal(bundles.length, 1);
    const [bundle] = bundles;
    assert.equal(bundle.name, 'bundles/sales');
    assert.match(bundle.digest, /^sha256:[0-9a-f]{64}$/);
    assert.equal(bundle.title, 'Sales lead grading');
    assert.match(bundle.description, /A\/B\/C\/D/);
    assert.equal(bundle.timeZone, 'Asia/Shanghai');
    assert.deepEqual(bundle.grades, ['D', 'C', 'B', 'A']);
    assert.ok(bundle.eventTypes.includes('signature'));
    assert.ok(Math.abs(toMs(bundle.activateTime) - Date.now()) < 600_000);
  });

  it('describes the facts of a bundle', async () => {
    const { bundle } = await shared.api.bundles.getBundle({ name: 'bundles/sales', languageCode: 'zh' });
    assert.equal(bundle.title, '销售线索分级');
    const facts = Object.fromEntries(bundle.facts.map((fact) => [fact.name, fact]));
    assert.equal(facts.kp_level.type, 'KpLevel');
    assert.equal(facts.kp_level.title, '已见到的最高关键人');
    assert.deepEqual(facts.kp_level.enumValues, ['NONE', 'THIRD', 'SECOND', 'FIRST']);
    assert.equal(facts.kp_level.derived, false);
    assert.match(facts.kp_level.description, /FIRST decides alone/);
    assert.equal(facts.need.type, 'bool');
    assert.equal(facts.need.question, '如果方案被采纳，项目什么时候启动？');
    assert.deepEqual(facts.need.enumValues, []);
    assert.equal(facts.approval_layers.derived, true);
  });

  it('gives the same bundle alone as in the list, and in decisions', async () => {
    const { bundles: [listed] } = await shared.api.bundles.listBundles({ languageCode: 'zh' });
    const { bundle } = await shared.api.bundles.getBundle({ name: 'bundles/sales', languageCode: 'zh' });
    assert.deepEqual(bundle, listed);
    const { decision } = await shared.api.scoring.evaluateFacts({});
    assert.deepEqual(decision.bundle, { name: 'sales', digest: bundle.digest });
  });

  it('does not know another bundle', async () => {
    await refused(shared.api.bundles.getBundle({ name: 'bundles/service' }), { code: 'NOT_FOUND' });
    for (const name of ['', 'sales', 'bundles/', 'bundles/a/b', 'leads/sales']) {
      await refused(shared.api.bundles.getBundle({ name }),
        { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'name' });
    }
  });
});
