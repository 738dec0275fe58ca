/** Seconds as people read them: `240 ms`, `8.3 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${String(Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${String(whole)} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 120) return `${String(minutes)} min ${String(whole % 60)} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** Bytes in powers of ten: `340 B`, `12 kB`, `4.7 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value))} ${units[unit] ?? ''}`;
}
