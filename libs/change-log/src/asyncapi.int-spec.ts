import { fileURLToPath } from 'node:url';
import { createConfig, bundle, lint } from '@redocly/openapi-core';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { KEY_CHANGE_TYPE, encodeKeyChange } from './cloud-event.js';
import { aKeyChange } from './testing/index.js';

const FILE = fileURLToPath(new URL('../../../docs/asyncapi.yaml', import.meta.url));

interface Schema {
  properties: Record<string, unknown>;
}
interface Document {
  channels: { keyChanges: { address: string } };
  components: {
    messages: { keyChange: { bindings: { kafka: { key: object } }; examples: { payload: object }[] } };
    schemas: { keyChange: Schema; keyChangeData: Schema };
  };
}

describe('docs/asyncapi.yaml', () => {
  let document: Document;
  let accepts: (message: unknown) => boolean;

  beforeAll(async () => {
    const config = await createConfig({ extends: ['minimal'] });
    document = (await bundle({ ref: FILE, config })).bundle.parsed as Document;
    const ajv = new Ajv({ strict: true, allErrors: true, strictRequired: false, allowUnionTypes: true });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    ajv.addVocabulary(['components']);
    const validate = ajv.compile({
      $id: 'document',
      components: document.components,
      $ref: '#/components/schemas/keyChange',
    });
    accepts = (message) => validate(message);
  });

  const message = (wanted = {}): { data: Record<string, unknown> } =>
    JSON.parse(encodeKeyChange('store', aKeyChange(42, wanted)).value) as { data: Record<string, unknown> };

  const traced = () => message({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });

  it('is a valid AsyncAPI 3 document', async () => {
    const config = await createConfig({ extends: ['spec'] });
    expect(await lint({ ref: FILE, config })).toEqual([]);
  });

  it('describes the topic', () => {
    expect(document.channels.keyChanges.address).toBe('keyward.key-changes.v1');
    expect(document.components.schemas.keyChange.properties['type']).toMatchObject({
      const: KEY_CHANGE_TYPE,
    });
  });

  it.each(['set', 'removed', 'disabled', 'enabled'] as const)(
    'accepts the message of a key that was %s',
    (kind) => {
      expect(accepts(message({ kind }))).toBe(true);
      expect(accepts(message({ kind, projectId: 'website' }))).toBe(true);
    },
  );

  it('accepts a message with and without a trace', () => {
    expect([message(), traced()].map(accepts)).toEqual([true, true]);
    expect(accepts({ ...message(), traceparent: 'canary' })).toBe(false);
  });

  it('accepts its own examples', () => {
    const { examples } = document.components.messages.keyChange;
    expect(examples.map(({ payload }) => accepts(payload))).toEqual([true]);
  });

  it('accepts the key of the message', () => {
    const { key } = encodeKeyChange('store', aKeyChange(42));
    expect(new Ajv().compile(document.components.messages.keyChange.bindings.kafka.key)(key)).toBe(true);
  });

  it('describes exactly the fields that are sent', () => {
    const message = () => traced();
    const { schemas } = document.components;
    expect(Object.keys(schemas.keyChange.properties).sort()).toEqual(Object.keys(message()).sort());
    expect(Object.keys(schemas.keyChangeData.properties).sort()).toEqual(Object.keys(message().data).sort());
  });

  it.each(Object.keys(message().data))('refuses a message without data.%s', (field) => {
    const { data, ...envelope } = message();
    delete data[field];
    expect(accepts({ ...envelope, data })).toBe(false);
  });

  it('refuses a field that it does not know', () => {
    const { data, ...envelope } = message();
    expect(accepts({ ...envelope, data: { ...data, secret: 'x' } })).toBe(false);
  });
});
