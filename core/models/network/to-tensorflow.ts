import type { serialization } from '@tensorflow/tfjs-node';

/** Settings as Keras writes them, in the names of tfjs: of keys and values alike, but for what is a name. */
export function toTensorflow(config: Readonly<Record<string, unknown>>): serialization.ConfigDict {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      camelCase(key),
      key === 'name' ? (value as string) : converted(value),
    ]),
  );
}

function converted(value: unknown): serialization.ConfigDictValue {
  if (typeof value === 'string') return camelCase(value);
  if (Array.isArray(value)) return value.map(converted);
  if (typeof value === 'object' && value !== null) return toTensorflow(value as Record<string, unknown>);
  return value as number | boolean | null;
}

function camelCase(name: string): string {
  return name.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
}
