import { AmalurError, type ErrorCode } from '../core/errors.js';
import type { ModelSpec } from '../core/job/schema.js';
import type { NewTolerance } from './contracts/steering.js';
import { coded } from './failures.js';

/** As many as a job may have. */
const MOST_ROUNDS = 100_000;

/**
 * Checks what is to take the place of a model's tolerance and maximal rounds; anybody can ask for anything.
 * @param more further arguments
 * @throws ApplicationFailure AMALUR_WRONG_TYPE, AMALUR_UNKNOWN_FIELD, AMALUR_NOT_STEERABLE
 */
export function newToleranceFor(model: ModelSpec, given: unknown, more = 0): NewTolerance {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || more > 0) {
    throw wrong('AMALUR_WRONG_TYPE', undefined, 'one object with tolerance or maxRounds is wanted');
  }
  const entries = Object.entries(given);
  if (entries.length === 0) {
    throw wrong('AMALUR_WRONG_TYPE', undefined, 'neither tolerance nor maxRounds is given');
  }
  for (const [field, value] of entries as [string, unknown][]) {
    if (field !== 'tolerance' && field !== 'maxRounds') {
      throw wrong('AMALUR_UNKNOWN_FIELD', undefined, 'only tolerance and maxRounds can be set');
    }
    if (!(field in model)) {
      throw wrong('AMALUR_NOT_STEERABLE', field, `a ${model.type} has no ${field}`);
    }
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      throw wrong('AMALUR_WRONG_TYPE', field, 'a positive, finite number is wanted');
    }
    if (field === 'maxRounds' && !(Number.isInteger(value) && value <= MOST_ROUNDS)) {
      throw wrong('AMALUR_WRONG_TYPE', field, `a whole number up to ${String(MOST_ROUNDS)} is wanted`);
    }
  }
  return given;
}

function wrong(code: ErrorCode, field: string | undefined, message: string) {
  return coded(
    new AmalurError(code, message, {
      ...(field !== undefined && { field }),
      suggestion: 'write {"tolerance": 1e-6}, {"maxRounds": 1000} or both',
    }),
  );
}
