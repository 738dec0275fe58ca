import type { Architecture } from '../../job/architecture/read-architecture.js';
import type { Initializer } from '../../job/architecture/settings.js';
import { draws } from '../draws.js';

/** The weights of a column in the first layer before the first step: mean + scale · draw. */
interface Beginning {
  readonly distribution: 'uniform' | 'normal' | 'truncated-normal';
  readonly mean: number;
  /** By the number of T's columns, which no party knows. */
  readonly scale: (columns: number, units: number) => number;
}

const none: Beginning = { distribution: 'uniform', mean: 0, scale: () => 0 };

/** Scaled by Glorot and Bengio, AISTATS 2010; He et al., ICCV 2015; LeCun et al., 1998, as tfjs has them. */
const BY_FANS = {
  GlorotUniform: { scale: 1, mode: 'fan_avg', distribution: 'uniform' },
  GlorotNormal: { scale: 1, mode: 'fan_avg', distribution: 'normal' },
  HeUniform: { scale: 2, mode: 'fan_in', distribution: 'uniform' },
  HeNormal: { scale: 2, mode: 'fan_in', distribution: 'normal' },
  LeCunUniform: { scale: 1, mode: 'fan_in', distribution: 'uniform' },
  LeCunNormal: { scale: 1, mode: 'fan_in', distribution: 'normal' },
} as const;

/** How the first layer of an architecture begins, which is known to draw each weight by itself. */
export function beginningOf({ layers }: Pick<Architecture, 'layers'>): Beginning {
  const { class_name: name, config } = layers[0]?.config['kernel_initializer'] as Initializer;
  switch (name) {
    case 'Zeros':
      return none;
    case 'Ones':
      return { ...none, mean: 1 };
    case 'Constant':
      return { ...none, mean: config.value };
    case 'RandomUniform': {
      const half = (config.maxval - config.minval) / 2;
      return { distribution: 'uniform', mean: config.minval + half, scale: () => half };
    }
    case 'RandomNormal':
      return { distribution: 'normal', mean: config.mean, scale: () => config.stddev };
    case 'TruncatedNormal':
      return { distribution: 'truncated-normal', mean: config.mean, scale: () => config.stddev };
    case 'Identity':
    case 'Orthogonal':
      throw new Error(`${name} takes all columns at once`);
    case 'VarianceScaling':
      return byVariance(config);
    default:
      return byVariance(BY_FANS[name]);
  }
}

function byVariance(given: {
  readonly scale: number;
  readonly mode: 'fan_in' | 'fan_out' | 'fan_avg';
  readonly distribution: 'normal' | 'uniform';
}): Beginning {
  const variance = (columns: number, units: number) => {
    const fans = { fan_in: columns, fan_out: units, fan_avg: (columns + units) / 2 };
    return given.scale / Math.max(1, fans[given.mode]);
  };
  const uniform = given.distribution === 'uniform';
  return {
    distribution: uniform ? 'uniform' : 'truncated-normal',
    mean: 0,
    scale: (columns, units) => Math.sqrt((uniform ? 3 : 1) * variance(columns, units)),
  };
}

/** Draws of a column, one a unit: in [−1, 1), or of variance 1. By name, so the same wherever the column is. */
export function drawnColumn(
  { distribution }: Pick<Beginning, 'distribution'>,
  seed: number,
  column: string,
  units: number,
): number[] {
  const draw = draws(`network column ${String(seed)} ${column}`);
  return Array.from({ length: units }, (_, unit) => {
    if (distribution === 'uniform') return 2 * draw(unit) - 1;
    for (let attempt = 0; ; attempt++) {
      const value = normal(1 - draw(unit, 2 * attempt), draw(unit, 2 * attempt + 1));
      if (distribution === 'normal' || Math.abs(value) <= 2) return value;
    }
  });
}

/** Box and Muller, Annals of Mathematical Statistics, 1958. @param u in (0, 1]  @param v in [0, 1) */
function normal(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}
