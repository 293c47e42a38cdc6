// Evaluates CEL expressions with @bufbuild/cel, which shares no code with this engine.
//
//   node evaluate.mjs <QUESTIONS >ANSWERS
//
// Both are a line of JSON each. A question is {inputs: {NAME: VALUE}}, which has no answer and holds
// until the next of its kind, or {expr: TEXT, bind: {NAME: VALUE}} with what holds for it alone. An
// answer is {value: VALUE} or {error: TEXT}. Values are as tests/conformance/convert.mjs writes
// them, with {timestamp: [SECONDS, NANOS]} and {duration: [SECONDS, NANOS]} besides.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tools/npm/package.json', import.meta.url));
const {
  celEnv, celUint, isCelError, isCelList, isCelMap, isCelType, isCelUint, parse, plan,
} = require('@bufbuild/cel');
const { strings } = require('@bufbuild/cel/ext');
const { create } = require('@bufbuild/protobuf');
const { DurationSchema, TimestampSchema } = require('@bufbuild/protobuf/wkt');

// It computes the parts of dates in the process's own time zone.
process.env.TZ = 'UTC';

const env = celEnv({ funcs: strings });

function inputOf(value) {
  const [[kind, content]] = Object.entries(value);
  switch (kind) {
    case 'null': return null;
    case 'bool': return content;
    case 'int': return BigInt(content);
    case 'uint': return celUint(BigInt(content));
    case 'double': return numberOf(content);
    case 'string': return content;
    case 'bytes': return new Uint8Array(Buffer.from(content, 'base64'));
    case 'timestamp':
      return create(TimestampSchema, { seconds: BigInt(content[0]), nanos: content[1] });
    case 'duration':
      return create(DurationSchema, { seconds: BigInt(content[0]), nanos: content[1] });
    case 'list': return content.map(inputOf);
    case 'map': return new Map(content.map(([key, of]) => [inputOf(key), inputOf(of)]));
    default: throw new Error(`an input of kind ${kind}`);
  }
}

function numberOf(text) {
  switch (text) {
    case 'nan':
    case '-nan': return NaN;
    case 'inf': return Infinity;
    case '-inf': return -Infinity;
    default: return Number(text);
  }
}

function outputOf(value) {
  switch (typeof value) {
    case 'boolean': return { bool: value };
    case 'bigint': return { int: String(value) };
    case 'number': return { double: Object.is(value, -0) ? '-0' : String(value) };
    // What was cut between two surrogates is no text.
    case 'string': return { string: value.toWellFormed() };
    default:
  }
  if (value === null) return { null: true };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (isCelUint(value)) return { uint: String(value.value) };
  if (isCelType(value)) return { type: value.name };
  if (isCelList(value)) return { list: [...value].map(outputOf) };
  if (isCelMap(value)) {
    return { map: [...value].map(([key, of]) => [outputOf(key), outputOf(of)]) };
  }
  const { message } = value;
  const parts = [String(message.seconds), message.nanos];
  if (message.$typeName === 'google.protobuf.Timestamp') return { timestamp: parts };
  if (message.$typeName === 'google.protobuf.Duration') return { duration: parts };
  throw new Error(`a value of type ${message.$typeName}`);
}

let inputs = {};

function inputsOf(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, inputOf(value)]));
}

function answer(question) {
  const bindings = question.bind ? { ...inputs, ...inputsOf(question.bind) } : inputs;
  let result;
  try {
    result = plan(env, parse(question.expr))(bindings);
  } catch (error) {
    return { error: String(error).toWellFormed() };
  }
  return isCelError(result) ? { error: result.message.toWellFormed() } : { value: outputOf(result) };
}

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  let answers = '';
  for (const line of lines) {
    const question = JSON.parse(line);
    if (question.inputs) inputs = inputsOf(question.inputs);
    else answers += `${JSON.stringify(answer(question))}\n`;
  }
  process.stdout.write(answers);
});
