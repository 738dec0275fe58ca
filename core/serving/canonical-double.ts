/** Below it a whole number is written as one (core/sources/canonical.ts). */
const WHOLE_BELOW = 9e18;

/**
 * A finite number as DuckDB writes it in canonical text: whole numbers as integers, others in the shortest decimal form that reads back as
 * the number, with an exponent of two digits at least from 1e16 on and below 1e-4.
 */
export function canonicalDouble(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  if (Number.isInteger(value) && Math.abs(value) < WHOLE_BELOW) return BigInt(value).toString();
  const [mantissa = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return plain(value, mantissa, exponent);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** Without an exponent, where JavaScript would write one as well as where it would not. */
function plain(value: number, mantissa: string, exponent: number): string {
  const written = String(value);
  if (!written.includes('e')) return written;
  const digits = mantissa.replace(/[-.]/g, '');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-exponent - 1)}${digits}`;
}
