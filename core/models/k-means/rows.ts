import { AmalurError } from '../../errors.js';
import type { State, TrainingRows } from '../../training/program.js';
import type { Nearest } from './nearest.js';

/** ‖t_i‖², which the parties are asked for once. */
export function normsOf({ norms }: TrainingRows): Float64Array {
  if (norms === undefined) throw new Error('a clustering needs the norms of the rows');
  return norms;
}

/** @throws AMALUR_INVALID_JOB where there are fewer rows than groups */
export function requireRows(groups: 'clusters' | 'components', count: number, rows: number): void {
  if (count <= rows) return;
  throw new AmalurError('AMALUR_INVALID_JOB', `${count} ${groups} cannot be made of ${rows} training rows`, {
    field: `model.${groups}`,
    suggestion: `ask for at most ${rows} ${groups}, or hold fewer rows out`,
  });
}

/** As a state keeps them; nothing where they are not known. */
export function nearTensors(near: Nearest | undefined): State['tensors'] {
  if (near === undefined) return {};
  const { labels, distances } = near;
  return {
    labels: { shape: [labels.length], data: labels },
    distances: { shape: [distances.length], data: distances },
  };
}

export function readNear({ labels, distances }: State['tensors']): Nearest | undefined {
  const [near, far] = [labels?.data, distances?.data];
  return near instanceof Int32Array && far instanceof Float64Array
    ? { labels: near, distances: far }
    : undefined;
}
