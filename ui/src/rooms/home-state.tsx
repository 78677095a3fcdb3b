// The state of the ISMS in figures: how high the risks stand, how far the controls are.
import { useNavigate } from 'react-router';
import { useWords } from '../core/labels';
import { useMethod } from '../core/method';
import { Bars } from '../core/ui/chart';
import type { HomeData } from './home';
import { implementationTone } from './tone';

export default function State({ data }: { data: HomeData }) {
  const words = useWords();
  const navigate = useNavigate();
  const method = useMethod();
  const open = (register: string, filter: string) => () => void navigate(`/${register}?${filter}`);
  const risks = [...(data.risks_by_level ?? [])].reverse().map((item) => ({
    name: item.title,
    value: item.value,
    colour: method?.levels.find((level) => level.name === item.level)?.colour ?? 'var(--tone-neutral)',
    onOpen: open('risk', item.filter),
  }));
  const controls = (data.controls_by_implementation ?? []).map((item) => ({
    name: words.choice('control', 'implementation', item.implementation),
    value: item.value,
    colour:
      item.implementation === 'effective'
        ? 'var(--mantine-color-anchor)'
        : `var(--tone-${implementationTone(item.implementation)})`,
    onOpen: open('control', item.filter),
  }));
  const any = (bars: { value: number }[]) => bars.some((bar) => bar.value > 0);
  return (
    <div className="home">
      {any(risks) && <Bars title={words.t('ui.home.risks')} bars={risks} unit={words.registers('risk')} />}
      {any(controls) && (
        <Bars title={words.t('ui.home.controls')} bars={controls} unit={words.registers('control')} />
      )}
    </div>
  );
}
