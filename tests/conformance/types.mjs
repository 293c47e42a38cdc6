// Types in one shape of JSON: 'int', {list: T}, {map: [K, V]}, {wrapper: T}, {type: T or null},
// {param: name}, {message: name}, {abstract: name, parameters: [T…]}.
const PRIMITIVES = ['', 'bool', 'int', 'uint', 'double', 'string', 'bytes'];
const WELL_KNOWN = ['', 'any', 'timestamp', 'duration'];
const SCALARS = new Set([
  'dyn', 'null', 'any', 'timestamp', 'duration', ...PRIMITIVES.slice(1),
]);

function listed(names, index) {
  if (!names[index]) throw new Error(`type number ${index}`);
  return names[index];
}

// From a cel.expr.Type.
export function typeOf(type) {
  const { case: kind, value } = type.typeKind;
  switch (kind) {
    case 'dyn': return 'dyn';
    case 'null': return 'null';
    case 'primitive': return listed(PRIMITIVES, value);
    case 'wellKnown': return listed(WELL_KNOWN, value);
    case 'wrapper': return { wrapper: listed(PRIMITIVES, value) };
    case 'listType': return { list: typeOf(value.elemType) };
    case 'mapType': return { map: [typeOf(value.keyType), typeOf(value.valueType)] };
    case 'messageType': return { message: value };
    case 'typeParam': return { param: value };
    case 'type': return { type: value.typeKind.case ? typeOf(value) : null };
    case 'abstractType':
      return { abstract: value.name, parameters: value.parameterTypes.map(typeOf) };
    default: throw new Error(`a type of kind ${kind}`);
  }
}

// From cel-go's text of a type: "map(string, list(dyn))", "google.protobuf.Struct".
export function typeOfText(text) {
  const tokens = text.match(/[\w.]+|[(),]/g);
  let next = 0;
  const read = () => {
    const name = tokens[next++];
    const parameters = [];
    const generic = tokens[next] === '(';
    if (generic) {
      next++;
      while (tokens[next] !== ')') {
        parameters.push(read());
        if (tokens[next] === ',') next++;
      }
      next++;
    }
    if (SCALARS.has(name)) return name;
    if (name === 'list') return { list: parameters[0] };
    if (name === 'map') return { map: parameters };
    if (name === 'wrapper') return { wrapper: parameters[0] };
    if (name === 'type') return { type: parameters[0] ?? null };
    return generic ? { abstract: name, parameters } : { message: name };
  };
  const type = read();
  if (next !== tokens.length) throw new Error(`type ${text}`);
  return type;
}
