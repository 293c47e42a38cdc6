// Test suites of rules as ops write them: tables, shared leads, days, snapshots, and what they cover.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { copyOfSales, edit, run, tempDir } = require('./harness.js');

const HEAD = 'apiVersion: leadgrade/v1\n';
const FIXTURES = `${HEAD}kind: Fixtures
metadata: { name: leads }
fixtures:
  half-way: { facts: { kp_level: SECOND, need: true, budget: true } }
`;

// A copy of the sales bundle whose only suite has these cases; leads of FIXTURES are there.
function salesWith(cases) {
  const rules = copyOfSales();
  for (const file of fs.readdirSync(rules)) {
    if (file.endsWith('_test.yaml')) fs.rmSync(path.join(rules, file));
  }
  fs.writeFileSync(path.join(rules, 'leads.yaml'), FIXTURES);
  fs.writeFileSync(path.join(rules, 'own_test.yaml'), `${HEAD}kind: TestSuite
metadata: { name: own }
now: 2026-03-12T10:00:00+08:00
cases:
${cases}`);
  return rules;
}

describe('test suites', () => {
  it('run each row of a table as a case of its own', async () => {
    const rules = salesWith(`  - name: labels
    table:
      columns: [kp_level, need, budget, expect.grade]
      rows:
        - [FIRST, true, true, A]
        - [FIRST, true, false, A]
`);
    const { code, stdout } = await run(['test', rules]);
    assert.equal(code, 4);
    assert.match(stdout, /own_test\.yaml:11: failed: own\/labels: kp_level FIRST, .*budget false/);
    assert.match(stdout, /grade: expected `A`, got `D` \(rule `no-budget`\)/);
    assert.match(stdout, /1 passed, 1 failed/);
  });

  it('show which part of a condition stood against what was expected', async () => {
    const rules = salesWith(`  - name: too high
    lead: half-way
    expect: { grade: A }
`);
    const { code, stdout } = await run(['test', rules]);
    assert.equal(code, 4);
    assert.match(stdout, /expected `A`, got `B` \(rule `one-approval-above`\)/);
    assert.match(stdout, /`A` would come from `grading\/all-three-labels`, which did not match/);
    assert.match(stdout, /false +kp_level == FIRST +\(kp_level = SECOND\)/);
  });

  it('share leads between files, and go on by days', async () => {
    const rules = salesWith(`  - name: lapses
    lead: half-way
    steps:
      - { day: 0, expect: { grade: B } }
      - { day: 60, expect: { grade: D } }
`);
    assert.equal((await run(['test', rules])).code, 0);
    edit(path.join(rules, 'own_test.yaml'), 'lead: half-way', 'lead: half-wey');
    const { code, stderr } = await run(['test', rules]);
    assert.equal(code, 3);
    assert.match(stderr, /there is no lead `half-wey`/);
    assert.match(stderr, /did you mean `half-way`/);
  });

  it('take snapshots on demand, and hold decisions against them', async () => {
    const rules = salesWith(`  - name: whole
    lead: half-way
    snapshot: true
`);
    const missing = await run(['test', rules]);
    assert.equal(missing.code, 4);
    assert.match(missing.stdout, /there is none yet; `leadgrade test --update` takes it/);
    assert.equal((await run(['test', rules, '--update'])).code, 0);
    assert.equal((await run(['test', rules])).code, 0);
    edit(path.join(rules, 'grading.yaml'), 'when: kp_level >= THIRD && approval_layers <= 1',
      'when: kp_level >= THIRD && approval_layers <= 0');
    const changed = await run(['test', rules]);
    assert.equal(changed.code, 4);
    assert.match(changed.stdout, /^ *- .*one-approval-above/m);
  });

  it('tell what they cover, in every form, and fail where that is too little', async () => {
    const rules = salesWith(`  - name: labels
    lead: half-way
    expect: { grade: B }
`);
    const text = await run(['test', rules, '--coverage']);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /coverage of sales: rules \d+\/27 .*conditions \(MC\/DC\) \d+\/\d+/);
    assert.match(text.stdout, /grading\.yaml:\d+: grading\/no-budget/);
    assert.equal((await run(['test', rules, '--min-coverage', '100'])).code, 4);
    assert.equal((await run(['test', rules, '--min-mcdc', '50'])).code, 4);
    for (const [format, start] of [['lcov', /^TN:\nSF:.*\.yaml\nFN:/], ['html', /^<!DOCTYPE html>/i],
      ['json', /^\{/], ['text', /\S/]]) {
      const out = path.join(tempDir(), `coverage.${format}`);
      const { code, stderr } = await run(['test', rules, '--coverage-format', format,
        '--coverage-out', out]);
      assert.equal(code, 0, stderr);
      assert.match(fs.readFileSync(out, 'utf8'), start, format);
    }
  });
});
