import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Described {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** Holds every answer of every test against the OpenAPI document. */
export class AnswerChecker {
  private readonly ajv = new Ajv2020({ strict: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenAPIObject) {
    this.ajv.addSchema({ ...document }, 'openapi');
  }

  /** @throws Error when the document does not allow this answer. */
  check(target: string, status: number, contentType: string, body: unknown): void {
    const [verb, url] = target.split(' ') as [string, string];
    const method = verb.toLowerCase();
    const template = this.templateOf(url.split('?', 1)[0]!);
    const operation = this.document.paths[template ?? '']?.[method as 'get'] as Described | undefined;
    if (!template || !operation) return;
    const type = contentType.split(';', 1)[0]!;
    const problem =
      this.undocumented(operation, status, type) ??
      (/[/+]json/.test(type) ? this.difference([template, method], status, type, body) : undefined);
    if (problem !== undefined) throw new Error(`${method} ${template} ${status} ${problem}`);
  }

  private undocumented({ responses }: Described, status: number, type: string): string | undefined {
    const response = responses[String(status)];
    if (!response) return 'is not documented';
    if (!response.content) return undefined;
    return response.content?.[type] ? undefined : `is not documented to answer ${type}`;
  }

  private difference(
    operation: readonly string[],
    status: number,
    type: string,
    body: unknown,
  ): string | undefined {
    const validate = this.validator([...operation, 'responses', String(status), 'content', type, 'schema']);
    return validate(body) ? undefined : `is not as documented: ${this.ajv.errorsText(validate.errors)}`;
  }

  private templateOf(path: string): string | undefined {
    return Object.keys(this.document.paths).find((template) =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
  }

  private validator(pointer: readonly string[]): ValidateFunction {
    const ref = `openapi#/paths/${pointer.map(escapePointer).join('/')}`;
    let validate = this.validators.get(ref);
    if (!validate) {
      validate = this.ajv.compile({ $ref: ref });
      this.validators.set(ref, validate);
    }
    return validate;
  }
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
