// docs/jobs.md from the JSON Schema of a job: one table for each section, one row for each field.

/** What a section is for, where the schema describes only its fields. */
const sections = {
  target: 'The rows that are learned from, and what is predicted for each of them.',
  integration:
    'How other tables come into the target table. [Scenarios](#scenarios) shows each way with an example.',
  features:
    'Which columns are learned from, and how they become numbers. Numbers and booleans are taken as they are, text as categories; NULL becomes the mean of a number, and no category at all. Keys of joined tables, columns of one value, dates and timestamps are left out, and so is the label, always; `"date"` under `encode` takes a date or timestamp in. `amalur plan` lists what was left out and why. What exactly becomes of a column is told in [algorithms](algorithms.md#encoding).',
  model: 'The model, and how it is fitted. Each type has its own fields.',
  'integration.joins': 'The tables to join to the base table.',
  split:
    'Which rows are held out. A row is on the same side however its table is stored or sorted, because a hash of its key decides.',
  validation:
    'Cross-validation: how good models are on rows that they have not learned from. Without it there is none. [Models](models.md#cross-validation-and-search) tells more.',
  search:
    'Settings of the model that are tried; the best by cross-validation are trained on all training rows. It needs `validation`.',
  evaluation:
    'What is found out about the model on the test rows, beside its measures ([models](models.md#evaluation)). `amalur runs RUN` shows it.',
  onSiloLost:
    'What becomes of the run when a silo has no worker. Without it a run fails where one has none for 10 seconds at the beginning (`AMALUR_SILO_UNAVAILABLE`), and in mid-run waits for up to 12 hours. [Operations](operations.md#silos-that-are-lost) tells more.',
  constraints:
    'What a plan must respect. A strategy that breaks one is ruled out, with the reason; if none is left the job is refused with `AMALUR_NO_PLAN`.',
};

/**
 * @param schema JSON Schema of a job as a person writes it  @param example text of a complete job file
 * @param scenarios prose on how tables come together, Markdown
 */
export function renderJobReference(schema, example, scenarios) {
  const top = Object.entries(schema.properties);
  const plain = top.filter(([, node]) => !isSection(node));
  const rows = plain.map(([name, node]) => row(name, node, schema));
  const links = top
    .filter(([, node]) => isSection(node))
    .map(
      ([name]) =>
        `| [\`${name}\`](#${name.toLowerCase()}) | object | ${requirement(name, schema.properties[name], schema)} | ${firstSentence(sections[name] ?? '')} |`,
    );
  return [
    '# Jobs',
    '',
    '<!-- Generated from core/job/schema.ts by scripts/generate-docs.mjs: change the schema or scripts/docs, not this file. -->',
    '',
    'A job is one JSON object. Every way of starting a training takes the same one: `amalur train job.json`,',
    '`temporal workflow start`, the start form of the Temporal UI, a schedule, the client library. Defaults are filled in and',
    'recorded with the run; unknown fields, tables and columns are refused before anything runs, with one of the',
    '[codes](errors.md), the path of the field and a suggestion. Editors complete and check a job file by',
    '[job.schema.json](job.schema.json).',
    '',
    ...table([...rows, ...links]),
    ...top.filter(([, node]) => isSection(node)).flatMap(([name, node]) => section(name, node)),
    '## A complete example',
    '',
    'The late flights of `examples/late-flights`:',
    '',
    '```json',
    example.trimEnd(),
    '```',
    '',
    scenarios,
  ].join('\n');
}

function isSection(node) {
  return node.properties !== undefined || node.oneOf !== undefined;
}

function section(name, node) {
  const intro = [`## ${name}`, '', sections[name] ?? node.description ?? '', ''];
  if (node.oneOf === undefined) {
    return [
      ...intro,
      ...table(fields(name, node)),
      ...Object.entries(node.properties).flatMap(settings(name)),
    ];
  }
  return [
    ...intro,
    ...node.oneOf.flatMap((option) => {
      const type = option.properties.type.const;
      return [`### ${type}`, '', ...table(fields(name, option))];
    }),
  ];
}

/** A table for each kind of object that a record's values may be, told apart by their type. */
const settings =
  (section) =>
  ([name, node]) => {
    const options = node.additionalProperties?.anyOf?.flatMap((option) => option.oneOf ?? []) ?? [];
    return options.flatMap((option) => {
      const type = option.properties.type.const;
      return [`### ${name}: ${type}`, '', ...table(fields(`${section}.${name}["…"]`, option))];
    });
  };

/** Rows for the fields of an object, with those of the objects within it. */
function fields(prefix, parent) {
  return Object.entries(parent.properties).flatMap(([name, node]) => {
    const path = `${prefix}.${name}`;
    const own = row(path, node, parent, name);
    if (node.properties !== undefined) return fields(path, node);
    if (node.items?.properties !== undefined) return [own, ...fields(`${path}[]`, node.items)];
    return [own];
  });
}

function row(path, node, parent, name = path) {
  const description =
    node.description ?? (node.const === undefined ? (sections[path] ?? '') : 'Chooses this model.');
  return `| \`${path}\` | ${typeOf(node)} | ${requirement(name, node, parent)} | ${escaped(description)} |`;
}

function requirement(name, node, parent) {
  if (parent.required?.includes(name)) return 'required';
  if (node.default === undefined) return 'none';
  // A section's default is that of its fields, which stand in its own table.
  return isSection(node) ? 'see there' : `\`${escaped(JSON.stringify(node.default))}\``;
}

function typeOf(node) {
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(' or ');
  if (node.oneOf !== undefined) return 'object';
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' or ');
  if (Array.isArray(node.type)) return node.type.join(' or ');
  if (node.prefixItems !== undefined) return `\`[${node.prefixItems.map(typeOf).join(', ')}]\``;
  if (node.type === 'array')
    return `list of ${typeOf(node.items)}${node.minItems === undefined ? '' : `, at least ${node.minItems}`}`;
  if (node.type === 'object' && node.propertyNames !== undefined)
    return `object: ${nameOf(node.propertyNames)} to ${typeOf(node.additionalProperties)}`;
  if (node.type === 'object' && Object.keys(node.properties ?? {}).length > 0)
    return `\`{${Object.keys(node.properties).join(', ')}}\``;
  return `${node.type}${range(node)}`;
}

/** Names of columns have rules. */
function nameOf(rules) {
  return Object.keys(rules).length > 1 ? 'column' : 'name';
}

function range({ minimum, maximum, exclusiveMinimum }) {
  const upper = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const bounds = [
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(upper === undefined ? [] : [`to ${upper}`]),
  ];
  return bounds.length === 0 ? '' : `, ${bounds.join(' ')}`;
}

function table(rows) {
  return ['| field | type | default | |', '|---|---|---|---|', ...rows, ''];
}

function firstSentence(text) {
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text;
}

function code(value) {
  return `\`${JSON.stringify(value)}\``;
}

function escaped(text) {
  return text.replaceAll('|', '\\|');
}
