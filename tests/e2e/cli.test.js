// The commands that need no server, as a script or CI runs them: outputs and exit codes.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { describe, it } = require('node:test');
const { BIN, SALES, copyOfSales, edit, run, tempDir } = require('./harness.js');

const AT = '2026-03-12T10:00:00+08:00';
const COMMANDS = ['serve', 'check', 'test', 'explain-code', 'eval', 'cel', 'repl', 'import', 'score', 'explain',
  'leads', 'watch', 'export', 'verify', 'schema'];

// The elements of an XML document by name, each as its attributes; fails where it is not well formed.
function xml(text) {
  const script = 'import json,sys,xml.etree.ElementTree as e\n' +
    'print(json.dumps([[x.tag, x.attrib, x.text] for x in e.fromstring(sys.stdin.read()).iter()]))';
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script], { input: text });
  assert.equal(status, 0, `${stderr}\n${text}`);
  const out = {};
  for (const [tag, attributes, content] of JSON.parse(stdout)) {
    (out[tag] ??= []).push({ ...attributes, content });
  }
  return out;
}

function brokenSales() {
  const rules = copyOfSales();
  edit(path.join(rules, 'grading.yaml'), 'when: "!budget"', 'when: "!budgt"');
  return rules;
}

describe('the command line', () => {
  it('helps with each command, and shows an example', async () => {
    for (const command of COMMANDS) {
      const { code, stdout } = await run([command, '--help']);
      assert.equal(code, 0, command);
      assert.match(stdout, /Example/, command);
      assert.ok(stdout.includes(`leadgrade ${command}`), `${command}: ${stdout}`);
    }
    assert.equal((await run(['--help'])).code, 0);
    assert.match((await run(['--version'])).stdout, /^leadgrade \d/);
  });

  it('refuses what it does not know, with exit code 2 and nothing on stdout', async () => {
    for (const args of [[], ['chek'], ['check'], ['check', SALES, '--formt', 'json'],
      ['check', SALES, '--format', 'xml'], ['leads'], ['leads', 'lst'], ['score'],
      ['eval', '--rules', '/nowhere'], ['eval', '--now', 'yesterday', '-'], ['check', '/nowhere'],
      ['test', '/nowhere'], ['serve', '--grpc', 'nonsense'], ['import', '/nowhere.csv']]) {
      const { code, stdout, stderr } = await run(args, { input: '' });
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.equal(stdout, '', args.join(' '));
      assert.notEqual(stderr, '', args.join(' '));
    }
    assert.match((await run(['chek'])).stderr, /did you mean `check`/);
  });
});

describe('leadgrade check', () => {
  it('is fine with the bundle that ships, in every format', async () => {
    const text = await run(['check', 'rules/sales']);
    assert.equal(text.code, 0, text.stdout + text.stderr);
    const { code, stdout } = await run(['check', 'rules/sales', '--format', 'json']);
    assert.equal(code, 0);
    const [bundle] = JSON.parse(stdout).bundles;
    assert.equal(bundle.name, 'sales');
    assert.equal(bundle.ok, true);
    assert.match(bundle.digest, /^sha256:[0-9a-f]{64}$/);
    const sarif = JSON.parse((await run(['check', 'rules/sales', '--format', 'sarif'])).stdout);
    assert.equal(sarif.version, '2.1.0');
    assert.deepEqual(sarif.runs[0].results.filter((result) => result.level === 'error'), []);
    const junit = xml((await run(['check', 'rules/sales', '--format', 'junit'])).stdout);
    assert.ok(junit.testcase.length > 0);
    assert.equal(junit.failure, undefined);
  });

  it('says where a bundle is broken, and what was meant', async () => {
    const rules = brokenSales();
    const { code, stdout } = await run(['check', rules]);
    assert.equal(code, 3);
    assert.match(stdout, /sales\/grading\.yaml:\d+:\d+: error: .*budgt.*\[[a-z-]+\]/);
    assert.match(stdout, /^.*when: "!budgt"\n\s+\^/m);
    assert.match(stdout, /did you mean `budget`/);
  });

  it('says so in every format', async () => {
    const rules = brokenSales();
    const line = fs.readFileSync(path.join(rules, 'grading.yaml'), 'utf8').split('\n')
      .findIndex((text) => text.includes('!budgt')) + 1;
    const output = {};
    for (const format of ['json', 'sarif', 'junit']) {
      const { code, stdout } = await run(['check', rules, '--format', format]);
      assert.equal(code, 3, format);
      output[format] = stdout;
    }
    const [bundle] = JSON.parse(output.json).bundles;
    assert.equal(bundle.ok, false);
    assert.equal(bundle.digest, null);
    const [issue] = bundle.issues;
    assert.match(issue.file, /sales\/grading\.yaml$/);
    assert.equal(issue.line, line);
    assert.ok(issue.column > 1);
    assert.match(issue.message + issue.hint, /budget/);
    const [result] = JSON.parse(output.sarif).runs[0].results;
    assert.equal(result.level, 'error');
    assert.equal(result.ruleId, issue.code);
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    assert.match(artifactLocation.uri, /sales\/grading\.yaml$/);
    assert.equal(region.startLine, line);
    assert.equal(region.startColumn, issue.column);
    const junit = xml(output.junit);
    assert.equal(junit.failure.length, 1);
    assert.equal(Number(junit.testsuites[0].failures), 1);
    assert.match(junit.failure[0].content, /budgt/);
  });

  it('shows what is wrong with the rules by a lead to paste', async () => {
    const rules = copyOfSales();
    const grading = path.join(rules, 'grading.yaml');
    const text = fs.readFileSync(grading, 'utf8');
    fs.writeFileSync(grading, text.slice(0, text.indexOf('  - id: no-key-person')));
    for (const file of ['grading_test.yaml', 'rhythm_test.yaml']) fs.rmSync(path.join(rules, file));
    const { code, stdout } = await run(['check', rules]);
    assert.equal(code, 3, stdout);
    assert.match(stdout, /`grading` has no outcome for some leads: no rule matches \[LG3001\]/);
    const command = /^for example: (printf .*)$/m.exec(stdout)[1];
    const shown = spawnSync('sh', ['-c', command], { encoding: 'utf8',
      env: { ...process.env, PATH: `${path.dirname(BIN)}:${process.env.PATH}` } });
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(shown.stdout, /grading: no rule matches and there is no default \[no-outcome\]/);
    const json = JSON.parse((await run(['check', rules, '--format', 'json'])).stdout).bundles[0];
    assert.equal(json.issues[0].code, 'LG3001');
    assert.ok(json.proofs.settled > 100);
    const { example } = json.issues[0];
    assert.ok(command.includes(JSON.stringify(example.facts)), command);
    assert.equal(example.values.need, 'true');
    assert.equal((await run(['check', rules, '--no-proofs'])).code, 0);
  });

  it('proves the properties that the bundle states', async () => {
    const rules = copyOfSales();
    edit(path.join(rules, 'grading.yaml'), 'confirmed(kp_level) && confirmed(budget)', 'need');
    const { code, stdout } = await run(['check', rules]);
    assert.equal(code, 3);
    assert.match(stdout, /properties\.yaml:\d+:9: error: the property `a-is-verified` does not hold/);
  });

  it('says what it could not prove', async () => {
    const rules = copyOfSales();
    edit(path.join(rules, 'grading.yaml'), 'when: "!need"', 'when: "!need && window_end < now"');
    const warned = await run(['check', rules, '--proof-timeout', '0.001']);
    assert.match(warned.stdout, /warning: not proved: .*\[LG3011\]\n/);
    assert.match(warned.stdout, /not proved/);
    assert.equal((await run(['check', rules, '--proof-timeout', '0.001', '--strict'])).code, 3);
    assert.equal((await run(['check', rules, '--proof-timeout', '0'])).code, 2);
  });

  it('checks several bundles in one go', async () => {
    const { code, stdout } = await run(['check', SALES, brokenSales(), '--format', 'json']);
    assert.equal(code, 3);
    assert.deepEqual(JSON.parse(stdout).bundles.map((bundle) => bundle.ok), [true, false]);
  });

  it('gives a bundle its digest by its content, wherever it lies', async () => {
    const digest = async (rules) => {
      const { stdout } = await run(['check', rules, '--format', 'json']);
      return JSON.parse(stdout).bundles[0].digest;
    };
    const copy = copyOfSales();
    assert.equal(await digest(copy), await digest(SALES));
    edit(path.join(copy, 'bundle.yaml'), 'value: 10', 'value: 5');
    assert.notEqual(await digest(copy), await digest(SALES));
  });

  it('refuses an empty directory as a bundle', async () => {
    assert.equal((await run(['check', tempDir()])).code, 3);
  });
});

describe('leadgrade test', () => {
  it('passes with the bundle that ships, in every format', async () => {
    const { code, stdout, stderr } = await run(['test', 'rules/sales', '--coverage']);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\d+ passed, 0 failed/);
    const json = JSON.parse((await run(['test', 'rules/sales', '--format', 'json'])).stdout);
    assert.equal(json.bundles[0].failed, 0);
    assert.ok(json.bundles[0].passed > 50);
    const junit = xml((await run(['test', 'rules/sales', '--format', 'junit'])).stdout);
    assert.equal(junit.testcase.length, json.bundles[0].passed);
    assert.equal(junit.failure, undefined);
  });

  it('fails with exit code 4, and says what came out instead', async () => {
    const rules = copyOfSales();
    edit(path.join(rules, 'bundle.yaml'), 'value: 10', 'value: 9');
    const { code, stdout } = await run(['test', rules]);
    assert.equal(code, 4);
    assert.match(stdout, /sales\/grading_test\.yaml:\d+: failed: grading\/day 10 of an A is A/);
    const json = await run(['test', rules, '--format', 'json']);
    assert.equal(json.code, 4);
    assert.ok(JSON.parse(json.stdout).bundles[0].failed > 0);
    const junit = await run(['test', rules, '--format', 'junit']);
    assert.equal(junit.code, 4);
    assert.ok(xml(junit.stdout).failure.length > 0);
  });

  it('fails where fewer rules are hit than asked for', async () => {
    const few = ['test', SALES, '--filter', 'grading/all three labels*', '--min-coverage'];
    assert.equal((await run([...few, '100'])).code, 4);
    assert.equal((await run([...few, '1'])).code, 0);
  });

  it('fails where no test matches the filter', async () => {
    assert.equal((await run(['test', SALES, '--filter', 'nothing*'])).code, 4);
  });

  it('does not run the tests of a broken bundle', async () => {
    const { code, stderr } = await run(['test', brokenSales()]);
    assert.equal(code, 3);
    assert.match(stderr, /sales\/grading\.yaml:\d+:\d+/);
  });
});

describe('leadgrade eval', () => {
  const evaluate = async (facts, ...args) => {
    const { code, stdout, stderr } = await run(
      ['eval', '--rules', 'rules/sales', '--now', AT, ...args], { input: JSON.stringify(facts) });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  it('gives every field of a decision, in proto JSON', async () => {
    const decision = await evaluate({
      kp_level: 'SECOND', need: true, budget: true,
      gradeHistory: [{ grade: 'B', time: '2026-03-10T09:00:00+08:00' }],
    });
    assert.deepEqual(Object.keys(decision).sort(), [
      'attainableGrades', 'bundle', 'computedGrade', 'conflicts', 'decisionTime', 'grade', 'issues',
      'lead', 'missingFacts', 'nextActions', 'outputs', 'potentialGrade', 'provisional', 'reasons', 'validUntil',
    ]);
    assert.equal(decision.lead, '');
    assert.equal(decision.decisionTime, '2026-03-12T02:00:00Z');
    assert.equal(decision.grade, 'B');
    assert.equal(decision.potentialGrade, 'B');
    assert.equal(decision.provisional, false);
    assert.deepEqual(decision.attainableGrades, ['B']);
    assert.deepEqual(decision.reasons[0], {
      ruleSet: 'grading', rule: 'one-approval-above',
      text: 'Need and budget are there; one person above must still agree',
    });
    assert.deepEqual(decision.missingFacts, []);
    assert.deepEqual(decision.nextActions, [{
      code: 'meet_approver', title: 'Meet the approver',
      text: 'Have the contact introduce the one who must still agree.', channel: 'visit',
      priority: 'ACTION_PRIORITY_HIGH', proposedTime: '2026-03-12T02:00:00Z',
      dueTime: '2026-03-17T02:00:00Z', checklist: ['Ask who has a veto'],
    }]);
    assert.equal(decision.validUntil, '2026-03-30T16:00:00Z');
    assert.equal(decision.bundle.name, 'sales');
    assert.match(decision.bundle.digest, /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(decision.issues, []);
    assert.equal(Date.parse(decision.outputs.window_end), Date.parse('2026-03-31T00:00:00+08:00'));
  });

  it('gives the score of a bundle that has one', async () => {
    const rules = copyOfSales({
      'points.yaml': `apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: points }
hitPolicy: COLLECT
aggregation: SUM
outputs: [{ name: total, type: int }]
rules:
  - { id: has-need, reason: { zh: 需求, en: Need }, when: need, then: { total: 10 } }
  - { id: has-budget, reason: { zh: 预算, en: Budget }, when: budget, then: { total: 5 } }
`,
    });
    edit(path.join(rules, 'bundle.yaml'), '  grade: grading.grade',
      '  grade: grading.grade\n  score: points.total');
    const { code, stdout, stderr } = await run(['eval', '--rules', rules, '--now', AT],
      { input: '{"kp_level": "FIRST", "need": true}' });
    assert.equal(code, 0, stderr);
    const decision = JSON.parse(stdout);
    assert.equal(decision.score, 10);
    assert.equal(decision.potentialScore, 15);
  });

  it('shows what is missing', async () => {
    const decision = await evaluate({ kp_level: 'FIRST', need: true }, '--language', 'zh');
    assert.equal(decision.grade, 'D');
    assert.equal(decision.potentialGrade, 'A');
    assert.equal(decision.provisional, true);
    assert.deepEqual(decision.attainableGrades, ['A', 'B', 'C', 'D']);
    assert.deepEqual(decision.missingFacts,
      [{ fact: 'budget', title: '有预算', question: '这笔预算批下来了吗？由谁批？', status: 'FACT_STATUS_UNKNOWN' }]);
  });

  it('takes facts with status, source and time, and a timeline', async () => {
    const decision = await evaluate({
      kp_level: { value: 'FIRST', status: 'claimed', source: 'li', observedTime: '2026-03-01T09:00:00+08:00' },
      need: true, budget: true, events: [{ type: 'signature', time: '2026-03-11T09:00:00+08:00', amount: 1 }],
    });
    assert.equal(decision.grade, 'B');
    assert.equal(decision.potentialGrade, 'A');
    assert.deepEqual(decision.missingFacts.map(({ fact, status }) => [fact, status]),
      [['kp_level', 'FACT_STATUS_CLAIMED']]);
    assert.deepEqual(decision.nextActions.map((action) => action.code), ['ask_referral']);
  });

  it('takes what several sources say of one fact, and shows that they differ', async () => {
    const decision = await evaluate({
      kp_level: 'FIRST', need: true,
      budget: {
        statements: [
          { value: true, status: 'claimed', source: 'Li' },
          { value: false, status: 'claimed', source: 'Zhao', sourceRole: 'STAFF' },
          { status: 'unknown', source: 'Chen', expireTime: '2027-01-01T00:00:00Z' },
        ],
      },
    });
    assert.equal(decision.conflicts.length, 1);
    assert.equal(decision.conflicts[0].fact, 'budget');
    assert.deepEqual(decision.conflicts[0].statements.map(({ source, status }) => [source, status]), [
      ['Li', 'FACT_STATUS_CLAIMED'], ['Zhao', 'FACT_STATUS_CLAIMED'], ['Chen', 'FACT_STATUS_UNKNOWN'],
    ]);
  });

  it('gives the same bytes for the same input', async () => {
    const once = () => run(['eval', '--rules', SALES, '--now', AT], { input: '{"need": true}' });
    assert.equal((await once()).stdout, (await once()).stdout);
  });

  it('reads a file, and takes a date as its first instant', async () => {
    const file = path.join(tempDir(), 'facts.json');
    fs.writeFileSync(file, '{"kp_level": "FIRST", "need": true, "budget": true}');
    const { code, stdout } = await run(['eval', '--rules', SALES, '--now', '2026-03-01', file]);
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).decisionTime, '2026-02-28T16:00:00Z');
  });

  it('tells both sides of the end of a window apart', async () => {
    const grade = async (now) => {
      const { stdout } = await run(['eval', '--rules', SALES, '--now', now], {
        input: JSON.stringify({
          kp_level: 'FIRST', need: true, budget: true,
          gradeHistory: [{ grade: 'A', time: '2026-03-01T23:30:00+08:00' }],
        }),
      });
      return JSON.parse(stdout).grade;
    };
    assert.equal(await grade('2026-03-11T23:59:59+08:00'), 'A');
    assert.equal(await grade('2026-03-12T00:00:00+08:00'), 'D');
  });

  it('refuses wrong facts with exit code 2, and names the place', async () => {
    for (const [input, text] of [
      ['{"kp_levl": "FIRST"}', /kp_levl.*did you mean `kp_level`/],
      ['{"kp_level": "FRIST"}', /kp_level.*did you mean `FIRST`/],
      ['{"need": "yes"}', /need.*`true` or `false`/],
      ['{"need": true', /:1:\d+/],
      ['{"need": true, "need": false}', /need/],
      ['[]', /./],
      ['', /./],
      ['{"events": [{"type": "vist"}]}', /events\[0\].*did you mean `visit`/],
    ]) {
      const { code, stdout, stderr } = await run(['eval', '--rules', SALES, '--now', AT, '-'], { input });
      assert.equal(code, 2, input);
      assert.equal(stdout, '', input);
      assert.match(stderr, text);
    }
  });

  it('does not decide by a broken bundle', async () => {
    const { code, stderr } = await run(['eval', '--rules', brokenSales()], { input: '{}' });
    assert.equal(code, 3);
    assert.match(stderr, /sales\/grading\.yaml:\d+:\d+/);
  });
});
