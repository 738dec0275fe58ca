import type { Json } from '../json.js';
import type { Bundle } from './bundle.js';

/** Several bundles as one: a part's tensors are named `part/tensor`. A part that is undefined is left out. */
export function nest(parts: Readonly<Record<string, Bundle | undefined>>): Bundle {
  const given = Object.entries(parts).flatMap(([name, bundle]) => (bundle ? [[name, bundle] as const] : []));
  return {
    json: Object.fromEntries(given.map(([name, { json }]) => [name, json])),
    tensors: Object.fromEntries(
      given.flatMap(([name, { tensors }]) =>
        Object.entries(tensors).map(([tensor, value]) => [`${name}/${tensor}`, value]),
      ),
    ),
  };
}

/** The parts of a bundle that `nest` has made; no name of a part has a `/`. */
export function nested({ json, tensors }: Bundle): Partial<Record<string, Bundle>> {
  return Object.fromEntries(
    Object.entries(json as Record<string, Json>).map(([name, part]) => [
      name,
      {
        json: part,
        tensors: Object.fromEntries(
          Object.entries(tensors).flatMap(([tensor, value]) =>
            tensor.startsWith(`${name}/`) ? [[tensor.slice(name.length + 1), value]] : [],
          ),
        ),
      },
    ]),
  );
}
