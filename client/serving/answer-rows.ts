import { AmalurError, reportOf, type ErrorReport } from '../../core/errors.js';
import { fieldOf } from '../../core/serving/asked-columns.js';
import type { Row } from '../../core/serving/row-features.js';
import type { Scored, Scorer } from '../../core/serving/scorer.js';

/** Rows that one request may ask about. */
export const MOST_ROWS = 1000;

/** What is said of one of several rows: what is predicted, or why nothing is. */
export type RowAnswer = Scored | { readonly error: ErrorReport };

export type Answer = { readonly one: Scored } | { readonly many: readonly RowAnswer[] };

/**
 * Answers a body: one row, or `{"rows": [row, …]}`. A row of several that an inner join leaves out is refused alone; a row that is wrong
 * refuses them all.
 * @throws AMALUR_INVALID_REQUEST, AMALUR_UNKNOWN_COLUMN, AMALUR_WRONG_TYPE; of a single row also AMALUR_NO_MATCH
 */
export function answerRows(scorer: Scorer, body: unknown): Answer {
  if (!isRow(body)) throw invalid('the body is no JSON object', 'body');
  const { rows } = body;
  // No cell of a row is a list.
  if (!Array.isArray(rows)) return { one: scorer.score(body) };
  const [other] = Object.keys(body).filter((name) => name !== 'rows');
  if (other !== undefined) throw invalid('beside "rows" there is nothing else', fieldOf(other));
  if (rows.length > MOST_ROWS)
    throw invalid(`there are ${String(rows.length)} rows, more than ${String(MOST_ROWS)}`, 'rows');
  return { many: rows.map((row: unknown, at) => answerRow(scorer, row, `rows[${String(at)}]`)) };
}

function answerRow(scorer: Scorer, row: unknown, field: string): RowAnswer {
  if (!isRow(row)) throw invalid('a row is no JSON object', field);
  try {
    return scorer.score(row);
  } catch (error) {
    if (!(error instanceof AmalurError)) throw error;
    const report = reportOf(error);
    const located = { ...report, field: report.field === undefined ? field : `${field}.${report.field}` };
    if (error.code === 'AMALUR_NO_MATCH') return { error: located };
    throw new AmalurError(error.code, error.message, located);
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(message: string, field?: string): AmalurError {
  return new AmalurError('AMALUR_INVALID_REQUEST', message, {
    ...(field !== undefined && { field }),
    suggestion: 'send one row as a JSON object, or {"rows": [row, …]}; GET /openapi.json says more',
  });
}
