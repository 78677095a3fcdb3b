// Attributes of a requirement: words under names of the framework's own (ISO/IEC 27002: control type, properties, ...).
import { Badge, Group } from '@mantine/core';
import { useWords } from '../../core/labels';

export function Attributes({ value }: { value: unknown }) {
  const words = useWords();
  if (typeof value !== 'object' || value === null) return null;
  return (
    <dl className="properties properties-side">
      {Object.entries(value).map(([name, items]) => (
        <div className="property" key={name}>
          <dt>{words.label(`attribute.${name}`)}</dt>
          <dd>
            <Group gap={4}>
              {(Array.isArray(items) ? items : [items]).map((item) => (
                <Badge key={String(item)} size="sm" tt="none" fw={500}>
                  {String(item).replaceAll('_', ' ')}
                </Badge>
              ))}
            </Group>
          </dd>
        </div>
      ))}
    </dl>
  );
}
