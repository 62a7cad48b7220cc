import type { CatalogueItem, HistoryFilter } from '../api/queries.js';
import { KIND_TITLES } from './item-text.js';

interface HistoryFiltersProps {
  readonly filter: HistoryFilter;
  readonly onChange: (filter: HistoryFilter) => void;
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly catalogue: readonly CatalogueItem[];
}

export function HistoryFilters({ filter, onChange, projects, catalogue }: HistoryFiltersProps) {
  const set = (change: Partial<HistoryFilter>): void => onChange({ ...filter, ...change });
  return (
    <div className="filters" role="group" aria-label="Filters">
      <Choice
        label="What"
        value={filter.kind}
        options={Object.entries(KIND_TITLES)}
        onChange={(kind) => set({ kind: kind as HistoryFilter['kind'] })}
      />
      <Choice
        label="Integration"
        value={filter.integration}
        options={catalogue.map(({ id, name }) => [id, name])}
        onChange={(integration) => set({ integration })}
      />
      <Choice
        label="Project"
        value={filter.project}
        options={projects.map(({ id, name }) => [id, name])}
        onChange={(project) => set({ project })}
      />
      <label className="field">
        <span>Who</span>
        <input
          defaultValue={filter.actor}
          autoComplete="off"
          onBlur={({ target }) => set({ actor: target.value.trim() || undefined })}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') set({ actor: currentTarget.value.trim() || undefined });
          }}
        />
      </label>
      <Day label="From" onChange={(day) => set({ from: day && startOf(day) })} />
      <Day label="Until" onChange={(day) => set({ to: day && endOf(day) })} />
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string | undefined) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value ?? ''} onChange={({ target }) => onChange(target.value || undefined)}>
        <option value="">All</option>
        {options.map(([id, title]) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

interface DayProps {
  readonly label: string;
  readonly onChange: (day: string | undefined) => void;
}

function Day({ label, onChange }: DayProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input type="date" onChange={({ target }) => onChange(target.value || undefined)} />
    </label>
  );
}

/** Days are those of whoever reads. */
function startOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

function endOf(day: string): string {
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}
