import { z } from 'zod';

/** A zod schema as OpenAPI 3.1 has it. */
export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'throw' });
  return json;
}
