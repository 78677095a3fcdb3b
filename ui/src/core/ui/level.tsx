// A level of risk: its colour as a mark beside its name, so that no text stands on a chosen colour.
import type { Level } from '../method';

export function LevelBadge({ level }: { level: Level }) {
  return (
    <span className="level">
      <svg width="10" height="10" aria-hidden>
        <rect width="10" height="10" rx="2.5" style={{ fill: level.colour }} />
      </svg>
      {level.title}
    </span>
  );
}
