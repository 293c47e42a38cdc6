// Writes the public CEL test vectors of the npm package @bufbuild/cel-spec as one uniform test a
// line, so that the C++ runner needs no knowledge of the vectors' own protos.
//
//   node convert.mjs OUT_DIR
//
// conformance: the conformance suite of cel-spec. parsing, checking, comprehension: cel-go's own
// tests. What is expected of a test:
//   parse: 'fails'  it must not parse; nothing else counts
//   ast             cel-go's debug text of the parsed tree
//   parseOnly       it must parse; nothing else is known
//   checkOnly       it is not evaluated
//   error           it fails: when compiled, or (unless checkOnly) when evaluated
//   deducedType     the type of the whole expression
//   value           what it evaluates to
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { comprehensionOutcome, parseOutcome } from './expectations.mjs';
import { typeOf, typeOfText } from './types.mjs';

const require = createRequire(new URL('../../tools/npm/package.json', import.meta.url));
const { create, toBinary } = require('@bufbuild/protobuf');
const { FileDescriptorProtoSchema, FileDescriptorSetSchema } = require('@bufbuild/protobuf/wkt');
const vectors = require('@bufbuild/cel-spec/testdata/tests.js');
const { getTestRegistry } = require('@bufbuild/cel-spec/testdata/registry.js');

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

function number(value) {
  return Object.is(value, -0) ? '-0' : String(value);
}

function valueOf(value) {
  const { case: kind, value: content } = value.kind;
  switch (kind) {
    case 'nullValue': return { null: true };
    case 'boolValue': return { bool: content };
    case 'int64Value': return { int: String(content) };
    case 'uint64Value': return { uint: String(content) };
    case 'doubleValue': return { double: number(content) };
    case 'stringValue': return { string: content };
    case 'bytesValue': return { bytes: base64(content) };
    case 'typeValue': return { type: content };
    case 'enumValue': return { enum: { type: content.type, number: content.value } };
    case 'listValue': return { list: content.values.map(valueOf) };
    case 'mapValue':
      return { map: content.entries.map((entry) => [valueOf(entry.key), valueOf(entry.value)]) };
    case 'objectValue':
      // An Any holds the wire form already.
      return {
        message: { type: content.typeUrl.split('/').pop(), bytes: base64(content.value) },
      };
    default: throw new Error(`a value of kind ${kind}`);
  }
}

function declarationOf(decl) {
  const { case: kind, value } = decl.declKind;
  switch (kind) {
    case 'ident': return { name: decl.name, variable: typeOf(value.type) };
    case 'function':
      return {
        name: decl.name,
        overloads: value.overloads.map((overload) => ({
          member: overload.isInstanceFunction,
          parameters: overload.params.map(typeOf),
          result: typeOf(overload.resultType),
        })),
      };
    default: throw new Error(`a declaration of kind ${kind}`);
  }
}

function bindingOf(name, binding) {
  if (binding.kind.case !== 'value') throw new Error(`${name} bound to ${binding.kind.case}`);
  return valueOf(binding.kind.value);
}

// The fields that all suites have in common.
function inputsOf(original) {
  if (original.disableMacros || original.locale) throw new Error(`${original.name}: new input`);
  const test = { expr: original.expr };
  if (original.container) test.container = original.container;
  if (original.disableCheck) test.disableCheck = true;
  if (original.typeEnv.length > 0) test.typeEnv = original.typeEnv.map(declarationOf);
  const bindings = Object.entries(original.bindings);
  if (bindings.length > 0) {
    test.bindings = Object.fromEntries(bindings.map(([name, b]) => [name, bindingOf(name, b)]));
  }
  return test;
}

function conformanceTest({ original }) {
  const test = inputsOf(original);
  if (original.checkOnly) test.checkOnly = true;
  const { case: kind, value } = original.resultMatcher;
  switch (kind) {
    case 'value': test.value = valueOf(value); break;
    case 'typedResult':
      if (value.deducedType) test.deducedType = typeOf(value.deducedType);
      if (value.result) test.value = valueOf(value.result);
      else test.checkOnly = true;
      break;
    case 'evalError': test.error = true; break;
    // The suite's rule for a test that states nothing.
    case undefined: test.value = { bool: true }; break;
    default: throw new Error(`${original.name}: a result of kind ${kind}`);
  }
  // The vectors' trees were made without the extensions' macros; the value says more.
  return test;
}

function parsingTest({ original, ast, type, error }) {
  const test = { ...inputsOf(original), ...parseOutcome(ast, error) };
  if (test.parse || test.parseOnly) return test;
  test.ast = ast;
  test.checkOnly = true;
  if (error) test.error = true;
  else test.deducedType = typeOfText(type);
  return test;
}

// The package does not ship cel-go's own test protos; those of the conformance suite have the same
// fields. In a debug text each part of a name is followed by its kind.
function withShippedProtos(test) {
  const kind = '((?:\\^#[^#]*#)?)\\.';
  const name = new RegExp(`google${kind}expr${kind}(proto[23])${kind}test(?![A-Za-z_])`, 'g');
  const text = JSON.stringify(test).replace(name, 'cel$1.expr$2.conformance$4.$3');
  const replaced = JSON.parse(text);
  if (replaced.container === 'google.expr.proto3') {  // the one whose expression is relative to it
    replaced.container = 'cel.expr.conformance';
    replaced.expr = replaced.expr.replace('test.', 'proto3.');
    replaced.ast = replaced.ast.replace(/^test/, 'proto3');
  }
  return replaced;
}

function checkingTest(incremental) {
  const test = withShippedProtos(parsingTest(incremental));
  // cel-go's default environment for these; see its checker_test.go.
  const variables = {
    is: 'string', ii: 'int', iu: 'uint', iz: 'bool', ib: 'bytes', id: 'double', ix: 'null',
  };
  test.typeEnv = [
    ...Object.entries(variables).map(([name, variable]) => ({ name, variable })),
    { name: 'fg_s', overloads: [{ member: false, parameters: [], result: 'string' }] },
    { name: 'fi_s_s', overloads: [{ member: true, parameters: ['string'], result: 'string' }] },
    ...(test.typeEnv ?? []),
  ];
  return test;
}

// The tree and the error in these vectors were made without the macros that they are about.
function comprehensionTest({ original }) {
  return { ...inputsOf(original), ...comprehensionOutcome(original.expr) };
}

// All tests below `suite`, in order. cel-go's have no names: they go by their number.
function collect(name, suite, convert, numbered) {
  const tests = [];
  const seen = new Map();
  const walk = (node, path) => {
    for (const incremental of node.tests) {
      const [file, ...section] = path;
      let title = incremental.name;
      if (numbered) title = String(tests.length + 1).padStart(3, '0');
      const key = [...path, title].join('/');
      seen.set(key, (seen.get(key) ?? 0) + 1);
      if (seen.get(key) > 1) title += `#${seen.get(key)}`;
      tests.push({
        suite: name, file: file ?? '', section: section.join('/'), name: title,
        ...convert(incremental),
      });
    }
    for (const child of node.suites) walk(child, [...path, child.name]);
  };
  walk(suite, []);
  return tests;
}

function descriptors() {
  const files = new Map();
  const add = (file) => {
    if (files.has(file.proto.name)) return;
    file.dependencies.forEach(add);
    files.set(file.proto.name, file.proto);
  };
  for (const type of getTestRegistry()) add(type.file);
  const set = create(FileDescriptorSetSchema, { file: [...files.values()] });
  return toBinary(FileDescriptorSetSchema, set);
}

const out = process.argv[2];
if (!out) {
  console.error('usage: node convert.mjs OUT_DIR');
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const suites = {
  conformance: collect('conformance', vectors.getConformanceSuite(), conformanceTest, false),
  parsing: collect('parsing', vectors.getParsingSuite(), parsingTest, true),
  checking: collect('checking', vectors.getCheckingSuite(), checkingTest, true),
  comprehension: collect(
    'comprehension', vectors.getComprehensionSuite(), comprehensionTest, true),
};
for (const [name, tests] of Object.entries(suites)) {
  const lines = tests.map((test) => `${JSON.stringify(test)}\n`).join('');
  writeFileSync(join(out, `${name}.jsonl`), lines);
  console.error(`${name}: ${tests.length} tests`);
}
writeFileSync(join(out, 'descriptors.binpb'), descriptors());
