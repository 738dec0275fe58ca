import type { AskedColumn } from '../../core/serving/asked-columns.js';
import type { ColumnType } from '../../core/sources/profile.js';
import { MOST_ROWS } from './answer-rows.js';

// JSON Schema as OpenAPI 3.1 has it.

type Schema = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<ColumnType, Schema>> = {
  integer: { type: ['integer', 'string', 'null'], description: 'Of more than 2^53 the digits as a string.' },
  number: {
    type: ['number', 'string', 'null'],
    description: 'Of an exact decimal its digits as a string, without trailing zeros.',
  },
  boolean: { type: ['boolean', 'null'] },
  text: { type: ['string', 'null'] },
  date: { type: ['string', 'null'], format: 'date' },
  timestamp: { type: ['string', 'null'], format: 'date-time', description: 'UTC where there is no offset.' },
  other: { type: ['string', 'null'] },
};

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** A row of the base table, as far as the model uses it. */
export function rowSchema(table: string, columns: readonly AskedColumn[]): Schema {
  return {
    type: 'object',
    description: `A row of ${table}. What is left out is NULL; other columns of the table may be there and are not looked at.`,
    properties: Object.fromEntries(
      columns.map(({ name, type, use }) => {
        const { description, ...schema } = TYPES[type];
        const said = [`${use.join(' and ')}.`, ...(typeof description === 'string' ? [description] : [])];
        return [name, { ...schema, description: said.join(' ') }];
      }),
    ),
    required: columns.filter(({ use }) => use.includes('offset')).map(({ name }) => name),
  };
}

const scored = {
  predicted: {
    type: 'object',
    description:
      'By the names of the columns of an inference: prediction; class and probability_…; cluster and distance.',
    additionalProperties: { type: ['number', 'string', 'null'] },
  },
  unmatched: {
    type: 'array',
    items: { type: 'string' },
    description: "Tables (silo.table) that have no row for the row's keys.",
  },
};

/** All but that of the row, which follows from the model. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Rows: {
    type: 'object',
    properties: { rows: { type: 'array', items: ref('Row'), maxItems: MOST_ROWS } },
    required: ['rows'],
    additionalProperties: false,
  },
  Scored: { type: 'object', properties: scored, required: Object.keys(scored) },
  Prediction: {
    type: 'object',
    properties: { model: { type: 'string', description: 'name@version' }, ...scored },
    required: ['model', ...Object.keys(scored)],
  },
  Predictions: {
    type: 'object',
    properties: {
      model: { type: 'string', description: 'name@version' },
      results: {
        type: 'array',
        description: 'In the order of the rows; an error where an inner join leaves the row out.',
        items: { anyOf: [ref('Scored'), ref('Refusal')] },
      },
    },
    required: ['model', 'results'],
  },
  Refusal: {
    type: 'object',
    properties: {
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', description: 'See docs/errors.md.' },
          message: { type: 'string' },
          field: { type: 'string' },
          suggestion: { type: 'string' },
        },
        required: ['code', 'message'],
      },
    },
    required: ['error'],
  },
  Stale: {
    type: 'object',
    properties: {
      since: { type: 'string', format: 'date-time' },
      code: { type: 'string', description: 'See docs/errors.md.' },
      message: { type: 'string' },
      suggestion: { type: 'string' },
    },
    required: ['since', 'code', 'message'],
  },
  Model: {
    type: 'object',
    properties: {
      model: { type: 'string', description: 'name@version' },
      name: { type: 'string' },
      version: { type: 'integer' },
      type: { type: 'string' },
      trainedBy: { type: ['string', 'null'], description: 'Strategy of the training.' },
      base: { type: 'string', description: 'Table whose rows are scored.' },
      versions: { type: 'object', additionalProperties: { type: 'string' } },
      loadedAt: { type: 'string', format: 'date-time' },
      checkedAt: { type: 'string', format: 'date-time' },
      stale: { anyOf: [ref('Stale'), { type: 'null' }] },
      columns: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            type: { type: 'string' },
            use: { type: 'array', items: { enum: ['key', 'feature', 'offset'] } },
          },
        },
      },
    },
    required: ['model', 'name', 'version', 'type', 'trainedBy', 'base', 'versions', 'loadedAt', 'columns'],
  },
  Ready: {
    type: 'object',
    properties: { ready: { const: true }, stale: { anyOf: [ref('Stale'), { type: 'null' }] } },
    required: ['ready', 'stale'],
  },
  Live: { type: 'object', properties: { healthy: { const: true } }, required: ['healthy'] },
};
