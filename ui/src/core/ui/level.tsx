// A level of risk: the methodology's own colour as a mark beside its name, so that no text stands on a chosen colour.
import type { Level } from '../method';

const NAMED: Record<string, string> = {
  green: '#3f9a5f',
  yellow: '#d9b53a',
  orange: '#dd8132',
  red: '#c9473d',
  darkred: '#8f1f1f',
  blue: '#3a78c2',
  grey: '#8a9398',
};

export function colourOf(level: Level | undefined): string {
  return NAMED[level?.colour ?? ''] ?? (level?.colour || 'var(--line-strong)');
}

export function LevelBadge({ level }: { level: Level }) {
  return (
    <span className="level">
      <svg width="10" height="10" aria-hidden>
        <rect width="10" height="10" rx="2.5" fill={colourOf(level)} />
      </svg>
      {level.title}
    </span>
  );
}
