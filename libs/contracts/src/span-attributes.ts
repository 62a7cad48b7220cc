const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const CODE = /^[A-Z][A-Z_]{1,63}$/;
const INTEGER = /^\d{1,15}$/;

/**
 * All that a span of Keyward may say, each with what its value must look like. What is not in this table cannot get into a
 * trace: no subject, no e-mail, no fingerprint, no address as it was sent, no message of an error, and no bytes of any kind.
 */
export const SPAN_ATTRIBUTES = {
  'http.request.method': /^[A-Z]{1,16}$/,
  'http.route': /^\/[A-Za-z0-9/{}.-]{0,127}$/,
  'http.response.status_code': /^\d{3}$/,
  'error.type': CODE,
  'keyward.organization_id': ID,
  'keyward.project_id': ID,
  'keyward.integration_id': ID,
  /** The type of an event (`OrgKeySet`). */
  'keyward.event_type': /^[A-Z][A-Za-z]{1,63}$/,
  'keyward.change_kind': /^[a-z]{1,16}$/,
  'keyward.version': INTEGER,
  'keyward.position': /^[A-Za-z0-9_-]{1,256}$/,
  'keyward.outcome': /^[a-z_]{1,32}$/,
  'keyward.addresses': INTEGER,
} as const satisfies Readonly<Record<string, RegExp>>;

/** What is not as its rule says is left out. */
export type SpanAttributes = { readonly [K in keyof typeof SPAN_ATTRIBUTES]?: unknown };

/** The slot or tenant that an event, a change or an address is about. Only for what was found to exist: before, an id is just a text that somebody sent. */
export function slotAttributes(about: object): SpanAttributes {
  const { organizationId, projectId, integrationId, version } = about as Readonly<Record<string, unknown>>;
  return {
    'keyward.organization_id': organizationId,
    'keyward.project_id': projectId,
    'keyward.integration_id': integrationId,
    'keyward.version': version,
  };
}
