import { z } from 'zod';

/**
 * The fields that a schema knows at a path, for suggestions. Unions give the fields of all their options, or of the one option that
 * the value's discriminator names.
 */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  const found = optionsOf(schema, value).flatMap((option): string[] => {
    const [step, ...rest] = path;
    if (step === undefined) return option instanceof z.ZodObject ? Object.keys(option.shape) : [];
    const child = childOf(option, step);
    return child === undefined ? [] : knownKeys(child, rest, memberOf(value, step));
  });
  return [...new Set(found)];
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(memberOf, value);
}

function memberOf(value: unknown, step: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<PropertyKey, unknown>)[step]
    : undefined;
}

/** Wrappers removed and unions spread. */
function optionsOf(schema: z.core.$ZodType, value: unknown): z.core.$ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return optionsOf(schema.unwrap(), value);
  }
  if (schema instanceof z.ZodPipe) return optionsOf(schema.in, value);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def;
    const chosen = schema.options.filter(
      (option) =>
        option instanceof z.ZodObject &&
        z.safeParse(option.shape[discriminator] as z.core.$ZodType, memberOf(value, discriminator)).success,
    );
    return (chosen.length > 0 ? chosen : schema.options).flatMap((option) => optionsOf(option, value));
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => optionsOf(option, value));
  return [schema];
}

function childOf(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)] as z.core.$ZodType | undefined;
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}
