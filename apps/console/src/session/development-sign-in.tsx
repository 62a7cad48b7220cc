import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Button } from 'react-aria-components';
import { CONSOLE_HEADER } from '../api/client.js';
import { Problem, sentenceOf } from '../api/problem.js';
import { Notice } from '../components/notice.js';
import { sessionQuery } from './session.js';

const ORGANIZATION_ROLES = ['owner', 'admin', 'member', 'none'] as const;
const PROJECT_ROLES = ['admin', 'editor', 'viewer', 'none'] as const;

/** While Keyward issues its own tokens: choose who to be. */
export function DevelopmentSignIn() {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      await begin(new FormData(event.currentTarget));
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    } catch (failure) {
      setError(failure);
    }
  };

  return (
    <form className="card form" onSubmit={(event) => void submit(event)}>
      <h2>Development sign-in</h2>
      <p>This Keyward issues its own tokens. Choose who to be; nobody asks for a password.</p>
      {error !== null && <Notice tone="bad">{sentenceOf(error)}</Notice>}
      <Text name="subject" label="Name" value="alice" />
      <Text name="organization" label="Organization" value="acme" />
      <Choice name="organizationRole" label="Role in the organization" values={ORGANIZATION_ROLES} />
      <Text name="project" label="Project (optional)" value="" />
      <Choice name="projectRole" label="Role in the project" values={PROJECT_ROLES} />
      <Button type="submit" className="button primary">
        Sign in
      </Button>
    </form>
  );
}

function Text({
  name,
  label,
  value,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <input name={name} defaultValue={value} autoComplete="off" spellCheck={false} />
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
}

function Choice({ name, label, values }: ChoiceProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <select name={name} defaultValue={values[0]}>
        {values.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  );
}

async function begin(form: FormData): Promise<void> {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const [org, role, project, projectRole] = [
    'organization',
    'organizationRole',
    'project',
    'projectRole',
  ].map(text);
  const body = {
    subject: text('subject'),
    organizations: role === 'none' ? [] : [{ id: org, role }],
    projects:
      project === '' || projectRole === 'none'
        ? []
        : [{ organizationId: org, id: project, role: projectRole }],
  };
  const response = await fetch('/session/development', {
    method: 'POST',
    headers: { ...CONSOLE_HEADER, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw Problem.from(await response.json().catch(() => null));
}
