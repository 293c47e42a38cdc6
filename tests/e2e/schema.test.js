// The JSON Schema of rule files, and `yaml-language-server` with it: what an editor does with the
// files that ship.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { after: afterAll, before, describe, it } = require('node:test');
const { ROOT, SALES, run, within } = require('./harness.js');
const { Editor, after } = require('./lsp_client.js');

const SERVER = path.join(ROOT, 'tools/npm/node_modules/yaml-language-server/bin/yaml-language-server');
const BROKEN = path.join(ROOT, 'tests/engine/rules/broken');
const MODELINE = `# yaml-language-server: $schema=${ROOT}/docs/schema/leadgrade.schema.json\n`;

const yamlIn = (directory) => fs.readdirSync(directory, { recursive: true })
  .filter((name) => name.endsWith('.yaml')).map((name) => path.join(directory, name)).sort();

describe('leadgrade schema', () => {
  it('prints what stands in docs/schema', async () => {
    const { code, stdout } = await run(['schema']);
    assert.equal(code, 0);
    const kept = fs.readFileSync(path.join(ROOT, 'docs/schema/leadgrade.schema.json'), 'utf8');
    assert.equal(stdout, kept, 'leadgrade schema > docs/schema/leadgrade.schema.json');
  });

  it('prints one kind alone', async () => {
    const { code, stdout } = await run(['schema', 'Mapping']);
    assert.equal(code, 0);
    const schema = JSON.parse(stdout);
    assert.deepEqual(schema.allOf, [{ $ref: '#/definitions/mapping' }]);
    assert.equal(schema.definitions.ruleSet, undefined);
  });

  it('knows the kinds', async () => {
    const { code, stderr } = await run(['schema', 'Ruleset']);
    assert.equal(code, 2);
    assert.match(stderr, /did you mean `RuleSet`/);
  });
});

describe('yaml-language-server with the schema', () => {
  let server;
  let editor;
  before(async () => {
    server = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    editor = new Editor(server);
    await editor.initialize();
  });
  afterAll(async () => {
    const exit = new Promise((resolve) => { server.on('exit', resolve); });
    await editor.shutdown();
    await within(exit, 'the end of yaml-language-server');
  });

  it('finds nothing wrong with what ships', async () => {
    for (const file of yamlIn(SALES)) {
      assert.match(fs.readFileSync(file, 'utf8'), /^# yaml-language-server: \$schema=/, file);
      const uri = await editor.open(file);
      assert.deepEqual(await editor.diagnosticsOf(uri), [], file);
    }
  });

  it('finds nothing wrong with a bundle that loads', async () => {
    for (const file of yamlIn(path.join(ROOT, 'tests/engine/rules/base'))) {
      const uri = await editor.open(file, MODELINE + fs.readFileSync(file, 'utf8'));
      assert.deepEqual(await editor.diagnosticsOf(uri), [], file);
    }
  });

  // By the code of the loader's first issue. Of a missing key, those that are missing under every
  // circumstance.
  it('underlines the keys and values that the loader refuses', async () => {
    let seen = 0;
    for (const name of fs.readdirSync(BROKEN)) {
      const expected = fs.readFileSync(path.join(BROKEN, name, 'expected.txt'), 'utf8');
      const first = /:(\d+):\d+: error: .*\[(unknown-key|unknown-kind)\]/.exec(expected);
      if (!first || / in a condition \(/.test(expected)) continue;
      for (const file of yamlIn(path.join(BROKEN, name))) {
        const uri = await editor.open(file, MODELINE + fs.readFileSync(file, 'utf8'));
        const found = await editor.diagnosticsOf(uri);
        assert.notDeepEqual(found, [], `${name}: ${expected}`);
        seen += 1;
      }
    }
    assert.ok(seen >= 5, `only ${seen} cases`);
  });

  it('underlines a wrong key at its place, and says which are known', async () => {
    const file = path.join(SALES, 'grading.yaml');
    const text = fs.readFileSync(file, 'utf8').replace('when: "!need"', 'wen: "!need"');
    const uri = await editor.open(path.join(SALES, 'wrong.yaml'), text);
    const [found] = await editor.diagnosticsOf(uri);
    assert.match(found.message, /wen/);
    assert.deepEqual(found.range.end, after(text, 'wen'));
  });

  it('underlines a hit policy that there is not', async () => {
    const text = fs.readFileSync(path.join(SALES, 'grading.yaml'), 'utf8')
      .replace('hitPolicy: FIRST', 'hitPolicy: LAST');
    const uri = await editor.open(path.join(SALES, 'policy.yaml'), text);
    const [found] = await editor.diagnosticsOf(uri);
    assert.match(found.message, /FIRST/);
  });

  it('completes the keys of a rule, and only those it does not have', async () => {
    const text = fs.readFileSync(path.join(SALES, 'grading.yaml'), 'utf8')
      .replace('  - id: no-need\n', '  - id: no-need\n    \n');
    const uri = await editor.open(path.join(SALES, 'keys.yaml'), text);
    const labels = await editor.complete(uri, after(text, '- id: no-need\n    '));
    assert.ok(labels.includes('description'), labels.join());
    assert.ok(!labels.includes('hitPolicy'), labels.join());
    assert.ok(!labels.includes('reason'), labels.join());
  });

  it('completes the values of a choice', async () => {
    const text = fs.readFileSync(path.join(SALES, 'grading.yaml'), 'utf8')
      .replace('hitPolicy: FIRST', 'hitPolicy: ');
    const uri = await editor.open(path.join(SALES, 'choice.yaml'), text);
    const labels = await editor.complete(uri, after(text, 'hitPolicy: '));
    for (const policy of ['UNIQUE', 'FIRST', 'RULE ORDER']) {
      assert.ok(labels.includes(policy), labels.join());
    }
  });

  it('tells what a key is for', async () => {
    const file = path.join(SALES, 'facts.yaml');
    const text = fs.readFileSync(file, 'utf8');
    const uri = await editor.open(file);
    const position = after(text, 'derive');
    position.character -= 2;
    assert.match(await editor.hover(uri, position), /What someone states takes\s+precedence/);
  });
});
